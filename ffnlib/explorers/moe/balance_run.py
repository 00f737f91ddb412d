"""Six small mixtures in training on the ring of the chapter, and how busy their experts are.

All have as many hidden units, and use as many of them for each token. The tokens share a third
coordinate, which makes a router that nothing balances collapse.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.explorers.moe.router_run import CLASSES, HIDDEN, LEARNING_RATE, tokens
from ffnlib.moe import ExpertChoiceMoE, FineGrainedMoE, MoE
from ffnlib.nn import cross_entropy
from ffnlib.training import SGD

STEPS, EVERY, SHARED = 400, 20, 3.0
"""Length of a run, how often it is measured, and the third coordinate of every token."""

BALANCE, BIAS_RATE = 0.3, 0.003
"""Weight of the balancing loss, and what a bias changes by; each the best of four for its method.

Tried on the five starts were weights of 0.01, 0.03, 0.1 and 0.3, and rates of 0.003, 0.01, 0.03 and
0.1.
"""

Mixture = MoE | FineGrainedMoE | ExpertChoiceMoE

METHODS = {
    "nothing": "four experts and nothing that balances them",
    "loss": "four experts and the balancing loss",
    "loss, 8 halves": "eight experts of half the size, two per token, and the balancing loss",
    "bias, 8 halves": "eight experts of half the size, two per token, and balancing biases",
    "bias, 1 shared": "a shared expert, one of seven others, all of half the size, and biases",
    "expert choice": "eight experts of half the size that choose their tokens",
}


class Moment(NamedTuple):
    """What is measured in a run."""

    loss: float
    accuracy: float
    shares: tuple[float, ...]
    """The share of the places that each routed expert got."""

    @property
    def busiest(self) -> float:
        """The load of the busiest expert, as a multiple of an equal share."""
        return max(self.shares) * len(self.shares)


def mixture(method: str, d: int, rng: np.random.Generator) -> Mixture:
    """Make a layer; all have as many hidden units, and as many of them for each token."""
    half = HIDDEN // 2
    if method in ("nothing", "loss"):
        weight = BALANCE if method == "loss" else 0.0
        return MoE(d, HIDDEN, 4, 1, "relu", rng=rng, renormalize=False, load_balancing=weight)
    if method == "loss, 8 halves":
        return MoE(d, half, 8, 2, "relu", rng=rng, load_balancing=BALANCE)
    if method == "expert choice":
        return ExpertChoiceMoE(d, half, 8, 2.0, "relu", rng=rng)
    shared = int(method == "bias, 1 shared")
    return FineGrainedMoE(
        d, half, 8 - shared, 2 - shared, "relu", rng=rng, shared=shared, bias_rate=BIAS_RATE
    )


def shares(model: Mixture) -> Array:
    """Return how the places of the last training step were divided."""
    if isinstance(model, FineGrainedMoE):
        return model.shares
    if isinstance(model, MoE):
        assert model.routing is not None
        return model.routing.shares
    return np.full(len(model.experts), 1 / len(model.experts))  # by construction


@cache
def train(method: str, seed: int) -> list[Moment]:
    """Train a mixture, and measure it every ``EVERY`` steps."""
    rng = np.random.default_rng(seed)
    x, y = tokens(rng, SHARED)
    model = mixture(method, x.shape[1], rng)
    optimizer = SGD(model.parameters(), LEARNING_RATE)
    moments = []
    for step in range(STEPS + 1):
        output = model.forward(x, training=True)
        logits = output[:, :CLASSES]
        if step % EVERY == 0:
            right = float(np.mean(logits.argmax(axis=1) == y))
            moments.append(Moment(cross_entropy(logits, y), right, tuple(shares(model).tolist())))
        g = np.zeros_like(output)
        g[:, :CLASSES] = cross_entropy.gradient(logits, y)
        model.backward(g)
        optimizer.step(model.gradients())
    return moments

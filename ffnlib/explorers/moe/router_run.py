"""A small mixture of experts in training, one step at a time, to watch its router at work.

The tokens are points of the plane in eight groups on a ring; neighbouring groups belong to
different classes. Four experts, each a tiny feed-forward layer, have to tell the classes apart: an
expert that keeps to a few neighbouring groups can, one that gets all eight cannot. Tokens have a
third coordinate, which is the same for all of them. At 0 it does nothing. When it is large, what
all tokens have in common decides more than what tells them apart, and one expert can win
everywhere.

Everything follows from the settings and their seed, so a run can be repeated, rewound and shared.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib.explorers.moe.polygons import clip
from ffnlib.moe import MoE, Routing, RoutingPolicy, load_balancing_loss, sinkhorn
from ffnlib.nn import FeedForward, Linear, cross_entropy
from ffnlib.training import SGD, carry_over

TOKENS: Final = 120
GROUPS: Final = 8
EXPERTS: Final = 4
CLASSES: Final = 2
HIDDEN: Final = 6
"""Hidden units of an expert."""
LEARNING_RATE: Final = 1.0


class Settings(NamedTuple):
    """Everything a run depends on."""

    top_k: int = 1
    balance: float = 0.0
    """Weight of the balancing loss."""
    sinkhorn: bool = False
    sets_in: int = 100
    """The step from which the balancing loss and Sinkhorn count."""
    noise: float = 0.0
    capacity: float | None = None
    """Capacity factor; None for no limit."""
    shared: float = 0.0
    """The third coordinate of every token."""
    seed: int = 7


class Measured(NamedTuple):
    """The measurements of one pass over all tokens."""

    loss: float
    """The loss of the task alone."""
    accuracy: float
    imbalance: float
    """N Σ f·P: 1 when all are equally busy, N when one gets everything for certain."""
    shares: tuple[float, ...]
    """The share of the places asked for, one for each expert."""
    dropped: int
    """Places that were not given."""
    lost: int
    """Tokens that got none."""


@dataclass
class Run:
    """A mixture in training: its tokens, its layer and what has been measured."""

    settings: Settings
    x: Array  # (TOKENS, 3)
    y: NDArray[np.int64]
    model: MoE
    optimizer: SGD
    output: Array  # of the pass not yet learnt from, (TOKENS, 3)
    measured: list[Measured] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """Number of steps taken."""
        return len(self.measured) - 1

    @property
    def routing(self) -> Routing:
        """What the router decided for the tokens as they are seen now."""
        routing = self.model.routing
        if routing is None:  # every run has been through `look`
            raise RuntimeError("the run has not begun")
        return routing


def tokens(rng: np.random.Generator, shared: float) -> tuple[Array, NDArray[np.int64]]:
    """Draw the tokens, (TOKENS, 3), and their classes, (TOKENS,)."""
    group = np.arange(TOKENS) % GROUPS
    angle = 2 * np.pi * (group + 0.5) / GROUPS
    centres = 0.72 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    r, t = 0.17 * np.sqrt(rng.uniform(size=TOKENS)), rng.uniform(0, 2 * np.pi, TOKENS)
    plane = centres + np.stack([r * np.cos(t), r * np.sin(t)], axis=1)
    return np.column_stack([plane, np.full(TOKENS, shared)]), group % CLASSES


def begin(settings: Settings) -> Run:
    """Draw the tokens and the initial weights of a run, and look at them once."""
    rng = np.random.default_rng(settings.seed)
    x, y = tokens(rng, settings.shared)
    W = rng.normal(scale=0.5, size=(EXPERTS, x.shape[1]))
    W[:, 2] = 0  # nobody is ahead everywhere at the start
    experts = [FeedForward(x.shape[1], HIDDEN, "relu", rng=rng) for _ in range(EXPERTS)]
    model = MoE.from_layers(Linear.from_arrays(W), experts, settings.top_k)
    run = Run(settings, x, y, model, SGD(model.parameters(), LEARNING_RATE), np.empty(0))
    look(run)
    measure(run)
    return run


def copy(run: Run) -> Run:
    """An independent run that continues exactly like this one."""
    other = begin(run.settings)
    carry_over(run.model, run.optimizer, other.model, other.optimizer)
    other.measured = list(run.measured[:-1])
    look(other)
    measure(other)
    return other


def step(run: Run) -> None:
    """Learn from the pass that was looked at, and look again."""
    g = np.zeros_like(run.output)
    g[:, :CLASSES] = cross_entropy.gradient(run.output[:, :CLASSES], run.y)
    run.model.backward(g, inputs=False)
    run.optimizer.step(run.model.gradients())
    look(run)
    measure(run)


def policy(settings: Settings, at: int) -> RoutingPolicy:
    """Return how the router decides in step ``at``."""
    begun = at >= settings.sets_in
    return RoutingPolicy(
        settings.top_k,
        capacity_factor=settings.capacity,
        choice="sinkhorn" if settings.sinkhorn and begun else "top_k",
        # The softmax of one logit is 1 whatever it is: with one expert, keep its share of all.
        renormalize=settings.top_k > 1,
        noise_std=settings.noise,
        load_balancing=settings.balance if begun else 0.0,
    )


def look(run: Run) -> None:
    """Send all tokens through the layer; noise depends on seed and step alone."""
    at = len(run.measured)
    run.model.policy = policy(run.settings, at)
    noisy = run.settings.noise > 0
    rng = np.random.default_rng([run.settings.seed, at]) if noisy else None
    run.output = run.model.forward(run.x, training=True, rng=rng)


def measure(run: Run) -> None:
    """Add what is seen to the run."""
    logits, routing = run.output[:, :CLASSES], run.routing
    p = run.model.policy.probabilities(routing.logits)
    run.measured.append(
        Measured(
            cross_entropy(logits, run.y),
            float(np.mean(logits.argmax(axis=1) == run.y)),
            load_balancing_loss(p, routing.indices, 1.0),
            tuple(routing.shares.tolist()),
            routing.dropped,
            int(np.count_nonzero(~routing.kept.any(axis=1))),
        )
    )


def surcharges(run: Run) -> Array:
    """Return what the balanced matrix adds to each expert's logit, (EXPERTS,); 0 without Sinkhorn.

    Its entries are exp(z + r + c), with one r for each token and one c for each expert. Only c
    decides which expert a token gets.
    """
    if run.model.policy.choice != "sinkhorn":
        return np.zeros(EXPERTS)
    z = run.routing.logits
    balanced: Array = np.log(np.maximum(sinkhorn(z).matrix, np.finfo(z.dtype).tiny)) - z
    c: Array = (balanced - balanced.mean(axis=1, keepdims=True)).mean(axis=0)
    return c


def regions(run: Run, reach: float = 1.0) -> list[Array]:
    """Return where each expert is a token's first choice.

    The corners of a convex polygon, (n, 2) each.

    Within the square [-reach, reach]², without noise; no corners where an expert is first nowhere.
    """
    # z_e(x1, x2) = a_e · (x1, x2) + b_e
    W = run.model.router.W
    a, b = W[:, :2], W[:, 2] * run.settings.shared + surcharges(run)
    square = reach * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    found: list[Array] = []
    for e in range(EXPERTS):
        corners: Array = square
        for other in range(EXPERTS):
            if other != e and len(corners):
                corners = clip(corners, a[e] - a[other], float(b[e] - b[other]))
        found.append(corners)
    return found

r"""Expert choice: experts choose tokens, so every expert gets equally many.

Each of N experts takes the C tokens with the largest scores, :math:`C = c\,m / N` of m tokens:

.. math:: S = \operatorname{softmax}(x W_r^\top), \qquad
          y_b = \sum_{i \text{ that took } b} S_{bi}\, E_i(x_b) .

The load is equal by construction, without a loss. But a token may be taken by many experts or by
none, and who takes it depends on the other tokens, also on later ones: a decoder that writes one
token at a time cannot do that (Zhou et al., arXiv:2202.09368).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.moe._balancing import Indices
from ffnlib.moe._dispatch import gradient_rows, token_rows
from ffnlib.moe._routing import capacity
from ffnlib.nn import FeedForward, Linear, softmax, softmax_pull_back


def choose_tokens(scores: ArrayLike, places: int) -> Indices:
    """Return the tokens that each expert takes, (N, places), best first.

    Parameters
    ----------
    scores : array_like, (tokens, N)
    places : int, from 1 to the number of tokens

    Raises
    ------
    TypeError, ValueError
        If ``scores`` is not a matrix of real numbers, or ``places`` is out of its range.

    Examples
    --------
    >>> choose_tokens([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]], 2)
    array([[0, 2],
           [1, 3]])
    """
    s = as_float(scores, "scores")
    if s.ndim != 2:
        raise ValueError(f"scores must have shape (tokens, N), got {s.shape}")
    if as_count(places, "places") > len(s):
        raise ValueError(f"places must be from 1 to the {len(s)} tokens, got {places}")
    best = np.argsort(-s, axis=0, kind="stable")[:places]
    return best.T.astype(np.int64)


class Taken(NamedTuple):
    """What the layer keeps for the backward pass."""

    x: Array  # (tokens, d_model)
    scores: Array  # (tokens, N)
    tokens: Indices  # (N, places)
    outputs: list[Array]  # of each expert, (places, d_model)


class ExpertChoiceMoE(Composite):
    """A mixture whose experts choose their tokens.

    Parameters
    ----------
    d_model, d_ff, num_experts : int
        As ``MoE``.
    factor : float, above 0
        c, how many experts take a token on average.
    variant, rng, bias, init, dtype
        As ``MoE``.

    Attributes
    ----------
    router : Linear
    experts : list of FeedForward

    Raises
    ------
    TypeError, ValueError
        As ``MoE``.
    """

    def __init__(
        self,
        d_model: int,
        d_ff: int,
        num_experts: int,
        factor: float = 2.0,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        bias: bool = False,
        init: str | float = "lecun",
        dtype: DTypeLike = np.float64,
    ) -> None:
        n = as_count(num_experts, "num_experts")
        capacity(1, n, 1, factor)  # says what a factor may be
        more: dict[str, Any] = {"rng": rng, "init": init, "dtype": dtype}
        self.factor = float(factor)
        self.router = Linear(d_model, n, bias=False, **more)
        self.experts = [FeedForward(d_model, d_ff, variant, bias=bias, **more) for _ in range(n)]
        self._step: Taken | None = None

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Let every expert take its tokens and compute them; parameters and errors as ``MoE``."""
        flat = token_rows(x, self.router.d_in)
        if training:
            flat = flat.astype(self.dtype, copy=False)
        scores = softmax(self.router.forward(flat))  # (tokens, N)
        places = min(len(flat), capacity(len(flat), len(self.experts), 1, self.factor))
        tokens = choose_tokens(scores, places)
        outputs = []
        y = np.zeros_like(flat)
        for i, (expert, own) in enumerate(zip(self.experts, tokens, strict=True)):
            outputs.append(expert.forward(flat[own], training=training))
            y[own] += scores[own, i, None] * outputs[-1]
        if training:
            self._step = Taken(flat, scores, tokens, outputs)
        return y.reshape(np.shape(x))

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step; as ``MoE.backward``."""
        x, scores, tokens, outputs = last_step(self._step)
        flat = gradient_rows(g, x)
        dx, ds = np.zeros_like(x), np.zeros_like(scores)
        for i, (expert, own) in enumerate(zip(self.experts, tokens, strict=True)):
            ds[own, i] = np.einsum("nd,nd->n", flat[own], outputs[i])
            through = expert.backward(scores[own, i, None] * flat[own])
            assert through is not None  # inputs are wanted
            dx[own] += through
        dx += self.router.backward(x, softmax_pull_back(scores, ds))
        return dx.reshape(np.shape(g)) if inputs else None

    @property
    def experts_per_token(self) -> Indices:
        """How many experts took each token in the last training step, (tokens,)."""
        if self._step is None:
            raise RuntimeError("there is no step yet: call forward(x, training=True) first")
        return np.bincount(self._step.tokens.ravel(), minlength=len(self._step.x))

    def parts(self) -> dict[str, Trainable]:
        """Return the ``router``, then ``experts.0``, ``experts.1`` and so on."""
        return {"router": self.router, **{f"experts.{i}": e for i, e in enumerate(self.experts)}}

    def __repr__(self) -> str:
        n = len(self.experts)
        return f"ExpertChoiceMoE({n} experts, factor={self.factor:g}, {self.experts[0]!r})"

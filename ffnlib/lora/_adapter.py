r"""A low-rank adapter: two thin matrices whose product is added to the weights of a layer.

.. math:: \Delta W = \frac{\alpha}{r}\, B A, \qquad A: (r, d_{in}), \quad B: (d_{out}, r).

The product is never formed in training. A batch x goes through A, then through B, which costs
:math:`r (d_{in} + d_{out})` multiplications an example instead of :math:`d_{in} d_{out}`:

.. math:: h = x A^\top, \qquad y \mathrel{+}= s\, h B^\top, \qquad s = \alpha / r .

Backward pass, with :math:`g = \partial J/\partial y`:

.. math:: \frac{\partial J}{\partial B} = s\, g^\top h, \qquad
          \frac{\partial J}{\partial A} = s\, (g B)^\top x, \qquad
          \frac{\partial J}{\partial x} \mathrel{+}= s\, (g B) A .

Hu et al. (2021, arXiv:2106.09685, section 4.1).
"""

from typing import Any

import numpy as np

from ffnlib._base.arrays import Array, as_count, as_rng, float_dtype
from ffnlib.nn import draw_weights


def check_rank(rank: object, d_in: int, d_out: int, layer: str) -> int:
    """Return ``rank`` as an int; TypeError, ValueError naming the layer unless it is a rank."""
    rank, most = as_count(rank, f"rank for {layer}"), min(d_in, d_out)
    if rank > most:
        raise ValueError(
            f"rank must be from 1 to {most} for {layer} ({d_in} inputs, {d_out} outputs), "
            f"got {rank}"
        )
    return rank


def check_alpha(alpha: float | None, rank: int) -> float:
    """Return ``alpha``, by default the rank; ValueError unless it is finite and above 0."""
    value = float(rank if alpha is None else alpha)
    if not 0 < value < np.inf:
        raise ValueError(f"alpha must be a finite number above 0, got {alpha!r}")
    return value


class Adapter:
    r"""The two factors of an update, :math:`\Delta W = (\alpha/r)\, B A`, and their gradients.

    A starts Gaussian with variance :math:`1/d_{in}`, so that ``x @ A.T`` is as large as x. B starts
    at zero, so the layer starts as it was.

    Parameters
    ----------
    d_in, d_out : int
        Of the layer.
    rank : int, from 1 to min(d_in, d_out)
    alpha : float, optional
        The rank if not given, so that :math:`s = 1`.
    rng : numpy.random.Generator
        Where A comes from.
    dtype : float16, float32 or float64
    layer : str
        What an error message calls the layer.

    Attributes
    ----------
    A : array, (rank, d_in)
    B : array, (d_out, rank)
    alpha : float
    dA, dB : like A and B
        The gradients; None before the first ``backward``.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        rank: int,
        alpha: float | None = None,
        *,
        rng: np.random.Generator,
        dtype: Any = np.float64,
        layer: str = "the layer",
    ) -> None:
        rank = check_rank(rank, d_in, d_out, layer)
        self.alpha = check_alpha(alpha, rank)
        kind = float_dtype(dtype)
        self.A: Array = draw_weights("lecun", d_in, rank, as_rng(rng)).astype(kind, copy=False)
        self.B: Array = np.zeros((d_out, rank), dtype=kind)
        self.dA: Array | None = None
        self.dB: Array | None = None

    @property
    def rank(self) -> int:
        """The number of rows of A and of columns of B."""
        return len(self.A)

    @property
    def scale(self) -> float:
        """The factor alpha/rank of the product."""
        return self.alpha / self.rank

    def delta(self) -> Array:
        """Form the whole update, (d_out, d_in): to merge it or to look at it."""
        update: Array = self.B @ self.A  # (d_out, r) (r, d_in)
        update *= self.scale
        return update

    def add_to(self, y: Array, x: Array) -> None:
        """Add what the update makes of ``x``, (…, d_in), to ``y``, (…, d_out)."""
        A, B = (factor.astype(x.dtype, copy=False) for factor in (self.A, self.B))
        h = x @ A.T  # (…, r)
        h *= self.scale
        y += h @ B.T  # (…, d_out)

    def fill_gradients(self, x: Array, g: Array) -> Array:
        """Write ``dA`` and ``dB`` for a batch x, (batch, d_in), g, (batch, d_out); give s g B."""
        h = x @ self.A.T  # (batch, r): cheaper to compute again than to keep
        h *= self.scale
        self.dB = np.asarray(g.T @ h, dtype=self.B.dtype)  # (d_out, r)
        gh: Array = g @ self.B  # (batch, r)
        gh *= self.scale
        self.dA = np.asarray(gh.T @ x, dtype=self.A.dtype)  # (r, d_in)
        return gh

    def backward(self, x: Array, g: Array, dx: Array) -> None:
        """Fill the gradients, and add to ``dx``, (batch, d_in), what comes by way of A and B."""
        dx += self.fill_gradients(x, g) @ self.A  # (batch, r) (r, d_in)

    def __repr__(self) -> str:
        return f"Adapter(rank={self.rank}, alpha={self.alpha:g})"

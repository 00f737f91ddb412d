r"""The best approximation of a matrix by one of low rank, and how far off it must be.

With the singular value decomposition :math:`W = U \Sigma V^\top`, keep the r largest singular
values :math:`\sigma_1 \ge \dots \ge \sigma_r` and their vectors. No matrix of rank r is closer to
W, neither in the Frobenius norm nor in the spectral norm (Eckart and Young, 1936; Mirsky, 1960):

.. math:: \lVert W - W_r \rVert_F = \sqrt{\textstyle\sum_{i>r} \sigma_i^2}, \qquad
          \lVert W - W_r \rVert_2 = \sigma_{r+1} .
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float


class LowRank(NamedTuple):
    """A matrix of rank r as two factors, and the singular values of what it stands for."""

    B: Array
    """(d_out, r): left singular vectors, times the roots of their singular values."""
    A: Array
    """(r, d_in): right singular vectors, times the same roots."""
    singular_values: Array
    """All of them, largest first, (min(d_out, d_in),)."""

    @property
    def rank(self) -> int:
        """The number of singular values kept."""
        return len(self.A)

    @property
    def matrix(self) -> Array:
        """The approximation itself, B A, (d_out, d_in)."""
        product: Array = self.B @ self.A
        return product

    @property
    def error(self) -> float:
        """The distance in the Frobenius norm; no matrix of this rank is closer."""
        return least_error(self.singular_values, self.rank)


def best_approximation(W: ArrayLike, rank: int) -> LowRank:
    """Return the matrix of a rank that is closest to W, as two factors of equal size.

    Parameters
    ----------
    W : array_like, (d_out, d_in)
    rank : int, from 1 to min(d_out, d_in)

    Returns
    -------
    LowRank
        In the dtype of W, computed in float64 if that is float16.

    Raises
    ------
    TypeError, ValueError
        If W is no matrix of finite numbers, or has no such rank.
    """
    W = as_float(W, "W")
    if W.ndim != 2 or 0 in W.shape:
        raise ValueError(f"W must be a matrix (d_out, d_in), got shape {W.shape}")
    if not np.isfinite(W).all():
        raise ValueError("W must hold finite numbers, got inf or nan among them")
    rank, most = as_count(rank, "rank"), min(W.shape)
    if rank > most:
        raise ValueError(f"rank must be from 1 to {most} for W of shape {W.shape}, got {rank}")
    work = W.astype(np.float64) if W.dtype == np.float16 else W
    # (d_out, k), (k,), (k, d_in)
    U, sigma, Vt = np.linalg.svd(work, full_matrices=False)
    roots = np.sqrt(sigma[:rank])
    B, A = U[:, :rank] * roots, roots[:, None] * Vt[:rank]
    return LowRank(*(part.astype(W.dtype, copy=False) for part in (B, A, sigma)))


def least_error(singular_values: ArrayLike, rank: int) -> float:
    """Return the distance from a matrix to the nearest of rank ``rank``, in the Frobenius norm.

    Parameters
    ----------
    singular_values : array_like, (k,)
        Largest first.
    rank : int, 0 or more
        From k on the distance is 0.

    Raises
    ------
    TypeError, ValueError
        If these are not k numbers, largest first, none below 0, or ``rank`` is below 0.
    """
    sigma = as_float(singular_values, "singular_values").astype(np.float64)
    if sigma.ndim != 1 or (sigma < 0).any() or (np.diff(sigma) > 0).any():
        raise ValueError("singular_values must be a list of numbers from 0, largest first")
    return float(np.linalg.norm(sigma[as_count(rank, "rank", least=0) :]))

r"""Fewer weights instead of fewer bits: the least important of each output are set to 0.

Magnitude pruning calls a weight unimportant if it is small. Wanda also looks at what it meets, the
norm of input channel j over some calibration inputs (Sun et al., arXiv:2306.11695):

.. math:: S_{ij} = |W_{ij}| \cdot \|x_{\cdot j}\|_2 .

Weights are compared within an output. In the pattern **2:4**, two of every four neighbours stay;
some GPUs multiply such matrices up to twice as fast (Mishra et al., arXiv:2104.08378). They are
stored as the two values and, for each, its place among the four in 2 bits.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array
from ffnlib.quantization._levels import as_finite
from ffnlib.quantization._packing import pack, packed_size, unpack

PATTERNS: Final = ("any", "2:4")


def importance(w: ArrayLike, x: ArrayLike | None = None) -> Array:
    """Return how important each weight is: its magnitude, times the norm of its input if given.

    Parameters
    ----------
    w : array_like, (d_out, d_in)
    x : array_like, (n, d_in), optional
        Calibration inputs, for Wanda.

    Raises
    ------
    TypeError, ValueError
        If ``w`` or ``x`` does not hold finite real numbers, or the shapes do not fit.
    """
    weights = as_finite(w, "w")
    if x is None:
        return np.abs(weights)
    inputs = as_finite(x, "x")
    if weights.ndim != 2 or inputs.ndim != 2 or inputs.shape[1] != weights.shape[1]:
        raise ValueError(
            f"w must have shape (d_out, d_in) and x (n, d_in), got {weights.shape} and "
            f"{inputs.shape}"
        )
    return np.asarray(np.abs(weights) * np.linalg.norm(inputs, axis=0), weights.dtype)


def prune(
    w: ArrayLike, x: ArrayLike | None = None, sparsity: float = 0.5, pattern: str = "any"
) -> Array:
    """Return the weights with the least important of each output set to 0.

    Parameters
    ----------
    w : array_like, (d_out, d_in)
    x : array_like, (n, d_in), optional
        Calibration inputs, for Wanda; without them the magnitude decides.
    sparsity : float, from 0 to 1
        The share of each output's weights to set to 0, rounded down to whole weights; with the
        pattern "2:4" it is a half in any case.
    pattern : str
        "any", or "2:4".

    Raises
    ------
    TypeError, ValueError
        As ``importance``; or if ``sparsity`` or ``pattern`` is out of its range, or ``d_in`` is not
        a multiple of 4 for "2:4".

    Examples
    --------
    >>> w = [[0.9, -0.2, 0.1, 0.4]]
    >>> prune(w), prune(w, x=[[0.0, 5.0, 1.0, 1.0]])
    (array([[0.9, 0. , 0. , 0.4]]), array([[ 0. , -0.2,  0. ,  0.4]]))
    """
    if pattern not in PATTERNS:
        raise ValueError(f"pattern must be one of {', '.join(PATTERNS)}, got {pattern!r}")
    if isinstance(sparsity, bool) or not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be from 0 to 1, got {sparsity!r}")
    weights, score = as_finite(w, "w"), importance(w, x)
    if pattern == "2:4":
        groups = score.reshape(*score.shape[:-1], _quarter(weights), 4)
        drop, compared = 2, groups
    else:
        drop, compared = int(sparsity * weights.shape[-1] + 1e-9), score
    least = np.argsort(compared, axis=-1, kind="stable")[..., :drop]
    kept = np.ones(compared.shape, np.bool_)
    np.put_along_axis(kept, least, False, axis=-1)
    return np.where(kept.reshape(weights.shape), weights, weights.dtype.type(0))


class TwoOfFour(NamedTuple):
    """A matrix in the pattern 2:4, as it is stored."""

    values: Array
    """The two values of each four, (d_out, d_in / 2)."""
    places: NDArray[np.uint8]
    """Their places among the four, 2 bits each, (d_out, d_in / 8 rounded up)."""

    @property
    def nbytes(self) -> int:
        """The number of bytes of values and places."""
        return self.values.nbytes + self.places.nbytes


def compress(w: ArrayLike) -> TwoOfFour:
    """Store a matrix in the pattern 2:4.

    Parameters
    ----------
    w : array_like, (d_out, d_in)
        At most two of every four neighbours are not 0.

    Raises
    ------
    TypeError, ValueError
        If ``w`` does not hold finite real numbers in that pattern.

    Examples
    --------
    >>> stored = compress([[0.9, 0.0, 0.0, 0.4]])
    >>> stored.values, stored.nbytes, expand(stored)
    (array([[0.9, 0.4]]), 17, array([[0.9, 0. , 0. , 0.4]]))
    """
    weights = as_finite(w, "w")
    groups = weights.reshape(*weights.shape[:-1], _quarter(weights), 4)
    if ((groups != 0).sum(axis=-1) > 2).any():
        raise ValueError("w must have at most two numbers other than 0 in every four neighbours")
    places = np.sort(np.argsort(groups == 0, axis=-1, kind="stable")[..., :2], axis=-1)
    values = np.take_along_axis(groups, places, axis=-1)
    flat = places.reshape(*weights.shape[:-1], -1).astype(np.int8)
    lead = weights.shape[:-1]
    return TwoOfFour(values.reshape(*lead, -1), pack(flat - np.int8(4) * (flat > 1), 2))


def expand(stored: TwoOfFour) -> Array:
    """Return the matrix that ``compress`` stored."""
    values, n = stored.values, stored.values.shape[-1]
    if stored.places.shape[-1] != packed_size(n, 2):
        raise ValueError(f"places do not fit {n} values in a row, got {stored.places.shape}")
    places = unpack(stored.places, n, 2).astype(np.int64) & 3
    groups = np.zeros((*values.shape[:-1], n // 2, 4), values.dtype)
    pairs = (*values.shape[:-1], n // 2, 2)
    np.put_along_axis(groups, places.reshape(pairs), values.reshape(pairs), axis=-1)
    return groups.reshape(*values.shape[:-1], 2 * n)


def _quarter(weights: Array) -> int:
    if weights.shape[-1] % 4:
        raise ValueError(f"w must have a multiple of 4 columns for 2:4, got {weights.shape[-1]}")
    return int(weights.shape[-1]) // 4

r"""Numbers on a grid: a step, a zero point, and a whole number of few bits for each.

With step :math:`s` (``scale``) and zero point :math:`z`, a number :math:`w` becomes

.. math:: q = \mathrm{clip}\bigl(\mathrm{round}(w / s) + z\bigr), \qquad \hat w = s\,(q - z) .

Symmetric: :math:`z = 0` and :math:`q` from :math:`-L` to :math:`L = 2^{b-1} - 1`, so
:math:`s = \max|w| / L`. Affine: all :math:`2^b` levels between the smallest and the largest number,
:math:`s = (\max - \min)/(2^b - 1)`. Both have 0 among their levels. Where nothing is cut off,
:math:`|\hat w - w| \le s/2`.

Step and zero point are shared by a whole array, by a row, or by a group of neighbours in a row
(Jacob et al., arXiv:1712.05877; Dettmers et al., arXiv:2208.07339; Frantar et al.,
arXiv:2210.17323).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, float_dtype
from ffnlib.quantization._levels import Grid, as_finite, as_group_size, fit_grid
from ffnlib.quantization._packing import packed_size


class Quantized(NamedTuple):
    """Whole numbers and what they stand for."""

    q: NDArray[np.int8]
    """The numbers, in the shape of what was quantized, (…, d_in)."""
    scale: Array
    """The steps, (…, groups); axes of length 1 where a step is shared."""
    zero_point: NDArray[np.int8] | None
    """Which number stands for 0, like ``scale``; None if it is 0 throughout (symmetric)."""
    bits: int
    """The number of bits per number."""
    group_size: int
    """The number of neighbours along the last axis that share a scale.

    The last group may be smaller.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what was quantized."""
        return self.q.shape

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays as they are here: a whole byte a number, however few its bits."""
        zero_bytes = 0 if self.zero_point is None else self.zero_point.nbytes
        return self.q.nbytes + self.scale.nbytes + zero_bytes

    @property
    def packed_nbytes(self) -> int:
        """The bytes when each row is packed (`pack`), steps and zero points included."""
        rows = math.prod(self.shape[:-1])
        return self.nbytes - self.q.nbytes + rows * packed_size(self.shape[-1], self.bits)


def quantize(
    w: ArrayLike,
    bits: int = 8,
    group_size: int | str | None = "channel",
    symmetric: bool = True,
    *,
    clip: str = "absmax",
    percentile: float = 99.5,
    scale_dtype: DTypeLike | None = None,
) -> Quantized:
    """Round to the nearest level.

    Parameters
    ----------
    w : array_like, (…, d_in)
        Finite numbers: weights (d_out, d_in), or activations (tokens, d) for one step a token.
    bits : int, 2 to 8
    group_size : int, "channel" or "tensor"
        How many neighbours along the last axis share a step; the last group of a row may be
        smaller. "channel" (or None): one step a row. "tensor": one for the whole array.
    symmetric : bool
        Whether the levels lie symmetrically about 0, without a zero point.
    clip : str
        The range of the levels: "absmax" up to the largest number; "percentile" up to a percentile
        of the numbers; "mse" where a search finds the smallest squared error.
    percentile : float, above 50, at most 100
        For "percentile".
    scale_dtype : float16, float32 or float64, optional
        Of the steps; that of ``w`` if not given. float16 rounds them up, so that nothing is cut
        off by it.

    Returns
    -------
    Quantized
        A group of zeros has step 1.

    Raises
    ------
    TypeError
        If ``w`` does not hold real numbers, or ``bits`` or ``group_size`` is of another kind.
    ValueError
        If ``w`` is empty or holds nan or inf, an argument is out of its range, or a step does not
        fit into ``scale_dtype``.
    """
    w = as_finite(w, "w")
    size, options = as_group_size(group_size, w.shape[-1]), (symmetric, clip, percentile)
    grid = fit_grid(w, bits, group_size, *options, scale_dtype=scale_dtype)
    q = grid.spread(w.shape[-1], size).round(w)
    return Quantized(q, grid.scale, grid.zero_point, grid.bits, size)


def dequantize(quantized: Quantized, dtype: DTypeLike | None = None) -> Array:
    r"""Return the numbers the levels stand for, :math:`\hat w = s (q - z)`.

    Parameters
    ----------
    quantized : Quantized
    dtype : float16, float32 or float64, optional
        Of the result; that of the steps if not given, but float32 for steps in float16.

    Returns
    -------
    array, in the shape of what was quantized

    Raises
    ------
    TypeError
        If ``quantized`` is not a ``Quantized``.
    """
    if not isinstance(quantized, Quantized):
        raise TypeError(f"quantized must be what quantize() gives, got {type(quantized).__name__}")
    q, scale, zero_point, bits, size = quantized
    grid = Grid(scale, zero_point, bits).spread(q.shape[-1], size)
    least = np.float32 if scale.dtype == np.float16 else scale.dtype
    return grid.values(q, float_dtype(least if dtype is None else dtype))

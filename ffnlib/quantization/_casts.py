r"""Half the bytes by a cast: float16 and bfloat16.

Both have 16 bits. float16 gives 5 to the exponent and 10 to the fraction: a relative error up to
:math:`2^{-11}`, but nothing above 65504. bfloat16 is the upper half of a float32, 8 and 7: the
range stays, and the relative error grows to :math:`2^{-8}`.

NumPy has no bfloat16. The cast is done on the bits: adding half of the last place that stays, less
one if that place is even, carries into it exactly when rounding to nearest even goes up.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float


class CastError(NamedTuple):
    """The effect of a cast on some numbers."""

    relative: float
    """Largest relative error of those that stayed finite and other than 0."""
    overflowed: int
    """The number of values that became infinite."""
    underflowed: int
    """The number of values that became 0."""


def to_float16(x: ArrayLike) -> Array:
    """Round to float16; the result has the dtype of ``x``, and values that float16 can hold.

    What lies beyond its range becomes inf, without a warning. TypeError if ``x`` does not hold real
    numbers.
    """
    numbers = as_float(x, "x")
    with np.errstate(over="ignore", under="ignore"):
        return numbers.astype(np.float16).astype(numbers.dtype)


def to_bfloat16(x: ArrayLike) -> Array:
    """Round to bfloat16; the result has the dtype of ``x``, and values that bfloat16 can hold.

    float64 is rounded to float32 first, as PyTorch does. What lies beyond the range becomes inf,
    without a warning. TypeError if ``x`` does not hold real numbers.
    """
    numbers = as_float(x, "x")
    with np.errstate(over="ignore", under="ignore"):
        return from_bfloat16_bits(bfloat16_bits(numbers)).astype(numbers.dtype)


def bfloat16_bits(x: ArrayLike) -> NDArray[np.uint16]:
    """Return the 16 bits of each number as bfloat16, two bytes a number; as ``to_bfloat16``."""
    with np.errstate(over="ignore", under="ignore"):
        numbers = as_float(x, "x").astype(np.float32)
    bits = np.atleast_1d(numbers).view(np.uint32)
    last = bits >> np.uint32(16) & np.uint32(1)  # the last place that stays
    rounded = bits + (np.uint32(0x7FFF) + last) >> np.uint32(16)
    quiet = bits >> np.uint32(16) | np.uint32(0x40)  # a nan stays one
    chosen = np.where(np.isnan(np.atleast_1d(numbers)), quiet, rounded)
    return chosen.astype(np.uint16).reshape(numbers.shape)


def from_bfloat16_bits(bits: ArrayLike) -> NDArray[np.float32]:
    """Return the numbers that 16 bits stand for as bfloat16; TypeError unless they are uint16."""
    stored = np.asarray(bits)
    if stored.dtype != np.uint16:
        raise TypeError(f"bits must be of dtype uint16, got {stored.dtype}")
    wide = np.atleast_1d(stored).astype(np.uint32) << np.uint32(16)
    return wide.view(np.float32).reshape(stored.shape)


def cast_error(x: ArrayLike, cast: Callable[[Array], Array]) -> CastError:
    """Measure what a cast, ``to_float16`` or ``to_bfloat16``, does to some numbers.

    Parameters
    ----------
    x : array_like
    cast : callable
        Array to array.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    """
    before = as_float(x, "x")
    after = cast(before).astype(np.float64)
    before = before.astype(np.float64)
    was = np.isfinite(before) & (before != 0)
    kept = was & np.isfinite(after) & (after != 0)
    error = np.abs(after[kept] - before[kept]) / np.abs(before[kept])
    return CastError(
        float(error.max(initial=0.0)),
        int((was & np.isinf(after)).sum()),
        int((was & (after == 0)).sum()),
    )

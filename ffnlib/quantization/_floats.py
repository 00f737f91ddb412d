r"""Floats of eight and of four bits: FP8 (E4M3, E5M2), FP4 (E2M1), and the exponent alone (E8M0).

The name counts the bits: E4M3 has a sign, four of exponent and three of fraction. With exponent
:math:`e`, fraction :math:`f` of :math:`m` bits and the format's bias :math:`b`, a code stands for

.. math:: \pm (1 + f / 2^m)\, 2^{e - b}, \qquad \pm (f / 2^m)\, 2^{1 - b} \text{ if } e = 0 .

Without its sign, a larger code is a larger number, so to encode is to look a number up in the
sorted table of all numbers: there are at most 256 (Micikevicius et al., arXiv:2209.05433; OCP
Microscaling Formats, version 1.0).
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import as_float


class FloatFormat(NamedTuple):
    """How the bits of a small float are used."""

    exponent: int
    """The number of bits of the exponent."""
    mantissa: int
    """The number of bits of the fraction."""
    bias: int
    """What is taken off the exponent."""
    top: int
    """The code of the largest finite number."""
    infinite: int | None
    """The code of infinity, if there is one."""
    nan: int | None
    """The code of "not a number", if there is one."""
    signed: bool = True
    """Whether the highest bit is a sign."""

    @property
    def bits(self) -> int:
        """The number of bits of a code."""
        return self.exponent + self.mantissa + self.signed


FLOATS: Final = {
    "E4M3": FloatFormat(4, 3, 7, 0x7E, None, 0x7F),
    "E5M2": FloatFormat(5, 2, 15, 0x7B, 0x7C, 0x7E),
    "E2M1": FloatFormat(2, 1, 1, 0x7, None, None),
    "E8M0": FloatFormat(8, 0, 127, 0xFE, None, 0xFF, signed=False),
}
"""E4M3 gives up infinity for a larger range; E2M1 has no nan either; E8M0 holds powers of two."""


@cache
def float_values(name: str) -> NDArray[np.float64]:
    """Return what each code of a format stands for, in the order of the codes.

    Parameters
    ----------
    name : str
        One of ``FLOATS``.

    Raises
    ------
    ValueError
        For another name.

    Examples
    --------
    >>> print(float_values("E2M1")[:8], float_values("E2M1")[8:])
    [0.  0.5 1.  1.5 2.  3.  4.  6. ] [-0.  -0.5 -1.  -1.5 -2.  -3.  -4.  -6. ]
    """
    form = _float_format(name)
    codes = np.arange(2 ** (form.bits - form.signed))
    e, f = codes >> form.mantissa, codes & 2**form.mantissa - 1
    if form.signed:
        values = (f / 2**form.mantissa + (e > 0)) * 2.0 ** (np.maximum(e, 1) - form.bias)
    else:  # E8M0 has no subnormal numbers and no 0
        values = 2.0 ** (e - form.bias)
    values[form.top + 1 :] = np.nan
    if form.infinite is not None:
        values[form.infinite] = np.inf
    both = np.concatenate([values, -values]) if form.signed else values
    both.flags.writeable = False
    return both


def encode_float(x: ArrayLike, name: str, *, saturate: bool = False) -> NDArray[np.uint8]:
    """Return the code of the nearest number of a format; of two equally near, the even code.

    E8M0 takes the larger of two equally near, and has no code for 0 and for negative numbers.

    Parameters
    ----------
    x : array_like
    name : str
        One of ``FLOATS``.
    saturate : bool
        Whether what is too large becomes the largest finite number, infinity too. Otherwise it
        becomes infinity in E5M2 and nan in E4M3 and E8M0; E2M1, which has neither, saturates.

    Returns
    -------
    array of uint8, in the shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        For another name, or if ``x`` holds nan and the format has none.

    Examples
    --------
    >>> encode_float([1, 1.0625, 1e9], "E4M3")
    array([ 56,  56, 127], dtype=uint8)
    >>> encode_float([1e9], "E4M3", saturate=True)
    array([126], dtype=uint8)
    """
    form, numbers = _float_format(name), as_float(x, "x").astype(np.float64)
    lost = np.isnan(numbers) if form.signed else ~(numbers > 0)
    if form.nan is None and lost.any():
        raise ValueError(f"x must not hold nan, which {name} cannot store")
    levels = float_values(name)[: form.top + 1]
    beyond = 2 * levels[-1] - levels[-2] if form.signed else 2 * levels[-1]
    levels = np.append(levels, beyond)  # the number that would come next
    size = np.where(lost, levels[0], np.abs(numbers))
    below = np.clip(np.searchsorted(levels, size, side="right") - 1, 0, form.top)
    down, up = size - levels[below], levels[below + 1] - size
    code = below + ((up < down) | (up == down) & ((below % 2 == 1) | (not form.signed)))
    largest = form.top if saturate or form.nan is None else form.infinite or form.nan
    code = np.where(code > form.top, largest, code)
    code = np.where(lost, form.nan or 0, code)
    if form.signed:
        code = code | np.signbit(numbers).astype(np.int64) << form.bits - 1
    return np.asarray(code, np.uint8)


def decode_float(codes: ArrayLike, name: str) -> NDArray[np.float32]:
    """Return the numbers that codes stand for.

    Parameters
    ----------
    codes : array_like of uint8
        Below 16 for E2M1.
    name : str
        One of ``FLOATS``.

    Raises
    ------
    TypeError, ValueError
        If ``codes`` is of another dtype or holds a code that the format has not; for another name.

    Examples
    --------
    >>> decode_float(np.array([0, 56, 126, 127], dtype=np.uint8), "E4M3")
    array([  0.,   1., 448.,  nan], dtype=float32)
    """
    values, stored = float_values(name), np.asarray(codes)
    if stored.dtype != np.uint8:
        raise TypeError(f"codes must be of dtype uint8, got {stored.dtype}")
    if stored.size and stored.max() >= len(values):
        raise ValueError(f"codes of {name} must be below {len(values)}, got {stored.max()}")
    return np.asarray(values[stored], np.float32)


def _float_format(name: str) -> FloatFormat:
    if name not in FLOATS:
        raise ValueError(f"name must be one of {', '.join(FLOATS)}, got {name!r}")
    return FLOATS[name]

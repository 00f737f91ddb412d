r"""Block formats: small numbers that share a small scale, MXFP8, MXFP4, NVFP4 and NF4.

Neighbours in a row form a block with one scale, and each number becomes the code of the nearest
level. What differs is the levels and what the scale may be:

- FP8: levels of E4M3 or E5M2, one float32 scale for the whole array (arXiv:2209.05433).
- MXFP8, MXFP4: blocks of 32, and a power of two, one byte of E8M0,
  :math:`2^{\lfloor \log_2 \max |w| \rfloor - e}`, where :math:`2^e` is the power of two in the
  largest level. The largest numbers of a block may be clipped (arXiv:2310.10537).
- NVFP4: blocks of 16, levels of E2M1, scales in E4M3, themselves multiples of one float32
  (arXiv:2509.25149).
- NF4: blocks of 64 scaled to 1, and levels at quantiles of the normal distribution, 0 among them.
  Scales are float32; or, quantized twice, E4M3 around their mean, 256 of them sharing a float32
  (arXiv:2305.14314, whose code has 8-bit levels of its own instead of E4M3).
"""

import math
from functools import cache
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, float_dtype
from ffnlib.quantization._floats import FLOATS, encode_float, float_values
from ffnlib.quantization._levels import as_finite
from ffnlib.quantization._packing import pack_int4, unpack_int4

SHARING: Final = 256
"""The number of NF4's scales that share a float32 when they are quantized too."""


class BlockFormat(NamedTuple):
    """What a block format stores."""

    elements: str
    """The levels: one of ``FLOATS``, or "NF4"."""
    block: int | None
    """The number of neighbours that share a scale; None if all numbers do."""
    scales: str
    """How scales are stored: "float32", "E8M0", "E4M3" or "double"."""


BLOCK_FORMATS: Final = {
    "FP8 E4M3": BlockFormat("E4M3", None, "float32"),
    "FP8 E5M2": BlockFormat("E5M2", None, "float32"),
    "MXFP8": BlockFormat("E4M3", 32, "E8M0"),
    "MXFP4": BlockFormat("E2M1", 32, "E8M0"),
    "NVFP4": BlockFormat("E2M1", 16, "E4M3"),
    "NF4": BlockFormat("NF4", 64, "float32"),
    "NF4 double": BlockFormat("NF4", 64, "double"),
}


class Encoded(NamedTuple):
    """An array in a block format, as it is stored."""

    name: str
    """One of ``BLOCK_FORMATS``."""
    shape: tuple[int, ...]
    """The shape of what was encoded, (…, d_in)."""
    packed: NDArray[np.uint8]
    """The codes of the numbers, (…, d_in) or, with two codes of 4 bits in a byte, half as long."""
    scales: NDArray[np.uint8] | NDArray[np.float32]
    """The scales of the blocks, (…, blocks), or their codes."""
    outer: NDArray[np.float32]
    """What the codes of the scales are multiplied by, and for "double" their mean; else empty."""

    @property
    def nbytes(self) -> int:
        """The number of bytes of codes and scales together."""
        return self.packed.nbytes + self.scales.nbytes + self.outer.nbytes


@cache
def nf4_levels() -> NDArray[np.float32]:
    """Return the 16 levels of NF4, sorted, from -1 to 1.

    Eight levels of at least 0 and, with 0 again, nine of at most 0 lie at equally spaced
    probabilities of a normal distribution, from 1/2 to 0.9677083, divided by the largest.

    Examples
    --------
    >>> print(nf4_levels()[[0, 6, 7, 8, 15]].round(2))
    [-1.   -0.09  0.    0.08  1.  ]
    """
    quantile = NormalDist().inv_cdf
    negative = [-quantile(p) for p in np.linspace(0.9677083, 0.5, 8)[:-1]]
    positive = [quantile(p) for p in np.linspace(0.9677083, 0.5, 9)[:-1]]
    levels = np.sort(np.array([*negative, 0.0, *positive]))
    shares = np.asarray(levels / levels[-1], np.float32)
    shares.flags.writeable = False
    return shares


def element_levels(elements: str) -> NDArray[np.float32]:
    """Return the finite levels of a kind of element, sorted; 0 once."""
    if elements == "NF4":
        return nf4_levels()
    values = float_values(elements)
    return np.unique(values[np.isfinite(values)]).astype(np.float32)


def encode(w: ArrayLike, name: str) -> Encoded:
    """Store an array in a block format; blocks run along the last axis.

    Parameters
    ----------
    w : array_like, (…, d_in)
        Finite numbers. The last block of a row may be shorter than the others.
    name : str
        One of ``BLOCK_FORMATS``.

    Raises
    ------
    TypeError, ValueError
        If ``w`` does not hold finite real numbers, or for another name.

    Examples
    --------
    >>> stored = encode([[0.1, -0.2, 0.7, 3.1]], "MXFP4")
    >>> decode(stored), stored.nbytes  # two bytes of codes, one of scale
    (array([[ 0.  , -0.25,  0.75,  3.  ]], dtype=float32), 3)
    """
    form, numbers = _block_format(name), as_finite(w, "w").astype(np.float64)
    size = form.block or numbers.shape[-1]
    starts = np.arange(0, numbers.shape[-1], size)
    largest = np.maximum.reduceat(np.abs(numbers), starts, axis=-1)  # (…, blocks)
    if form.block is None:
        largest = np.broadcast_to(largest.max(), (1,) * numbers.ndim)
    scales, outer = _store_scales(largest, form)
    scale = _spread(_read_scales(scales, outer, form), numbers.shape[-1], size)
    shares = np.divide(numbers, scale, out=np.zeros_like(numbers), where=scale != 0)
    if form.elements == "NF4":
        levels = nf4_levels().astype(np.float64)
        codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, shares).astype(np.uint8)
    else:
        codes = encode_float(shares, form.elements, saturate=True)
    if _element_bits(form) == 4:
        codes = pack_int4(codes.astype(np.int8) - np.int8(16) * (codes > 7))
    return Encoded(name, numbers.shape, codes, scales, outer)


def decode(encoded: Encoded, dtype: DTypeLike = np.float32) -> Array:
    """Return the numbers that ``encode`` stored: level times scale.

    Parameters
    ----------
    encoded : Encoded
    dtype : float16, float32 or float64
        The dtype of the result.

    Raises
    ------
    TypeError
        If ``encoded`` is not an ``Encoded``.
    """
    if not isinstance(encoded, Encoded):
        raise TypeError(f"encoded must be what encode() returns, got {type(encoded).__name__}")
    form, d_in = _block_format(encoded.name), encoded.shape[-1]
    codes = encoded.packed
    if _element_bits(form) == 4:
        codes = unpack_int4(codes, d_in).astype(np.uint8) & np.uint8(15)
    table = nf4_levels() if form.elements == "NF4" else float_values(form.elements)
    scale = _spread(_read_scales(encoded.scales, encoded.outer, form), d_in, form.block or d_in)
    return np.asarray(table.astype(np.float64)[codes] * scale).astype(float_dtype(dtype))


def block_scales(encoded: Encoded) -> NDArray[np.float64]:
    """Return what the levels of each block are multiplied by, (…, blocks)."""
    return _read_scales(encoded.scales, encoded.outer, _block_format(encoded.name))


def _store_scales(
    largest: NDArray[np.float64], form: BlockFormat
) -> tuple[NDArray[np.uint8] | NDArray[np.float32], NDArray[np.float32]]:
    """Choose scales for blocks with these largest magnitudes; the scale of zeros is 1."""
    nothing = np.zeros(0, np.float32)
    top = float(element_levels(form.elements)[-1])
    if form.scales == "E8M0":
        exponent = np.frexp(largest)[1] - math.frexp(top)[1]
        code = np.clip(exponent + 127, 0, FLOATS["E8M0"].top)
        return np.where(largest > 0, code, 127).astype(np.uint8), nothing
    ideal = np.where(largest > 0, largest / top, 1)
    if form.scales == "float32":
        return ideal.astype(np.float32), nothing
    if form.scales == "E4M3":
        outer = np.array([ideal.max() / float_values("E4M3")[FLOATS["E4M3"].top]], np.float32)
        return encode_float(ideal / outer, "E4M3", saturate=True), outer
    mean = np.float32(ideal.mean())
    off = (ideal - mean).ravel()
    peaks = np.maximum.reduceat(np.abs(off), np.arange(0, off.size, SHARING))
    outer = np.where(peaks > 0, peaks / 448, 1).astype(np.float32)
    codes = encode_float(off / np.repeat(outer, SHARING)[: off.size], "E4M3", saturate=True)
    return codes.reshape(ideal.shape), np.append(outer, mean)


def _read_scales(
    scales: NDArray[np.uint8] | NDArray[np.float32], outer: NDArray[np.float32], form: BlockFormat
) -> NDArray[np.float64]:
    if form.scales == "float32":
        return scales.astype(np.float64)
    values = float_values("E8M0" if form.scales == "E8M0" else "E4M3")
    inner: NDArray[np.float64] = values[scales.astype(np.uint8)]
    if form.scales == "E4M3":
        inner = inner * outer[0]
    elif form.scales == "double":
        shared = np.repeat(outer[:-1], SHARING)[: inner.size].reshape(inner.shape)
        inner = inner * shared + outer[-1]
    return inner


def _spread(scale: NDArray[np.float64], d_in: int, size: int) -> NDArray[np.float64]:
    return scale if scale.shape[-1] == 1 else np.repeat(scale, size, axis=-1)[..., :d_in]


def _element_bits(form: BlockFormat) -> int:
    return 4 if form.elements == "NF4" else FLOATS[form.elements].bits


def _block_format(name: str) -> BlockFormat:
    if name not in BLOCK_FORMATS:
        raise ValueError(f"name must be one of {', '.join(BLOCK_FORMATS)}, got {name!r}")
    return BLOCK_FORMATS[name]

r"""Keys and values in few bits: the memory of attention while a text is written.

A decoder that writes a text keeps the keys and values of all earlier positions. A few channels of
the keys are larger than the others, in every position; the values have no such channels. So KIVI
(Liu et al., arXiv:2402.02750) lets a few neighbouring *positions* of one channel of the keys share
a scale, and a few *channels* of one position of the values.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.language._decoder import Decoder
from ffnlib.quantization import dequantize, quantize

ALONG: Final = ("channel", "position")
"""Numbers that share a scale belong to one channel, or to one position."""


@dataclass(frozen=True)
class CacheRounding:
    """Round keys and values to few bits, with a zero point, and back; for ``Attention.cache``."""

    bits: int
    """The number of bits per number, from 2 to 8."""
    keys: str = "channel"
    """What the keys that share a scale have in common: one of ``ALONG``."""
    values: str = "position"
    """What the values that share a scale have in common: one of ``ALONG``."""
    group: int = 8
    """How many numbers share a scale."""

    def __post_init__(self) -> None:
        for name in ("keys", "values"):
            if getattr(self, name) not in ALONG:
                raise ValueError(
                    f"{name} must be one of {', '.join(ALONG)}, got {getattr(self, name)!r}"
                )

    @property
    def stored_bits(self) -> float:
        """The bits per number with a float16 scale and a zero point of 8 bits per group."""
        return self.bits + 24 / self.group

    def __call__(self, k: Array, v: Array) -> tuple[Array, Array]:
        """Return keys and values, (…, seq, head_dim), as they are read back."""
        return self._round(k, self.keys), self._round(v, self.values)

    def _round(self, a: Array, along: str) -> Array:
        rows = a.swapaxes(-1, -2) if along == "channel" else a
        stored = quantize(rows, self.bits, self.group, symmetric=False, scale_dtype=np.float16)
        back = dequantize(stored, a.dtype)
        return back.swapaxes(-1, -2) if along == "channel" else back


def quantize_cache(
    model: Decoder, bits: int, keys: str = "channel", values: str = "position", group: int = 8
) -> Decoder:
    """Return a copy of a decoder that looks at keys and values of few bits.

    Parameters
    ----------
    model : Decoder
        Left as it is.
    bits, keys, values, group
        As ``CacheRounding``.

    Raises
    ------
    TypeError, ValueError
        If ``model`` is not a Decoder, or an argument is out of its range.

    Notes
    -----
    All positions of a window are rounded, groups of neighbouring positions included. A cache that
    grows would keep the latest positions in floats until their group is full.
    """
    if not isinstance(model, Decoder):
        raise TypeError(f"model must be a Decoder, got {type(model).__name__}")
    rounding = CacheRounding(bits, keys, values, group)
    copy = deepcopy(model)
    for block in copy.blocks:
        block.attention.cache = rounding
    return copy

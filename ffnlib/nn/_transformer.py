r"""One block of a Transformer: attention between positions, then a feed-forward layer within each.

.. math:: x \leftarrow x + \mathrm{Attention}(\mathrm{Norm}_1(x)), \qquad
          x \leftarrow x + \mathrm{FFN}(\mathrm{Norm}_2(x))

The norms stand before what they serve (*pre-norm*; Xiong et al., arXiv:2002.04745), so the sum that
runs through all blocks, the residual stream, is never rescaled, and a gradient comes back along it
unchanged: :math:`g_x = g + \mathrm{Norm}^*(\mathrm{FFN}^*(g))`, a star for the backward pass.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Composite, Model
from ffnlib.nn._attention import Attention, rotate
from ffnlib.nn._ffn import FeedForward
from ffnlib.nn._norms import LayerNorm, RMSNorm

__all__ = [
    "NORMS", "Attention", "Block", "BlockTrace", "FeedForward", "LayerNorm", "RMSNorm", "rotate",
]  # fmt: skip

NORMS: Final[dict[str, type[RMSNorm]]] = {"rmsnorm": RMSNorm, "layernorm": LayerNorm}


class BlockTrace(NamedTuple):
    """The values that a block computed in the forward pass; all (batch, seq, d_model)."""

    x: Array
    """The block's input."""
    attended: Array
    """The stream after attention was added."""
    ffn_input: Array
    """The input of the feed-forward layer: ``attended``, normalized."""
    ffn_output: Array
    """The output of the feed-forward layer."""
    y: Array
    """The stream after that was added."""


class Block(Composite):
    """A pre-norm block; with the defaults, LLaMA's: RMSNorm, rotary positions, SwiGLU, no bias.

    Parameters
    ----------
    d_model, n_heads, n_kv_heads, rope_base :
        As ``Attention``.
    d_ff, variant :
        As ``FeedForward``.
    norm : {"rmsnorm", "layernorm"}
    rng : numpy.random.Generator
    bias : bool
        Whether the dense layers have one.
    dtype : float32 or float64

    Attributes
    ----------
    norm1, norm2 : RMSNorm or LayerNorm
    attention : Attention
    ffn : FeedForward
        May be replaced by any ``Model`` from (…, d_model) to (…, d_model).

    Raises
    ------
    TypeError, ValueError
        As its parts, or for an unknown norm.
    """

    ffn: Model

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        d_ff: int | None = None,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        n_kv_heads: int | None = None,
        norm: str = "rmsnorm",
        rope_base: float | None = 10_000.0,
        bias: bool = False,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if norm not in NORMS:
            raise ValueError(f"norm must be one of {', '.join(NORMS)}, got {norm!r}")
        self.norm1 = NORMS[norm](d_model, dtype=dtype)
        self.attention = Attention(
            d_model, n_heads, n_kv_heads, rng=rng, rope_base=rope_base, bias=bias, dtype=dtype
        )
        self.norm2 = NORMS[norm](d_model, dtype=dtype)
        self.ffn = FeedForward(d_model, d_ff, variant, rng=rng, bias=bias, dtype=dtype)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the block.

        Parameters
        ----------
        x : array_like, (batch, seq, d_model)
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs.
        rng : numpy.random.Generator, optional
            Handed on to the feed-forward layer.

        Returns
        -------
        array, (batch, seq, d_model)

        Raises
        ------
        TypeError, ValueError
            As ``Attention.forward``.
        """
        x = as_float(x, "x")
        attended = self.attention.forward(
            self.norm1.forward(x, training=training), training=training
        )
        attended += x  # a new array: x stays
        y = self.ffn.forward(
            self.norm2.forward(attended, training=training), training=training, rng=rng
        )
        return np.add(y, attended, out=y)

    def trace(self, x: ArrayLike) -> BlockTrace:
        """Compute the block and keep all that is on the way; as ``forward``."""
        x = as_float(x, "x")
        attended = x + self.attention.forward(self.norm1.forward(x))
        ffn_input = self.norm2.forward(attended)
        ffn_output = self.ffn.forward(ffn_input)
        return BlockTrace(x, attended, ffn_input, ffn_output, attended + ffn_output)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:  # noqa: ARG002
        """Send a gradient back through the last training step; give that of ``x``.

        Parameters and errors as ``Attention.backward``; the gradient of ``x`` is always computed.
        """
        g = as_float(g, "g")
        for norm, part in ((self.norm2, self.ffn), (self.norm1, self.attention)):
            inner = part.backward(g)
            assert inner is not None  # inputs are wanted
            inner = norm.backward(inner)
            assert inner is not None
            g = np.add(inner, g, out=inner)
        return g

    def parts(self) -> dict[str, Model]:
        """The block's parts by name, in the order of computation."""
        return {
            "norm1": self.norm1, "attention": self.attention,
            "norm2": self.norm2, "ffn": self.ffn,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"Block({self.attention!r}, {self.ffn!r})"

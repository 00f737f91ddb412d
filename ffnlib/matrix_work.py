r"""The operations and the bytes of one matrix product, and of a feed-forward layer.

With T positions at once, a matrix of :math:`d_\text{in} d_\text{out}` weights costs

.. math:: 2\,T\,d_\text{in} d_\text{out} \text{ operations and }
          d_\text{in} d_\text{out} + T\,(d_\text{in} + d_\text{out}) \text{ numbers moved.}

What is counted moves between the chip and its memory once: weights, inputs and outputs. Whole
models are counted in ``ffnlib.workload``.
"""

from dataclasses import dataclass

from ffnlib.arrays import as_count
from ffnlib.hardware import BFLOAT16, Precision, bytes_of
from ffnlib.widths import GATED, check_variant, ffn_flops, ffn_parameters


@dataclass(frozen=True)
class Work:
    """Operations, and bytes by what they hold; ``a + b`` is both, one after the other."""

    flops: int = 0
    weights: int = 0
    """Bytes of weights read."""
    cache: int = 0
    """Bytes of keys and values read and written."""
    activations: int = 0
    """Bytes of inputs and outputs read and written."""

    @property
    def bytes(self) -> int:
        """All bytes that move."""
        return self.weights + self.cache + self.activations

    @property
    def intensity(self) -> float:
        """Operations a byte; 0 where nothing moves."""
        return self.flops / self.bytes if self.bytes else 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.flops + other.flops,
            self.weights + other.weights,
            self.cache + other.cache,
            self.activations + other.activations,
        )


def linear_work(d_in: int, d_out: int, tokens: int, precision: Precision = BFLOAT16) -> Work:
    """Count one matrix product, ``tokens`` vectors of ``d_in`` numbers to ``d_out``.

    TypeError or ValueError for sizes below 1.
    """
    d_in, d_out = as_count(d_in, "d_in"), as_count(d_out, "d_out")
    tokens = as_count(tokens, "tokens")
    return Work(
        flops=2 * tokens * d_in * d_out,
        weights=bytes_of(d_in * d_out, precision.weights),
        activations=bytes_of(tokens * (d_in + d_out), precision.activations),
    )


def ffn_work(
    d_model: int, d_ff: int, tokens: int, variant: str = "swiglu",
    precision: Precision = BFLOAT16, *, bias: bool = False, fused: bool = True,
) -> Work:  # fmt: skip
    """Count one feed-forward layer.

    Parameters
    ----------
    d_model, d_ff, tokens : int
        ``tokens`` counts the positions of all sequences.
    variant : str
    precision : Precision
    bias : bool
    fused : bool
        Whether activation and gate are applied before the hidden layer is written to memory. Then
        x is read once and the hidden layer written and read once: 2 d + 2 d_ff numbers a token.
        Otherwise each step reads and writes: 2 d + 4 d_ff, gated 3 d + 8 d_ff. Operations and
        weights are the same; there are two (or three) matrix products either way.

    Returns
    -------
    Work

    Raises
    ------
    TypeError, ValueError
        For sizes below 1 or an unknown variant.
    """
    flops = ffn_flops(d_model, d_ff, check_variant(variant))
    tokens = as_count(tokens, "tokens")
    if fused:
        moved = 2 * d_model + 2 * d_ff
    elif variant in GATED:  # gate d + h, up d + h, activation 2 h, product 3 h, down h + d
        moved = 3 * d_model + 8 * d_ff
    else:  # up d + h, activation 2 h, down h + d
        moved = 2 * d_model + 4 * d_ff
    return Work(
        flops=tokens * flops,
        weights=bytes_of(ffn_parameters(d_model, d_ff, variant, bias), precision.weights),
        activations=bytes_of(tokens * moved, precision.activations),
    )

r"""How large a feed-forward block is: its hidden size, parameters and operations, counted.

A feed-forward block of width ``d_model`` = d and hidden size ``d_ff`` has two matrices, up and
down, or three when it is gated:

.. math:: 2\,d\,d_\text{ff} \quad\text{or}\quad 3\,d\,d_\text{ff} \text{ weights.}

Equal weights at :math:`d_\text{ff} = 4d` without a gate mean :math:`d_\text{ff} = \tfrac83 d` with
one (Shazeer, arXiv:2002.05202, section 3.1). Everything is counted in Python integers, which cannot
overflow.
"""

from typing import Final

from ffnlib._base.arrays import as_count

VARIANTS: Final = ("relu", "gelu", "glu", "geglu", "swiglu", "reglu", "bilinear")
"""The feed-forward blocks of Shazeer 2020, by the name of what is done to the (gate) projection."""

GATED: Final = frozenset(VARIANTS) - {"relu", "gelu"}
"""Those with a third matrix, whose output multiplies the hidden units."""


def check_variant(variant: str) -> str:
    """Return ``variant`` back if there is one of this name; raise ValueError otherwise."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, got {variant!r}")
    return variant


def hidden_size(
    d_model: int,
    variant: str = "swiglu",
    multiple_of: int = 256,
    ffn_dim_multiplier: float | None = None,
) -> int:
    r"""Choose the hidden size as LLaMA does: 4d, two thirds of it if gated, rounded **up**.

    Parameters
    ----------
    d_model : int
        Width d of the model.
    variant : str
        One of ``VARIANTS``. Without a gate the start is 4d, with one :math:`\lfloor 8d/3\rfloor`.
    multiple_of : int
        The result is the next multiple of this; 1 for no rounding.
    ffn_dim_multiplier : float, optional
        Widens (or narrows) the block before the rounding: Llama 2 70B has 1.3.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, the variant unknown or the multiplier not above 0.

    Notes
    -----
    The order (two thirds, cut to an integer; multiplier, cut again; round up) is that of Meta's
    released ``model.py`` for LLaMA (arXiv:2302.13971) and Llama 2 (arXiv:2307.09288).

    >>> [hidden_size(d) for d in (4096, 5120, 6656, 8192)]
    [11008, 13824, 17920, 22016]
    >>> hidden_size(8192, multiple_of=4096, ffn_dim_multiplier=1.3)
    28672
    """
    d_model, multiple_of = as_count(d_model, "d_model"), as_count(multiple_of, "multiple_of")
    if ffn_dim_multiplier is not None and not 0 < ffn_dim_multiplier < float("inf"):
        raise ValueError(f"ffn_dim_multiplier must be above 0, got {ffn_dim_multiplier}")
    hidden = 4 * d_model
    if check_variant(variant) in GATED:
        hidden = 2 * hidden // 3
    if ffn_dim_multiplier is not None:
        hidden = int(ffn_dim_multiplier * hidden)
    return max(1, -(-hidden // multiple_of)) * multiple_of


def ffn_parameters(d_model: int, d_ff: int, variant: str = "swiglu", bias: bool = False) -> int:
    """Count the numbers of one feed-forward block: 2 d d_ff, gated 3 d d_ff, and the biases.

    Raises TypeError or ValueError for sizes below 1 or an unknown variant.
    """
    d_model, d_ff = as_count(d_model, "d_model"), as_count(d_ff, "d_ff")
    inward = 2 if check_variant(variant) in GATED else 1  # up, and perhaps gate
    weights = (inward + 1) * d_model * d_ff
    return weights + (inward * d_ff + d_model if bias else 0)


def ffn_flops(d_model: int, d_ff: int, variant: str = "swiglu") -> int:
    """Count the operations of one block for one token: 2 for each weight, a product and a sum.

    Biases and the activation, a few operations a hidden unit, are left out. Raises as
    ``ffn_parameters`` does.
    """
    return 2 * ffn_parameters(d_model, d_ff, variant)

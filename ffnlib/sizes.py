"""What the sizes of a network, inputs to outputs, say before it is built."""

from collections.abc import Sequence
from itertools import pairwise

from ffnlib.arrays import as_count


def count_parameters(sizes: Sequence[int], bias: bool = True) -> int:
    r"""Count the parameters of an MLP without building it: :math:`\sum_l (d_{l-1} + 1)\,d_l`.

    A Python integer, so no size is too large. ``bias=False`` leaves out the ones. Raises TypeError
    or ValueError as ``MLP`` does.
    """
    sizes = checked_sizes(sizes)
    return sum((d_in + bool(bias)) * d_out for d_in, d_out in pairwise(sizes))


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Give the sizes as a list, if they are two or more whole numbers above 0."""
    if isinstance(sizes, str) or not hasattr(sizes, "__len__"):
        raise TypeError(f"sizes must be a sequence of whole numbers, got {sizes!r}")
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least the inputs and the outputs, got {sizes!r}")
    return [as_count(size, f"sizes[{i}]") for i, size in enumerate(sizes)]

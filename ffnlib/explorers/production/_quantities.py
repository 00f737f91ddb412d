"""What the explorers of this chapter choose from, and how they say times and sizes."""

from types import MappingProxyType
from typing import Final

from ffnlib._base.numbers import number
from ffnlib.production import Machine, Precision

MODELS: Final = ("LLaMA-7B", "Llama-3-8B", "Llama-2-70B", "Mixtral-8x7B", "DeepSeek-V3")

PRECISIONS: Final = MappingProxyType(
    {
        "bf16": Precision(),
        "int8 weights": Precision(weights="int8"),
        "int4 weights": Precision(weights="int4"),
        "all int8": Precision("int8", "int8", "int8"),
    }
)
"""Weights, keys and values, and activations; the products are computed as the last are kept."""


def limits_said(machine: Machine, precision: str) -> str:
    """Write what a machine can do at most, as its data sheet has it."""
    peak, read = machine.speed(precision) / 1e12, machine.bandwidth / 1e9
    return (
        f"{machine.name}: at most {number(peak, 4)} · 10¹² operations in {precision} and"
        f" {number(read, 4)} · 10⁹ bytes per second, by its data sheet"
    )


def time_said(seconds: float) -> str:
    """Write a time in the unit that fits it.

    >>> time_said(0.000215), time_said(0.0082), time_said(61.4)
    ('215 µs', '8.2 ms', '61.4 s')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-6)} µs"


def share_said(part: float, whole: float) -> str:
    """Write a share as a percentage, whole numbers except close to either end.

    >>> share_said(1, 3), share_said(999, 1000), share_said(1, 10**6)
    ('33 %', '99.9 %', 'less than 0.1 %')
    """
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "less than 0.1 %"
    if 99.9 < percent < 100:
        return "more than 99.9 %"
    return f"{number(round(percent, 0 if 1 <= percent <= 99 else 1))} %"

"""What graded notebooks call, in the kernel that grades them."""

from collections.abc import Callable, Sequence
from typing import Any

from ffnlib.checks.guard import begin
from ffnlib.errors import CheckFailed

__all__ = ["CheckFailed", "begin", "training_digits", "verify"]


def training_digits() -> tuple[Any, Any]:
    """Say that there are none: where a problem needs digits, its own function stands here."""
    raise ValueError("no digits were given to this kernel: no problem here learns from them")


def verify(
    name: str,
    function: Callable[..., object],  # noqa: ARG001
    cases: Sequence[tuple[dict[str, object], object]],  # noqa: ARG001
) -> None:
    """Say that a function is checked outside this kernel, by the cells that carry marks."""
    print(f"{name} is checked outside this kernel, by the test cells of the assignment")

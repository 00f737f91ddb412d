"""What graded notebooks call, in the kernel that grades them."""

from collections.abc import Callable, Sequence

from ffnlib.checks.guard import begin
from ffnlib.checks.kernel_side import training_digits
from ffnlib.errors import CheckFailed

__all__ = ["CheckFailed", "begin", "training_digits", "verify"]


def verify(
    name: str,
    function: Callable[..., object],  # noqa: ARG001
    cases: Sequence[tuple[dict[str, object], object]],  # noqa: ARG001
) -> None:
    """Say that a function is checked outside this kernel, by the cells that carry marks."""
    print(f"{name} is checked outside this kernel, by the test cells of the assignment")

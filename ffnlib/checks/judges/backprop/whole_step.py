"""Compare all parts of one step of an optimizer at once."""

from collections.abc import Sequence
from typing import Any

from ffnlib.checks.problem import Fault, close, guessed


def all_close(ours: Any, theirs: Any, tol: float) -> bool:
    """Return whether two steps are the same in all their parts."""
    return all(close(a, b, tol) for a, b in zip(ours, theirs, strict=True))


def with_guesses(guesses: Sequence[str], fault: Fault | None) -> Fault | None:
    """Put the mistakes that explain the whole step in front of those of its first wrong part."""
    if fault is None or not guesses:
        return fault
    return guessed([*guesses, *fault.guesses], "the step is wrong", fault.detail)

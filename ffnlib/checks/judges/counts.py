"""Judge whole numbers exactly, and shares; the counts of an assignment's judges stand on these."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy import float64
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, close, guessed, mistakes_made

Array = NDArray[float64]


def judge_count(
    name: str, got: int, wanted: int, mistakes: Sequence[Mistake], scale: int = 0
) -> Fault | None:
    """Compare a count with the exact one; name the mistake if it is a known one.

    ``scale`` is the size of the numbers that a difference was taken of.
    """
    if got == wanted:
        return None
    guesses = mistakes_made(got, wanted, mistakes, 0.0, lambda a, b, _: a == b)
    fault = guessed(guesses, f"{name} is wrong", f"expected {wanted:,}")
    if guesses:
        return fault
    if (got - wanted) % 2**32 == 0:
        return fault.observed(f"{name} wrapped around: 32-bit integers are too small, use Python's")
    if abs(got - wanted) <= 1e-6 * max(abs(wanted), scale):
        return fault.observed(f"{name} is rounded: count in integers, to the last one")
    return fault


def judge_shares(
    names: tuple[str, str],
    got: tuple[float, float],
    wanted: tuple[float, float],
    mistakes: Sequence[tuple[str, Callable[[], tuple[Any, Any]]]],
    tolerance: float,
) -> Fault | None:
    """Compare two shares of a whole; a mistake gives the two parts before division."""
    if close(got, wanted, tolerance):
        return None
    first, second = names

    def shared(parts: Callable[[], tuple[Any, Any]]) -> Callable[[], tuple[Any, Any]]:
        def made() -> tuple[Any, Any]:
            a, b = parts()
            return a / (a + b), b / (a + b)

        return made

    guesses = mistakes_made(got, wanted, [
        Mistake(f"the two are swapped: return {first}, then {second}", lambda: wanted[::-1]),
        Mistake("these are per cent: a share lies between 0 and 1",
                lambda: [100.0 * w for w in wanted]),
        *(Mistake(words, shared(parts)) for words, parts in mistakes),
        Mistake("one part is divided by the other: a share is the part over the sum of both",
                lambda: (wanted[0] / wanted[1], wanted[1] / wanted[0])),
    ], tolerance)  # fmt: skip
    if max(got) > 1.0:
        guesses.append("these are not shares: divide each part by the sum of the two")
    if not close(sum(got), 1.0, tolerance):
        guesses.append("the two shares do not sum to 1")
    if close(got, wanted, 1e-3):
        guesses.append(
            "nearly right, but not to six digits: return the shares as they are, not rounded"
        )
    bigger, smaller = names if got[0] > wanted[0] else names[::-1]
    guesses.append(
        f"{bigger} has too large a share: is a part of it counted twice, or one of {smaller} not?"
    )
    return guessed(guesses, "the two shares are wrong", f"they sum to {sum(got):.6g}")

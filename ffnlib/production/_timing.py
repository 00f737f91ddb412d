"""Time several things in turns, so that a machine that slows down slows all of them down."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ffnlib._base.arrays import as_count


class Timing(NamedTuple):
    """The time that one of several candidates takes."""

    median: float
    """Seconds a call."""
    speedup: dict[str, float]
    """The ratio of speed to each of the others: the median over the rounds."""


def time_in_turns(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    repeats: int = 1,
    before: Callable[[], object] | None = None,
) -> dict[str, Timing]:
    """Call each candidate ``repeats`` times a round; the order turns from round to round.

    Parameters
    ----------
    candidates : mapping of str to callable
        What is timed, by name; each is called once before, to warm up.
    rounds, repeats : int
        At least 1.
    before : callable, optional
        Called before each candidate's turn, outside of the time taken.

    Returns
    -------
    dict of str to Timing

    Raises
    ------
    TypeError, ValueError
        If there is no candidate, or ``rounds`` or ``repeats`` is not a whole number above 0.
    """
    rounds, repeats = as_count(rounds, "rounds"), as_count(repeats, "repeats")
    names = list(candidates)
    if not names:
        raise ValueError("candidates must hold at least one thing to time, got none")
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for name in names:
        candidates[name]()
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            if before is not None:
                before()
            start = time.perf_counter()
            for _ in range(repeats):
                candidates[name]()
            seconds[name].append((time.perf_counter() - start) / repeats)
    return {
        name: Timing(
            statistics.median(taken),
            {
                other: statistics.median(b / a for a, b in zip(taken, seconds[other], strict=True))
                for other in names
            },
        )
        for name, taken in seconds.items()
    }

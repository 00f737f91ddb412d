"""Time several things in turns, so that a machine that slows down slows all of them down."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from interleave.table import note

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Timing(NamedTuple):
    median: float  # seconds
    speedup: dict[str, float]  # over each of the others: median of the rounds' ratios


def time_in_turns(
    candidates: dict[str, Callable[[], object]],
    rounds: int,
    repeats: int = 1,
    before: Callable[[], object] | None = None,
) -> dict[str, Timing]:
    """Call each candidate ``repeats`` times a round; the order turns from round to round.

    ``before`` is called before each candidate's turn, outside of the time taken.
    """
    names = list(candidates)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for name in names:
        candidates[name]()  # warm up
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


def print_speedups(
    what: str,
    timings: dict[str, Timing],
    ours: str,
    unit: str,
    per_second: float,
    wanted: dict[str, float],
) -> None:
    """Print a line each: time or rate, and how many times as fast we are; note it for the table."""
    print(f" {what}")

    def figure(timing: Timing) -> float:
        return per_second / timing.median if unit.endswith("/s") else timing.median * per_second

    for name, timing in timings.items():
        line = f"  {name:28} {figure(timing):10,.1f} {unit}"
        if name != ours:
            ratio = timings[ours].speedup[name]
            line += f"   {ours} is {ratio:.2f} x as fast"
            shown = f"{figure(timings[ours]):,.1f} {unit}"
            note(f"{what}: speed", shown, name, ratio, least=wanted.get(name))
        if name in wanted:
            line += f" (wanted {wanted[name]:g})"
        print(line, flush=True)


def run_with_threads(file: str, measure: Callable[[], None]) -> None:
    """Measure with one thread, then with as many as each library takes by default."""
    mode = os.environ.get("FFN_BENCH_THREADS")
    if mode is not None:
        measure()
        return
    for mode in ("one", "default"):
        environment = {k: v for k, v in os.environ.items() if k not in THREADS}
        if mode == "one":
            environment.update(dict.fromkeys(THREADS, "1"))
        environment["FFN_BENCH_THREADS"] = mode
        print(f"threads: {mode}", flush=True)
        subprocess.run([sys.executable, file], env=environment, check=True)

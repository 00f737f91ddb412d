"""What benchmarks share: candidates timed in turns, one thread or many, speed-ups in lines."""

import os
import subprocess
import sys
from collections.abc import Callable

from ffnlib.production import Timing, time_in_turns
from interleave.table import note

__all__ = ["Timing", "print_speedups", "run_with_threads", "time_in_turns"]

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


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

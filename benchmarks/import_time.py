"""How much ``import ffnlib`` adds to ``import numpy``: median of fresh interpreters, alternating.

Wanted: at most 1.15 times. ``import ffnlib`` alone loads nothing; what is timed is the library with
the modules that a chapter's first cell takes.
"""

import statistics
import subprocess
import sys
import time

from interleave.table import note

ROUNDS = 15
MOST = 1.15
STATEMENTS = {
    "numpy": "import numpy",
    "ffnlib": "import numpy, ffnlib",
    "its mathematics": "import ffnlib.nn._activations, ffnlib.nn._network, ffnlib.nn._softmax",
}


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement))
    base = statistics.median(times["numpy"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"import {name:16} {median * 1000:6.0f} ms   {median / base:.2f} x numpy")
        if name != "numpy":
            shown = f"{median * 1000:.0f} ms"
            note(f"import {name}: time", shown, "numpy", median / base, most=MOST)


if __name__ == "__main__":
    main()

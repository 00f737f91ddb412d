"""One table of every figure: each benchmark notes its own, ``python -m interleave`` prints all."""

import json
import os
import platform
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tabulate import tabulate

NOTES = "FFN_BENCH_NOTES"
"""Environment variable: the file that the notes go to."""
COLUMNS = ("figure", "ours", "peer", "ratio", "wanted", "")


def note(
    figure: str,
    ours: str,
    peer: str = "",
    ratio: float | None = None,
    *,
    least: float | None = None,
    most: float | None = None,
) -> None:
    """Keep a line for the table; without a table to come, do nothing.

    ``ratio`` is what ``least`` and ``most`` bound; without a peer it is the figure itself.
    """
    if path := os.environ.get(NOTES):
        threads = {"one": "one thread", "default": "default threads"}.get(
            os.environ.get("FFN_BENCH_THREADS", ""), ""
        )
        line = {
            "figure": f"{figure}, {threads}" if threads else figure,
            "ours": ours,
            "peer": peer,
            "ratio": ratio,
            "least": least,
            "most": most,
        }
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def need_mnist() -> None:
    """End the program in peace where the full data sets cannot be had."""
    from ffnlib.datasets import DataUnavailableError, mnist

    try:
        mnist("test")
    except DataUnavailableError as error:
        print(f"skipped: {error}")
        sys.exit()


PEERS = ("numpy", "scipy", "torch", "scikit-learn", "numba", "nbgrader")


def processor() -> str:
    """Name of the processor, as far as this system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def machine() -> str:
    """Where and with what the figures were measured: the day, the machine, versions."""
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{date.today().isoformat()}; {processor()}, {os.cpu_count()} processors, "
        f"{platform.system()}; Python {platform.python_version()}, {', '.join(found)}"
    )


def table(path: Path) -> str:
    """Lay out what was noted."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tabulate([_row(line) for line in lines], headers=COLUMNS, disable_numparse=True)


def _row(line: dict[str, Any]) -> list[str]:
    ratio, least, most = line["ratio"], line["least"], line["most"]
    bounds = {"≥": least, "≤": most}
    wanted = [f"{sign} {bound:g}" for sign, bound in bounds.items() if bound is not None]
    met = ""
    if wanted and ratio is not None:
        inside = (least is None or ratio >= least) and (most is None or ratio <= most)
        met = "met" if inside else "MISSED"
    shown = "" if ratio is None else f"{ratio:,.4g}"
    return [line["figure"], line["ours"], line["peer"], shown, " ".join(wanted), met]

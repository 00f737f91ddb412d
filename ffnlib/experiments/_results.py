"""The file of results: written after each training, read by the chapter and its explorers."""

import json
import os
import platform
import statistics
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ffnlib._base.files import write_whole
from ffnlib.errors import UnusableResultsError
from ffnlib.experiments._settings import SETTINGS, named

FORMAT: Final = "ffnlib experiments 1"
Results = dict[str, Any]
"""The contents of the file; see ``empty``."""


class Estimate(NamedTuple):
    """A mean over seeds."""

    mean: float
    error: float
    """Its standard error, s/√n; nan for a single seed."""
    n: int


def estimate(values: list[float]) -> Estimate:
    """Return mean and standard error; ValueError if there is no value."""
    if not values:
        raise ValueError("values must hold at least one number, got none")
    n = len(values)
    error = statistics.stdev(values) / n**0.5 if n > 1 else float("nan")
    return Estimate(statistics.fmean(values), error, n)


def accuracy(results: Results, row: str) -> Estimate:
    """Mean accuracy of a row over its seeds, a share from 0 to 1."""
    return estimate([run["accuracy"] for run in _runs(results, row)])


def steps_to_target(results: Results, row: str) -> Estimate | None:
    """Mean steps to the target; None if they were not counted or a seed never reached it."""
    counted = [run["to_target"] for run in _runs(results, row)]
    return None if None in counted else estimate(counted)


def seconds_to_target(results: Results, row: str) -> float | None:
    """Return the steps to the target times the time of a step, measured in turns with all rows."""
    steps = steps_to_target(results, row)
    if steps is None or row not in results.get("times", {}).get("step", {}):
        return None
    return steps.mean * float(results["times"]["step"][row]["seconds"])


def _runs(results: Results, row: str) -> list[dict[str, Any]]:
    if row not in results["rows"]:
        raise ValueError(f"row must be one of {', '.join(results['rows'])}; got {row!r}")
    return list(results["rows"][row]["runs"].values())


# ---- the file


def machine() -> dict[str, Any]:
    """Say where numbers were measured, as far as it matters for them."""
    threads = {
        key: os.environ[key]
        for key in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        if key in os.environ
    }
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads or "as the libraries choose",
        "kernels": "numba" if find_spec("numba") else "NumPy",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def versions() -> dict[str, str]:
    """Say which versions of what were used."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for name in ("ffnlib", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def empty(data: str, command: str) -> Results:
    """Return the results of a study before its first row: where, with what, by which command."""
    return {
        "format": FORMAT,
        "data": data,
        "command": command,
        "machine": machine(),
        "versions": versions(),
        "settings": named(data).as_json(),
        "rows": {},
        "times": {},
    }


def write(results: Results, path: Path) -> None:
    """Write results in place of what was there; a file half written never takes its place."""
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, text)


def read(path: Path) -> Results:
    """Read a file that ``write`` wrote.

    OSError if it cannot be read, ``UnusableResultsError`` (a ValueError) if it is damaged or
    something else.
    """
    return _parse(path.read_text(encoding="utf-8"), str(path))


def _parse(text: str, said: str) -> Results:
    try:
        results = json.loads(text)
    except ValueError as error:
        raise UnusableResultsError(f"{said} is damaged or no file of results: {error}") from error
    if not isinstance(results, Mapping) or results.get("format") != FORMAT:
        raise UnusableResultsError(f"{said} holds something else than results of experiments")
    return dict(results)


def check_same_study(results: Results, fresh: Results, path: Path) -> None:
    """Refuse to add to results that were made in another way, and say what differs.

    UnusableResultsError.
    """
    for key in ("data", "settings", "machine", "versions"):
        old, new = json.loads(json.dumps([results.get(key), fresh[key]]))
        if old == new:
            continue
        if isinstance(old, dict):
            differ = [k for k in {**old, **new} if old.get(k) != new.get(k)]
            key += f" ({', '.join(f'{k}: {old.get(k)!r}, now {new.get(k)!r}' for k in differ)})"
        raise UnusableResultsError(
            f"{path} was begun with another {key}. Remove it to begin anew, or name another file"
        )


@cache
def stored(data: str) -> Results:
    """Return the results that come with the package; do not change them.

    ValueError if there is no collection of this name.
    """
    if data not in SETTINGS:
        raise ValueError(f"data must be one of {', '.join(SETTINGS)}; got {data!r}")
    name = f"experiments_{data}.json"
    text = (files("ffnlib") / "data" / name).read_text(encoding="utf-8")
    return _parse(text, name)

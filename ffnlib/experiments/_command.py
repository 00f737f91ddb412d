"""The command ``python -m ffnlib.experiments``: options, progress, and the table it prints."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ffnlib.errors import (
    CorruptDataError,
    DataUnavailableError,
    UnreadableFileError,
    UnusableResultsError,
)
from ffnlib.experiments import _results as file
from ffnlib.experiments._results import Results
from ffnlib.experiments._rows import ROWS
from ffnlib.experiments._settings import SETTINGS
from ffnlib.experiments._study import Study, in_order, missing_steps, run, wanted

SEEDS = 3
HEAD = (
    f"{'':34}{'numbers':>11}{'active':>11}{'trained':>11}{'MB':>8}{'accuracy':>18}"
    f"{'one, µs':>9}{'speed':>7}{'to target':>20}"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; give 0, or 2 after a sentence that says what is wrong."""
    arguments = _parser().parse_args(argv)
    out = arguments.out or Path(f"experiments-{arguments.data}.json")
    try:
        results = _run(arguments, out)
    except (
        DataUnavailableError, CorruptDataError, UnusableResultsError, UnreadableFileError,
        ValueError, OSError,
    ) as problem:  # fmt: skip
        print(f"ffnlib.experiments: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nStopped. The same command goes on where {out} ends.", file=sys.stderr)
        return 130
    print(table(results))
    print(f"\nResults: {out}")
    return 0


def _run(arguments: argparse.Namespace, out: Path) -> Results:
    want = wanted(SETTINGS[arguments.data], arguments.rows, arguments.seeds)
    fresh = file.empty(arguments.data, command(arguments.data, arguments.seeds))
    results = fresh
    if out.exists():
        results = file.read(out)
        file.check_same_study(results, fresh, out)
        results["command"] = fresh["command"]
    file.write(results, out)  # so that a folder that is not there is found out now
    bar = progress_bar()
    study = Study(arguments.data, out.with_suffix(".models"), bar.update)
    bar.start(missing_steps(study, results, want))
    try:
        return run(study, results, want, lambda r: file.write(in_order(r), out), bar.say)
    finally:
        bar.close()


def command(data: str, seeds: int) -> str:
    """Write the command that makes the whole file."""
    folder = "" if data == "digits" else "FFN_DATA=<folder> "
    return f"{folder}python -m ffnlib.experiments --data {data} --seeds {seeds}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ffnlib.experiments",
        description="Train and measure every row of the experiments on one core. What the file of"
        " results holds already is not done again.",
    )
    parser.add_argument(
        "--data", choices=list(SETTINGS), default="digits",
        help="digits come with the package; the others are looked for in the folder FFN_DATA",
    )  # fmt: skip
    parser.add_argument("--seeds", type=_seeds, default=SEEDS, help="trainings of each row")
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), metavar="ROW",
                        help=f"some of {', '.join(ROWS)}")  # fmt: skip
    parser.add_argument("--out", type=Path, help="file of results; trained networks beside it")
    return parser


def _seeds(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"seeds must be a whole number above 0, got {text!r}")
    return int(text)


class PlainProgress:
    """Lines of text only, where tqdm is not installed."""

    def start(self, steps: int) -> None:
        """Say how much there is to do."""
        print(f"{steps:,} steps of training", flush=True)

    def update(self) -> None:
        """Do nothing at a single step."""

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, flush=True)

    def close(self) -> None:
        """Do nothing."""


class BarProgress(PlainProgress):
    """A bar of tqdm, with the lines above it."""

    def __init__(self, tqdm: Callable[..., Any]) -> None:
        self._tqdm, self._bar = tqdm, None

    def start(self, steps: int) -> None:
        """Show the bar."""
        self._bar = self._tqdm(total=steps, unit="step", smoothing=0.05, mininterval=0.5)

    def update(self) -> None:
        """Count a step."""
        if self._bar is not None:
            self._bar.update()

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.write(line)
            sys.stdout.flush()

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()


def progress_bar() -> PlainProgress:
    """Return a bar if tqdm is installed, lines otherwise."""
    try:
        from tqdm import tqdm
    except ImportError:
        return PlainProgress()
    return BarProgress(tqdm)


def table(results: Results) -> str:
    """Write results as a table for the terminal."""
    lines = [HEAD]
    for name, row in results["rows"].items():
        right, steps = file.accuracy(results, name), file.steps_to_target(results, name)
        one = results["times"].get("one", {}).get(name, {})
        seconds = file.seconds_to_target(results, name)
        reached = "" if steps is None else f"{steps.mean:.0f} steps"
        reached += "" if seconds is None else f", {seconds:.2f} s"
        lines.append(
            f"{row['title']:34}{row['total']:11,}{row['active']:11,}{row['trained']:11,}"
            f"{row['stored'] / 1e6:8.3f}{100 * right.mean:9.2f} ± {100 * right.error:4.2f} %"
            f"{1e6 * one.get('seconds', float('nan')):9.0f}"
            f"{one.get('speedup', float('nan')):6.2f}x{reached:>20}"
        )
    return "\n".join(lines)

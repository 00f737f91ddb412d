"""Grade the bank of answers under many seeds of the hidden cases: no verdict may change.

The verdicts that differ from the bank's are printed, with the seed::

    python tools/grade_bank.py --seeds 30
    python tools/grade_bank.py --seeds 3 softmax gelu

Trained networks take seconds each; they are graded only if ``train_network`` is named.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import bank  # noqa: E402

from ffnlib import checks  # noqa: E402
from ffnlib.checks.hidden import HiddenCases  # noqa: E402

SLOW = ("train_network",)


def verdict(answer: bank.Answer, hidden: HiddenCases) -> str:
    """Return the verdict on an answer, in the words of the bank."""
    cases = bank.visible_cases(answer.assignment, answer.problem)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            checks.verify(answer.problem, bank.defined(answer), cases, hidden)
    except (checks.CheckFailed, ImportError):  # the library is disabled
        return "wrong"
    return "right"


def graded(problems: list[str], seed: str) -> list[str]:
    """Grade the answers to some problems under a seed; return the names of those that differ."""
    hidden = bank.HIDDEN._replace(seed=seed)
    return [a.name for a in answers(problems) if verdict(a, hidden) != a.verdict]


def answers(problems: list[str]) -> Iterator[bank.Answer]:
    """Give the answers to some problems, or to all but the slow ones."""
    for assignment in bank.ASSIGNMENTS:
        for answer in bank.answers(assignment):
            if answer.problem in problems or not (problems or answer.problem in SLOW):
                yield answer


def main(arguments: list[str] | None = None, tell: Callable[[str], object] = print) -> int:
    """Grade under seeds ``0``, ``1``, ...; the exit code is 1 if any verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problems", nargs="*", help="names of problems; all if there is none")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    chosen = parser.parse_args(arguments)
    seeds = [str(seed) for seed in range(chosen.seeds)]
    differ = 0
    with contextlib.ExitStack() as stack:
        each: Callable[..., Any] = map
        if chosen.processes > 1:
            each = stack.enter_context(ProcessPoolExecutor(chosen.processes)).map
        for seed, names in zip(seeds, each(partial(graded, chosen.problems), seeds), strict=True):
            differ += len(names)
            tell(f"seed {seed}: {', '.join(names) or 'as in the bank'}")
    total = sum(1 for _ in answers(chosen.problems))
    tell(f"{total} answers, {chosen.seeds} seeds, {differ} verdicts differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())

"""The bank of right and wrong answers in ``exercises/bank/<assignment>/<problem>.py``.

Each cell of a file is one answer. Its first line says what the answer must earn::

    # %% right: how it solves the problem
    # %% wrong: what it does wrong | part of the message that it must get

A right answer earns all of the problem's marks, a wrong one none.
"""

import ast
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ffnlib import checks
from ffnlib.checks.hidden import HiddenCases
from ffnlib.checks.verdict import ASSIGNMENTS as PROBLEMS

EXERCISES = Path(__file__).parent.parent / "exercises"
HIDDEN = HiddenCases(EXERCISES / "cases", "tests")
"""The hidden cases of the repository's course, drawn with a seed of the tests."""
ASSIGNMENTS = (
    "neurons", "activations", "backprop", "softmax", "ffn", "moe", "lora", "quantization",
)  # fmt: skip
MARKER = re.compile(r"# %% (right: (?P<how>[^|]+)|wrong: (?P<what>[^|]+) \| (?P<message>.+))")
ALLOWED = "'# %% right: how' or '# %% wrong: what | part of its message'"


@dataclass(frozen=True)
class Answer:
    """What somebody might write into one solution cell, and what it must earn."""

    path: Path
    line: int
    what: str
    verdict: str
    marks: float
    message: str
    source: str

    @property
    def assignment(self) -> str:
        return self.path.parent.name

    @property
    def problem(self) -> str:
        return self.path.stem

    @property
    def name(self) -> str:
        return "_".join([self.problem, self.verdict, *self.what.split()])


def read_answers(path: Path, worth: float) -> list[Answer]:
    """Read the answers in one file of the bank."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    if not starts or "".join(lines[: starts[0]]).strip():
        raise ValueError(f"{path}:1: the file must begin with an answer: write {ALLOWED}")
    found: dict[str, Answer] = {}
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        where = f"{path}:{start + 1}: {lines[start].strip()!r}"
        marked = MARKER.fullmatch(lines[start].strip())
        if not marked:
            raise ValueError(f"{where} begins no answer: write {ALLOWED}")
        source = "".join(lines[start + 1 : stop]).strip("\n") + "\n"
        if not source.strip():
            raise ValueError(f"{where} has no code: write the answer below it")
        what = marked["how"] or marked["what"]
        due = ("right", worth) if marked["how"] else ("wrong", 0.0)
        answer = Answer(path, start + 1, what, *due, marked["message"] or "", source)
        if answer.name in found:
            before = found[answer.name].line
            raise ValueError(f"{where} is described like line {before}: say how they differ")
        found[answer.name] = answer
    return list(found.values())


def answers(assignment: str) -> list[Answer]:
    """Read the answers to every problem of an assignment, in the assignment's order."""
    folder = EXERCISES / "bank" / assignment
    worth = points(assignment)
    if others := {path.stem for path in folder.glob("*.py")} - set(worth):
        raise ValueError(f"{folder} has files for {sorted(others)}: allowed are {list(worth)}")
    return [
        answer
        for problem, marks in worth.items()
        for answer in read_answers(folder / f"{problem}.py", marks)
    ]


def notebook(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def source_notebook(assignment: str) -> dict[str, Any]:
    return notebook(EXERCISES / "source" / assignment / f"{assignment}.ipynb")


def text_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def graded_cells(assignment: str) -> dict[str, dict[str, Any]]:
    """Every cell that nbgrader knows, by grade_id."""
    cells = source_notebook(assignment)["cells"]
    known = [cell for cell in cells if "nbgrader" in cell["metadata"]]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in known}


def points(assignment: str) -> dict[str, float]:
    """Points of each autograded problem."""
    return {
        name.removeprefix("test_"): cell["metadata"]["nbgrader"]["points"]
        for name, cell in graded_cells(assignment).items()
        if name.startswith("test_")
    }


def by_hand(assignment: str) -> set[str]:
    """Names of the cells that a teacher marks."""
    cells = graded_cells(assignment)
    kept = {name: cell["metadata"]["nbgrader"] for name, cell in cells.items()}
    return {name for name, known in kept.items() if known["grade"] and known["solution"]}


def visible_cases(assignment: str, problem: str) -> list[Any]:
    """The cases written in a test cell; they must be literal, and are read without running it."""
    tree = ast.parse(text_of(graded_cells(assignment)[f"test_{problem}"]))
    call = tree.body[-1].value  # type: ignore[attr-defined]
    cases: list[Any] = ast.literal_eval(call.args[2])
    return cases


def defined(answer: Answer) -> Callable[..., Any]:
    """The function that an answer's cell defines, in a namespace like a notebook's.

    Raises
    ------
    ImportError
        If the cell imports what the notebook disables.
    """
    notebook: dict[str, Any] = {"__name__": "__main__", "np": np, "math": math}
    exec(f"from ffnlib import checks\nchecks.begin({answer.assignment!r})", notebook)
    exec(compile("\n" * answer.line + answer.source, str(answer.path), "exec"), notebook)
    found: Callable[..., Any] = notebook[answer.problem]
    return found


def message(
    name: str, function: Any, cases: list[Any] | None = None, hidden: HiddenCases | None = None
) -> str:
    """Message of the check that fails, on the visible cases if no others are given."""
    assignment = next(a for a, problems in PROBLEMS.items() if name in problems)
    visible = visible_cases(assignment, name) if cases is None else cases
    with pytest.raises(checks.CheckFailed) as caught:
        checks.verify(name, function, visible, hidden)
    return str(caught.value)

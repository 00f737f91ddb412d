"""The bank of answers in ``exercises/bank``: one file an answer, its due in the header."""

import ast
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ffnlib import checks
from ffnlib.checks.verdict import ASSIGNMENTS as PROBLEMS

EXERCISES = Path(__file__).parent.parent / "exercises"
ASSIGNMENTS = (
    "neurons", "activations", "backprop", "softmax", "ffn", "moe", "lora", "quantization",
)  # fmt: skip
FIELDS = ("problem", "verdict", "marks", "message")


@dataclass(frozen=True)
class Answer:
    """What somebody might write into one solution cell, and what it must earn."""

    path: Path
    assignment: str
    problem: str
    verdict: str
    marks: float
    message: str
    source: str


def read_answer(path: Path) -> Answer:
    text = path.read_text(encoding="utf-8")
    header = dict.fromkeys(FIELDS, "")
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        field, _, value = line[2:].partition(": ")
        assert field in FIELDS, f"{path.name}: unknown header field {field!r}"
        header[field] = value.strip()
    return Answer(
        path,
        path.parent.name,
        header["problem"],
        header["verdict"],
        float(header["marks"]),
        header["message"],
        text,
    )


def answers(assignment: str) -> list[Answer]:
    return [read_answer(path) for path in sorted((EXERCISES / "bank" / assignment).glob("*.py"))]


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
    """The function that an answer's cell defines, in a namespace like a notebook's."""
    notebook: dict[str, Any] = {"__name__": "__main__", "np": np, "math": math}
    exec(compile(answer.source, str(answer.path), "exec"), notebook)
    found: Callable[..., Any] = notebook[answer.problem]
    return found


def message(name: str, function: Any, cases: list[Any] | None = None) -> str:
    """Message of the check that fails, on the visible cases if no others are given."""
    assignment = next(a for a, problems in PROBLEMS.items() if name in problems)
    with pytest.raises(checks.CheckFailed) as caught:
        checks.verify(name, function, visible_cases(assignment, name) if cases is None else cases)
    return str(caught.value)

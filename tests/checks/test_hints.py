"""The hints and the questions for oneself: one set for each problem, and no answer among them."""

import re
import tomllib
from typing import Any

import bank
import pytest

LONG = 12
"""Characters of a line of code, spaces left out, above which it says something about an answer."""
SPACE = re.compile(r"\s+|#.*")


def told(assignment: str) -> dict[str, Any]:
    text = (bank.EXERCISES / "hints" / f"{assignment}.toml").read_text(encoding="utf8")
    return tomllib.loads(text)


def lines_of_code(text: str) -> set[str]:
    """The lines that say something, without spaces and comments."""
    found = {SPACE.sub("", line) for line in text.splitlines()}
    return {line for line in found if len(line) >= LONG and not line.startswith("def")}


def given_away(hint: str, answer: str, known: str) -> set[str]:
    """Lines of an answer that a hint holds and the statement does not."""
    shown = SPACE.sub("", re.sub(r"(?m)#.*$", "", hint))
    return {line for line in lines_of_code(answer) if line in shown and line not in known}


def statement(assignment: str, problem: str) -> str:
    """What the reader sees of a problem, without spaces: its text, and the function's head."""
    cells = bank.source_notebook(assignment)["cells"]
    at = next(
        number
        for number, cell in enumerate(cells)
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == problem
    )
    stub = re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "", bank.text_of(cells[at]), flags=re.S)
    before = "".join(bank.text_of(cell) for cell in cells[max(0, at - 2) : at])
    return SPACE.sub("", before + stub)


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_every_problem_has_its_hints(assignment: str) -> None:
    hints = told(assignment)["hints"]
    assert list(hints) == list(bank.points(assignment))
    for problem, steps in hints.items():
        assert 2 <= len(steps) <= 3, problem
        assert all(len(step.split()) >= 8 for step in steps), problem
        assert "?" in steps[0], f"the first hint of {problem} asks nothing"
    every = [step for steps in hints.values() for step in steps]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_no_hint_holds_a_line_of_an_answer(assignment: str) -> None:
    cells = bank.graded_cells(assignment)
    for problem, steps in told(assignment)["hints"].items():
        solved = re.search(r"BEGIN SOLUTION(.*)### END", bank.text_of(cells[problem]), re.S)
        assert solved is not None
        right = [a.source for a in bank.answers(assignment) if a.problem == problem and a.marks]
        known = statement(assignment, problem)
        for answer in (solved[1], *right):
            for step in steps:
                assert not given_away(step, answer, known), (problem, step)


def test_a_line_of_an_answer_would_be_found() -> None:
    hint = "Write\n```python\nreturn  B @ A, B@a + b   # both\n```\n"
    assert given_away(hint, "    return B @ A, B @ a + b\n", "")


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_what_is_marked_by_hand_has_questions(assignment: str) -> None:
    questions = told(assignment).get("questions", {})
    assert set(questions) == bank.by_hand(assignment)
    for name, asked in questions.items():
        rubric = bank.text_of(bank.graded_cells(assignment)[name])
        assert len(asked) == rubric.count("1 mark:")
        assert all("?" in question for question in asked)
        model = rubric.partition("**Model answer.**")[2].partition("**Rubric.**")[0]
        sentences = [" ".join(part.split()) for part in re.split(r"[.;:]\s", model)]
        said = " ".join(" ".join(asked).split())
        assert not [part for part in sentences if len(part) > 30 and part in said]

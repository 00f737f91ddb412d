"""What an assignment says about a class: how hard each problem was, and who made which mistake.

The numbers are those of classical test theory. A problem's *difficulty* is the mean share of its
marks; its *discrimination* is that share among the best 27 % of the class less that among the worst
27 %; its *point-biserial correlation* is that of its marks with the sum of all others.
"""

import ast
import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from ffngrade.core.course import Course
from ffngrade.core.errors import CommandError, TableError
from ffngrade.intake.release import titles

SECTIONS = "sections.toml"
"""In a course's folder: where the book explains what a problem asks for."""
VERDICT = "application/vnd.ffn-grade.verdict+json"
"""The output of a test cell that says, for programs, what is wrong."""
GROUP = 0.27
"""Share of a class that counts as its best, and as its worst."""
FEW = 10
"""With fewer students the numbers say little."""
HALF = 0.5
MOST_SOLVED = 0.6
"""A problem that so many solved is worth naming to who did not."""
EXCERPTS = 2
LONGEST = 25
"""Lines of an excerpt."""
NOT_WRITTEN = re.compile(r".* is not written yet \(it raises NotImplementedError\)")
UNKNOWN = re.compile(
    r".* is wrong|.* has the wrong shape|.* stopped with \w[\w ]*|the function stopped"
)
NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")


class Section(NamedTuple):
    """A place in the book."""

    chapter: str
    heading: str
    address: str = ""

    @property
    def words(self) -> str:
        """The place in words."""
        number = self.chapter.partition("_")[0].lstrip("0")
        return f"chapter {number}, “{self.heading}”" if number else f"“{self.heading}”"


class Mistake(NamedTuple):
    """One mistake and who made it."""

    words: str
    students: tuple[str, ...]
    is_named: bool
    """Whether the words say what was done, and not only that something is wrong."""
    excerpts: tuple[str, ...]
    """Two of the answers, without names and comments."""


class Item(NamedTuple):
    """One problem of an assignment."""

    name: str
    title: str
    points: float
    graded: int
    """Students with marks for it."""
    solved: int
    empty: int
    """Students who left it as it was handed out."""
    difficulty: float
    discrimination: float | None
    correlation: float | None
    mistakes: tuple[Mistake, ...]
    section: Section | None


class InNeed(NamedTuple):
    """A student who needs help."""

    student: str
    share: float
    unsolved: tuple[str, ...]
    """Titles of problems that most of the class solved."""


class Statistics(NamedTuple):
    """What is known of an assignment."""

    assignment: str
    most: float
    totals: tuple[float, ...]
    alpha: float | None
    """Cronbach's: how far the problems measure one thing."""
    items: tuple[Item, ...]
    in_need: tuple[InNeed, ...]

    @property
    def is_small(self) -> bool:
        """Whether there are too few students to conclude anything."""
        return len(self.totals) < FEW

    @property
    def misconceptions(self) -> list[tuple[Item, Mistake]]:
        """The mistakes that have a name, the most frequent first."""
        found = [(item, m) for item in self.items for m in item.mistakes if m.is_named]
        return sorted(found, key=lambda pair: -len(pair[1].students))


class _Marks(NamedTuple):
    """Marks in the gradebook: by student, then by problem; those not yet given are left out."""

    scores: Mapping[str, Mapping[str, float]]
    points: Mapping[str, float]
    names: Mapping[str, tuple[str, ...]]
    """What a student is called: nothing of it may stand in an excerpt."""


def collect(course: Course, assignment: str) -> Statistics:
    """Compute what the graded notebooks and the gradebook say of an assignment.

    Raises
    ------
    CommandError
        If nothing of it is graded.
    """
    marks = _marks(course.url, assignment)
    if not marks.scores:
        raise CommandError(f"nothing of {assignment} is graded: run `ffn-grade autograde` first")
    answers = {
        student: answers_of(course.autograded(student, assignment).glob("*.ipynb"))
        for student in marks.scores
    }
    headings: dict[str, str] = {}
    folders = (course.release(assignment), course.source(assignment))
    for notebook in course.notebooks(assignment):
        headings |= titles(folders, notebook)
    places = sections(course.folder / SECTIONS, assignment)
    order = [*headings, *marks.points]
    points = {name: marks.points[name] for name in order if name in marks.points}
    return summarize(assignment, marks.scores, points, answers, marks.names, headings, places)


class Answer(NamedTuple):
    """What a student wrote for a problem, and what was wrong with it, if anything."""

    source: str
    mistake: str = ""


Answers = Mapping[str, Answer]


def summarize(
    assignment: str,
    scores: Mapping[str, Mapping[str, float]],
    points: Mapping[str, float],
    answers: Mapping[str, Answers],
    names: Mapping[str, Sequence[str]] | None = None,
    headings: Mapping[str, str] | None = None,
    places: Mapping[str, Section] | None = None,
) -> Statistics:
    """Compute the statistics of an assignment from marks and answers.

    Parameters
    ----------
    assignment : str
    scores : mapping
        From a student to marks by the names of graded cells.
    points : mapping of str to float
        The most that each cell can earn, in the assignment's order.
    answers : mapping
        From a student to what they wrote, by problem.
    names : mapping of str to sequence of str, optional
        What each student is called.
    headings : mapping of str to str, optional
        Titles of the problems, by the names of graded cells.
    places : mapping of str to Section, optional
        Where the book explains a problem.
    """
    headings, places, names = headings or {}, places or {}, names or {}
    students = list(scores)
    shares = {
        cell: {s: scores[s][cell] / most for s in students if cell in scores[s]}
        for cell, most in points.items()
        if most > 0
    }
    totals = {student: sum(scores[student].values()) for student in students}
    items = []
    for cell, by_student in shares.items():
        name = cell.removeprefix("test_")
        wrong = {
            s: answers.get(s, {}).get(name, Answer("")) for s, x in by_student.items() if x < 1
        }
        blank = [s for s, one in wrong.items() if NOT_WRITTEN.fullmatch(one.mistake)]
        made = {s: one for s, one in wrong.items() if one.mistake and s not in blank}
        rest = {s: totals[s] - scores[s][cell] for s in by_student}
        items.append(
            Item(
                name,
                headings.get(cell, name),
                points[cell],
                len(by_student),
                sum(x >= 1 for x in by_student.values()),
                len(blank),
                float(np.mean(list(by_student.values()))) if by_student else 0.0,
                _discrimination(by_student, totals),
                _correlation(by_student, rest),
                tuple(_mistakes(made, names)),
                places.get(name),
            )
        )
    most = sum(points.values())
    return Statistics(
        assignment,
        most,
        tuple(totals.values()),
        _alpha(scores, list(shares)),
        tuple(items),
        tuple(_in_need(items, shares, totals, most)),
    )


def sections(path: Path, assignment: str) -> dict[str, Section]:
    """Return where the book explains each problem; nothing if the course does not say.

    Raises
    ------
    TableError
        If the file is no TOML.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise TableError(f"{path.name} cannot be read: {error}") from None
    by_problem = dict(told.get(assignment, {}))
    chapter = str(by_problem.pop("chapter", ""))
    book = str(told.get("book", "")).rstrip("/")
    return {
        name: Section(
            chapter,
            heading,
            f"{book}/chapters/{chapter}.html#{anchor(heading)}" if book else "",
        )
        for name, heading in by_problem.items()
    }


def anchor(heading: str) -> str:
    """Return the fragment under which the book shows a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _marks(url: str, assignment: str) -> _Marks:
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        grades = (
            session.query(Grade, SubmittedAssignment.student_id)
            .select_from(Grade)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == assignment)
            .order_by(SubmittedAssignment.student_id)
            .all()
        )
        people = session.query(Student.id, Student.first_name, Student.last_name, Student.email)
        names = {str(who): tuple(filter(None, (who, *called))) for who, *called in people}
        scores: dict[str, dict[str, float]] = defaultdict(dict)
        points: dict[str, float] = {}
        for grade, student in grades:
            points[str(grade.name)] = float(grade.max_score or 0)
            theirs = scores[str(student)]
            if not grade.needs_manual_grade:
                theirs[str(grade.name)] = float(grade.score or 0)
    engine.dispose()
    return _Marks(dict(scores), points, names)


def answers_of(notebooks: Iterable[Path]) -> dict[str, Answer]:
    """Return what the notebooks of a student hold, by problem."""
    found: dict[str, Answer] = {}
    sources: dict[str, str] = {}
    for path in notebooks:
        with suppress(OSError, ValueError):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                known = cell["metadata"].get("nbgrader") or {}
                name = str(known.get("grade_id", ""))
                if known.get("solution"):
                    sources[name] = "".join(cell["source"])
                elif known.get("grade"):
                    found[name.removeprefix("test_")] = Answer("", _mistake(cell))
    return {name: one._replace(source=sources.get(name, "")) for name, one in found.items()}


def _mistake(cell: Mapping[str, Any]) -> str:
    for output in cell.get("outputs", []):
        said = output.get("data", {}).get(VERDICT)
        if isinstance(said, dict):
            return str(said.get("mistake", ""))
    return ""


def _mistakes(made: Mapping[str, Answer], names: Mapping[str, Sequence[str]]) -> Iterator[Mistake]:
    """Group answers by what is wrong with them, whatever numbers the words hold."""
    groups: dict[str, list[str]] = defaultdict(list)
    for student, answer in made.items():
        groups[NUMBER.sub("…", answer.mistake)].append(student)
    for _, students in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        words = Counter(made[s].mistake for s in students).most_common(1)[0][0]
        codes = {excerpt(made[s].source, names.get(s, (s,))) for s in students}
        short = sorted((code for code in codes if code), key=lambda code: (code.count("\n"), code))
        is_named = not UNKNOWN.fullmatch(words)
        yield Mistake(words, tuple(students), is_named, tuple(short[:EXCERPTS]))


def excerpt(source: str, names: Iterable[str] = ()) -> str:
    """Return an answer without comments, docstrings and names of its author; not all of a long one.

    Parameters
    ----------
    source : str
    names : iterable of str
        What the author is called.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        bare = re.sub(r"#[^\n]*", "", source)
    else:
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(node, ast.FunctionDef | ast.Module):
                node.body = [one for one in body if not _is_text(one)] or [ast.Pass()]
        bare = ast.unparse(tree)
    for name in names:
        for part in re.split(r"[^\w]+", name):
            if len(part) > 2:
                bare = re.sub(rf"(?i){re.escape(part)}", "…", bare)
    lines = [line.rstrip() for line in bare.split("\n") if line.strip()]
    return "\n".join(lines[:LONGEST] + ["…"] * (len(lines) > LONGEST))


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _discrimination(shares: Mapping[str, float], totals: Mapping[str, float]) -> float | None:
    order = sorted(shares, key=lambda student: totals[student])
    size = round(GROUP * len(order))
    if not size or totals[order[0]] == totals[order[-1]]:
        return None
    worst, best = order[:size], order[-size:]
    return float(np.mean([shares[s] for s in best]) - np.mean([shares[s] for s in worst]))


def _correlation(shares: Mapping[str, float], rest: Mapping[str, float]) -> float | None:
    x = np.array([shares[s] for s in shares])
    y = np.array([rest[s] for s in shares])
    if len(x) < 3 or x.std() < 1e-12 or y.std() < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _alpha(scores: Mapping[str, Mapping[str, float]], cells: Sequence[str]) -> float | None:
    whole = [
        [theirs[c] for c in cells] for theirs in scores.values() if all(c in theirs for c in cells)
    ]
    table = np.array(whole, dtype=np.float64)
    if len(whole) < 3 or len(cells) < 2 or table.sum(axis=1).var() < 1e-12:
        return None
    parts = table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1)
    return float(len(cells) / (len(cells) - 1) * (1 - parts))


def _in_need(
    items: Sequence[Item],
    shares: Mapping[str, Mapping[str, float]],
    totals: Mapping[str, float],
    most: float,
) -> Iterator[InNeed]:
    """Students with less than half of the marks, the weakest first."""
    for student in sorted(totals, key=lambda one: (totals[one], one)):
        share = totals[student] / most if most else 0.0
        if share < HALF:
            easy = [
                item.title
                for item, by_student in zip(items, shares.values(), strict=True)
                if item.graded
                and item.solved / item.graded >= MOST_SOLVED
                and by_student.get(student, 1) < 1
            ]
            yield InNeed(student, share, tuple(easy))

"""A student's feedback: for each problem its marks and what went wrong, then their own notebook.

The page is made of the graded notebook and the gradebook. It runs nothing and asks for nothing:
what the student wrote and showed is sanitised (`ffngrade.reports.html_sanitizer`), formulas are
drawn without a script (`ffngrade.reports.maths`), and a Content-Security-Policy forbids everything
but the page's own style. It is what `nbgrader generate_feedback` writes as well, by way of
`FeedbackExporter`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets import default

from ffngrade.core.course import Course
from ffngrade.core.exchange import accompany, beside
from ffngrade.gradebook.journal import FOLDER, RECORD, Journal, Request
from ffngrade.gradebook.marks import Marks, marks_of
from ffngrade.intake.release import titles as titles_of
from ffngrade.reports.html_sanitizer import harmless, markdown, pathless
from ffngrade.reports.outputs import MOST, cost, shown
from ffngrade.reports.pages import Pages
from ffngrade.reports.room import PRINTED, Room
from ffnlib._base.files import write_whole

EMPTY = Markup()
WAITING = "not yet marked"
AGAIN = "marked before your answer changed, and to be looked at again"
NOTHING = "nothing was found here to be judged"


@dataclass
class Problem:
    """One problem and how it went."""

    name: str
    anchor: str
    score: float
    max_score: float
    state: str
    """``right``, ``wrong``, or ``open`` where a person decides."""
    words: str = ""
    title: str = ""
    """Its heading in the statement."""
    difference: Markup = EMPTY
    """What was expected beside what came."""

    @property
    def heading(self) -> str:
        """How it is called on the page."""
        return self.title or self.name

    @property
    def marks(self) -> str:
        """The marks in words."""
        if self.words == WAITING:
            return f"– of {points(self.max_score)}"
        return f"{points(self.score)} of {points(self.max_score)}"

    @property
    def short(self) -> str:
        """The first line of the words."""
        return self.words.partition("\n")[0]


@dataclass
class Shown:
    """A cell as the page shows it."""

    source: Markup = EMPTY
    shown: list[Markup] = field(default_factory=list)
    problem: Problem | None = None
    comment: Markup = EMPTY


def page(
    notebook: NotebookNode,
    marks: Marks,
    name: str,
    titles: Mapping[str, str] = MappingProxyType({}),
    attempt: str = "",
    request: Request | None = None,
) -> str:
    """HTML of a student's feedback.

    Parameters
    ----------
    notebook : NotebookNode
        As grading left it, with the verdicts in its test cells.
    marks : Marks
        From the gradebook.
    name : str
        Of the assignment's notebook.
    titles : mapping of str to str
        Headings of the problems, by the names of their graded cells.
    attempt : str
        Which of several counts; empty if it is the last one.
    request : Request, optional
        The student's wish that the marks be looked at again.
    """
    cells = list(_cells(notebook.cells, marks, Room(_size(notebook)), titles))
    problems = [cell.problem for cell in cells if cell.problem]
    return _laid_out(name, marks, cells, problems, attempt, request)


def _laid_out(
    name: str,
    marks: Marks,
    cells: list[Shown],
    problems: list[Problem],
    attempt: str = "",
    request: Request | None = None,
) -> str:
    return PAGES.render(
        "feedback",
        name=name,
        marks=marks,
        cells=cells,
        problems=problems,
        attempt=attempt,
        request=request,
        now=datetime.now(UTC),
    )


def render(
    course: Course,
    assignment: str,
    student: str,
    notebook: str = "",
    attempt: str = "",
    request: Request | None = None,
) -> str:
    """HTML of a student's feedback on a notebook of an assignment (the assignment's own name).

    Nothing is changed, so any number of processes may do this at once.

    Raises
    ------
    FileNotFoundError
        If it was not graded.
    MissingEntry
        If the gradebook does not know it.
    """
    name = notebook or assignment
    found = nbformat.read(course.autograded(student, assignment) / f"{name}.ipynb", as_version=4)
    folders = (course.release(assignment), course.source(assignment))
    marks = marks_of(course.url, name, assignment, student)
    return page(found, marks, name, _titles(folders, name), attempt, request)


def write(
    course: Course,
    assignment: str,
    student: str,
    notebook: str = "",
    attempt: str = "",
    request: Request | None = None,
) -> Path:
    """Write the page to where nbgrader puts it, whole or not at all; give the file."""
    name = notebook or assignment
    text = render(course, assignment, student, name, attempt, request)
    return _written(course, assignment, student, name, text)


def write_short(course: Course, assignment: str, student: str, notebook: str) -> Path:
    """Write a page with nothing but the marks, where the whole one could not be made."""
    marks = marks_of(course.url, notebook, assignment, student)
    problems = [
        Problem(name.removeprefix("test_"), "notebook", score, max_score, "open")
        for name, (score, max_score) in marks.cells.items()
    ]
    return _written(course, assignment, student, notebook, _laid_out(notebook, marks, [], problems))


def _written(course: Course, assignment: str, student: str, name: str, text: str) -> Path:
    folder = course.feedback(student, assignment)
    folder.mkdir(parents=True, exist_ok=True)
    accompany(folder, beside(course.autograded(student, assignment)))
    return write_whole(folder / f"{name}.html", text)


class FeedbackExporter(Exporter):
    """The page for nbgrader's `generate_feedback` (``c.GenerateFeedback.exporter_class``)."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page; ``resources`` says whose it is, as nbgrader fills it."""
        nb, resources = super().from_notebook_node(nb, resources, **named)
        known = resources["nbgrader"]
        name, assignment = known["notebook"], known["assignment"]
        marks = marks_of(known["db_url"], name, assignment, known["student"])
        course = CourseDirectory(config=self.config)
        steps = (course.release_directory, course.source_directory)
        folders = tuple(Path(course.format_path(step, ".", assignment)) for step in steps)
        request = None
        if (file := Path(course.root) / FOLDER / RECORD).is_file():
            with Journal(file) as record:
                request = record.requests(assignment).get(known["student"])
        return page(nb, marks, name, _titles(folders, name), request=request), resources


def _size(notebook: NotebookNode) -> int:
    return len(json.dumps(notebook, ensure_ascii=False, default=str))


@lru_cache(16)  # they are the same for the whole class
def _titles(folders: tuple[Path, ...], notebook: str) -> Mapping[str, str]:
    return titles_of(folders, notebook)


def _cells(
    cells: Iterable[NotebookNode], marks: Marks, room: Room, titles: Mapping[str, str]
) -> Iterator[Shown]:
    seen: set[str] = set()
    for cell in cells:
        known = cell.metadata.get("nbgrader") or {}
        name = str(known.get("grade_id", ""))
        graded = name in marks.cells and name not in seen and (is_grade(cell) or is_task(cell))
        if graded:
            seen.add(name)
        if graded and not is_solution(cell) and not is_task(cell):
            yield Shown(problem=_judged(cell, name, marks, titles.get(name, "")))
            continue
        comment = marks.comments.get(name, "") if is_solution(cell) or is_task(cell) else ""
        yield Shown(
            source=Markup(room.take(_cost(cell), partial(_source, cell))),
            shown=[Markup(made) for made in _outputs(cell, room)],
            problem=_by_hand(name, marks, titles.get(name, "")) if graded else None,
            comment=Markup(markdown(comment)) if comment else EMPTY,
        )


def _source(cell: NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return markdown(cell.source, cell.get("attachments"))
    return f'<pre class="code">{escape(cell.source)}</pre>' if cell.source.strip() else ""


def _cost(cell: NotebookNode) -> float:
    return len(cell.source) * (1 if cell.cell_type == "markdown" else PRINTED)


def _outputs(cell: NotebookNode, room: Room) -> list[str]:
    found = cell.get("outputs", [])[:MOST]
    made = (room.take(cost(output), partial(shown, output)) for output in found)
    return [html for html in made if html]


def _judged(cell: NotebookNode, name: str, marks: Marks, title: str) -> Problem:
    """A problem that was judged by its test cell, in the words of the checks."""
    score, max_score = marks.cells[name]
    words = "\n".join(filter(None, map(_words, cell.get("outputs", [])))).strip()
    failed = any(output.get("output_type") == "error" for output in cell.get("outputs", []))
    state = "wrong" if failed or score < max_score else "right"
    told = name.removeprefix("test_")
    tables = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
    difference = Markup(harmless("".join(tables)))
    said = pathless(words) or NOTHING
    return Problem(told, _anchor(told), score, max_score, state, said, title, difference)


def _words(output: Mapping[str, Any]) -> str:
    if output.get("output_type") == "error":
        return str(output.get("evalue", ""))
    return str(output.get("text", "")) if output.get("name") == "stdout" else ""


def _by_hand(name: str, marks: Marks, title: str) -> Problem:
    score, max_score = marks.cells[name]
    words = "marked by a person" if name in marks.marked else "left as it was handed out"
    if name in marks.waiting:
        words = AGAIN if name in marks.marked else WAITING
    return Problem(name, _anchor(name), score, max_score, "open", words, title)


def points(number: float) -> str:
    """Return the marks without more digits than they need."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _anchor(name: str) -> str:
    return "problem-" + "".join(c if c.isalnum() else "-" for c in name)


def _day(timestamp: datetime) -> str:
    return timestamp.strftime("%d %B %Y, %H:%M UTC").lstrip("0")


PAGES = Pages("feedback", {"points": points, "day": _day}, allowed="img-src data:")

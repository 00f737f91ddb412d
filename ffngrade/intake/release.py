"""What was handed out: the cells of a release notebook, and what the gradebook knows of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Notebook
from nbgrader.utils import compute_checksum

from ffngrade.core.course import Course
from ffngrade.core.errors import NotReleasedError, UnusableNotebookError
from ffngrade.intake.notebook_reader import Found, read

HEADING = re.compile(r"^##\s+(.+?)\s*(?:\(\d[^()]*\))?\s*$", re.MULTILINE)
"""A problem's, without its marks."""
SCHEMA = 3
PYTHON = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Part:
    """One cell as it was handed out."""

    id: str
    kind: str
    given: str
    """The text that students got."""
    graded: str
    """The text that is graded with, which may hold more than what was given."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """nbgrader's metadata; empty for a cell that is only there to be read."""

    @property
    def name(self) -> str:
        """The ``grade_id``, or nothing."""
        return str(self.known.get("grade_id", ""))

    @property
    def is_answer(self) -> bool:
        """Whether students write into it."""
        return bool(self.known.get("solution"))

    @property
    def is_test(self) -> bool:
        """Whether it decides on marks by being run."""
        return bool(self.known.get("grade")) and not self.is_answer

    @property
    def is_fixed(self) -> bool:
        """Whether its text is ours whatever a submission says."""
        return bool(self.known) and not self.is_answer


@dataclass(frozen=True)
class Release:
    """One notebook of an assignment, in the order of its cells."""

    assignment: str
    notebook: str
    parts: tuple[Part, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def releases(course: Course, assignment: str) -> dict[str, Release]:
    """Return an assignment's notebooks by name.

    The gradebook says which cells count; texts and order come from ``release/``, or where that is
    not kept from the gradebook and ``source/``.

    Raises
    ------
    NotReleasedError
        If the gradebook does not know the assignment: ``nbgrader generate_assignment`` comes first.
    """
    folders = (course.release(assignment), course.source(assignment))
    with course.gradebook() as book:
        found = book.db.query(Assignment).filter(Assignment.name == assignment).all()
        if not found or not found[0].notebooks:
            raise NotReleasedError(
                f"assignment must be one that the gradebook knows, got {assignment!r}: "
                f"run `nbgrader generate_assignment {assignment}` first"
            )
        return {
            notebook.name: from_gradebook(assignment, notebook, folders)
            for notebook in sorted(found[0].notebooks, key=lambda one: str(one.name))
        }


def from_gradebook(assignment: str, notebook: Notebook, folders: tuple[Path, Path]) -> Release:
    """Put one notebook together: cells that count from the gradebook, the rest from a file."""
    counted = _counted(notebook)
    parts: list[Part] = []
    for number, folder in enumerate(folders):
        cells = cells_of(folder / f"{notebook.name}.ipynb")
        if not cells:
            continue
        for cell in cells:
            name = cell.known.get("grade_id", "")
            if name in counted:
                part = counted.pop(name)
                given = part.graded if number else cell.source  # a source has the solutions
                parts.append(Part(cell.id, part.kind, given, part.graded, part.known))
            elif not name:
                parts.append(Part(cell.id, cell.kind, cell.source, cell.source))
        break
    metadata = {
        "kernelspec": json.loads(notebook.kernelspec) if notebook.kernelspec else PYTHON,
        "language_info": {"name": "python"},
    }
    return Release(assignment, str(notebook.name), (*parts, *counted.values()), metadata)


def titles(folders: tuple[Path, ...], notebook: str) -> dict[str, str]:
    """Return the headings under which the cells with marks stand, by ``grade_id``."""
    for folder in folders:
        found, title = {}, ""
        for cell in cells_of(folder / f"{notebook}.ipynb"):
            name = cell.known.get("grade_id", "")
            if cell.kind == "markdown" and not name:
                headings = HEADING.findall(cell.source)
                title = headings[-1] if headings else title
            elif name and title:
                found[name] = title
        if found:
            return found
    return {}


def own_checksum(cell: Any) -> bool:
    """Return whether a cell is as nbgrader once wrote it: its checksum fits what it holds."""
    try:
        return bool(cell.metadata.nbgrader["checksum"] == compute_checksum(cell))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _counted(notebook: Notebook) -> dict[str, Part]:
    marks = {str(cell.name): float(cell.max_score) for cell in notebook.grade_cells}
    tasks = {str(cell.name): float(cell.max_score) for cell in notebook.task_cells}
    answers = {str(cell.name) for cell in notebook.solution_cells}
    parts = {}
    for cell in notebook.source_cells:
        name = str(cell.name)
        known = {
            "cell_type": str(cell.cell_type),
            "checksum": cell.checksum,
            "grade": name in marks,
            "grade_id": name,
            "locked": bool(cell.locked),
            "schema_version": SCHEMA,
            "solution": name in answers,
            "task": name in tasks,
        }
        if name in marks or name in tasks:
            known["points"] = marks.get(name, tasks.get(name))
        parts[name] = Part("", str(cell.cell_type), cell.source or "", cell.source or "", known)
    return parts


def cells_of(path: Path) -> list[Found]:
    """Return the cells of a notebook file of ours; none if there is no such file."""
    try:
        return read(path.read_bytes()).cells
    except (OSError, UnusableNotebookError):
        return []

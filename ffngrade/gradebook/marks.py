"""What the gradebook says of one graded notebook, read and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from nbgrader.api import Assignment, MissingEntry, Notebook, Student, SubmittedAssignment
from nbgrader.api import SubmittedNotebook as Submitted
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool


class Marks(NamedTuple):
    """Marks of a notebook and of each of its graded cells."""

    score: float
    """All together, less what was taken off."""
    max_score: float
    late: float
    """Taken off because it came late."""
    cells: Mapping[str, tuple[float, float]]
    """From a graded cell's name to its score and the most it can get."""
    waiting: frozenset[str]
    """Cells that a person must still mark."""
    comments: Mapping[str, str]
    marked: frozenset[str] = frozenset()
    """Cells that a person has marked, as they are or as they were before."""
    student: str = ""
    """Name, or where none is known the id."""
    timestamp: datetime | None = None
    """When it was handed in, if that is known; in UTC."""

    @property
    def open(self) -> float:
        """The marks that a person must still decide on."""
        waiting = self.waiting - self.marked
        return sum(max_score for name, (_, max_score) in self.cells.items() if name in waiting)


def marks_of(url: str, notebook: str, assignment: str, student: str) -> Marks:
    """Read the marks of a student's notebook.

    Raises
    ------
    MissingEntry
        If the gradebook at ``url`` does not know it.
    """
    with Session(_engine(url)) as session:
        found = (
            session.query(Submitted)
            .join(Notebook, Notebook.id == Submitted.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == Submitted.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(Student, Student.id == SubmittedAssignment.student_id)
            .filter(Notebook.name == notebook, Assignment.name == assignment, Student.id == student)
            .one_or_none()
        )
        if found is None:
            raise MissingEntry(f"the gradebook has no {notebook} of {assignment} by {student}")
        late = float(found.late_submission_penalty or 0)
        return Marks(
            score=float(found.score or 0) - late,
            max_score=float(found.max_score or 0),
            late=late,
            cells={g.name: (float(g.score or 0), float(g.max_score or 0)) for g in found.grades},
            waiting=frozenset(g.name for g in found.grades if g.needs_manual_grade),
            comments={c.name: c.comment for c in found.comments if c.comment},
            marked=frozenset(g.name for g in found.grades if g.manual_score is not None),
            student=_named(found.student),
            timestamp=found.assignment.timestamp,
        )


def _named(person: Student) -> str:
    parts = [part for part in (person.first_name, person.last_name) if part]
    return f"{' '.join(parts)} ({person.id})" if parts else str(person.id)


@lru_cache(8)
def _engine(url: str) -> Engine:
    # Connections are not kept: one may not be shared by a process and what it forks.
    return create_engine(url, poolclass=NullPool)

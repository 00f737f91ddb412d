"""Everybody's marks of an assignment in one query: what a report or an export begins with."""

from datetime import datetime
from typing import NamedTuple

from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import case, create_engine, func
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool


class ScoreSummary(NamedTuple):
    """One submission in the gradebook."""

    score: float
    """All together, less what was taken off."""
    max_score: float
    late: float
    """Taken off because it came late."""
    waiting: int
    """Cells that a person must still mark."""
    timestamp: datetime | None
    """When it was handed in, if that is known."""


def score_summaries(url: str, assignment: str) -> dict[str, ScoreSummary]:
    """Return the marks of all submissions of an assignment, by student."""
    engine = create_engine(url, poolclass=NullPool)
    submitted, notebook = SubmittedAssignment, SubmittedNotebook
    whose = (Assignment, Assignment.id == submitted.assignment_id)
    with Session(engine) as session:
        late: dict[str, float] = dict(
            session.query(submitted.id, func.sum(notebook.late_submission_penalty))
            .join(notebook, notebook.assignment_id == submitted.id)
            .join(*whose)
            .filter(Assignment.name == assignment)
            .group_by(submitted.id)
            .all()
        )
        max_score = (
            session.query(Assignment.max_score).filter(Assignment.name == assignment).scalar()
        )
        rows = (
            session.query(
                Student.id,
                submitted.id,
                submitted.timestamp,
                func.sum(Grade.score),
                func.sum(case((Grade.needs_manual_grade, 1), else_=0)),
            )
            .select_from(submitted)
            .join(*whose)
            .join(Student, Student.id == submitted.student_id)
            .join(notebook, notebook.assignment_id == submitted.id)
            .join(Grade, Grade.notebook_id == notebook.id)
            .filter(Assignment.name == assignment)
            .group_by(Student.id, submitted.id, submitted.timestamp)
            .all()
        )
    engine.dispose()
    found = {}
    for student, key, timestamp, score, waiting in rows:
        off = float(late.get(key) or 0)
        total = float(score or 0) - off
        found[str(student)] = ScoreSummary(
            total, float(max_score or 0), off, int(waiting or 0), timestamp
        )
    return found

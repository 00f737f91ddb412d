"""Everybody's marks as a table that other programs read; where there are none, the reason why.

The columns of `nbgrader export`, in its order, and two more. A cell that a spreadsheet would take
for a formula begins with an apostrophe.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

from ffngrade.core.course import Course
from ffngrade.core.submission import State
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.roster import deadlines
from ffngrade.reports.report import Row, plain, rows

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "reason", "attempt"),
)
EXCUSED = "excused"
"""The reason why there are no marks where an assignment does not count."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(course: Course, record: Journal, assignments: Sequence[str] = ()) -> str:
    """The table as CSV: a line for each student of each assignment (of all that are known)."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines(course, record, assignments):
        writer.writerow([cell(line.get(column, "")) for column in COLUMNS])
    return file.getvalue()


def lines(
    course: Course, record: Journal, assignments: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Return what each line of the table holds, by the names of its columns.

    ``is_open`` says besides whether a part of the marks is still to be given by hand.
    """
    with course.gradebook() as book:
        known = {str(one.name): one for one in book.assignments}
        for name in [name for name in known if name in assignments or not assignments]:
            yield from _lines(course, record, known[name], book)


def cell(value: Any) -> str:
    """A value as it stands in a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return f"'{plain(value)}" if value.startswith(FORMULA) else plain(value)


def _lines(
    course: Course, record: Journal, assignment: Assignment, book: Gradebook
) -> Iterator[dict[str, Any]]:
    name = str(assignment.name)
    found = {row.student: row for row in rows(course, name, record)}
    given = any(row.state != State.ABSENT for row in found.values())
    known = {str(one.id): one for one in book.students}
    theirs = {
        str(one.student_id): one
        for one in book.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id)
    }
    extended, excused = deadlines(course, record, name), record.excused(name)
    order = [*known, *sorted(found.keys() - known.keys())]
    for student in order:
        person, submission = known.get(student), theirs.get(student)
        row = found.get(student, Row(student, State.ABSENT))
        due = extended.get(student) or assignment.duedate
        yield {
            "assignment": name,
            "duedate": assignment.duedate,
            "student_id": student,
            "max_score": assignment.max_score,
            **({key: getattr(person, key) for key in COLUMNS[4:7]} if person is not None else {}),
            "timestamp": submission.timestamp if submission is not None else "",
            **({"reason": EXCUSED} if student in excused else _marks(row, given, due)),
            "attempt": row.attempt,
            "is_open": bool(row.waiting),
        }


def _marks(row: Row, given: bool, due: datetime | None) -> dict[str, Any]:
    """Marks, where there are any; a 0 for who handed in nothing stands only after the due date."""
    if row.state == State.GRADED and row.scores is not None:
        off = row.scores.late
        return {
            "raw_score": row.scores.score + off,
            "late_submission_penalty": off,
            "score": max(0.0, row.scores.score),
            "reason": row.waiting,
        }
    if row.state != State.ABSENT:
        return {"reason": f"{row.words}: {row.why}" if row.why else row.words}
    if not given:
        return {"reason": "not given yet"}
    if due is None or due > datetime.now(UTC).replace(tzinfo=None):
        return {"reason": row.words}
    return {
        **dict.fromkeys(("raw_score", "late_submission_penalty", "score"), 0.0),
        "reason": row.words,
    }

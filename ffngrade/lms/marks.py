"""Marks as they leave the course: less what was taken off for being late, scaled, or excused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from nbgrader.api import Student

from ffngrade.core.course import Course
from ffngrade.gradebook.journal import Journal
from ffngrade.lms.class_list import Person
from ffngrade.reports import grades
from ffngrade.reports.grades import EXCUSED


class Mark(NamedTuple):
    """One student's marks for one assignment, or why there are none."""

    score: float | None
    most: float
    late: float = 0.0
    """What was taken off for being late; it is no part of the score any more."""
    reason: str = ""
    is_excused: bool = False
    handed_in: datetime | None = None

    @property
    def text(self) -> str:
        """The score without more digits than it needs; empty if there is none."""
        return "" if self.score is None else number(self.score)


Marks = Mapping[str, Mapping[str, Mark]]
"""By assignment, then by student."""


def number(value: float) -> str:
    """Return a number with two digits at most, and a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def collect(
    course: Course,
    record: Journal,
    assignments: Sequence[str],
    weights: Mapping[str, float] | None = None,
    provisional: bool = False,
) -> Marks:
    """Read the marks of assignments.

    Parameters
    ----------
    course : Course
    record : Journal
    assignments : sequence of str
    weights : mapping of str to float, optional
        What an assignment is worth outside, if not its own marks.
    provisional : bool
        Whether marks count of which a part is still to be given by hand.
    """
    found: dict[str, dict[str, Mark]] = {name: {} for name in assignments}
    for line in grades.lines(course, record, assignments):
        name, student = str(line["assignment"]), str(line["student_id"])
        most = float(line["max_score"] or 0)
        to = (weights or {}).get(name, most)
        share = to / most if most else 0.0
        score, reason = line.get("score"), str(line.get("reason") or "")
        if isinstance(score, float) and reason and line["is_open"] and not provisional:
            score = None
        late = line.get("late_submission_penalty") or 0.0
        found[name][student] = Mark(
            None if not isinstance(score, float) else score * share,
            to,
            late * share,
            reason,
            reason == EXCUSED,
            line.get("timestamp") or None,
        )
    return found


def people(course: Course, students: Iterable[str] = ()) -> dict[str, Person]:
    """Return who is in the gradebook, and these, by id."""
    with course.gradebook() as book:
        known = {
            str(one.id): Person(
                (str(one.id),), one.email or "", one.first_name or "", one.last_name or ""
            )
            for one in book.db.query(Student)
        }
    return {**{student: Person((student,)) for student in students}, **known}

"""What students hand in beside their notebooks to ask that a person looks at their marks again."""

from collections.abc import Iterator
from typing import NamedTuple

from ffngrade.core.course import Course
from ffngrade.core.errors import UnreadableSubmissionError
from ffngrade.intake.safe_files import content, entries

FILE = "regrade.txt"
LONGEST = 10_000
"""Bytes of a request."""


class Found(NamedTuple):
    """A student's request, or why it could not be read."""

    student: str
    text: str
    why: str = ""


def handed_in(course: Course, assignment: str) -> Iterator[Found]:
    """Walk over the requests of an assignment's submissions; an empty file is none."""
    for student in course.students(assignment):
        try:
            for entry in entries(course.submitted(student, assignment)):
                if entry.name.lower() == FILE and entry.kind == "file":
                    text = content(entry, LONGEST).decode("utf-8-sig", "replace").strip()
                    if text:
                        yield Found(student, text)
        except UnreadableSubmissionError as error:
            yield Found(student, "", str(error))

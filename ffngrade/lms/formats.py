"""Marks in the tables that learning platforms read, in their own columns and lines."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ffngrade.core.errors import TableError
from ffngrade.lms.class_list import (
    BLACKBOARD,
    CANVAS,
    EMAIL,
    GRADESCOPE,
    MOODLE,
    POINTS,
    Person,
    Table,
)
from ffngrade.lms.marks import Mark, Marks, number

COLUMN = re.compile(r"(?P<title>.*?)\s*(?:\((?P<canvas>\d+)\)|\[Total Pts:\s*(?P<most>[\d.,]*).*)?")
"""A heading of Canvas' (`Essay (4711)`) or Blackboard's (`Essay [Total Pts: 10 Score] |42`)."""


class Filled(NamedTuple):
    """A table with marks in it, and what is to be said of it."""

    table: Table
    notes: list[str]


def fill(
    table: Table,
    pairs: Mapping[str, int],
    marks: Marks,
    columns: Mapping[str, str] | None = None,
) -> Filled:
    """Put marks into a platform's own table; whoever has none keeps what is there.

    Parameters
    ----------
    table : Table
        The platform's export; it is not changed.
    pairs : mapping of str to int
        From a student to their line.
    marks : mapping
    columns : mapping of str to str, optional
        Headings of the columns for assignments, where they have another name there.

    Raises
    ------
    TableError
        If a column has no place for the marks.
    """
    lines = [list(line) for line in table.lines]
    filled = Table(table.kind, list(table.heads), lines, table.delimiter, table.encoding)
    notes: list[str] = []
    for assignment, by_student in marks.items():
        most = next((mark.most for mark in by_student.values()), 0.0)
        at = _column(filled, assignment, (columns or {}).get(assignment, ""), most, notes)
        excused = []
        for student, number_of_line in pairs.items():
            mark = by_student.get(student)
            if mark is None:
                continue
            if mark.is_excused and table.kind == CANVAS:
                lines[number_of_line][at] = "EX"
            elif mark.is_excused:
                excused.append(student)
            elif mark.score is not None:
                lines[number_of_line][at] = mark.text
        if excused:
            notes.append(f"{assignment}: excuse by hand in {table.kind}: {', '.join(excused)}")
    return Filled(filled, notes)


def _column(table: Table, assignment: str, named: str, most: float, notes: list[str]) -> int:
    """Return the place of an assignment's column, made if the platform can make it."""
    if table.kind == MOODLE and table.column("Identifier") >= 0 and table.column("Grade") >= 0:
        at = table.column("Grade")
        limits = {line[table.column("Maximum Grade")] for line in table.lines}
        _same_most(limits if table.column("Maximum Grade") >= 0 else set(), assignment, most)
        return at
    wanted = named or assignment
    found = [
        (i, match)
        for i, head in enumerate(table.heads)
        if (match := COLUMN.fullmatch(head.strip()))
        and wanted.casefold() in (head.strip().casefold(), match["title"].casefold())
    ]
    if len(found) > 1:
        names = ", ".join(table.heads[i] for i, _ in found)
        raise TableError(
            f"{wanted} could be {names}: say --column {assignment}=… with the whole heading"
        )
    if found:
        at, match = found[0]
        limits = {match["most"]} if match["most"] else set()
        if table.kind == CANVAS:
            limits = {line[at] for line in table.lines if POINTS in line[0]}
        _same_most(limits, assignment, most)
        return at
    if named:
        known = ", ".join(table.heads)
        raise TableError(f"--column {assignment} must be one of {known}, got {named!r}")
    table.heads.append(assignment)
    for line in table.lines:
        is_points = table.kind == CANVAS and POINTS in line[0]
        line.append(number(most) if is_points else "")
    if table.kind == BLACKBOARD:
        notes.append(
            f"{assignment} has no column yet: make one of {number(most)} points in Blackboard, and "
            "download its table again, or Blackboard will take the marks for text"
        )
    else:
        notes.append(f"{assignment} has no column yet: a new one is made")
    return len(table.heads) - 1


def _same_most(limits: set[str], assignment: str, most: float) -> None:
    for text in limits:
        try:
            there = float(text.replace(",", "."))
        except ValueError:
            continue  # "(read only)", or nothing
        if abs(there - most) > 0.005:
            raise TableError(
                f"{assignment} has {number(there)} points there and {number(most)} marks here: "
                f"say --weight {assignment}={number(there)} to scale them"
            )


def moodle_grades(people: Mapping[str, Person], marks: Marks) -> Table:
    """Return a table for Moodle's *Grades, Import, CSV file*, by e-mail address or ID number."""
    by_email = all(person.email for person in people.values())
    heads = [EMAIL[0] if by_email else "ID number", *marks]
    lines = [
        [person.email if by_email else student, *(_text(m.get(student)) for m in marks.values())]
        for student, person in people.items()
    ]
    return Table(MOODLE, heads, lines)


GRADESCOPE_HEADS = [
    *("First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status"),
    *("Submission Time", "Late Penalty"),
]


def gradescope_grades(people: Mapping[str, Person], marks: Mapping[str, Mark]) -> Table:
    """Return the marks of one assignment in the columns of Gradescope's *Download Grades*."""
    lines = []
    for student, person in people.items():
        mark = marks.get(student, Mark(None, 0.0))
        status = "Excused" if mark.is_excused else "Graded" if mark.score is not None else "Missing"
        when = mark.handed_in.strftime("%Y-%m-%d %H:%M:%S +0000") if mark.handed_in else ""
        who = (person.first_name, person.last_name, student, person.email)
        late = number(mark.late) if mark.late else ""
        lines.append([*who, mark.text, number(mark.most), status, when, late])
    return Table(GRADESCOPE, GRADESCOPE_HEADS, lines)


def as_json(people: Mapping[str, Person], marks: Marks) -> str:
    """Return everything as JSON: a list of assignments, each with its students."""
    found = [
        {
            "assignment": assignment,
            "students": [
                {
                    "id": student,
                    "email": people[student].email,
                    "first_name": people[student].first_name,
                    "last_name": people[student].last_name,
                    "score": mark.score if mark.score is None else round(mark.score, 4),
                    "max_score": round(mark.most, 4),
                    "late_penalty": round(mark.late, 4),
                    "excused": mark.is_excused,
                    "reason": mark.reason,
                    "submitted": mark.handed_in and f"{mark.handed_in.isoformat()}Z",
                }
                for student, mark in by_student.items()
            ],
        }
        for assignment, by_student in marks.items()
    ]
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def read_back(table: Table, pairs: Mapping[str, int], column: str) -> dict[str, str]:
    """Return what a table says under a heading, by student."""
    at = table.column(column)
    if at < 0:
        raise TableError(f"the table must have a column {column}")
    return {student: table.lines[line][at] for student, line in pairs.items()}


def _text(mark: Mark | None) -> str:
    return mark.text if mark is not None else ""


FORMATS: Sequence[str] = (CANVAS, MOODLE, BLACKBOARD, GRADESCOPE, "csv", "json")

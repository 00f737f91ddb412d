"""Who belongs to the class, and until when who may hand in: from tables and commands."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.parser import parse
from nbgrader.api import Assignment, Student

from ffngrade.core.course import Course
from ffngrade.core.errors import TableError
from ffngrade.gradebook.journal import Journal
from ffngrade.intake.collect import STUDENT

NAMES = {
    "id": ("id", "student", "student_id", "username", "user", "login", "login_id", "sis_login_id"),
    "first_name": ("first_name", "firstname", "given_name", "vorname"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "nachname"),
    "email": ("email", "e-mail", "mail", "email_address"),
    "assignment": ("assignment",),
    "due": ("due", "duedate", "due_date"),
}
"""What a column may be called."""
LARGEST = 20_000_000


class Person(NamedTuple):
    """One student of a roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


class Due(NamedTuple):
    """Until when an assignment may be handed in, by everybody or by one student."""

    assignment: str
    timestamp: datetime | None
    student: str = ""


def people(path: Path) -> list[Person]:
    """Read a roster: a CSV file with a line of headings, one of which is that of the ids.

    Raises
    ------
    TableError
        If it has no ids, the same one twice, or one that cannot be a folder's name.
    """
    lines = _lines(path, "id")
    everybody = [
        (f"line {number} of {path.name}", {key: line.get(key, "") for key in Person._fields})
        for number, line in lines
    ]
    return _checked((where, Person(**known)) for where, known in everybody)


def checked(people: Iterable[Person], name: str) -> list[Person]:
    """Return people of a file, if each has an id of its own that can be a folder's name.

    Raises
    ------
    TableError
        If somebody has none.
    """
    return _checked((name, person) for person in people)


def _checked(people: Iterable[tuple[str, Person]]) -> list[Person]:
    found: dict[str, Person] = {}
    for where, person in people:
        if not STUDENT.fullmatch(person.id):
            raise TableError(
                f"{where}: an id must have letters, digits or _ . , ' @ + = - "
                f"in it and not begin with a dot, got {person.id!r}"
            )
        if person.id in found:
            raise TableError(f"{where}: {person.id!r} is there twice")
        found[person.id] = person
    return list(found.values())


def enrol(course: Course, class_: Iterable[Person]) -> tuple[int, int]:
    """Put people into the gradebook; return how many are new, and how many others were changed.

    Nobody is taken out, and what the roster does not say stays as it is.
    """
    new = changed = 0
    with course.gradebook() as book:
        known = {str(one.id): one for one in book.db.query(Student)}
        for person in class_:
            one = known.get(person.id)
            if one is None:
                one = Student(id=person.id)
                book.db.add(one)
                new += 1
            else:
                others = person._asdict().items()
                changed += any(text and (getattr(one, key) or "") != text for key, text in others)
            for key, text in person._asdict().items():
                if text:
                    setattr(one, key, text)
        book.db.commit()
    return new, changed


def dates(path: Path) -> list[Due]:
    """Read due dates: a CSV file with the columns assignment and due, and perhaps id.

    Raises
    ------
    TableError
        If a column is missing, or a time cannot be read.
    """
    return [
        Due(line["assignment"], timestamp_of(line["due"]), line.get("id", ""))
        for _, line in _lines(path, "assignment", "due")
    ]


def timestamp_of(text: str) -> datetime | None:
    """Return a time in UTC, which it is if no zone is given; None for ``none``.

    Raises
    ------
    TableError
        If it is no time.
    """
    if text.strip().lower() in ("", "none"):
        return None
    *words, last = text.split()
    try:  # nbgrader's own reader takes +0200 for 200 seconds
        zone = ZoneInfo(last) if "/" in last else None
        timestamp: datetime = parse(" ".join(words) if zone else text)
        timestamp = timestamp.replace(tzinfo=timestamp.tzinfo or zone or UTC)
        return timestamp.astimezone(UTC).replace(tzinfo=None)
    except (OSError, OverflowError, TypeError, ValueError, ZoneInfoNotFoundError):
        raise TableError(
            f"a due date must be a time such as '2026-03-01 23:59 +0100' or none, got {text!r}"
        ) from None


def set_dates(course: Course, record: Journal, found: Sequence[Due], known: Iterable[str]) -> None:
    """Write due dates into the gradebook, and those of single students beside it.

    nbgrader knows an extension only of who has handed in, so they are kept until somebody has.

    Raises
    ------
    TableError
        If an assignment or a student is not known; then nothing is written.
    """
    students = set(known)
    with course.gradebook() as book:
        assignments = {str(one.name): one for one in book.db.query(Assignment)}
        for due in found:
            if due.assignment not in assignments:
                raise TableError(f"the gradebook knows no assignment {due.assignment!r}")
            if due.student and due.student not in students:
                raise TableError(f"the course has no student {due.student!r}")
        for due in found:
            if not due.student:
                assignments[due.assignment].duedate = due.timestamp
        book.db.commit()
    for due in found:
        if due.student:
            record.extend(due.assignment, due.student, due.timestamp)


def extra_of(text: str) -> timedelta:
    """Return how long ``48h``, ``2d`` or ``90m`` is; ``none`` is no time.

    Raises
    ------
    TableError
        If it is no such time.
    """
    if text.strip().lower() == "none":
        return timedelta()
    found = re.fullmatch(r"(\d{1,5}(?:\.\d+)?)\s*([mhd])", text.strip().lower())
    if not found:
        raise TableError(f"--extra must be a time such as 48h, 2d or 90m, or none, got {text!r}")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2]]
    return timedelta(**{unit: float(found[1])})


def deadlines(course: Course, record: Journal, assignment: str) -> dict[str, datetime | None]:
    """Return until when single students may hand in, in UTC.

    The later of an extension of their own and the due date with their extra time; None for who
    lost an extension.
    """
    found = record.extensions(assignment)
    extra = record.extra_time()
    if not extra:
        return found
    with course.gradebook() as book:
        named = book.db.query(Assignment).filter_by(name=assignment).one_or_none()
        due = named.duedate if named is not None else None
    if due is not None:
        for student, time in extra.items():
            until, later = found.get(student), due + time
            found[student] = later if until is None else max(later, until)
    return found


def _lines(path: Path, *wanted: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Lines of a CSV file by the names of `NAMES`; a semicolon or a tab may part them, too."""
    if path.stat().st_size > LARGEST:
        raise TableError(f"{path.name} is larger than {LARGEST // 10**6} MB")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = unicodedata.normalize("NFC", text)
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count))
    try:
        heads = [_head(cell) for cell in next(reader, [])]
        missing = [name for name in wanted if name not in heads]
        if missing:
            raise TableError(
                f"{path.name} must have a column {' and one '.join(missing)}, got {first[:100]!r}"
            )
        for line in reader:
            cells = {head: cell.strip() for head, cell in zip(heads, line, strict=False) if head}
            if any(cells.values()):
                yield reader.line_num, cells
    except csv.Error as error:
        raise TableError(f"line {reader.line_num} of {path.name}: {error}") from None


def _head(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return next((known for known, others in NAMES.items() if name in others), "")

"""The class as a learning platform exports it, and who of it is who in the gradebook.

A table is kept as it came, so that it can be given back with marks in it and nothing else changed.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ffngrade.core.errors import TableError

LARGEST = 20_000_000
CANVAS, MOODLE, BLACKBOARD, GRADESCOPE, OTHER = (
    "canvas",
    "moodle",
    "blackboard",
    "gradescope",
    "other",
)
POINTS = "Points Possible"
"""What the line of Canvas' table that is no student's begins with."""
IDENTITY = {
    CANVAS: ("SIS Login ID", "SIS User ID", "ID"),
    MOODLE: ("ID number", "Username", "Identifier"),
    BLACKBOARD: ("Username", "Student ID"),
    GRADESCOPE: ("SID",),
    OTHER: ("id", "student", "student_id", "username", "login"),
}
"""Columns with what may be a student's id, the likeliest first."""
EMAIL = ("Email address", "Email", "E-mail", "email", "Mail")
FIRST = ("First Name", "First name", "FirstName", "first_name")
LAST = ("Last Name", "Last name", "Surname", "LastName", "last_name")
WHOLE = ("Full name", "Student", "Name")


class Person(NamedTuple):
    """Somebody, as the gradebook or a platform knows them."""

    ids: tuple[str, ...]
    email: str = ""
    first_name: str = ""
    last_name: str = ""

    @property
    def shown(self) -> str:
        """How they are called in a sentence."""
        name = " ".join(filter(None, (self.first_name, self.last_name)))
        known = next(filter(None, (*self.ids, self.email)), "")
        return f"{name} ({known})" if name and known else name or known


@dataclass
class Table:
    """A table as it came.

    Attributes
    ----------
    kind : str
        Whose export it is.
    heads : list of str
    lines : list of list of str
        All lines below the headings, as long as these.
    delimiter, encoding : str
        How it is written, and to be written again.
    """

    kind: str
    heads: list[str]
    lines: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"

    def column(self, *names: str) -> int:
        """Return the place of the first of these headings that is there; -1 if none is."""
        known = {head.strip().lower(): i for i, head in reversed(list(enumerate(self.heads)))}
        return next((known[name.lower()] for name in names if name.lower() in known), -1)

    def cell(self, line: Sequence[str], *names: str) -> str:
        """Return what a line has under the first of these headings that is there."""
        at = self.column(*names)
        return line[at].strip() if at >= 0 else ""

    def people(self) -> list[tuple[int, Person]]:
        """Everybody, with the number of their line in ``lines``."""
        found = []
        for number, line in enumerate(self.lines):
            if self.kind == CANVAS and (POINTS in line[0] or not "".join(line[:2]).strip()):
                continue
            ids = tuple(self.cell(line, name) for name in IDENTITY[self.kind])
            first, last = self.cell(line, *FIRST), self.cell(line, *LAST)
            if not (first or last):
                first, last = parted(self.cell(line, *WHOLE))
            person = Person(tuple(filter(None, ids)), self.cell(line, *EMAIL), first, last)
            if any(person):
                found.append((number, person))
        return found

    def text(self) -> bytes:
        """Write the table as it came."""
        file = io.StringIO()
        ends = "\r\n" if self.kind in (CANVAS, BLACKBOARD) else "\n"
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator=ends)
        writer.writerows([self.heads, *self.lines])
        return file.getvalue().encode(self.encoding)


def parted(name: str) -> tuple[str, str]:
    """Return first and last name of ``Lee, Ann`` or ``Ann Lee``."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return (first, last) if first else (last, "")


def read(path: Path) -> Table:
    """Read a class list or a table of marks of any platform.

    Raises
    ------
    TableError
        If it is none.
    """
    if path.stat().st_size > LARGEST:
        raise TableError(f"{path.name} is larger than {LARGEST // 10**6} MB")
    text, encoding = _decoded(path.read_bytes())
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise TableError(f"line {reader.line_num} of {path.name}: {error}") from None
    if not lines:
        raise TableError(f"{path.name} must have a column id, and it is empty")
    heads = lines[0]
    width = len(heads)
    filled = [[*line[:width], *[""] * (width - len(line))] for line in lines[1:]]
    table = Table(_kind(heads), heads, filled, delimiter, encoding)
    columns = [*IDENTITY[table.kind], *EMAIL, *WHOLE]
    if table.column(*columns) < 0:
        raise TableError(
            f"{path.name} must have a column with ids, e-mail addresses or names "
            f"({', '.join(columns[:4])}, …), got {first.strip()[:100]!r}"
        )
    return table


def _decoded(data: bytes) -> tuple[str, str]:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else []
    encodings += ["utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _kind(heads: Sequence[str]) -> str:
    known = {head.strip() for head in heads}
    if {"Student", "ID", "Section"} <= known:
        return CANVAS
    if "Identifier" in known or {"Email address"} & known:
        return MOODLE
    if "SID" in known:
        return GRADESCOPE
    if {"Username", "Last Name", "First Name"} <= known:
        return BLACKBOARD
    return OTHER


class Matched(NamedTuple):
    """Who is who.

    ``pairs`` leads from a student of the gradebook to a line of the table; the rest are sentences.
    """

    pairs: dict[str, int]
    missing: list[str]
    """Students of the gradebook who are not in the table."""
    strangers: list[str]
    """People of the table who are not in the gradebook."""
    double: list[str]
    """Where several could be meant, so nobody was taken."""


def match(students: Mapping[str, Person], people: Sequence[tuple[int, Person]]) -> Matched:
    """Find each student in a table: by id, or else by e-mail address, or else by name.

    A person is taken only if nobody else could be meant by the same rule.

    Parameters
    ----------
    students : mapping of str to Person
        By the id that the gradebook has.
    people : sequence of (int, Person)
        Of a `Table`.
    """
    pairs: dict[str, int] = {}
    double: list[str] = []
    left = dict(students)
    free = dict(people)
    for rule, of_student in _RULES:
        by_key: dict[str, list[int]] = defaultdict(list)
        for number, person in free.items():
            for key in {*rule(person)}:
                by_key[key].append(number)
        wanted = {
            s: {n for k in of_student(s, p) for n in by_key.get(k, ())} for s, p in left.items()
        }
        claimed: dict[int, list[str]] = defaultdict(list)
        for student, numbers in wanted.items():
            for number in numbers:
                claimed[number].append(student)
        for student, numbers in wanted.items():
            if not numbers:
                continue
            if len(numbers) > 1:
                names = ", ".join(sorted(free_name(people, n) for n in numbers))
                double.append(f"{student} could be {names}")
            elif len(claimed[min(numbers)]) > 1:
                others = ", ".join(sorted(claimed[min(numbers)]))
                double.append(f"{free_name(people, min(numbers))} could be {others}")
            else:
                pairs[student] = min(numbers)
            del left[student]
        taken = {number for numbers in wanted.values() for number in numbers}
        free = {number: person for number, person in free.items() if number not in taken}
    strangers = [person.shown for person in free.values()]
    return Matched(pairs, sorted(left), sorted(strangers), sorted(set(double)))


def free_name(people: Iterable[tuple[int, Person]], number: int) -> str:
    """Return how the person of a line is called."""
    return dict(people)[number].shown


def key_of(text: str) -> str:
    """Return a text as it is compared: case, accents written apart, and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def name_of(first: str, last: str) -> str:
    """Return a name as it is compared: its words in any order, without accents."""
    apart = unicodedata.normalize("NFKD", f"{first} {last}".casefold())
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"\w+", plain)))


def _ids(person: Person) -> list[str]:
    return [key_of(one) for one in person.ids]


def _emails(person: Person) -> list[str]:
    return [key_of(person.email)] if person.email else []


def _names(person: Person) -> list[str]:
    return [name] if (name := name_of(person.first_name, person.last_name)) else []


_RULES: tuple[tuple[Callable[[Person], list[str]], Callable[[str, Person], list[str]]], ...] = (
    (_ids, lambda student, _: [key_of(student)]),
    (_emails, lambda student, person: [*_emails(person), key_of(student)]),
    (_names, lambda _, person: _names(person)),
)

"""From a platform's download to ``submitted/``: each notebook to its student, nobody silently left.

Who is who is looked up in the platform's class list, if one is given, and in the gradebook. An
earlier submission that is not the same becomes an attempt (`ffngrade.intake.attempts`).
"""

import os
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.parser import ParserError, parse

from ffngrade.core.course import Course
from ffngrade.core.exchange import TIMESTAMP
from ffngrade.intake.attempts import view
from ffngrade.intake.collect import STUDENT
from ffngrade.lms.class_list import MOODLE, Matched, Person, Table, key_of, match
from ffngrade.lms.downloads import Archive, Download
from ffngrade.lms.marks import people

HANDED_IN = ("Last modified (submission)",)


class Placed(NamedTuple):
    """What became of one person's files."""

    student: str
    how: str
    """``new``, ``again`` (an earlier submission became an attempt) or ``same``."""


class Collected(NamedTuple):
    """What became of an archive."""

    placed: list[Placed]
    notes: list[str]
    """What is worth knowing, and costs nobody anything."""
    lost: list[str]
    """What was not taken, and why: somebody should look."""


def collect(
    course: Course,
    assignment: str,
    archive: Archive,
    roster: Table | None = None,
    zone: ZoneInfo | None = None,
    dry_run: bool = False,
) -> Collected:
    """Put the notebooks of an archive where `ffn-grade autograde` looks for them.

    Parameters
    ----------
    course : Course
    assignment : str
    archive : Archive
    roster : Table, optional
        The platform's class list.
    zone : ZoneInfo, optional
        In which its times are, if they say none.
    dry_run : bool
        Whether nothing is written.
    """
    students = people(course)
    found, lost = _whose(students, archive, roster)
    placed = []
    notes = list(archive.notes)
    for student, download in sorted(found.items()):
        moment = download.handed_in or _by_roster(download, roster, zone)
        if moment is None and download.is_late:
            notes.append(f"{student}: the platform says that this is late, and not when it came")
        how = _place(course, assignment, student, download, moment, dry_run)
        placed.append(Placed(student, how))
    return Collected(placed, notes, lost)


def _whose(
    students: Mapping[str, Person], archive: Archive, roster: Table | None
) -> tuple[dict[str, Download], list[str]]:
    """Find the student of each download; say of which there is none, or more than one."""
    named = [_named(one, roster) for one in archive.downloads]
    matched = match(students, [*enumerate(named)])
    found = {student: archive.downloads[number] for student, number in matched.pairs.items()}
    found |= _by_squeezed(students, archive.downloads, matched)
    taken = {id(one) for one in found.values()}
    double = {
        n for n, one in enumerate(named) if any(one.shown in words for words in matched.double)
    }
    lost = [*matched.double]
    lost += [
        f"{named[number].shown} is not in the gradebook: {', '.join(one.notebooks)} was not taken"
        for number, one in enumerate(archive.downloads)
        if id(one) not in taken and number not in double
    ]
    return found, lost


def _named(download: Download, roster: Table | None) -> Person:
    """Everything that is known of whoever handed something in."""
    if roster is None:
        return download.person
    wanted = {key_of(one) for one in download.person.ids}
    for _, person in roster.people():
        if wanted & {key_of(one) for one in person.ids}:
            return person
    return download.person


def _by_squeezed(
    students: Mapping[str, Person], downloads: Sequence[Download], matched: Matched
) -> dict[str, Download]:
    """Find by names as Canvas writes them, where each is one student's alone."""
    left = {n: one for n, one in enumerate(downloads) if n not in matched.pairs.values()}
    by_name: dict[str, list[str]] = {}
    for student in matched.missing:
        person = students[student]
        by_name.setdefault(_squeezed(f"{person.last_name}{person.first_name}"), []).append(student)
    found: dict[str, list[Download]] = {}
    for one in left.values():
        for student in by_name.get(_squeezed(one.squeezed), []) if one.squeezed else []:
            found.setdefault(student, []).append(one)
    counts = [id(one) for several in found.values() for one in several]
    return {s: d[0] for s, d in found.items() if len(d) == 1 and counts.count(id(d[0])) == 1}


def _squeezed(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())


def _by_roster(download: Download, roster: Table | None, zone: ZoneInfo | None) -> datetime | None:
    """When something was handed in, as Moodle's grading worksheet says."""
    if roster is None or roster.kind != MOODLE:
        return None
    wanted = {key_of(one) for one in download.person.ids}
    for number, person in roster.people():
        if wanted & {key_of(one) for one in person.ids}:
            try:
                moment: datetime = parse(roster.cell(roster.lines[number], *HANDED_IN))
            except (ParserError, OverflowError, ValueError):
                return None
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)
            return moment.astimezone(UTC).replace(tzinfo=None)
    return None


def _place(
    course: Course,
    assignment: str,
    student: str,
    download: Download,
    moment: datetime | None,
    dry_run: bool,
) -> str:
    folder = course.submitted(student, assignment)
    files = _files(course, assignment, download)
    if folder.is_dir() and not folder.is_symlink():
        if _same(folder, files):
            return "same"
        if not dry_run:
            _to_attempts(course, assignment, student, folder)
        how = "again"
    else:
        how = "new"
    if not dry_run:
        fresh = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name, data in files.items():
            (fresh / name).write_bytes(data)
        if moment is not None:
            text = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
            (fresh / TIMESTAMP).write_text(text, encoding="utf-8")
        fresh.replace(folder)
    return how


def _files(course: Course, assignment: str, download: Download) -> dict[str, bytes]:
    """Notebooks by names that are names: a single one gets that of the assignment's."""
    wanted = course.notebooks(assignment)
    if len(wanted) == 1 and len(download.notebooks) == 1:
        return {f"{wanted[0]}.ipynb": next(iter(download.notebooks.values()))}
    made = {}
    for number, (name, data) in enumerate(download.notebooks.items(), 1):
        plain = unicodedata.normalize("NFC", name)
        made[plain if STUDENT.fullmatch(plain) else f"notebook-{number}.ipynb"] = data
    return made


def _same(folder: Path, files: Mapping[str, bytes]) -> bool:
    there = {path.name for path in folder.iterdir()} - {TIMESTAMP}
    return there == set(files) and all(
        (folder / name).is_file() and (folder / name).read_bytes() == data
        for name, data in files.items()
    )


def _to_attempts(course: Course, assignment: str, student: str, folder: Path) -> None:
    """Keep an earlier submission as an attempt, under the time at which it was replaced."""
    number = 1
    while (target := view(course, f"attempt-{number}").submitted(student, assignment)).exists():
        number += 1
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.replace(target)

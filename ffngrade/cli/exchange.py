"""The commands that exchange a class's work with others: export, collect, excuse, requests."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ffngrade.cli.commands import known_assignments, known_students, settle, take_requests
from ffngrade.cli.main import CARE, DONE
from ffngrade.core.course import Course
from ffngrade.core.errors import CommandError
from ffngrade.core.submission import UNFINISHED
from ffngrade.gradebook.journal import Entry, Journal, Request
from ffngrade.intake.release import releases
from ffngrade.lms import class_list, downloads, formats
from ffngrade.lms import collect as collecting
from ffngrade.lms import marks as marking
from ffngrade.reports import grades
from ffngrade.reports import report as reports


def export(chosen: Namespace) -> int:
    """Write everybody's marks, and say why somebody has none."""
    course = Course(chosen.course, chosen.db)
    known = known_assignments(course, chosen.assignment)
    settle(course, known)
    with Journal.of(course) as record:
        text, found = _exported(course, record, known, chosen)
        notes, care = found
        without = [
            f"{name}, {row.student}: {row.words}, so no marks"
            for name in chosen.assignment or record.assignments()
            for row in reports.rows(course, name, record)
            if row.state in UNFINISHED
        ]
    to = Path(chosen.out or _default_name(chosen))
    if chosen.dry_run:
        print(f"{to} would be written; nothing is written yet")
    else:
        to.write_bytes(text)
        print(to)
    for sentence in (*notes, *care, *without):
        print(reports.plain(sentence))
    return CARE if care or without else DONE


def _default_name(chosen: Namespace) -> str:
    if chosen.to not in formats.FORMATS:
        return str(chosen.to)
    if chosen.to in ("csv", "json"):
        return f"grades.{chosen.to}"
    suffix = Path(chosen.roster).suffix if chosen.roster else ".csv"
    return f"grades-{chosen.to}{suffix}"


def _exported(
    course: Course, record: Journal, known: Sequence[str], chosen: Namespace
) -> tuple[bytes, tuple[list[str], list[str]]]:
    """What is to be written, what is worth saying of it, and what somebody should look at."""
    to = chosen.to
    if to == "csv" or to not in formats.FORMATS:
        _refuse(chosen, to, "roster", "weight", "column")
        return grades.table(course, record, known).encode(), ([], [])
    weights = {name: _positive(name, text) for name, text in _pairs(chosen.weight, known).items()}
    found = marking.collect(course, record, known, weights, chosen.provisional)
    students = {student for by_student in found.values() for student in by_student}
    everybody = marking.people(course, students)
    care = [
        f"{name}, {student}: {mark.reason}, so no mark is exported (--provisional exports it)"
        for name, by_student in found.items()
        for student, mark in by_student.items()
        if mark.score is None and "marked by hand" in mark.reason
    ]
    if to == "json":
        _refuse(chosen, to, "roster", "column")
        return formats.as_json(everybody, found).encode(), ([], care)
    if not chosen.roster:
        _refuse(chosen, to, "column")
        return _without_list(to, everybody, found), ([], care)
    table = class_list.read(Path(chosen.roster))
    if table.kind not in (to, class_list.OTHER):
        raise CommandError(f"--roster must be an export of {to}, got one of {table.kind}")
    matched = class_list.match(everybody, table.people())
    filled = formats.fill(table, matched.pairs, found, _pairs(chosen.column, known))
    care += [f"{student} is not in {Path(chosen.roster).name}" for student in matched.missing]
    care += [f"{name} is not in the gradebook" for name in matched.strangers]
    care += [f"{words}: nobody was taken" for words in matched.double]
    notes = [f"{len(matched.pairs)} students found in {Path(chosen.roster).name}", *filled.notes]
    return filled.table.text(), (notes, care)


def _without_list(
    to: str, everybody: Mapping[str, class_list.Person], found: marking.Marks
) -> bytes:
    if to == class_list.MOODLE:
        return formats.moodle_grades(everybody, found).text()
    if to == class_list.GRADESCOPE and len(found) == 1:
        return formats.gradescope_grades(everybody, next(iter(found.values()))).text()
    if to == class_list.GRADESCOPE:
        raise CommandError(f"--to gradescope needs one --assignment, of {', '.join(found)}")
    raise CommandError(
        f"--to {to} needs --roster: download the table of marks from {to} first, because only it "
        "says by which numbers the students and columns are known there"
    )


def _refuse(chosen: Namespace, to: str, *names: str) -> None:
    for name in names:
        if getattr(chosen, name):
            raise CommandError(f"--{name} has no meaning with --to {to}")


def _pairs(given: Sequence[str] | None, known: Sequence[str]) -> dict[str, str]:
    """Read ``neurons=value`` for assignments."""
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise CommandError(
                f"it must be an assignment ({', '.join(known)}), = and a value, got {text!r}"
            )
        found[name] = value
    return found


def _positive(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise CommandError(f"--weight {name} must be a number above 0, got {text!r}")
    return value


def collect(chosen: Namespace) -> int:
    """Take what students handed in on a learning platform from the teacher's download."""
    course = Course(chosen.course, chosen.db)
    releases(course, chosen.assignment)  # or there is no such assignment
    archive = downloads.read(Path(chosen.archive), chosen.platform or "")
    roster = class_list.read(Path(chosen.roster)) if chosen.roster else None
    zone = _zone(chosen.zone)
    found = collecting.collect(course, chosen.assignment, archive, roster, zone, chosen.dry_run)
    for placed in found.placed:
        words = {"again": "handed in again; the earlier one is kept as an attempt"}
        if placed.how in words:
            print(f"{reports.plain(placed.student)}: {words[placed.how]}")
    for sentence in found.notes:
        print(reports.plain(sentence))
    for sentence in found.lost:
        print(reports.plain(sentence), file=sys.stderr)
    counts = {how: sum(one.how == how for one in found.placed) for how in ("new", "again", "same")}
    told = f"{counts['new']} new, {counts['again']} again, {counts['same']} as before"
    would = "; nothing is written yet" if chosen.dry_run else ""
    print(f"{archive.kind}: {told}, {len(found.lost)} not taken{would}")
    return CARE if found.lost else DONE


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CommandError(f"--zone must be like Europe/Berlin, got {name!r}") from None


def excuse(chosen: Namespace) -> int:
    """Let an assignment or a problem not count for students, or show for whom it does not."""
    course = Course(chosen.course, chosen.db)
    known_assignments(course, [chosen.assignment])
    students = known_students(course, chosen.student) or []
    problems = _problems(course, chosen.assignment, chosen.problem or ())
    with Journal.of(course) as record:
        for student in students:
            for problem in problems:
                record.excuse_problem(chosen.assignment, student, problem, not chosen.undo)
            if not problems:
                record.excuse(chosen.assignment, student, None if chosen.undo else chosen.reason)
        excused = record.excused(chosen.assignment)
        parts = record.excused_problems(chosen.assignment)
    if problems:
        settle(course, [chosen.assignment])
    told = [
        f"{student}: excused{f' ({why})' if why else ''}" for student, why in excused.items()
    ] + [
        f"{student}: excused from {', '.join(sorted(names))}"
        for student, by_problem in parts.items()
        if (names := [problem for problem, holds in by_problem.items() if holds])
    ]
    print("\n".join(reports.plain(line) for line in sorted(told)) or "nobody is excused")
    return DONE


def requests(chosen: Namespace) -> int:
    """Show who asks that the marks be looked at again, or answer one of them."""
    course = Course(chosen.course, chosen.db)
    known_assignments(course, [chosen.assignment])
    (student,) = known_students(course, [chosen.student]) or [""] if chosen.student else [""]
    if chosen.answer and not student:
        raise CommandError("--answer needs --student: whose request is answered")
    with Journal.of(course) as record:
        whole = take_requests(course, chosen.assignment, record)
        if chosen.answer and not record.answer(chosen.assignment, student, chosen.answer):
            raise CommandError(f"{student} has asked nothing about {chosen.assignment}")
        asked = record.requests(chosen.assignment)
        marks = {entry.student: entry for entry in record.entries(chosen.assignment)}
    for name, request in asked.items():
        if not student or name == student:
            print("\n".join(_request(name, request, marks.get(name))))
    waiting = sum(not request.answer for request in asked.values())
    print(f"{waiting} of {len(asked)} waiting for an answer")
    return DONE if whole else CARE


def _request(student: str, request: Request, entry: Entry | None) -> list[str]:
    """A request as it is listed: who, when, the marks, the words, the answer."""
    graded = entry is not None and entry.score is not None and entry.max_score is not None
    earned = f", {entry.score:g} of {entry.max_score:g}" if graded and entry else ""
    words = [f"  {reports.plain(line)}" for line in request.text.splitlines()]
    answered = f"answered: {reports.plain(request.answer)}" if request.answer else "not answered"
    return [f"{reports.plain(student)}, {request.asked[:16]} UTC{earned}: {answered}", *words]


def _problems(course: Course, assignment: str, named: Sequence[str]) -> list[str]:
    """The problems that were named, if the assignment has them."""
    known = {
        part.name.removeprefix("test_")
        for release in releases(course, assignment).values()
        for part in release.parts
        if part.known.get("grade")
    }
    for name in named:
        if name not in known:
            raise CommandError(f"--problem must be one of {', '.join(sorted(known))}, got {name!r}")
    return list(named)

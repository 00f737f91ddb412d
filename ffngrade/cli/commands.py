"""What the commands of ``ffn-grade`` that need a course do; each gives an exit code."""

import functools
import signal
import sqlite3
import sys
import time
import unicodedata
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import DatabaseError
from tqdm import tqdm

from ffngrade.cli.main import CARE, DONE
from ffngrade.core.course import Course
from ffngrade.core.errors import (
    CommandError,
    CourseNotFoundError,
    NotReleasedError,
    RunInProgressError,
    TableError,
)
from ffngrade.core.fence import Fence, Lost
from ffngrade.core.submission import UNFINISHED
from ffngrade.gradebook import roster as rosters
from ffngrade.gradebook.journal import Journal, Request
from ffngrade.gradebook.writer import AWAY as GRADEBOOK_AWAY
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.grading.execute import TrustedExecute
from ffngrade.grading.pool import Pool, Processes
from ffngrade.intake.collect import everybody
from ffngrade.intake.release import releases
from ffngrade.intake.requests import handed_in
from ffngrade.lms import class_list
from ffngrade.reports import class_report, item_statistics, similarity
from ffngrade.reports import feedback as pages
from ffngrade.reports import report as reports
from ffngrade.sandbox import forkserver, kernel

NOT_DONE = (
    CourseNotFoundError,
    TableError,
    NotReleasedError,
    CommandError,
    NbGraderException,
)
PUBLIC_SEED = "first class"
"""The seed in the repository's `exercises/nbgrader_config.py`."""
SECONDS = 60
"""How long a page may be worked on: its parts are limited so that it takes a tenth of that."""
BROKEN = (DatabaseError, sqlite3.DatabaseError)
"""What is wrong with a database whose file holds something else."""
AWAY = (*GRADEBOOK_AWAY, RunInProgressError)


def autograde(chosen: Namespace) -> int:
    """Grade what is new or was changed."""
    with grading_of(chosen) as (course, pool, writer):
        chosen.student = known_students(course, chosen.student)
        entries = grading.autograde(
            course,
            chosen.assignment,
            pool,
            writer,
            force=chosen.force,
            best=_best(chosen),
            students=chosen.student,
            progress=_bar("graded", chosen.quiet),
        )
    with Journal.of(course) as record:
        rows = reports.rows(course, chosen.assignment, record)
    if chosen.student:
        rows = [row for row in rows if row.student in chosen.student]
        entries = [entry for entry in entries if entry.student in chosen.student]
    print(f"{chosen.assignment}: {reports.summary(rows)}")
    unfinished = [e for e in entries if e.state in UNFINISHED]
    if unfinished or any(entry.findings.suspicious for entry in entries):
        print(f"To see which need attention: ffn-grade report {chosen.assignment}")
    return CARE if unfinished else DONE


def regrade(chosen: Namespace) -> int:
    """Show who would change, or write it."""
    with grading_of(chosen) as (course, pool, writer):
        settle(course, [chosen.assignment])
        changes, failed = grading.regrade(
            course,
            chosen.assignment,
            pool,
            writer,
            write=chosen.write,
            best=_best(chosen),
            progress=_bar("graded again", chosen.quiet),
        )
    for change in changes:
        was = "no marks" if change.was is None else f"{change.was:g}"
        problems = ", ".join(
            f"{name.removeprefix('test_')} {_points(old)} → {_points(new)}"
            for name, (old, new) in change.problems.items()
        )
        print(
            f"{reports.plain(change.student)}: {was} → {change.now:g} of {change.max_score:g}"
            f"{f' ({problems})' if problems else ''}"
        )
    for student, why in failed.items():
        print(f"{reports.plain(student)}: could not be graded again and keeps its marks: {why}")
    done = "written" if chosen.write else "nothing is written yet; to write it, add --write"
    print(f"{len(changes)} change{'s' * (len(changes) != 1)}" + (f", {done}" if changes else ""))
    return CARE if failed else DONE


def feedback(chosen: Namespace) -> int:
    """Write everybody's feedback."""
    course = Course(chosen.course, chosen.db)
    chosen.student = known_students(course, chosen.student)
    settle(course, [chosen.assignment])
    with Journal.of(course) as record:
        entries = {entry.student: entry for entry in record.entries(chosen.assignment)}
        take_requests(course, chosen.assignment, record)
        asked = record.requests(chosen.assignment)
    wanted = [
        (
            student,
            notebook,
            entries[student].attempt if student in entries else "",
            asked.get(student),
        )
        for student in chosen.student or sorted({*entries, *course.students(chosen.assignment)})
        for notebook in course.notebooks(chosen.assignment)
        if (course.autograded(student, chosen.assignment) / f"{notebook}.ipynb").is_file()
    ]
    if not wanted and not entries:
        releases(course, chosen.assignment)  # or there is no such assignment
    write_page = functools.partial(_page, str(course.folder), chosen.db, chosen.assignment)
    start = forkserver.context(forkserver.FEEDBACK)
    lost = False
    fence = Fence(chosen.jobs, lambda: ProcessPoolExecutor(chosen.jobs, start, _prepare))
    with closing(fence):
        done = _bar("pages", chosen.quiet)(fence.each(write_page, wanted), len(wanted))
        for (student, notebook, *_), made in done:
            if isinstance(made, Lost):
                lost = True
                _short(course, chosen.assignment, student, notebook, made.why)
    rejected = [
        entry
        for entry in entries.values()
        if entry.findings.rejection is not None
        and (not chosen.student or entry.student in chosen.student)
    ]
    for entry in rejected:
        try:
            reports.write_rejection(course, chosen.assignment, entry)
        except (OSError, ValueError) as error:
            lost = True
            print(f"{reports.plain(entry.student)}: no feedback: {error}", file=sys.stderr)
    print(f"{len(wanted)} pages in {course.feedback('', chosen.assignment).parent}")
    return CARE if lost else DONE


def take_requests(course: Course, assignment: str, record: Journal) -> bool:
    """Note what students ask beside their notebooks; give whether every request could be read."""
    found = list(handed_in(course, assignment))
    for one in found:
        if one.why:
            print(f"{reports.plain(one.student)}: {one.why}", file=sys.stderr)
        else:
            record.ask(assignment, one.student, one.text)
    return not any(one.why for one in found)


def _short(course: Course, assignment: str, student: str, notebook: str, why: str) -> None:
    """Write a page with the marks alone, and say why."""
    what = "only the marks"
    try:
        pages.write_short(course, assignment, student, notebook)
    except Exception as error:  # it is this student's alone, too
        what = f"no feedback ({type(error).__name__})"
    print(f"{reports.plain(student)}: {what}: {reports.plain(why)}", file=sys.stderr)


def report(chosen: Namespace) -> int:
    """Say what has become of every submission."""
    course = Course(chosen.course, chosen.db)
    releases(course, chosen.assignment)  # or there is no such assignment
    settle(course, [chosen.assignment])
    with Journal.of(course) as record:
        rows = reports.rows(course, chosen.assignment, record)
        path = reports.write(course, chosen.assignment, record)
        take_requests(course, chosen.assignment, record)
        asked = record.requests(chosen.assignment).values()
    print(reports.table(rows))
    if waiting := sum(not request.answer for request in asked):
        print(f"{waiting} asked for a second look: ffn-grade requests {chosen.assignment}")
    print(f"{reports.summary(rows)}\n{path}")
    return CARE if any(row.needs_care for row in rows) else DONE


def statistics(chosen: Namespace) -> int:
    """Say how hard the problems were and which mistakes the class made."""
    course = Course(chosen.course, chosen.db)
    releases(course, chosen.assignment)  # or there is no such assignment
    found = item_statistics.collect(course, chosen.assignment)
    moment = datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    made = class_report.write(course.folder / "reports", found, moment)
    print(class_report.table(found))
    print("\n".join(map(str, made)))
    return DONE


def similar(chosen: Namespace) -> int:
    """Say whose answers are more alike than usual."""
    course = Course(chosen.course, chosen.db)
    releases(course, chosen.assignment)  # or there is no such assignment
    earlier = [Course(folder) for folder in chosen.earlier]
    found = similarity.collect(course, chosen.assignment, earlier)
    for pair in found:
        problems = ", ".join(one.problem for one in pair.found)
        who = f"{reports.plain(pair.left)} and {reports.plain(pair.right)}"
        print(f"{who}: {pair.shared} unusual passages in common ({problems})")
    print(f"{len(found)} pair{'s' * (len(found) != 1)} to ask about")
    print(similarity.write(course, chosen.assignment, found))
    return DONE


def roster(chosen: Namespace) -> int:
    """Put a class into the gradebook, so that everybody is in every report."""
    course = Course(chosen.course, chosen.db)
    class_ = _people(Path(chosen.file))
    strangers = sorted(set(everybody(course)) - {person.id for person in class_})
    new, changed = rosters.enrol(course, class_)
    print(f"{len(class_)} student{'s' * (len(class_) != 1)}: {new} new, {changed} changed")
    for student in strangers:
        print(f"{reports.plain(student)} is in the course, and not in {Path(chosen.file).name}")
    return CARE if strangers else DONE


def _people(path: Path) -> list[rosters.Person]:
    """The class, from a table with a column id or from a platform's export."""
    table = class_list.read(path)
    if table.kind == class_list.OTHER:
        return rosters.people(path)
    found = [
        rosters.Person(
            next(filter(None, (*one.ids, one.email))), one.first_name, one.last_name, one.email
        )
        for _, one in table.people()
        if one.ids or one.email
    ]
    return rosters.checked(found, path.name)


def due(chosen: Namespace) -> int:
    """Set due dates, or show them."""
    course = Course(chosen.course, chosen.db)
    found = rosters.dates(Path(chosen.table)) if chosen.table else []
    if chosen.extra and not chosen.student:
        raise CommandError("--extra needs --student: it is for somebody who has it always")
    extra = rosters.extra_of(chosen.extra) if chosen.extra else None
    if chosen.when:
        timestamp = rosters.timestamp_of(chosen.when)
        named = [unicodedata.normalize("NFC", student) for student in chosen.student or [""]]
        found += [rosters.Due(chosen.assignment, timestamp, student) for student in named]
    with Journal.of(course) as record:
        rosters.set_dates(course, record, found, everybody(course))
        for student in known_students(course, chosen.student) or [] if extra is not None else ():
            record.give_time(student, extra or timedelta())
        names = known_assignments(course, [chosen.assignment] if chosen.assignment else None)
        if extra is not None:
            settle(course, known_assignments(course, None))
        elif found:
            settle(course, sorted({one.assignment for one in found}))
        with course.gradebook() as book:
            dates = {str(one.name): one.duedate for one in book.assignments}
        for name in names:
            print(f"{name}: {_day(dates[name])}")
            for student, timestamp in sorted(rosters.deadlines(course, record, name).items()):
                if timestamp not in (None, dates[name]):
                    print(f"  {reports.plain(student)}: {_day(timestamp)}")
    return DONE


def _day(timestamp: datetime | None) -> str:
    return f"{timestamp:%Y-%m-%d %H:%M} UTC" if timestamp is not None else "no due date"


@contextmanager
def grading_of(chosen: Namespace) -> Iterator[tuple[Course, Pool, Writer]]:
    """Return what grading needs.

    No worker is started before it is known that students' code can run.
    """
    course = Course(chosen.course, chosen.db)
    if chosen.unsafe:
        course.config.TrustedExecute.unsafe = True
    settings = TrustedExecute(config=course.config)
    if not settings.cases:
        print(
            "TrustedExecute.cases in nbgrader_config.py names no folder, so no hidden cases are "
            "asked.",
            file=sys.stderr,
        )
    elif settings.seed == PUBLIC_SEED:
        print(
            f"The seed is {PUBLIC_SEED!r}, which everybody can read in the public repository, and "
            "with it the hidden cases: give your class its own in nbgrader_config.py.",
            file=sys.stderr,
        )
    if chosen.scheduler:
        pool: Pool = _cluster(chosen.scheduler)
    else:
        pool = Processes(chosen.jobs, settings.kernel_to_use() == kernel.NAME and settings.warm)
    writer = Writer(course, chosen.patience, say=lambda said: tqdm.write(said, file=sys.stderr))
    try:
        yield course, pool, writer
    finally:
        pool.close()
        writer.close()


def known_students(course: Course, students: Sequence[str] | None) -> list[str] | None:
    """The students who were named, if the course has them all."""
    if not students:
        return None
    known = everybody(course)
    named = [unicodedata.normalize("NFC", student) for student in students]
    for student in named:
        if student not in known:
            alike = get_close_matches(student, known, 1)
            hint = f": did you mean {alike[0]}?" if alike else ""
            raise CommandError(f"--student must be of this course, got {student!r}{hint}")
    return named


def known_assignments(course: Course, assignments: Sequence[str] | None) -> list[str]:
    """The assignments that were named, or all, if the gradebook has them."""
    with course.gradebook() as book:
        known = [str(one.name) for one in book.assignments]
    for name in assignments or ():
        if name not in known:
            raise NotReleasedError(
                f"--assignment must be one that the gradebook knows ({', '.join(known)}), "
                f"got {name!r}"
            )
    return list(assignments or known)


def settle(course: Course, assignments: Sequence[str]) -> None:
    """Take off for being late from the marks as they are now, by hand or not."""
    with closing(Writer(course, patience=30)) as writer, Journal.of(course) as record:
        for name in assignments:
            writer.extensions = rosters.deadlines(course, record, name)
            writer.excused = record.excused_problems(name)
            writer.settle(name)


def _best(chosen: Namespace) -> bool | None:
    return None if chosen.attempts is None else bool(chosen.attempts == "best")


def _cluster(address: str) -> Pool:
    try:
        from ffngrade.grading.cluster import Cluster
    except ModuleNotFoundError as error:
        raise CommandError(
            f'--scheduler needs Dask, and {error.name} is missing: pip install "ffngrade[cluster]"'
        ) from None
    try:
        return Cluster(address)
    except (OSError, ValueError) as error:
        raise CommandError(
            f"--scheduler must be the address of a Dask scheduler: {error}"
        ) from None


def _bar(what: str, quiet: bool) -> Any:
    def show(things: Iterable[Any], count: int) -> Any:
        return tqdm(things, total=count, desc=what, disable=quiet or None, file=sys.stderr)

    return show


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:g}"


@functools.cache
def _course(folder: str, db: str) -> Course:
    return Course(folder, db)


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _page(folder: str, db: str, assignment: str, job: tuple[str, str, str, Request | None]) -> str:
    _limit(SECONDS)
    return str(pages.write(_course(folder, db), assignment, *job))


def _limit(seconds: int) -> None:
    """End this process if it works for so long from now on."""
    if sys.platform != "win32":
        import resource

        spent = int(time.process_time())
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))

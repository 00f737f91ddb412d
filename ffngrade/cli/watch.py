"""The command that grades whatever arrives, until it is stopped.

It may be stopped at any moment: a submission that was not finished is graded by the next run, as
after any other. Each student has so many gradings a day; what comes beyond them waits until a day
has passed since an earlier one.
"""

import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType

from ffngrade.cli.commands import feedback, grading_of
from ffngrade.cli.main import DONE
from ffngrade.core.course import Course
from ffngrade.core.errors import DuplicateFolderError, RunInProgressError
from ffngrade.gradebook.journal import Entry, Journal
from ffngrade.grading import assignment as grading
from ffngrade.intake.release import releases
from ffngrade.reports.report import plain

DAY = timedelta(days=1)

Prints = Mapping[str, tuple[tuple[str, int, int], ...]]
"""From a student to names, sizes and times of the files that they handed in."""


def watch(chosen: Namespace) -> int:
    """Grade what arrives, and write its feedback."""
    with (
        _stopped_by(signal.SIGTERM),
        _stopped_by(signal.SIGINT),
        grading_of(chosen) as (course, pool, writer),
    ):
        releases(course, chosen.assignment)  # or there is no such assignment
        seen: Prints = {}
        before: Prints = {}
        told: set[str] | None = None  # at first nobody knows what came since the last run
        while True:
            if chosen.collect:
                _nbgrader(course, "collect", chosen.assignment, "--update")
            now = prints(course, chosen.assignment)
            # what changed since the last look may still be on its way
            settled = {s for s, mark in now.items() if chosen.once or before.get(s) == mark}
            new = [s for s in sorted(settled) if seen.get(s) != now[s]]
            with Journal.of(course) as record:
                free = within_limit(record, chosen.assignment, new, chosen.per_day)
                was = {entry.student: entry for entry in record.entries(chosen.assignment)}
                try:
                    entries = (
                        grading.autograde(course, chosen.assignment, pool, writer, students=free)
                        if free
                        else []
                    )
                except RunInProgressError:
                    entries, free = [], []  # somebody else grades: the next round looks again
                graded = [e for e in entries if e.student in free and _is_new(e, was)]
                for entry in graded:
                    record.count_grading(chosen.assignment, entry.student)
                    print(f"{_clock()} {plain(entry.student)}: {_words(entry)}", flush=True)
            waiting = set(new) - set(free)
            for student in (
                sorted(waiting - (told or set())) if told is not None or chosen.once else ()
            ):
                print(f"{_clock()} {plain(student)}: waits, {chosen.per_day} today", flush=True)
            told = waiting
            if graded:
                names = [entry.student for entry in graded]
                feedback(Namespace(**{**vars(chosen), "student": names, "quiet": True}))
                if chosen.release:
                    _nbgrader(course, "release_feedback", chosen.assignment)
            seen = {**seen, **{s: now[s] for s in free}}
            before = now
            if chosen.once:
                return DONE
            time.sleep(chosen.every)


def prints(course: Course, assignment: str) -> Prints:
    """Return what tells whether somebody handed in something else."""
    found = {}
    for student in course.students(assignment):
        try:
            folder = course.submitted(student, assignment)
            files = sorted(path for path in folder.rglob("*") if not path.is_dir())
            marks = [(path.name, path.lstat()) for path in files[:1000]]
        except (OSError, DuplicateFolderError):
            marks = []
        found[student] = tuple((name, mark.st_size, mark.st_mtime_ns) for name, mark in marks)
    return found


def within_limit(record: Journal, assignment: str, students: list[str], per_day: int) -> list[str]:
    """Return who may still be graded today; everybody if there is no limit."""
    if not per_day:
        return students
    counts = record.gradings_since(assignment, datetime.now(UTC) - DAY)
    return [student for student in students if counts.get(student, 0) < per_day]


def _is_new(entry: Entry, was: Mapping[str, Entry]) -> bool:
    earlier = was.get(entry.student)
    return earlier is None or (earlier.state, earlier.timestamp, earlier.digest) != (
        entry.state,
        entry.timestamp,
        entry.digest,
    )


def _words(entry: Entry) -> str:
    if entry.score is None:
        return str(entry.state)
    return f"{entry.score:g} of {entry.max_score:g}"


def _clock() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")


def _nbgrader(course: Course, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        print(f"nbgrader {words[0]}: {plain(said)}", file=sys.stderr, flush=True)


@contextmanager
def _stopped_by(number: int) -> Iterator[None]:
    """Let a signal stop this process as Ctrl+C does."""
    before = signal.signal(number, _stop)
    try:
        yield
    finally:
        signal.signal(number, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

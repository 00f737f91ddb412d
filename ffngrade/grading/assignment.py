"""A whole assignment graded: submissions in, work handed out, one writer for what comes back.

Whatever is killed, and whenever: what is finished is finished, what is not is graded in the next
run. A submission's file is written whole or not at all, then its marks in one transaction, and only
then it counts as graded.
"""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.converters.autograde import Autograde
from nbgrader.utils import find_all_files

from ffngrade.core.course import Course
from ffngrade.core.exchange import SECRET, TIMESTAMP
from ffngrade.core.job import GradeResult, Job, terms
from ffngrade.core.submission import State
from ffngrade.gradebook.journal import Entry, Journal
from ffngrade.gradebook.roster import deadlines
from ffngrade.gradebook.score_summary import score_summaries
from ffngrade.gradebook.writer import AWAY, Writer
from ffngrade.grading.pool import Pool
from ffngrade.intake.attempts import LAST, copies, take_in, view
from ffngrade.intake.collect import FULL, Received, collect, fenced, received_folder
from ffngrade.intake.release import releases
from ffnlib._base.files import write_whole

LOST = "its repaired copy is gone, or is no text: run the command again"

Progress = Callable[[Iterable[GradeResult], int], Iterable[GradeResult]]
"""Passes on what comes, of which the number is known, and may show how far it is."""


class Change(NamedTuple):
    """What grading again would change for a student; ``was`` is None if there were no marks."""

    student: str
    was: float | None
    now: float
    max_score: float
    problems: Mapping[str, tuple[float | None, float | None]]
    """Graded cells whose automatic score changes: before and after."""


def _quietly(results: Iterable[GradeResult], _count: int) -> Iterable[GradeResult]:
    return results


def autograde(
    course: Course,
    assignment: str,
    pool: Pool,
    writer: Writer,
    *,
    force: bool = False,
    best: bool | None = None,
    students: Sequence[str] | None = None,
    progress: Progress = _quietly,
) -> list[Entry]:
    """Grade what is new, was changed or was left by a run that was killed.

    Parameters
    ----------
    course : Course
    assignment : str
    pool : Pool
        Who grades.
    writer : Writer
        Who writes the gradebook.
    force : bool
        Whether to grade everybody anew.
    best : bool, optional
        Whether the best of several attempts counts, and not the last; if it is not said, as it was
        said the last time.
    students : sequence of str, optional
        Nobody but these.
    progress : callable

    Returns
    -------
    list of Entry
        What has become of everybody of the assignment, sorted by name.

    Raises
    ------
    NotReleasedError
        If the gradebook does not know the assignment.
    RunInProgressError
        If another run is going on in this course.
    GradebookUnavailableError
        If the gradebook could not be reached for long.
    """
    with Journal.of(course) as record, record.alone():
        best = record.best_counts(assignment) if best is None else best
        writer.extensions = deadlines(course, record, assignment)
        received = writer.patiently(lambda: _taken_in(course, assignment, students, best))
        record.let_count(assignment, best)
        record.take(assignment, received)
        writer.enrol([one.student for one in received if one.state != State.ABSENT])
        due = record.due(assignment, force, lambda s: course.autograded(s, assignment).is_dir())
        due = [student for student in due if students is None or student in students]
        jobs = [
            (student, attempt, folder)
            for student in due
            for attempt, folder in copies(course, assignment, student, best).items()
        ]
        record.begin(assignment, *due)
        results = pool.run(terms(course, assignment), _jobs(jobs))
        seen: set[str] = set()
        for tries in _together(progress(results, len(jobs)), jobs):
            seen.add(tries[0].student)
            _finish(course, assignment, tries, writer, record)
        for student in set(due) - seen:
            record.failed(assignment, student, LOST)
        return record.entries(assignment)


def _taken_in(
    course: Course, assignment: str, students: Sequence[str] | None, best: bool
) -> list[Received]:
    received = collect(course, assignment, students)
    if not best:
        return received
    wanted = releases(course, assignment)
    return [fenced(last.student, take_in, course, assignment, last, wanted) for last in received]


def _finish(
    course: Course, assignment: str, tries: Sequence[GradeResult], writer: Writer, record: Journal
) -> None:
    """Write the one of a student's attempts that counts."""
    with _alone() as trouble:
        chosen, timestamp = _counting(course, assignment, tries, writer)
        if chosen.why:
            record.failed(assignment, chosen.student, chosen.why)
            return
        same = unchanged(course, assignment, chosen)
        keep(course, assignment, chosen)
        marks = writer.write(assignment, chosen, timestamp, same)
        record.graded(assignment, chosen.student, *marks, chosen.attempt)
    if trouble:
        record.failed(assignment, tries[0].student, trouble[0])


@contextmanager
def _alone() -> Iterator[list[str]]:
    """Let what one submission causes cost nobody else anything: it is said in the list."""
    trouble: list[str] = []
    try:
        yield trouble
    except (*AWAY, sqlite3.Error):
        raise  # of the gradebook or the record, which are everybody's
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        trouble.append(f"{type(error).__name__}: {error}")


def _counting(
    course: Course, assignment: str, tries: Sequence[GradeResult], writer: Writer
) -> tuple[GradeResult, datetime | None]:
    """The one of a student's attempts that counts, and when it came; one that failed if all did."""
    graded = [one for one in tries if not one.why] or tries[:1]
    timestamps = {
        one.attempt: handed_in(view(course, one.attempt), assignment, one.student) for one in graded
    }
    chosen = graded[0]
    if len(graded) > 1:  # of equals the last one

        def worth(one: GradeResult) -> tuple[float, bool, str]:
            marks = writer.would_be(assignment, one, timestamps[one.attempt])
            return marks.score, one.attempt == LAST, one.attempt

        chosen = max(graded, key=worth)
    return chosen, timestamps[chosen.attempt]


def _together(
    results: Iterable[GradeResult], jobs: Sequence[tuple[str, str, Path]]
) -> Iterator[list[GradeResult]]:
    """All attempts of a student, as soon as they are there."""
    waiting = Counter(student for student, _, _ in jobs)
    found: dict[str, list[GradeResult]] = {}
    for one in results:
        found.setdefault(one.student, []).append(one)
        if len(found[one.student]) == waiting[one.student]:
            yield found.pop(one.student)


def regrade(
    course: Course,
    assignment: str,
    pool: Pool,
    writer: Writer,
    *,
    write: bool = False,
    best: bool | None = None,
    progress: Progress = _quietly,
) -> tuple[list[Change], dict[str, str]]:
    """Grade again whoever is graded; say who changes and by how much, and write only if told to.

    Returns
    -------
    changes : list of Change
        Sorted by name.
    failed : dict
        Sentences about those whose grading went wrong; they keep their marks.
    """
    with Journal.of(course) as record, record.alone():
        best = record.best_counts(assignment) if best is None else best
        writer.extensions = deadlines(course, record, assignment)
        graded = [e.student for e in record.entries(assignment) if e.state == State.GRADED]
        received = writer.patiently(lambda: _taken_in(course, assignment, graded, best))
        before = writer.patiently(lambda: score_summaries(course.url, assignment))
        failed = {one.student: _unread(one) for one in received if one.state != State.RECEIVED}
        changes = []
        jobs = [
            (student, attempt, folder)
            for student in graded
            if student not in failed
            for attempt, folder in copies(course, assignment, student, best).items()
        ]
        if write:
            record.let_count(assignment, best)
        results = pool.run(terms(course, assignment), _jobs(jobs))
        seen: set[str] = set()
        for tries in _together(progress(results, len(jobs)), jobs):
            seen.add(tries[0].student)
            student = tries[0].student
            with _alone() as trouble:
                one, timestamp = _counting(course, assignment, tries, writer)
                if one.why:
                    failed[student] = one.why
                    continue
                old = writer.automatic(assignment, student)
                marks = writer.would_be(assignment, one, timestamp)
                was = before[student].score if student in before else None
                problems = {
                    name: (old.get(name), score)
                    for scores in one.scores.values()
                    for name, score in scores.items()
                    if old.get(name) != score
                }
                if problems or was != marks.score:
                    if write:
                        same = unchanged(course, assignment, one)
                        keep(course, assignment, one)
                        writer.write(assignment, one, timestamp, same)
                        record.graded(assignment, student, *marks, one.attempt)
                    changes.append(Change(student, was, *marks, problems))
            if trouble:
                failed[student] = trouble[0]
        failed |= dict.fromkeys({job[0] for job in jobs} - seen, LOST)
        return sorted(changes), failed


def _unread(received: Received) -> str:
    """Why a submission that was graded once cannot be graded again."""
    rejection = received.findings.rejection
    if rejection is None:
        return "its submission is gone"
    return f"its submission cannot be read any more: {rejection.teacher}"


def handed_in(course: Course, assignment: str, student: str) -> datetime | None:
    """When a submission was handed in, if that is known."""
    folder = received_folder(course, student, assignment)
    timestamp: datetime | None = course.directory.get_existing_timestamp(str(folder))
    return timestamp


def unchanged(course: Course, assignment: str, result: GradeResult) -> set[str]:
    """Return the cells whose text is the one that was graded before, by ``grade_id``."""
    same: set[str] = set()
    for name, text in result.texts.items():
        path = course.autograded(result.student, assignment) / f"{name}.ipynb"
        with suppress(OSError, ValueError):
            before, now = (_texts(json.loads(one)) for one in (path.read_text("utf-8"), text))
            same |= {cell for cell in now if before.get(cell) == now[cell]}
    return same


def _texts(notebook: Any) -> dict[str, str]:
    """Texts of the cells that have a name, without what a test cell says of its answer."""
    named = [(cell["metadata"].get("nbgrader"), cell["source"]) for cell in notebook["cells"]]
    return {
        known["grade_id"]: "".join(source) if known.get("solution") or known.get("task") else ""
        for known, source in named
        if known
    }


def keep(course: Course, assignment: str, result: GradeResult) -> None:
    """Write the graded notebooks where nbgrader has them, with what stands beside them."""
    folder = course.autograded(result.student, assignment)
    folder.mkdir(parents=True, exist_ok=True)
    mode = int(str(Autograde(coursedir=course.directory, config=course.config).permissions), 8)
    for name, text in result.texts.items():
        write_whole(folder / f"{name}.ipynb", text, mode)
    taken = received_folder(view(course, result.attempt), result.student, assignment)
    for beside in (taken / TIMESTAMP, taken / SECRET):
        if beside.is_file():
            write_whole(folder / beside.name, beside.read_bytes(), mode)
    source = course.source(assignment)
    for path in map(Path, find_all_files(str(source), [*course.directory.ignore, "*.ipynb"])):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            target.unlink()
        shutil.copy(path, target)


def _jobs(wanted: Iterable[tuple[str, str, Path]]) -> Iterator[Job]:
    for student, attempt, folder in wanted:
        with suppress(FileNotFoundError, UnicodeDecodeError):
            texts = {p.stem: p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.ipynb"))}
            yield Job(student, texts, attempt)

"""What has become of every submission, kept so that a run that was killed goes on where it stopped.

A small database of its own beside the course, written by one process at a time: the gradebook may
be elsewhere, or stand still.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ffngrade.core.course import Course
from ffngrade.core.errors import RunInProgressError
from ffngrade.core.submission import Findings, Rejection, State
from ffngrade.intake.collect import Received
from ffngrade.intake.notebook_reader import whole

FOLDER, RECORD = ".ffn-grade", "record.db"

MAKE = """
CREATE TABLE IF NOT EXISTS submission (
    assignment TEXT NOT NULL,
    student TEXT NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL,
    told TEXT NOT NULL,
    score REAL,
    max_score REAL,
    why TEXT NOT NULL DEFAULT '',
    timestamp TEXT NOT NULL,
    attempt TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (assignment, student)
)
"""
MAKE_RULE = "CREATE TABLE IF NOT EXISTS rule (assignment TEXT PRIMARY KEY, best INTEGER NOT NULL)"
MAKE_EXCUSED = """
CREATE TABLE IF NOT EXISTS excused (
    assignment TEXT NOT NULL, student TEXT NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (assignment, student)
)
"""
MAKE_EXCUSED_PROBLEM = """
CREATE TABLE IF NOT EXISTS excused_problem (
    assignment TEXT NOT NULL, student TEXT NOT NULL, problem TEXT NOT NULL,
    excused INTEGER NOT NULL, PRIMARY KEY (assignment, student, problem)
)
"""
MAKE_EXTRA = "CREATE TABLE IF NOT EXISTS extra (student TEXT PRIMARY KEY, seconds REAL NOT NULL)"
MAKE_GRADING = """
CREATE TABLE IF NOT EXISTS grading (
    assignment TEXT NOT NULL, student TEXT NOT NULL, timestamp TEXT NOT NULL
)
"""
MAKE_EXTENSION = """
CREATE TABLE IF NOT EXISTS extension (
    assignment TEXT NOT NULL,
    student TEXT NOT NULL,
    timestamp TEXT,
    PRIMARY KEY (assignment, student)
)
"""
MAKE_REQUEST = """
CREATE TABLE IF NOT EXISTS request (
    assignment TEXT NOT NULL, student TEXT NOT NULL, text TEXT NOT NULL, asked TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '', PRIMARY KEY (assignment, student)
)
"""
COLUMNS = "PRAGMA table_info({})"
RENAMED = {"most": "max_score", "moment": "timestamp"}
"""Columns of databases that earlier versions made, and what they are called now."""
ADD_ATTEMPT = "ALTER TABLE submission ADD COLUMN attempt TEXT NOT NULL DEFAULT ''"
PUT_RULE = "INSERT OR REPLACE INTO rule (assignment, best) VALUES (?, ?)"
PUT = """
INSERT INTO submission (assignment, student, state, digest, told, timestamp)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (assignment, student) DO UPDATE SET state = excluded.state, digest = excluded.digest,
    told = excluded.told, score = NULL, max_score = NULL, why = '', attempt = '',
    timestamp = excluded.timestamp
"""


class Entry(NamedTuple):
    """One submission: its state, what was found in it, what it earned."""

    student: str
    state: State
    digest: str
    findings: Findings
    score: float | None
    max_score: float | None
    why: str
    """What went wrong, if grading failed."""
    timestamp: str
    """When it came into this state, in UTC."""
    attempt: str
    """The one of several attempts that counts; empty for the last one."""


class Request(NamedTuple):
    """A student's wish that a person looks at the marks again, and what became of it."""

    text: str
    asked: str
    """When it was first seen, in UTC."""
    answer: str
    """Empty while nobody has answered."""


class Journal:
    """The states of all submissions of a course.

    Parameters
    ----------
    path : path
        The database's file; it is made if it is missing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._book = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            # Safe from being killed; only a power cut may take back the last states.
            self._book.execute("PRAGMA journal_mode = WAL")
            self._book.execute("PRAGMA synchronous = NORMAL")
            self._book.execute(MAKE)
            self._book.execute(MAKE_RULE)
            self._book.execute(MAKE_EXTENSION)
            self._book.execute(MAKE_EXCUSED)
            self._book.execute(MAKE_GRADING)
            self._book.execute(MAKE_EXTRA)
            self._book.execute(MAKE_EXCUSED_PROBLEM)
            self._book.execute(MAKE_REQUEST)
            self._migrate()
        except sqlite3.Error:
            self._book.close()
            raise

    @classmethod
    def of(cls, course: Course) -> "Journal":
        """The record of a course."""
        return cls(course.folder / FOLDER / RECORD)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._book.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only run in this course; the lock goes with the process, however it ends.

        Raises
        ------
        RunInProgressError
            If another one is going on.
        """
        with open(self.path.with_suffix(".lock"), "a+b") as file:
            try:
                _lock(file.fileno())
            except OSError:
                raise RunInProgressError(
                    f"another run is grading in {self.path.parent.parent}: wait for it, or end it"
                ) from None
            yield

    def take(self, assignment: str, received: Iterable[Received]) -> None:
        """Write down what came in; what is the same as before keeps its state and marks."""
        before = {entry.student: entry.digest for entry in self.entries(assignment)}
        with self._at_once():
            for one in received:
                told = json.dumps(list(astuple(one.findings)))
                if one.state == State.RECEIVED and before.get(one.student) == one.digest:
                    self._change(assignment, one.student, told=told)
                else:
                    row = (assignment, one.student, one.state, one.digest, told, _now())
                    self._book.execute(PUT, row)

    def due(
        self,
        assignment: str,
        force: bool = False,
        kept: Callable[[str], bool] = lambda _student: True,
    ) -> list[str]:
        """Return the students who are to be graded, sorted.

        Parameters
        ----------
        assignment : str
        force : bool
            Whether to grade those again who are graded.
        kept : callable
            Whether what was made of a student who is graded is still there.
        """
        return [
            entry.student
            for entry in self.entries(assignment)
            if entry.state in (State.RECEIVED, State.RUNNING, State.FAILED)
            or (entry.state == State.GRADED and (force or not kept(entry.student)))
        ]

    def begin(self, assignment: str, *students: str) -> None:
        """Note that grading of students begins; until it is finished it counts as killed."""
        with self._at_once():
            for student in students:
                self._change(assignment, student, state=State.RUNNING, timestamp=_now())

    def graded(
        self, assignment: str, student: str, score: float, max_score: float, attempt: str = ""
    ) -> None:
        """Note marks that stand in the gradebook, and which attempt they are for."""
        marks = {"score": score, "max_score": max_score, "attempt": attempt}
        self._change(assignment, student, state=State.GRADED, **marks, why="", timestamp=_now())

    def failed(self, assignment: str, student: str, why: str) -> None:
        """Note that grading went wrong, in a sentence."""
        self._change(
            assignment, student, state=State.FAILED, why=whole(why)[:1000], timestamp=_now()
        )

    def entries(self, assignment: str) -> list[Entry]:
        """Everybody of an assignment, sorted by name."""
        rows = self._book.execute(
            "SELECT student, state, digest, told, score, max_score, why, timestamp, attempt "
            "FROM submission WHERE assignment = ? ORDER BY student",
            (assignment,),
        )
        return [_entry(*row) for row in rows]

    def entry(self, assignment: str, student: str) -> Entry | None:
        """One student's."""
        return next((e for e in self.entries(assignment) if e.student == student), None)

    def assignments(self) -> list[str]:
        """Return the assignments that anything is known of, sorted."""
        found = self._book.execute("SELECT DISTINCT assignment FROM submission ORDER BY assignment")
        return [name for (name,) in found]

    def best_counts(self, assignment: str) -> bool:
        """Return whether the best of several attempts counts, as was said last.

        At first the last does.
        """
        rule = self._book.execute("SELECT best FROM rule WHERE assignment = ?", (assignment,))
        return bool((rule.fetchone() or (False,))[0])

    def let_count(self, assignment: str, best: bool) -> None:
        """Say whether the best of several attempts counts, or the last."""
        self._book.execute(PUT_RULE, (assignment, best))

    def extend(self, assignment: str, student: str, timestamp: datetime | None) -> None:
        """Note until when a student may hand in, in UTC; None for as long as everybody may."""
        self._book.execute(
            "INSERT OR REPLACE INTO extension (assignment, student, timestamp) VALUES (?, ?, ?)",
            (assignment, student, timestamp and timestamp.replace(tzinfo=None).isoformat(" ")),
        )

    def extensions(self, assignment: str) -> dict[str, datetime | None]:
        """Return until when single students may hand in, in UTC; None for who lost an extension."""
        found = self._book.execute(
            "SELECT student, timestamp FROM extension WHERE assignment = ?", (assignment,)
        )
        return {name: timestamp and datetime.fromisoformat(timestamp) for name, timestamp in found}

    def give_time(self, student: str, extra: timedelta) -> None:
        """Note how much longer than others a student has for every assignment; 0 for no longer."""
        row = (student, extra.total_seconds())
        self._book.execute("INSERT OR REPLACE INTO extra VALUES (?, ?)", row)

    def extra_time(self) -> dict[str, timedelta]:
        """Return how much longer single students have; 0 for who has no longer what they had."""
        found = self._book.execute("SELECT student, seconds FROM extra")
        return {student: timedelta(seconds=seconds) for student, seconds in found}

    def excuse(self, assignment: str, student: str, why: str | None) -> None:
        """Note that an assignment does not count for a student, and why; None if it does count."""
        key = (assignment, student)
        self._book.execute("DELETE FROM excused WHERE assignment = ? AND student = ?", key)
        if why is not None:
            self._book.execute("INSERT INTO excused VALUES (?, ?, ?)", (*key, whole(why)[:1000]))

    def excuse_problem(
        self, assignment: str, student: str, problem: str, excused: bool = True
    ) -> None:
        """Note that a problem does not count for a student, or does again."""
        self._book.execute(
            "INSERT OR REPLACE INTO excused_problem VALUES (?, ?, ?, ?)",
            (assignment, student, problem, excused),
        )

    def excused_problems(self, assignment: str) -> dict[str, dict[str, bool]]:
        """Return, by student and problem, whether it is excused or counts again."""
        found: dict[str, dict[str, bool]] = {}
        for student, problem, excused in self._book.execute(
            "SELECT student, problem, excused FROM excused_problem WHERE assignment = ?",
            (assignment,),
        ):
            found.setdefault(student, {})[problem] = bool(excused)
        return found

    def excused(self, assignment: str) -> dict[str, str]:
        """Return for whom an assignment does not count, and why."""
        found = self._book.execute(
            "SELECT student, why FROM excused WHERE assignment = ?", (assignment,)
        )
        return dict(found)

    def ask(self, assignment: str, student: str, text: str) -> None:
        """Note a request; another text than before is a new request, without an answer."""
        self._book.execute(
            "INSERT INTO request (assignment, student, text, asked) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (assignment, student) DO UPDATE SET text = excluded.text, "
            "asked = excluded.asked, answer = '' WHERE text != excluded.text",
            (assignment, student, whole(text), _now()),
        )

    def answer(self, assignment: str, student: str, answer: str) -> bool:
        """Note the answer to a student's request; give whether there is such a request."""
        changed = self._book.execute(
            "UPDATE request SET answer = ? WHERE assignment = ? AND student = ?",
            (whole(answer), assignment, student),
        )
        return changed.rowcount == 1

    def requests(self, assignment: str) -> dict[str, Request]:
        """Return the requests, by student, the oldest first."""
        found = self._book.execute(
            "SELECT student, text, asked, answer FROM request WHERE assignment = ? "
            "ORDER BY asked, student",
            (assignment,),
        )
        return {student: Request(*rest) for student, *rest in found}

    def count_grading(self, assignment: str, student: str) -> None:
        """Note that a submission was graded as soon as it came."""
        self._book.execute("INSERT INTO grading VALUES (?, ?, ?)", (assignment, student, _now()))

    def gradings_since(self, assignment: str, timestamp: datetime) -> dict[str, int]:
        """Return how often each student's was, since a time with its zone."""
        found = self._book.execute(
            "SELECT student, COUNT(*) FROM grading WHERE assignment = ? AND timestamp >= ? "
            "GROUP BY student",
            (assignment, timestamp.astimezone(UTC).isoformat(" ", "seconds")),
        )
        return dict(found)

    def _migrate(self) -> None:
        """Bring a database up to date that an earlier version made."""
        for table in ("submission", "extension"):
            columns = {column for _, column, *_ in self._book.execute(COLUMNS.format(table))}
            for old, new in RENAMED.items():
                if old in columns:
                    self._book.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
            if table == "submission" and "attempt" not in columns:
                self._book.execute(ADD_ATTEMPT)
        self._book.execute(
            "UPDATE submission SET state = ? WHERE state = 'aside'", (State.REJECTED,)
        )

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All changes or none."""
        self._book.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._book.execute("ROLLBACK")
            raise
        self._book.execute("COMMIT")

    def _change(self, assignment: str, student: str, **columns: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)  # ours, never a student's
        done = self._book.execute(
            f"UPDATE submission SET {names} WHERE assignment = ? AND student = ?",
            (*columns.values(), assignment, student),
        )
        if not done.rowcount:
            raise KeyError(f"student must have been taken in for {assignment}, got {student!r}")


def counts(entries: Iterable[Entry]) -> Mapping[State, int]:
    """Return how many submissions are in each state, in the order of `State`."""
    found = [entry.state for entry in entries]
    return {state: found.count(state) for state in State if state in found}


def _entry(student: str, state: str, digest: str, told: str, *rest: Any) -> Entry:
    repaired, suspicious, rejection = json.loads(told)
    findings = Findings(repaired, suspicious, Rejection(*rejection) if rejection else None)
    return Entry(student, State(state), digest, findings, *rest)


def _now() -> str:
    return datetime.now(UTC).isoformat(" ", "seconds")


def _lock(number: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)

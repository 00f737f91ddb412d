"""The one writer of the gradebook: one transaction a submission, tried again while it is away.

All or nothing of a submission is written, and writing it a second time changes nothing, so a run
that is killed anywhere can be run again.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import datetime
from typing import NamedTuple, TypeVar

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from ffngrade.core.course import Course
from ffngrade.core.errors import GradebookUnavailableError
from ffngrade.core.job import GradeResult

Result = TypeVar("Result")


AWAY = (GradebookUnavailableError, InterfaceError, OperationalError)
"""What is wrong with the gradebook, and with no single submission."""


EXCUSED = "Excused: it earns the share that your other answers earn together."


class Marks(NamedTuple):
    """Marks of a submission as the gradebook has them, and the most it could get."""

    score: float
    max_score: float


class Writer:
    """Writes what came of submissions into a course's gradebook.

    Parameters
    ----------
    course : Course
    patience : float
        Seconds to go on trying while the gradebook cannot be reached.
    say : callable
        Told a sentence when that happens.
    """

    def __init__(
        self,
        course: Course,
        patience: float = 600,
        say: Callable[[str], None] = lambda said: print(said, file=sys.stderr),
    ) -> None:
        self.course = course
        self.patience = patience
        self.say = say
        waits = {"timeout": 30} if course.url.startswith("sqlite") else {}
        self._engine: Engine = create_engine(course.url, connect_args=waits)
        step = AssignLatePenalties(config=course.config)
        step.init_plugin()
        self._late = step
        self.extensions: Mapping[str, datetime | None] = {}
        """Until when single students may hand in, of the assignment that is written."""
        self.excused: Mapping[str, Mapping[str, bool]] = {}
        """By student and problem of that assignment, whether it is excused or counts again."""

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def enrol(self, students: Iterable[str]) -> None:
        """Make sure that the gradebook knows these; new ones come in this order, as exports do."""

        def add() -> None:
            with Session(self._engine) as book:
                known = set(book.scalars(select(Student.id)))
                for student in students:
                    if student not in known:
                        book.add(Student(id=student))
                        book.flush()
                book.commit()

        self.patiently(add)

    def write(
        self,
        assignment: str,
        result: GradeResult,
        timestamp: datetime | None = None,
        same: Set[str] = frozenset(),
    ) -> Marks:
        """Write a submission's marks and comments; a grader's own stay as they are.

        Parameters
        ----------
        assignment : str
        result : GradeResult
        timestamp : datetime, optional
            When it was handed in.
        same : set of str
            Answers whose text is the one that a grader saw: their marks need no second look.

        Raises
        ------
        GradebookUnavailableError
            If the gradebook could not be reached for so long.
        """
        return self.patiently(lambda: self._write(assignment, result, timestamp, True, same))

    def settle(self, assignment: str) -> None:
        """Take off for being late what the policy takes off from the marks as they are now.

        Marks by hand, a due date, an extension or an excused problem may have come after grading.
        """

        def take_off() -> None:
            with Session(self._engine) as book:
                found = book.scalars(
                    select(SubmittedAssignment)
                    .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
                    .filter(Assignment.name == assignment)
                )
                for submission in found:
                    self._extend(submission)
                    _excuse(submission, self.excused.get(submission.student.id, {}))
                    for notebook in submission.notebooks:
                        late = submission.total_seconds_late > 0
                        if late or notebook.late_submission_penalty is not None:
                            self._take_off(submission, notebook)
                book.commit()

        self.patiently(take_off)

    def would_be(
        self, assignment: str, result: GradeResult, timestamp: datetime | None = None
    ) -> Marks:
        """Return the marks that `write` would lead to; nothing is written."""
        return self.patiently(lambda: self._write(assignment, result, timestamp, False))

    def automatic(self, assignment: str, student: str) -> dict[str, float | None]:
        """Automatic scores that the gradebook has, by cell."""

        def read() -> dict[str, float | None]:
            with Session(self._engine) as book:
                rows = book.execute(
                    select(BaseCell.name, Grade.auto_score)
                    .join(Grade, Grade.cell_id == BaseCell.id)
                    .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
                    .join(
                        SubmittedAssignment,
                        SubmittedAssignment.id == SubmittedNotebook.assignment_id,
                    )
                    .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
                    .filter(
                        Assignment.name == assignment, SubmittedAssignment.student_id == student
                    )
                )
                return {row.name: row.auto_score for row in rows}

        return self.patiently(read)

    def patiently(self, do: Callable[[], Result]) -> Result:
        """Do something with the gradebook, again and again while it is away."""
        deadline, pause = time.monotonic() + self.patience, 0.25
        while True:
            try:
                return do()
            except (OperationalError, InterfaceError) as error:
                self._engine.dispose()
                why = (str(error.orig).strip().splitlines() or ["no reason is given"])[0]
                if time.monotonic() > deadline:
                    raise GradebookUnavailableError(
                        f"the gradebook could not be reached for {self.patience:.0f} seconds "
                        f"({why}). What is graded is kept; run the command again when it is back."
                    ) from None
                pause = min(2 * pause, 15.0)
                self.say(f"The gradebook cannot be reached ({why}); next try in {pause:g} s.")
                time.sleep(pause)

    def _write(
        self,
        assignment: str,
        result: GradeResult,
        timestamp: datetime | None,
        keep: bool,
        same: Set[str] = frozenset(),
    ) -> Marks:
        with Session(self._engine) as book:
            submission = self._submission(book, assignment, result.student)
            if timestamp is not None:
                submission.timestamp = timestamp
            for notebook in submission.notebooks:
                name = notebook.notebook.name
                _fill(notebook, result.scores.get(name), result.comments.get(name, {}), same)
                self._take_off(submission, notebook)
            found = Marks(
                sum(_score(n) - (n.late_submission_penalty or 0) for n in submission.notebooks),
                sum(g.cell.max_score for n in submission.notebooks for g in n.grades),
            )
            if keep:
                book.commit()
            else:
                book.rollback()
        return found

    def _submission(self, book: Session, assignment: str, student: str) -> SubmittedAssignment:
        """A student's submission, made with all its parts if there is none."""
        known = book.scalars(select(Assignment).filter_by(name=assignment)).one()
        person = book.get(Student, student)
        if person is None:
            person = Student(id=student)
            book.add(person)
        found = book.scalars(
            select(SubmittedAssignment).filter_by(assignment_id=known.id, student_id=student)
        ).one_or_none()
        if found is not None:
            self._extend(found)
            return found
        with book.no_autoflush:
            found = SubmittedAssignment(assignment=known, student=person)
            book.add(found)
            self._extend(found)
            for notebook in known.notebooks:
                theirs = SubmittedNotebook(notebook=notebook, assignment=found)
                book.add(theirs)
                graded = (*notebook.grade_cells, *notebook.task_cells)
                answers = (*notebook.solution_cells, *notebook.task_cells)
                book.add_all(Grade(cell=cell, notebook=theirs) for cell in graded)
                book.add_all(Comment(cell=cell, notebook=theirs) for cell in answers)
        book.flush()
        return found

    def _extend(self, submission: SubmittedAssignment) -> None:
        """Let a student hand in until when was said."""
        student, due = submission.student.id, submission.assignment.duedate
        if student in self.extensions:
            until = self.extensions[student]
            submission.extension = until - due if until is not None and due is not None else None

    def _take_off(self, submission: SubmittedAssignment, notebook: SubmittedNotebook) -> None:
        """Take off what the course's policy takes off for being late."""
        late, penalty = submission.total_seconds_late, None
        if late > 0:
            score = _score(notebook)
            policy = self._late.plugin_inst
            penalty = policy.late_submission_penalty(submission.student.id, score, late)
            if penalty is not None:
                penalty = min(max(penalty, 0), score)
        notebook.late_submission_penalty = penalty


def _fill(
    notebook: SubmittedNotebook,
    scores: Mapping[str, float | None] | None,
    comments: Mapping[str, str | None],
    same: Set[str],
) -> None:
    for grade in notebook.grades:
        if scores is None:  # the notebook was not handed in
            grade.auto_score, grade.needs_manual_grade = 0, False
        elif grade.cell.name in scores:
            score = scores[grade.cell.name]
            if grade.manual_score is None:
                grade.needs_manual_grade = score is None
            elif grade.cell.name not in same or grade.auto_score != score:
                grade.needs_manual_grade = True  # a grader marked something else
            grade.auto_score = score
    for comment in notebook.comments:
        if comment.cell.name in comments:
            comment.auto_comment = comments[comment.cell.name]


def _excuse(submission: SubmittedAssignment, problems: Mapping[str, bool]) -> None:
    """Let an excused problem earn the share that the student's other problems earn together.

    So it changes nothing, and the gradebook has the same marks whoever reads it.
    """
    if not problems:
        return
    grades = [g for notebook in submission.notebooks for g in notebook.grades]
    names = {grade.cell.name: grade.cell.name.removeprefix("test_") for grade in grades}
    counting = [g for g in grades if not problems.get(names[g.cell.name])]
    most = sum(g.cell.max_score for g in counting)
    share = sum(_own(g) for g in counting) / most if most else 0.0
    for grade in grades:
        excused = problems.get(names[grade.cell.name])
        if excused:
            grade.manual_score, grade.needs_manual_grade = 0.0, False
            grade.extra_credit = share * grade.cell.max_score
        elif excused is False and grade.extra_credit and grade.manual_score == 0:
            grade.manual_score, grade.extra_credit = None, None
            grade.needs_manual_grade = grade.auto_score is None
    for notebook in submission.notebooks:
        for comment in notebook.comments:
            excused = problems.get(comment.cell.name)
            if excused and not comment.manual_comment:
                comment.manual_comment = EXCUSED
            elif excused is False and comment.manual_comment == EXCUSED:
                comment.manual_comment = None


def _own(grade: Grade) -> float:
    own = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return float(own or 0) + float(grade.extra_credit or 0)


def _score(notebook: SubmittedNotebook) -> float:
    """Marks of a notebook before anything is taken off, from what is about to be written."""
    total = 0.0
    for grade in notebook.grades:
        own = grade.manual_score if grade.manual_score is not None else grade.auto_score
        if own is not None:
            total += own + (grade.extra_credit or 0)
    return total

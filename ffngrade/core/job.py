"""Grading one submission from what is sent along: no folder of the course and no gradebook needed.

So it can be done by any process on any machine. What nbgrader's own steps would read from the
gradebook, `ffngrade.intake.validate` has put into the notebook before; what they would write comes
back in a `GradeResult`, for the one writer (`ffngrade.gradebook`).
"""

import copy
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.converters.autograde import Autograde
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from ffngrade.core.course import Course

WRITES_GRADES = "SaveAutoGrades"
LEFT_OUT = frozenset(
    {
        # the intake has done it
        *(
            "RepairSubmission",
            "DeduplicateIds",
            "OverwriteKernelspec",
            "OverwriteCells",
            "CheckCellMetadata",
        ),
        # the writer does it
        *(WRITES_GRADES, "AssignLatePenalties"),
    }
)
ALL = "all"
"""Stands for what was not run before."""
NO_RESPONSE = "No response."


class Terms(NamedTuple):
    """What is the same for all submissions of a run."""

    assignment: str
    config: Config
    """nbgrader's; where it names the folder of hidden cases, `cases` stand for it."""
    cases: Mapping[str, str]
    """Texts of the files with the hidden cases, by name."""


class Job(NamedTuple):
    """One submission: its notebooks' texts by name, and which attempt it is."""

    student: str
    texts: Mapping[str, str]
    attempt: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The key that tells it from all others."""
        return self.student, self.attempt


class GradeResult(NamedTuple):
    """What came of a submission.

    For each notebook its text after grading, the automatic score of each graded cell (None if a
    person decides) and the automatic comment on each answer. ``why`` says what went wrong, if the
    submission could not be graded.
    """

    student: str
    texts: Mapping[str, str]
    scores: Mapping[str, Mapping[str, float | None]]
    comments: Mapping[str, Mapping[str, str | None]]
    why: str = ""
    attempt: str = ""


def not_graded(job: Job, why: str) -> GradeResult:
    """Return what came of a submission that could not be graded."""
    return GradeResult(job.student, {}, {}, {}, why, job.attempt)


def terms(course: Course, assignment: str) -> Terms:
    """Return the terms of an assignment, as the course's configuration has set them."""
    folder = course.config.TrustedExecute.get("cases", "")
    files = sorted(Path(folder).glob("*.py")) if folder else []
    cases = {path.name: path.read_text(encoding="utf-8") for path in files}
    return Terms(assignment, course.config, cases)


def show(agreed: Terms, job: Job) -> dict[str, Any]:
    """Run a submission's notebooks for what may be shown; see `ffngrade.execute.TrustedExecute`.

    No hidden case is asked. What comes is for `grade`, by notebook.
    """
    if not any(hasattr(step, "judge") for step in _steps(agreed)):
        return {}  # another way to run than ours, all at once
    return {name: _one(agreed, job.student, name, text, None) for name, text in job.texts.items()}


def grade(agreed: Terms, job: Job, shown: Mapping[str, Any] = MappingProxyType({})) -> GradeResult:
    """Grade a submission of which `show` has run what may be shown, or all of it.

    What goes wrong is said in the result.
    """
    made = not_graded(job, "")
    for name, text in job.texts.items():
        try:
            texts, scores, comments = _one(agreed, job.student, name, text, shown.get(name, ALL))
        except Exception as error:  # whatever it is, it is this student's alone
            return not_graded(job, f"{type(error).__name__}: {error}")
        made = made._replace(
            texts={**made.texts, name: texts},
            scores={**made.scores, name: scores},
            comments={**made.comments, name: comments},
        )
    return made


def _one(agreed: Terms, student: str, name: str, text: str, shown: Any) -> Any:
    """Take the steps; up to the one that runs what may be shown if ``shown`` is None."""
    nb = nbformat.reads(text, as_version=nbformat.current_nbformat)
    known = {"student": student, "assignment": agreed.assignment, "notebook": name, "db_url": ""}
    resources: Any = {"nbgrader": known, "unique_key": name, "output_files_dir": f"{name}_files"}
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    before = os.environ.get("NBGRADER_EXECUTION")
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    try:
        for step in _steps(agreed):
            if step == WRITES_GRADES:
                scores, comments = _scores(nb), _comments(nb)
            elif hasattr(step, "judge"):
                if shown is None:
                    return step.show(nb)
                nb = step.judge(nb, step.show(nb) if shown == ALL else shown)
            else:
                nb, resources = step(nb, resources)
    finally:
        os.environ.pop("NBGRADER_EXECUTION")
        if before is not None:
            os.environ["NBGRADER_EXECUTION"] = before
    return str(nbformat.writes(nb)) + "\n", scores, comments


def _steps(agreed: Terms) -> list[Any]:
    """The steps that the configuration asks for, in their order, without those of others."""
    config = agreed.config
    if agreed.cases:
        config = copy.deepcopy(config)
        config.TrustedExecute.cases = _folder_with(frozenset(agreed.cases.items())).name
    converter = Autograde(config=config)
    wanted = [*converter.sanitize_preprocessors, *converter.autograde_preprocessors]
    classes = [import_item(step) if isinstance(step, str) else step for step in wanted]
    return [
        WRITES_GRADES if kind.__name__ == WRITES_GRADES else kind(config=config)
        for kind in classes
        if kind.__name__ == WRITES_GRADES or kind.__name__ not in LEFT_OUT
    ]


def _scores(nb: NotebookNode) -> dict[str, float | None]:
    graded = [cell for cell in nb.cells if is_grade(cell)]
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in graded}


def _comments(nb: NotebookNode) -> dict[str, str | None]:
    """Nbgrader's own words on an answer that is as it was handed out."""
    return {
        cell.metadata.nbgrader.grade_id: (
            NO_RESPONSE
            if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            and not is_task(cell)
            else None
        )
        for cell in nb.cells
        if is_solution(cell) or is_task(cell)
    }


@lru_cache(4)
def _folder_with(files: frozenset[tuple[str, str]]) -> tempfile.TemporaryDirectory[str]:
    """Folder of the hidden cases, written once for each process."""
    folder = tempfile.TemporaryDirectory(prefix="ffn-cases-")
    for name, text in files:
        (Path(folder.name) / name).write_text(text, encoding="utf-8")
    return folder

"""What students get: releases made by nbgrader's own steps, and a course that knows them."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import bank
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

from ffngrade.core.course import Course
from ffngrade.intake.notebook_reader import read
from ffngrade.intake.release import PYTHON, Part, Release


def notebook(assignment: str) -> NotebookNode:
    """The release notebook."""
    made = nbformat.from_dict(bank.source_notebook(assignment))
    for cell in made.cells:
        cell.source = bank.text_of(cell)
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        made, _ = step().preprocess(made, {})
    return made


def release(assignment: str) -> Release:
    """The same as intake reads it."""
    parts = [
        Part(cell.id, cell.kind, cell.source, cell.source, cell.known)
        for cell in read(json.dumps(notebook(assignment)).encode()).cells
    ]
    return Release(assignment, assignment, tuple(parts), {"kernelspec": PYTHON})


def solved(assignment: str) -> NotebookNode:
    """What a student who can do everything hands in."""
    made = notebook(assignment)
    answers = bank.graded_cells(assignment)
    for cell in made.cells:
        known = cell.metadata.get("nbgrader", {})
        if known.get("solution"):
            cell.source = bank.text_of(answers[known["grade_id"]])
    return made


def cell_of(nb: Any, name: str) -> Any:
    """A cell by its grade_id."""
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def make_course(folder: Path, *assignments: str) -> Course:
    """Copy the course's configuration, cases and sources, and generate the assignments."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(bank.EXERCISES / "nbgrader_config.py", folder)
    shutil.copytree(bank.EXERCISES / "cases", folder / "cases", dirs_exist_ok=True)
    for name in assignments:
        shutil.copytree(bank.EXERCISES / "source" / name, folder / "source" / name)
    course = Course(folder)
    log = logging.getLogger("generating")
    log.setLevel(logging.CRITICAL)
    # alembic takes seconds to say which version a new gradebook has
    with patch("nbgrader.api.get_alembic_version", return_value="head"):
        for name in assignments:
            course.directory.assignment_id = name
            GenerateAssignment(coursedir=course.directory, config=course.config, log=log).start()
    course.directory.assignment_id = ""
    return course

"""Several attempts of one student: the last one counts, or the best.

The last one stands in ``submitted/``, as `nbgrader collect` leaves it. Earlier ones stand in
``submitted-attempts/<student>/<assignment>/<any name>/``, each with its notebook and, if it is
known when it came, its ``timestamp.txt``. They are taken in and repaired like any submission.
"""

import copy
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from ffngrade.core.course import Course
from ffngrade.core.submission import Findings, State
from ffngrade.intake.collect import STUDENT, Received, collect_one, received_folder
from ffngrade.intake.release import Release

LAST = ""
"""How the attempt in ``submitted/`` is called."""


def view(course: Course, attempt: str) -> Course:
    """The course in which that attempt is what was handed in."""
    if attempt == LAST:
        return course
    other = copy.copy(course)
    directory = CourseDirectory(config=course.config)
    directory.root = str(course.folder)
    name = attempt.replace("{", "{{").replace("}", "}}")
    steps = ("{nbgrader_step}-attempts", "{student_id}", "{assignment_id}", name)
    directory.directory_structure = os.path.join(*steps)
    other.directory = directory
    return other


def names(course: Course, assignment: str, student: str) -> list[str]:
    """Return the names of a student's earlier attempts, sorted."""
    folder = view(course, "x").submitted(student, assignment).parent
    if not folder.is_dir() or folder.is_symlink():
        return []
    found = [p for p in folder.iterdir() if STUDENT.fullmatch(p.name)]
    return sorted(p.name for p in found if p.is_dir() and not p.is_symlink())


def take_in(
    course: Course, assignment: str, last: Received, wanted: Mapping[str, Release]
) -> Received:
    """Take in a student's earlier attempts too; what comes back stands for all of them."""
    found = {
        name: collect_one(view(course, name), assignment, last.student, wanted)
        for name in names(course, assignment, last.student)
    }
    usable = {name: one for name, one in found.items() if one.state == State.RECEIVED}
    if not usable:
        return last
    digest = hashlib.sha256(last.digest.encode())
    findings = Findings()
    findings.add(last.findings)
    if last.state != State.RECEIVED:
        findings.repaired.append("only earlier attempts can be graded")
    for name, one in usable.items():
        digest.update(f"\0{name}\0{one.digest}".encode())
        findings.add(one.findings, before=f"attempt {name}: ")
    return Received(last.student, State.RECEIVED, findings, digest.hexdigest())


def copies(course: Course, assignment: str, student: str, best: bool) -> dict[str, Path]:
    """Return the folders of the copies to be graded, by attempt; the last one comes last."""
    earlier = names(course, assignment, student) if best else []
    found = {a: received_folder(view(course, a), student, assignment) for a in (*earlier, LAST)}
    return {attempt: path for attempt, path in found.items() if any(path.glob("*.ipynb"))}

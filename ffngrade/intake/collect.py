"""From what students handed in to notebooks that can be graded: nobody is left out silently.

``submitted/`` is read and never changed, and no link in it is followed. For every student there is
afterwards a repaired copy under `RECEIVED`, or a reason why there is none.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbgrader.api import Student
from nbgrader.utils import parse_utc

from ffngrade.core.course import Course
from ffngrade.core.errors import DuplicateFolderError, UnreadableSubmissionError
from ffngrade.core.exchange import LIKE_A_SECRET, SECRET, TIMESTAMP
from ffngrade.core.submission import Findings, Rejection, State
from ffngrade.intake.notebook_reader import shown
from ffngrade.intake.release import Release, releases
from ffngrade.intake.safe_files import Entry, content, entries
from ffngrade.intake.select import Choice, choose, elsewhere
from ffnlib._base.files import write_whole

RECEIVED = ".ffn-grade/received"
"""The step, in nbgrader's words, from which repaired copies are graded."""
STUDENT = re.compile(r"(?!\.)[\w .,'’@+=-]{1,120}")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""Of the machine's trouble, which is nobody's alone."""
UNREAD = "What you handed in cannot be read: hand it in again."


class Received(NamedTuple):
    """What came of one student's submission: it is received, rejected or absent."""

    student: str
    state: State
    findings: Findings
    digest: str = ""


def everybody(course: Course) -> list[str]:
    """Return who is in the gradebook, or has a folder among the submissions, sorted."""
    with course.gradebook() as book:
        known = {str(name) for (name,) in book.db.query(Student.id)}
    excluded = set(course.directory.student_id_exclude.split(","))
    return sorted((known | set(course.everybody())) - excluded)


def strays(course: Course) -> list[str]:
    """Return what lies among the students' folders and is none: of nobody, so graded for nobody."""
    path = course.submitted("student", "assignment")
    above = next((p.parent for p in (path, *path.parents) if p.name == "student"), path.parent)
    if not above.is_dir():
        return []
    return sorted(p.name for p in above.iterdir() if not p.is_dir() and p.name[0] != ".")


def collect(
    course: Course, assignment: str, students: Iterable[str] | None = None
) -> list[Received]:
    """Take in an assignment: everybody's, or that of some students.

    Running it again changes nothing unless a submission or the release has changed.

    Raises
    ------
    NotReleasedError
        If the gradebook does not know the assignment.
    """
    wanted = releases(course, assignment)
    names = everybody(course) if students is None else sorted(set(students))
    return [fenced(name, collect_one, course, assignment, name, wanted) for name in names]


def fenced(student: str, take: Callable[..., Received], *given: Any) -> Received:
    """Take in a submission; whatever goes wrong, the others are taken in."""
    why = ""
    for _ in range(2):
        try:
            return take(*given)
        except OSError as error:
            if error.errno in FULL:
                raise
            why = f"{type(error).__name__}: {error}"
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
    return Received(student, State.REJECTED, Findings(rejection=_stopped(why)))


def received_folder(course: Course, student: str, assignment: str) -> Path:
    """Folder of a student's repaired copies."""
    path = course.directory.format_path(RECEIVED, student, assignment)
    return Path(os.path.normpath(path))


def collect_one(
    course: Course, assignment: str, student: str, wanted: Mapping[str, Release]
) -> Received:
    """Take in what one student handed in."""
    copies = received_folder(course, student, assignment)
    if not STUDENT.fullmatch(student):
        name = "the folder's name is not like a student's: rename it"
        return Received(student, State.REJECTED, Findings.rejected(name, UNREAD))
    findings = Findings()
    try:
        folder, files = _handed_in(
            course.submitted(student, assignment), assignment, wanted, findings
        )
        if not files and folder is None:
            shutil.rmtree(copies, ignore_errors=True)
            return Received(student, State.ABSENT, findings)
        chosen = choose(files, wanted)
        findings.suspicious += _links(files)
        findings.rejection = chosen.findings.rejection
        texts = _texts(chosen, findings)
        if folder is not None:
            texts |= _time(files, findings) | _secret(files)
    except UnreadableSubmissionError as why:
        findings.rejection = Rejection(str(why), UNREAD)
    except DuplicateFolderError as why:
        findings.rejection = Rejection(f"{why}, spelt in different ways: rename one", UNREAD)
    except Exception as error:  # whatever somebody hands in, the others are taken in
        findings.rejection = _stopped(f"{type(error).__name__}: {error}")
    if findings.rejection is not None:
        shutil.rmtree(copies, ignore_errors=True)
        return Received(student, State.REJECTED, findings)
    _keep(copies, texts)
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return Received(student, State.RECEIVED, findings, digest.hexdigest())


def _stopped(why: str) -> Rejection:
    return Rejection(f"taking it in stopped with {shown(why)}", UNREAD)


def _handed_in(
    folder: Path, assignment: str, wanted: Mapping[str, Release], findings: Findings
) -> tuple[Path | None, list[Entry]]:
    """The folder of a submission and what is in it; loose files where there is no such folder."""
    if folder.parent.is_symlink():
        raise UnreadableSubmissionError("the student's folder is a link")
    if os.path.lexists(folder):
        return folder, entries(folder)
    other, files = elsewhere(folder, wanted)
    if other is not None:
        findings.repaired.append(f"the folder was called {shown(other.name)}, and not {assignment}")
    elif files:
        findings.repaired.append(f"the notebook was in no folder {assignment}")
    return other, files


def _texts(chosen: Choice, findings: Findings) -> dict[str, str]:
    """Texts of the copies, by file name."""
    findings.add(chosen.findings)
    for checked in chosen.checked.values():
        findings.add(checked.findings)
    return {
        f"{name}.ipynb": written(checked.notebook)
        for name, checked in chosen.checked.items()
        if checked.notebook is not None
    }


def written(notebook: NotebookNode) -> str:
    """A notebook as it stands in a file."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


def _time(files: Iterable[Entry], findings: Findings) -> dict[str, str]:
    """When it was handed in, if that is said and can be read."""
    found = [entry for entry in files if entry.name == TIMESTAMP and entry.kind == "file"]
    if not found:
        return {}
    try:
        text = content(found[0], 200).decode(errors="replace").strip()
        parse_utc(text)
    except (UnreadableSubmissionError, ValueError, OverflowError):
        findings.repaired.append(f"{TIMESTAMP} does not say a time: it is not known when it came")
        return {}
    return {TIMESTAMP: text + "\n"}


def _secret(files: Iterable[Entry]) -> dict[str, str]:
    """Return what `nbgrader submit` files its feedback under, if it is there and like one."""
    found = [entry for entry in files if entry.name == SECRET and entry.kind == "file"]
    with suppress(UnreadableSubmissionError):
        text = content(found[0], 500).decode(errors="replace") if found else ""
        if LIKE_A_SECRET.fullmatch(text):
            return {SECRET: text}
    return {}


def from_exchange(course: Course, student: str, assignment: str) -> dict[str, str]:
    """Time and secret of a submission that is rejected, so that its feedback can be given back."""
    with suppress(OSError, DuplicateFolderError, UnreadableSubmissionError):
        folder = course.submitted(student, assignment)
        if not folder.parent.is_symlink():
            files = entries(folder)
            return _time(files, Findings()) | _secret(files)
    return {}


def _links(files: Iterable[Entry]) -> list[str]:
    return [
        f"{entry.shown} {entry.why}: it was not followed"
        for entry in files
        if entry.kind in ("link", "special")
    ]


def _keep(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold these files and no others; what is right already is not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        path, data = folder / name, text.encode()
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data)

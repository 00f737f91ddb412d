"""A submission before it is run: checked, repaired where that is safe, or rejected with a reason.

Bytes and a release go in, a clean notebook comes out: every cell that counts is there once, with
the release's metadata and, unless students write into it, with the release's text. Nothing is run,
and no file is touched (`ffngrade.intake.collect` does that).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from nbformat import NotebookNode

from ffngrade.core.errors import UnusableNotebookError
from ffngrade.core.submission import Findings, Rejection
from ffngrade.intake.match_cells import Matched, defined, match, same_text
from ffngrade.intake.notebook_reader import Document, Found, read, shown
from ffngrade.intake.release import Release
from ffngrade.intake.repair import NOTE, Rebuilt, note

BEGINS = re.compile(r"\bchecks\.begin\(\s*['\"](\w+)['\"]")
LIBRARY = re.compile(r"\bffnlib\.(?!checks\b)(\w+)|\bfrom +ffnlib +import +\(?(?!checks\b)(\w+)")
COMMENT = re.compile(r"#.*")
MOST_TOLD = 20


class Checked(NamedTuple):
    """What came of checking a submission: a notebook, or a rejection among the findings."""

    notebook: NotebookNode | None
    findings: Findings
    answered: int = 0
    """Answers that differ from what was handed out."""


def check(data: bytes, release: Release) -> Checked:
    """Check the bytes of a file that should hold a student's notebook."""
    try:
        return repair(read(data), release)
    except UnusableNotebookError as why:
        return Checked(None, Findings.rejected(why.teacher, why.student))


def repair(document: Document, release: Release) -> Checked:
    """Check a notebook that is read already, and build the one that is graded."""
    cells = [cell for cell in document.cells if cell.id != NOTE]
    found = match(cells, release.parts)
    try:
        _belongs(cells, found, release)
    except UnusableNotebookError as why:
        rejection = Rejection(why.teacher, why.student)
        return Checked(None, Findings(list(document.repaired), rejection=rejection))
    findings = Findings(list(document.repaired))
    rebuilt = Rebuilt(cells, found, release, findings)
    if document.language not in ("", "python", "ipython"):
        said = f"the notebook named another language ({shown(document.language)})"
        findings.repaired.append(said)
    notebook = rebuilt.built()
    findings.suspicious += _of_library(cells)
    told = Findings(_few(findings.repaired), _few(findings.suspicious))
    if told.repaired or told.suspicious:
        notebook.cells.insert(0, note([*told.repaired, *told.suspicious]))
    return Checked(notebook, told, _answered(cells, found, release))


def _of_library(cells: Sequence[Found]) -> list[str]:
    """Say which modules of ffnlib the code names that are disabled in exercises."""
    sources = [COMMENT.sub("", cell.source) for cell in cells if cell.kind == "code"]
    named = [one or other for source in sources for one, other in LIBRARY.findall(source)]
    return [f"`ffnlib.{shown(name)}` is used, which is disabled in exercises" for name in named]


def _few(sentences: Sequence[str]) -> list[str]:
    """Each sentence once, and not more than somebody would read."""
    once = list(dict.fromkeys(sentences))
    more = len(once) - MOST_TOLD
    return [*once[:MOST_TOLD], *([f"and {more} more of this kind"] if more > 0 else [])]


def _belongs(cells: Sequence[Found], found: Matched, release: Release) -> None:
    """Raise if a notebook has nothing of the assignment."""
    if not cells:
        raise UnusableNotebookError(
            "the notebook has no cells",
            "Your notebook has no cells: hand in the one with your answers.",
        )
    wanted = [i for i, part in enumerate(release.parts) if part.is_answer or part.is_test]
    if not wanted or any(i in found.cell_of for i in wanted):
        return
    begun = {name for cell in cells for name in BEGINS.findall(cell.source)} - {release.assignment}
    other = f", but of {shown(min(begun))}" if begun else ""
    raise UnusableNotebookError(
        f"no cell of it belongs to {release.notebook}{other}",
        f"The notebook is not the one of {release.notebook}{other}: hand in the right one.",
    )


def _answered(cells: Sequence[Found], found: Matched, release: Release) -> int:
    """Count answers: in their own cells, or wherever a function that is asked for is written."""
    count = 0
    for i, part in enumerate(release.parts):
        if not part.is_answer:
            continue
        if i in found.cell_of:
            count += not same_text(cells[found.cell_of[i]].source, part.given)
        elif part.kind == "code":
            count += bool(defined(part.given) & found.defines)
    return count

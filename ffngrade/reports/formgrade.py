"""Formgrader shows submissions to the teacher, whose browser may do much: so nothing of them runs.

It renders with nbconvert's `HTMLExporter`, to which the course's configuration can give a
preprocessor, filters and a template. The preprocessor rebuilds each cell from what is known to be
harmless, and puts the model answer and the rubric, from ``source/``, below each answer that a
person marks; the Markdown filter is the feedback's; the template names a policy under which only
formgrader's own scripts run, and needs no MathJax.
"""

import re
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ffngrade.intake.release import cells_of
from ffngrade.reports.html_sanitizer import harmless, markdown
from ffngrade.reports.outputs import MOST, cost, shown
from ffngrade.reports.room import Room

KNOWN = ("grade_id", "grade", "solution", "task", "locked", "points", "schema_version")
MARKER = re.compile(r"^#+ *(?:BEGIN|END) SOLUTION *$", re.MULTILINE)
FOR_YOU = "> *For you: model answer and rubric. The student does not see this.*"
TEMPLATES = files("ffngrade") / "templates"


class Harmless(Preprocessor):
    """Leave of a submission what can be shown: text, code, sanitised outputs, nbgrader's words."""

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return a notebook of harmless cells."""
        nb = NotebookNode(nb)
        nb.metadata = NotebookNode()
        room = Room(sum(len(str(cell)) for cell in nb.cells))
        notes = rubrics(self.config, resources)
        cells = []
        for number, cell in enumerate(nb.cells):
            rebuilt = _rebuilt(cell, number, room)
            cells.append(rebuilt)
            note = notes.pop(rebuilt.metadata.get("nbgrader", {}).get("grade_id", ""), "")
            if note:
                cells.append(new_markdown_cell(note, id=f"rubric-{number}"))
        nb.cells = cells
        return nb, resources


def rubrics(config: Config, resources: Mapping[str, Any]) -> dict[str, str]:
    """Return what the course's own notebook says to whoever marks, by the names of the cells."""
    assignment, notebook = (resources.get(key, "") for key in ("assignment_id", "notebook_id"))
    if not assignment or not notebook:
        return {}
    course = CourseDirectory(config=config)
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    found = {}
    for cell in cells_of(folder / f"{notebook}.ipynb"):
        if cell.known.get("grade") and cell.known.get("solution") and cell.kind == "markdown":
            said = MARKER.sub("", cell.source).strip()
            quoted = "\n".join(f"> {line}" for line in said.split("\n"))
            found[str(cell.known.get("grade_id", ""))] = f"{FOR_YOU}\n>\n{quoted}"
    return found


@pass_context
def to_html(context: Any, source: str) -> str:
    """Render Markdown as the feedback does (nbconvert's filter ``markdown2html``)."""
    cell = context.get("cell") or {}
    return markdown(source, cell.get("attachments"))


def configure(config: Config) -> None:
    """Make formgrader safe; ``nbgrader_config.py`` calls this with its ``c``."""
    config.HTMLExporter.preprocessors = [Harmless]
    config.HTMLExporter.filters = {"markdown2html": to_html, "clean_html": harmless}
    config.HTMLExporter.extra_template_paths = [str(TEMPLATES)]
    config.HTMLExporter.template_file = "formgrade_safe.html.j2"
    config.HTMLExporter.sanitize_html = True


def _rebuilt(cell: NotebookNode, number: int, room: Room) -> NotebookNode:
    name = f"cell-{number}"
    about = {"nbgrader": _known(cell)} if cell.metadata.get("nbgrader") else {}
    if cell.cell_type == "code":
        # what is shown stands as one piece of HTML that was sanitised here
        found = [room.take(cost(one), partial(shown, one)) for one in cell.outputs[:MOST]]
        made = "\n".join(filter(None, found))
        outputs = [new_output("display_data", data={"text/html": made})] if made else []
        made_cell: NotebookNode = new_code_cell(
            cell.source, id=name, metadata=about, outputs=outputs
        )
        return made_cell
    source = room.take(len(cell.source), lambda: str(cell.source))
    kept: NotebookNode = new_markdown_cell(source, id=name, metadata=about)
    if isinstance(cell.get("attachments"), dict):
        kept.attachments = cell.attachments
    return kept


def _known(cell: NotebookNode) -> dict[str, Any]:
    """Return what nbgrader knows of a cell, in words that the template can put anywhere."""
    found = {key: cell.metadata.nbgrader[key] for key in KNOWN if key in cell.metadata.nbgrader}
    name = str(found.get("grade_id", ""))
    found["grade_id"] = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    try:
        found["points"] = float(found.get("points", 0))
    except (TypeError, ValueError):
        found["points"] = 0.0
    return found

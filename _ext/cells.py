"""Code cells that a reader can change and run: their marks, and what the page knows of them.

Each page with code gets a file, ``_static/cells/<page>.json``: all its code cells in their order,
also those whose source is not shown, because later cells need what they define. The page's script
(``_ext/static/cells.js``) fetches it with the first run.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from . import assets, cell_times, notebook

CELL, SOURCE = "cell_code", "cell_code_source"
PURIFIER = "purify.min.js"  # comes with the first run
SCRIPTS = (
    "cells.js", "code_engine.js", "code_worker.js", "editor.js", "kept.js", "show.js", "sparing.js",
)  # fmt: skip
STYLES = ("code.css", "cells.css", "editor/layout.css")
REASONS = {
    # what stands in a cell: why it cannot run in the page
    "import torch": "it uses PyTorch, which does not run in a browser.",
}


def containers(doctree: nodes.Node) -> dict[int, nodes.Element]:
    """Return the cells of a page that are shown, in whole or in part, by their place."""
    found = doctree.findall(nodes.container)
    return {node["cell_index"]: node for node in found if node.get("nb_element") == CELL}


def source_of(cell: nodes.Element) -> nodes.Element | None:
    """Return the part that shows the code; None where only the output is shown."""
    found = cell.findall(nodes.container)
    return next((node for node in found if node.get("nb_element") == SOURCE), None)


def executed(app: Sphinx, page: str) -> Path:
    """The page's notebook, as MyST-NB has written it."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def why_not(source: str) -> str:
    """Return why a cell cannot run in the page, or ""."""
    return next((reason for mark, reason in REASONS.items() if mark in source), "")


def listed(app: Sphinx, page: str, doctree: nodes.Node) -> list[dict[str, Any]]:
    """Return all code cells of a page, in their order.

    Each has an ``id`` (that of its element, where the source is shown), a ``name`` for sentences,
    its ``source``, and where known the ``seconds`` it took in the build or ``why`` it cannot run.
    """
    shown = {i: cell for i, cell in containers(doctree).items() if source_of(cell) is not None}
    content = nbformat.read(executed(app, page), as_version=4)
    times = cell_times.read(Path(app.outdir).parent)
    found: list[dict[str, Any]] = []
    number = 0
    for index, cell in enumerate(content.cells):
        if cell.cell_type != "code":
            continue
        number += index in shown
        entry = {
            "id": f"cell-{number}" if index in shown else f"hidden-{index}",
            "name": f"cell {number}" if index in shown else "a cell that is not shown",
            "source": cell.source,
            "place": index,
        }
        if why := why_not(cell.source):
            entry["why"] = why
        if (seconds := times.get(cell_times.key(cell.source), 0)) >= cell_times.LEAST:
            entry["seconds"] = round(seconds, 1)
        found.append(entry)
    return found


def mark(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Add an id to each cell whose source is shown, and a button below the source."""
    if app.builder.format != "html" or not containers(doctree) or not executed(app, page).is_file():
        return  # without its notebook the page has warned already, and the build fails
    for position, entry in enumerate(listed(app, page, doctree)):
        cell = containers(doctree).get(entry["place"])
        if cell is None or (source := source_of(cell)) is None:
            continue
        cell["ids"] = [entry["id"]]
        cell["classes"] = [*cell["classes"], "ffn-code"]
        source += nodes.raw("", _bar(entry, position), format="html")


def _bar(entry: dict[str, Any], position: int) -> str:
    if why := entry.get("why"):
        inside = f'<span class="ffn-cell-state">This cell does not run in the page: {why}</span>'
    else:
        label = f"Edit and run {entry['name']}"
        inside = (
            f'<button type="button" class="ffn-button" aria-label="{label}">Edit and run</button>'
        )
    return f'<div class="ffn-cell-bar" data-index="{position}">{inside}</div>'


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write what the page's script fetches, and the chapter's notebook; link them."""
    del template
    if doctree is None or app.builder.format != "html":
        return
    if not any("ffn-code" in cell["classes"] for cell in containers(doctree).values()):
        return
    entries = listed(app, page, doctree)
    name = page.rpartition("/")[2]
    static = Path(app.outdir) / "_static"
    file = static / "cells" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    wanted = [{k: v for k, v in entry.items() if k != "place"} for entry in entries]
    file.write_text(json.dumps(wanted, ensure_ascii=False), encoding="utf8")
    notebook.write(app, page, executed(app, page), static / "notebooks" / f"{name}.ipynb")

    def address(path: str) -> str:
        return str(context["pathto"](f"_static/{path}", 1))

    cells = address(f"cells/{name}.json")
    told = (
        f'<div class="ffn-code-page" data-name="{escape(page)}" data-cells="{cells}" hidden></div>'
    )
    links = notebook.links(app, name, address)
    context["body"] = told + context["body"] + links
    context["ffn_keep"] = [cells, *(address(f"ffn/{script}") for script in SCRIPTS)]
    context["ffn_keep"] += [
        address(f"ffn/editor/{part}") for part in assets.editor_files() if part != PURIFIER
    ]
    app.add_js_file("ffn/cells.js", type="module")
    for style in STYLES:
        app.add_css_file(f"ffn/{style}")


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", mark)
    app.connect("html-page-context", equip, priority=400)  # before the page is told where Python is

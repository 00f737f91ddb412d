"""What there is to read, predict, check, run and solve in each chapter, for the reader's progress.

The counts are written once for all pages, as a module that ``static/progress.js`` imports; what a
reader has done of it is known to the reader's browser alone (``static/kept.js``).
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from . import course, release
from .questions import Tag


def sections(page: nodes.document) -> int:
    """The sections under the title of a page."""
    top = next(iter(page.findall(nodes.section)))
    return sum(isinstance(child, nodes.section) for child in top.children)


def asked(page: nodes.document, directive: str) -> int:
    """How many questions of a kind a page asks."""
    wanted = f"ffn-ask ffn-{directive}"
    return sum(box["html"].get("class") == wanted for box in page.findall(Tag))


def cells(page: nodes.document) -> int:
    """The code cells of a page whose source is there to be read."""
    found = [box for box in page.findall(nodes.container) if "cell" in box["classes"]]
    return sum(
        any("cell_input" in part.get("classes", []) for part in cell.findall(nodes.container))
        for cell in found
    )


def title(page: nodes.document) -> str:
    """The title of a page."""
    return next(iter(page.findall(nodes.title))).astext()


def contents(app: Sphinx) -> list[dict[str, Any]]:
    """Every chapter, and every page of exercises, in the order of the book."""
    root = Path(app.srcdir)
    assignments = release.assignments(root)
    found = []
    for name in _in_order(app):
        stem = name.rpartition("/")[2]
        page = app.env.get_doctree(name) if name.startswith("chapters/") else None
        if page is None:
            continue
        if name.startswith("chapters/exercises/"):
            found.append({"page": name, "title": title(page), "sections": sections(page)})
        elif stem[:2].isdigit():
            number, _, topic = stem.partition("_")
            entry = {
                "page": name,
                "title": title(page),
                "number": int(number),
                "sections": sections(page),
                "predict": asked(page, "predict"),
                "question": asked(page, "question"),
                "run": cells(page),
            }
            if topic in assignments:
                notebook = release.release(root, Path(app.outdir).parent, topic)
                entry["assignment"] = topic
                entry["solved"] = sum(not p.by_hand for p in course.problems(notebook))
            found.append(entry)
    return found


def _in_order(app: Sphinx) -> list[str]:
    toc = app.env.tocs[app.config.root_doc]
    named = [str(name) for tree in toc.findall(addnodes.toctree) for name in tree["includefiles"]]
    return [name for name in named if name in app.env.found_docs]


def write(app: Sphinx, exception: Exception | None) -> None:
    """Bring the module with the counts up to date."""
    if exception is not None or app.builder.format != "html":
        return
    told = json.dumps(contents(app), ensure_ascii=False, indent=0)
    script = f"export const contents = {told};\n"
    target = Path(app.outdir) / "_static" / "ffn" / "contents.js"
    if not target.is_file() or target.read_text(encoding="utf8") != script:
        target.write_text(script, encoding="utf8")


def setup(app: Sphinx) -> None:
    app.add_js_file("ffn/progress.js", type="module")
    app.add_css_file("ffn/progress.css")
    app.connect("build-finished", write)

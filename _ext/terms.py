"""Glossary entries shown where a term stands: ``{term}`` links with their definition at hand.

Sphinx makes the links. The definitions go into one small script of the site, written from the
glossary alone, so that a changed entry is the same in all chapters; ``static/terms.js`` shows them.
It shows the beginning of what other links lead to as well: a section, a source, a claim. That it
takes from the page itself when it is asked for. Without JavaScript the links are links.
"""

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

GLOSSARY = "chapters/glossary"
LINK = 'class="xref std std-term"'
PREVIEWED = re.compile(r'<a class="[^"]*\breference internal"')


def definitions(doctree: nodes.document) -> dict[str, dict[str, str]]:
    """Each term's title and the first paragraph of its entry, by its anchor."""
    found = {}
    for item in doctree.findall(nodes.definition_list_item):
        definition = next(item.findall(nodes.definition))
        for term in item.findall(nodes.term):
            words = definition.next_node(nodes.paragraph).astext().replace("\n", " ")
            title = next(iter(term.findall(nodes.Text))).astext()
            found[term["ids"][0]] = {"title": title, "words": words}
    return found


def write(app: Sphinx, exception: Exception | None) -> None:
    """Bring the script with the definitions up to date."""
    if exception is not None or app.builder.format != "html" or GLOSSARY not in app.env.found_docs:
        return
    told = json.dumps(definitions(app.env.get_doctree(GLOSSARY)), ensure_ascii=False, indent=0)
    script = f"window.ffnTerms = {told};\n"
    target = Path(app.outdir) / "_static" / "ffn" / "glossary.js"
    if not target.is_file() or target.read_text(encoding="utf8") != script:
        target.write_text(script, encoding="utf8")


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return a page with terms what shows their entries."""
    del page, template, doctree
    body = context.get("body", "")
    if LINK in body:
        app.add_js_file("ffn/glossary.js", loading_method="defer")
    if LINK in body or PREVIEWED.search(body):
        app.add_js_file("ffn/terms.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", equip)
    app.connect("build-finished", write)

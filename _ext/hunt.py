"""The directive ``{hunt}``: the game around the explorer ``backprop.hunt``.

Python decides all while the book builds: which network has which fault, where a fault begins,
and what speaks against a wrong guess. ``static/hunt.js`` asks, compares and counts.
"""

import json
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ffnlib.explorers.backprop import hunt
from ffnlib.explorers.backprop.hunt import HIDDEN_IN, PLACES, against, place
from ffnlib.training import FAULTS

from .questions import depends_on_library, tag

SOUND = "There is no fault: all four gradients are right, at a second call too."


def rules() -> dict[str, Any]:
    """Return all that the page needs to know: indices, and sentences for each wrong guess."""
    cases = [*FAULTS, "none"]
    return {
        "key": hunt.key,
        "faults": [FAULTS[c].text if c in FAULTS else SOUND for c in cases],
        "places": list(PLACES.values()),
        "begins": [list(PLACES).index(place(c)) for c in cases],
        "hidden": [cases.index(HIDDEN_IN[n]) for n in sorted(HIDDEN_IN)],
        "against": [
            ["" if guess == truth else against(guess, truth) for truth in cases] for guess in cases
        ],
    }


class Hunt(SphinxDirective):
    """A game; without scripts the faults to look for are listed."""

    def run(self) -> list[nodes.Node]:
        depends_on_library(self.env)
        told = rules()
        data = json.dumps(told, ensure_ascii=False)
        faults = nodes.bullet_list(
            "", *(nodes.list_item("", nodes.paragraph("", text)) for text in told["faults"])
        )
        opening = nodes.paragraph("", "Each network has one of these faults, or none:")
        return [tag("div", opening, faults, class_="ffn-hunt", data_hunt=data)]


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return a page that has the game its script."""
    del page, template, doctree
    if 'class="ffn-hunt"' in context.get("body", ""):
        app.add_js_file("ffn/hunt.js", type="module", priority=700)
        app.add_css_file("ffn/questions.css")


def setup(app: Sphinx) -> None:
    app.add_directive("hunt", Hunt)
    app.connect("html-page-context", equip)

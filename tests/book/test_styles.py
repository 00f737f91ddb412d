"""The style sheets of the site keep out of each other's way."""

import re
from collections import defaultdict

from conftest import ROOT

SHEETS = [*(ROOT / "_ext" / "static").glob("*.css"), *(ROOT / "ffnlib" / "static").glob("*.css")]
SHARED = {
    "ffn-explorer": "each room places the explorers of its pages",
    "ffn-button": "a code cell's buttons are an explorer's, in a bar",
    "ffn-progress": "a code cell's bar is an explorer's",
    "ffn-editor": "an exercise's editor is a code cell's, as tall as the stub",
    "ffn-editor-help": "an exercise's editor is a code cell's",
    "ffn-outcome": "a question's verdict and an exercise's look alike",
    "ffn-origin": "the link under an embedded explorer",
    "ffn-source": "the links under an explorer",
    "ffn-row": "no exercise's page has an explorer",
}
"""Class -> why more than one sheet may name it outside of a class of its own."""


def first_classes(sheet: str) -> set[str]:
    """The classes that a sheet's selectors begin with."""
    plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    selectors = [one for rule in re.findall(r"([^{}]+)\{", plain) for one in rule.split(",")]
    begun = (re.match(r"\s*\.(ffn-[a-z-]+)", selector) for selector in selectors)
    return {found[1] for found in begun if found}


def test_a_class_is_styled_in_one_room_or_shared_for_a_reason() -> None:
    rooms = defaultdict(set)
    for sheet in SHEETS:
        for name in first_classes(sheet.read_text(encoding="utf8")):
            rooms[name].add(sheet.name)
    met = {name: sorted(found) for name, found in rooms.items() if len(found) > 1}
    assert {name: found for name, found in met.items() if name not in SHARED} == {}
    assert set(SHARED) <= set(rooms), "a reason for what is no longer there"


def test_what_an_explorer_is_made_of_is_styled_with_it() -> None:
    script = (ROOT / "ffnlib" / "static" / "explorer.js").read_text(encoding="utf8")
    made = {name for text in re.findall(r'className: "([^"]+)"', script) for name in text.split()}
    assert "ffn-frame" in made
    for sheet in SHEETS:
        if sheet.name != "explorer.css":
            elsewhere = first_classes(sheet.read_text(encoding="utf8")) & made
            assert elsewhere <= set(SHARED), sheet.name

"""The questions of the book: every one decided by what is computed, every option explained."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from _ext import explore
from _ext.questions import decide, fill, split

BLOCK = re.compile(r"^```\{(?:predict|question)\}.*?^```$", re.MULTILINE | re.DOTALL)
CONF = """
import sys
sys.path[:0] = [{root!r}]
from _ext import explore, questions
extensions = ["myst_parser", "sphinxcontrib.bibtex"]
bibtex_bibfiles = ["references.bib"]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
suppress_warnings = ["ref.term", "myst.xref_missing", "toc.not_included"]
html_theme = "basic"
def setup(app):
    questions.setup(app)
    app.add_role("explore", explore.Explore())
"""


class Asked(NamedTuple):
    """A question as its page holds it."""

    chapter: str
    directive: str
    told: dict[str, Any]
    html: str


def site_of(folder: Path, root: Path, pages: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Build a site of pages that hold nothing but questions."""
    source = folder / "source"
    (source / "chapters").mkdir(parents=True)
    (source / "conf.py").write_text(CONF.format(root=str(root)))
    shutil.copy(root / "references.bib", source)
    for name, text in pages.items():
        (source / f"{name}.md").write_text(f"# {name}\n\n{text}\n")
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", str(source), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def asked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """All questions of all chapters, decided anew."""
    folder = tmp_path_factory.mktemp("questions")
    pages = {"index": ""}
    for chapter in sorted((root / "chapters").glob("*.md")):
        if blocks := BLOCK.findall(chapter.read_text(encoding="utf8")):
            pages[f"chapters/{chapter.stem}"] = "\n\n".join(blocks)
    done = site_of(folder, root, pages)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    found = []
    for name in pages:
        html = (folder / "html" / f"{name}.html").read_text(encoding="utf8")
        for box in html.split('<div id="')[1:]:
            if head := re.match(r'(predict|question)-[^"]*" class="[^"]*" data-ask="([^"]*)"', box):
                found.append(Asked(name, head[1], json.loads(unescape(head[2])), box))
    return found


def test_no_prediction_is_left_as_a_line(root: Path) -> None:
    for chapter in (root / "chapters").glob("*.md"):
        text = chapter.read_text(encoding="utf8")
        assert "**Predict" not in text, chapter.name
        after = text.partition("## Check yourself")[2].partition("\n## ")[0]
        assert "{admonition}" not in after, chapter.name


def test_each_prediction_moves_an_explorer_of_its_page(root: Path, asked: list[Asked]) -> None:
    predictions = [a for a in asked if a.directive == "predict" and "show" in a.told]
    assert len(predictions) >= 30
    for a in predictions:
        text = (root / f"{a.chapter}.md").read_text(encoding="utf8")
        key = a.told["key"]
        topic, name = key.split("-", 1)
        assert re.search(rf"from ffnlib\.explorers\.{topic} import .*\b{name}\b", text), a.told[
            "id"
        ]
        states = [a.told.get("held", f"#{key}"), a.told["show"]]
        scenes = []
        for state in states:
            found, params = explore.parse(state[1:].replace(key, f"{topic}.{name}"))
            scenes.append(found(**params).text)
        assert scenes[0] != scenes[1], f"{a.told['id']}: held and shown say the same"


def test_other_predictions_cover_the_cells_that_tell(root: Path, asked: list[Asked]) -> None:
    predictions = [a for a in asked if a.directive == "predict" and "show" not in a.told]
    assert predictions
    for a in predictions:
        text = (root / f"{a.chapter}.md").read_text(encoding="utf8")
        after = text.partition(f"```{{predict}} {a.told['id']}\n")[2].partition("\n## ")[0]
        assert after.count("```{code-cell}") >= a.told["covers"], a.told["id"]


def test_every_option_has_its_sentence(asked: list[Asked]) -> None:
    for a in asked:
        said = re.findall(r'<div class="ffn-feedback">(.*?)</div>', a.html, re.DOTALL)
        options = len(re.findall(r"<li>", a.html.partition("<details")[0]))
        assert len(said) >= max(options, 2), a.told["id"]
        for words in said:
            assert len(re.sub("<[^>]*>", "", words).split()) > 3, (a.told["id"], words)
        if a.told["kind"] == "choice":
            assert len(set(said)) == len(said), f"{a.told['id']}: two options say the same"


def test_names_are_used_once_a_page(asked: list[Asked]) -> None:
    names = [(a.chapter, a.told["id"]) for a in asked]
    assert len(set(names)) == len(names)


CHOICE = ["Q?", "", "- [v > 1] more", "  Because.", "- [ ] less", "  No.", "", "After."]


def test_marks_are_computed() -> None:
    question, options, after = split(CHOICE)
    assert (question, after) == (["Q?", ""], ["After."])
    assert decide("choice", options, {"v": 2}) == {"right": 0}
    with pytest.raises(ValueError, match="one option must be right, and 0 are"):
        decide("choice", options, {"v": 0})
    assert fill(["<<v:.1f>> and <<1e-9 * v:~2>>"], {"v": -2}) == ["−2.0 and −2\u00a0×\u00a010⁻⁹"]


def test_a_number_has_room_around_it() -> None:
    lines = ["- [x] right", "- [5 .. 6] half", "- [low] less", "- [high] more"]
    told = decide("number", split(lines)[1], {"answer": "v", "tolerance": "10 %", "v": 12})
    assert (told["lo"], told["hi"]) == pytest.approx((10.8, 13.2))
    assert told["ranges"] == ["x", [5, 6], "low", "high"]
    lines[1] = "- [5 .. 11] half"
    with pytest.raises(ValueError, match="away from the answer"):
        decide("number", split(lines)[1], {"answer": "v", "tolerance": "10 %", "v": 12})


def test_an_order_does_not_start_solved() -> None:
    options = split(["- [b] two", "  B.", "- [a] one", "  A."])[1]
    assert decide("order", options, {"a": 1, "b": 2}) == {"order": [1, 0]}
    with pytest.raises(ValueError, match="not stand in the right order"):
        decide("order", options, {"a": 2, "b": 1})


MISTAKES = {
    "no options": ("```{question} q\nQ?\n```", "there are no options"),
    "no feedback": ("```{question} q\nQ?\n\n- [x] a\n- [ ] b\n  no\n```", "needs its feedback"),
    "bad name": ("```{question} Q\nQ?\n\n- [x] a\n  y\n- [ ] b\n  n\n```", "lower-case"),
    "same state": (
        "```{predict} q\n:explorer: neurons.pieces\n:show: depth=4\n\nQ?\n\n- [x] a\n  y\n"
        "- [ ] b\n  n\n```",
        "waits in the very state",
    ),
    "no such control": (
        "```{predict} q\n:explorer: neurons.pieces\n:show: deep=4\n\nQ?\n\n- [x] a\n  y\n"
        "- [ ] b\n  n\n```",
        "has no control 'deep'",
    ),
}


def test_mistakes_are_said(root: Path, tmp_path: Path) -> None:
    pages = {name.replace(" ", "_"): text for name, (text, _) in MISTAKES.items()}
    errors = site_of(tmp_path, root, {"index": ""} | pages).stderr
    for name, (_, said) in MISTAKES.items():
        line = next(e for e in errors.splitlines() if f"{name.replace(' ', '_')}.md" in e)
        assert said in line

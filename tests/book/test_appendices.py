"""The pages behind the chapters agree with the chapters and with the library."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from conftest import ROOT

from _ext import api, bibliography, course, release
from claims import ledger
from ffnlib.lora import LoRALinear
from ffnlib.moe import MoE
from ffnlib.nn import MLP, FeedForward, Linear, RMSNorm
from ffnlib.production import HARDWARE, ffn_work
from ffnlib.quantization import quantize
from ffnlib.training import SGD, Adam, Momentum

CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.md"))
LIBRARY = ROOT / "ffnlib"
ROLE = re.compile(r"\{term\}`(?:[^`<]*<([^>`]+)>|([^`<]+))`")
DOCUMENTED = re.compile(r"^```\{api\} ([\w.]+)$", re.MULTILINE)


def text(page: Path) -> str:
    return page.read_text(encoding="utf8")


def contents() -> list[str]:
    parts = yaml.safe_load(text(ROOT / "_toc.yml"))["parts"]
    chapters = [chapter for part in parts for chapter in part["chapters"]]
    return [page["file"] for c in chapters for page in (c, *c.get("sections", []))]


def page(site: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup(text(site / f"{name}.html"), "html.parser")


# --- the book as a whole -----------------------------------------------------------------------


def test_every_page_is_in_the_contents_and_every_chapter_on_the_first_page() -> None:
    pages = {str(p.relative_to(ROOT).with_suffix("")) for p in (ROOT / "chapters").rglob("*.md")}
    assert set(contents()) == pages
    first = text(ROOT / "index.md")
    for chapter in CHAPTERS:
        assert f"{{chapter-card}} {chapter.stem[3:]}\n" in first


def test_every_chapter_says_at_its_top_what_it_builds_on(site: Path) -> None:
    for chapter in CHAPTERS[1:-1]:
        html = text(site / "chapters" / f"{chapter.stem}.html")
        top = html[html.index("<article") :].partition("<h2>")[0]
        earlier = {f"{c.stem}.html" for c in CHAPTERS[: CHAPTERS.index(chapter)]}
        within = {link.partition("#")[0] for link in re.findall(r'href="([^"]+)"', top)}
        assert within & earlier, f"{chapter.name} links to no earlier chapter"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_reading_takes_some_time(chapter: Path) -> None:
    if not chapter.stem.endswith("_claims"):
        assert 15 <= course.reading_minutes(chapter) <= 90


# --- glossary ----------------------------------------------------------------------------------


def glossary() -> list[str]:
    block = text(ROOT / "chapters" / "glossary.md").partition("```{glossary}\n")[2]
    return [line for line in block.splitlines() if line and line[0] not in " `"]


def test_every_term_of_the_glossary_stands_in_a_chapter() -> None:
    pages = [*CHAPTERS, ROOT / "chapters" / "curious.md"]
    used = {m[1] or m[2] for c in pages for m in ROLE.finditer(text(c))}
    terms = glossary()
    assert used == set(terms)
    assert terms == sorted(terms, key=str.lower)


def test_terms_bring_their_entries(site: Path) -> None:
    told = text(site / "_static" / "ffn" / "glossary.js")
    entries = yaml.safe_load(told.removeprefix("window.ffnTerms = ").rstrip().rstrip(";"))
    assert [entry["title"] for entry in entries.values()] == glossary()
    for chapter in CHAPTERS:
        html = text(site / "chapters" / f"{chapter.stem}.html")
        assert set(re.findall(r'"glossary\.html#(term-[^"]+)"', html)) <= set(entries)
    for entry in entries.values():
        assert "\\" not in entry["words"], "a tooltip sets no formulas"
        assert len(entry["words"]) < 260


# --- notation ----------------------------------------------------------------------------------


def examples() -> dict[str, Any]:
    """One object of each class that the notation names."""
    rng = np.random.default_rng(0)
    layer, network = Linear(3, 2, rng=rng), MLP([3, 2], rng=rng)
    return {
        "Linear": layer,
        "MLP": network,
        "LayerTrace": network.trace(np.ones((1, 3)))[0],
        "SGD": SGD([layer.W], 0.1),
        "Momentum": Momentum([layer.W], 0.1),
        "Adam": Adam([layer.W], 0.1),
        "FeedForward": FeedForward(4, rng=rng),
        "RMSNorm": RMSNorm(4),
        "MoE": MoE(4, 8, 2, 1, rng=rng),
        "LoRALinear": LoRALinear(layer, 1, rng=rng),
        "Quantized": quantize(layer.W),
        "Work": ffn_work(4, 8, 1),
        "Machine": next(iter(HARDWARE.values())),
        "relu": importlib.import_module("ffnlib.nn._activations").relu,
        "x": np.ones((1, 3)),
    }


def test_notation_names_what_the_library_has() -> None:
    known = examples()
    offered = {
        name
        for path in (ROOT / "chapters" / "api").glob("*.md")
        for module in DOCUMENTED.findall(text(path))
        for name in documented(module)
    }
    rows = [line for line in text(ROOT / "chapters" / "notation.md").splitlines() if "| `" in line]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[-2])]
    assert len(named) > 40
    for name in named:
        owner, _, attribute = name.partition(".")
        if attribute:
            assert hasattr(known[owner], attribute.partition("[")[0]), name
        elif name not in known and name != "*":
            assert name in offered, name


# --- API ---------------------------------------------------------------------------------------


def packages() -> set[str]:
    """Packages of the library that offer public names."""
    found = (p.parent.name for p in LIBRARY.glob("*/__init__.py") if "attach(" in text(p))
    return set(found)


def modules() -> set[str]:
    """Files that are imported from as they are, without a package that says what it offers."""
    return {"errors", *(f"teaching.{p.stem}" for p in (LIBRARY / "teaching").glob("[a-z]*.py"))}


def documented(name: str) -> list[str]:
    """Public names of a package or of such a file."""
    found = api.public_names(importlib.import_module(f"ffnlib.{name}"))
    return [public for names in found.values() for public in names]


def test_reference_has_a_page_for_every_package() -> None:
    listed = [
        m for p in (ROOT / "chapters" / "api").glob("*.md") for m in DOCUMENTED.findall(text(p))
    ]
    assert sorted(listed) == sorted(packages() | modules())


@pytest.mark.parametrize("name", sorted(packages()))
def test_what_a_package_says_it_offers_is_what_it_imports(name: str) -> None:
    package = importlib.import_module(f"ffnlib.{name}")
    by_file = api.public_names(package)
    said = [public for names in by_file.values() for public in names]
    assert package.__all__ == sorted(said) == dir(package)
    for file, names in by_file.items():
        for public in names:
            assert getattr(package, public) is getattr(importlib.import_module(file), public)


def test_reference_has_every_public_name(site: Path) -> None:
    for name in sorted(packages() | modules()):
        shown = page(site, f"chapters/api/{name.partition('.')[0]}")
        anchors = {str(t["id"]) for t in shown.select("[id^='ffnlib.']")}
        package = importlib.import_module(f"ffnlib.{name}")
        assert documented(name)
        for public in documented(name):
            found = getattr(package, public)
            assert f"ffnlib.{name}.{public}" in anchors
            if inspect.isclass(found) or inspect.isfunction(found):
                assert inspect.getdoc(found), f"ffnlib.{name}.{public} has no docstring"


# --- exercises ---------------------------------------------------------------------------------


def test_exercise_index_has_every_problem_with_its_marks(site: Path) -> None:
    index = page(site, "chapters/exercise_index")
    marks = {}
    for name in release.assignments(ROOT):
        found = course.problems(release.release(ROOT, ROOT / "_build", name))
        section = index.select_one(f"#index-{name}")
        assert isinstance(section, Tag)
        rows = [
            [c.get_text().replace("’", "'") for c in row.select("td")]
            for row in section.select("tbody tr")
        ]
        assert rows == [
            [p.title, str(p.marks), "by hand" if p.by_hand else "by tests"] for p in found
        ]
        for problem in found:
            printed = re.search(r"\((\d+) marks?", problem.heading)
            assert printed, f"{name}: {problem.heading!r} says no marks"
            assert int(printed[1]) == problem.marks, f"{name}: {problem.heading}"
        marks[name] = sum(p.marks for p in found)
        assert f"{marks[name]} marks" in section.get_text()
    assert f"{sum(marks.values())} marks in all" in index.get_text()


# --- claims and bibliography -------------------------------------------------------------------


def test_ledger_page_has_every_row_with_its_numbers(site: Path) -> None:
    shown = page(site, "chapters/11_claims")
    rows = ledger.load().rows
    assert [e["id"] for e in shown.select(".ffn-ledger > li")] != []
    assert {str(e["id"]) for e in shown.select(".ffn-ledger > li")} == {r.id.lower() for r in rows}
    for row in rows:
        entry = shown.select_one(f"#{row.id.lower()}")
        assert isinstance(entry, Tag)
        assert len(entry.select(".ffn-measured")) == len(row.fields), row.id
        assert (row.check or "").removeprefix("claims.checks.") in entry.get_text()
        assert {f"verdict-{row.verdict}", *(f"chapter-{c}" for c in row.chapters)} <= set(
            entry["class"]
        )


def test_every_source_of_the_bibliography_is_cited() -> None:
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", text(ROOT / "references.bib"), re.MULTILINE))
    pages = [*(ROOT / "chapters").rglob("*.md"), ROOT / "index.md"]
    cited = {
        key.strip()
        for p in pages
        for group in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text(p))
        for key in group.split(",")
    }
    cited |= {key for row in ledger.load().rows for key in row.cite}
    assert cited == keys


def test_bibliography_is_sorted_under_the_keys_of_the_text_and_free_of_tex(site: Path) -> None:
    entries = page(site, "chapters/bibliography").select("div.citation")
    keys = [str(e.select_one(".label").get_text()).strip("[]") for e in entries]  # type: ignore[union-attr]
    assert len(keys) == len(set(keys)) > 100
    assert keys == sorted(keys, key=bibliography.plain)
    for key, entry in zip(keys, entries, strict=True):
        assert re.search(r", \d{4}[a-z]?$", key), key
        assert not re.search(r"[$\\\\{}`]", entry.get_text()), entry.get_text()
    told = page(site, "chapters/bibliography").get_text()
    assert "willkürlicher Functionen einer reellen Veränderlichen" in told
    shown = re.findall(r"\[([^\[\]]+, \d{4}[a-z]?)\]", page(site, "chapters/06_moe").get_text())
    assert shown
    for group in shown:
        for one in re.split(r"(?<=\d{4}), |(?<=\d{4}[a-z]), ", group):
            assert one in keys, one

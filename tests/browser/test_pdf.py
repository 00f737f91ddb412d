"""The book on paper: `tools.pdf` on two of its pages."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from browser.sample_page import ROOT
from tools import pdf

PAGES = ["chapters/07_lora", "chapters/bibliography"]


@pytest.fixture(scope="module")
def bound(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfReader]:
    """Printed in a process of its own: this one may have a browser open."""
    target = tmp_path_factory.mktemp("pdf")
    told = (
        "from pathlib import Path; from tools.pdf import make;"
        f" make({PAGES}, Path({str(site)!r}), Path({str(target)!r}))"
    )
    subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return {file.stem: PdfReader(file) for file in target.glob("*.pdf")}


def fonts(reader: PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        for name in page["/Resources"].get("/Font") or {}:
            font = page["/Resources"]["/Font"][name]
            yield font["/DescendantFonts"][0] if "/DescendantFonts" in font else font


def test_all_that_is_for_paper_is_printed() -> None:
    names = pdf.pages(ROOT)
    assert "chapters/01_neurons" in names
    assert {"chapters/glossary", "chapters/exercises/moe"} <= set(names)
    assert not [name for name in names if name.startswith("chapters/api/")]


def test_contents_name_the_page_on_which_a_chapter_begins(bound: dict[str, PdfReader]) -> None:
    book = bound["feed-forward-networks-by-hand"]
    assert book.metadata is not None
    assert book.metadata.title == pdf.citation()["title"]
    listed = book.pages[1].extract_text()
    for part in ("LoRA: train almost nothing", "Bibliography"):
        line = next(line for line in listed.splitlines() if part in line)
        begins = book.pages[int(line.split()[-1]) - 1].extract_text()
        assert part in begins
    assert book.pages[4].extract_text().rstrip().endswith("5")


def test_links_stay_in_the_book_or_lead_out_of_it(bound: dict[str, PdfReader]) -> None:
    book = bound["feed-forward-networks-by-hand"]
    notes = [note.get_object() for page in book.pages for note in page.get("/Annots", [])]
    inside = [note for note in notes if "/Dest" in note]
    outside = [str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})]
    assert len(inside) > 10, "citations lead to the bibliography"
    assert any(uri.startswith("https://doi.org/") for uri in outside)
    assert not [uri for uri in outside if "127.0.0.1" in uri]


def test_explorers_answers_and_fonts_are_on_paper(bound: dict[str, PdfReader]) -> None:
    chapter = bound["07_lora"]
    text = " ".join(" ".join(page.extract_text() for page in chapter.pages).split())
    assert "LoRA, live" in text
    assert "At the start, the adapted network equals the old one" in text
    assert "starting Python" not in text
    used = list(fonts(chapter))
    assert used
    for font in used:
        if font["/Subtype"] != "/Type3":  # whose glyphs are drawings in the file
            kinds = {"/FontFile", "/FontFile2", "/FontFile3"}
            assert kinds & set(font["/FontDescriptor"]), font

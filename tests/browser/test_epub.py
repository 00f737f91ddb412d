"""The book as an EPUB: `tools.epub` on three of its pages, opened as a reader program does."""

import os
import posixpath
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from browser.sample_page import ROOT

PAGES = ["chapters/03_backprop", "chapters/07_lora", "chapters/bibliography"]
SPACES = {
    "x": "{http://www.w3.org/1999/xhtml}",
    "math": "{http://www.w3.org/1998/Math/MathML}",
    "svg": "{http://www.w3.org/2000/svg}",
    "opf": "{http://www.idpf.org/2007/opf}",
}
Book = dict[str, bytes]


def written(site: Path, target: Path) -> None:
    """In a process of its own: this one may have a browser open."""
    told = (
        "from pathlib import Path; from tools.epub import make;"
        f" make({PAGES}, Path({str(site)!r}), Path({str(target)!r}))"
    )
    subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1800000000"},
    )


@pytest.fixture(scope="module")
def file(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("epub") / "book.epub"
    written(site, target)
    return target


@pytest.fixture(scope="module")
def book(file: Path) -> Book:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def documents(book: Book) -> dict[str, ElementTree.Element]:
    return {
        name.removeprefix("book/"): ElementTree.fromstring(content)
        for name, content in book.items()
        if name.endswith(".xhtml")
    }


def test_the_first_entry_names_the_kind_of_file(file: Path) -> None:
    with zipfile.ZipFile(file) as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert packed.read(first) == b"application/epub+zip"


def test_the_package_lists_every_file_and_what_is_in_it(book: Book) -> None:
    package = ElementTree.fromstring(book["book/package.opf"])
    items = {item.get("href"): item for item in package.iter(f"{SPACES['opf']}item")}
    packed = {name.removeprefix("book/") for name in book if name.startswith("book/")}
    assert set(items) == packed - {"package.opf"}
    for name, document in documents(book).items():
        marks = (items[name].get("properties") or "").split()
        assert ("svg" in marks) == (document.find(f".//{SPACES['svg']}svg") is not None)
        assert ("mathml" in marks) == (document.find(f".//{SPACES['math']}math") is not None)
    order = [item.get("idref") for item in package.iter(f"{SPACES['opf']}itemref")]
    names = [next(href for href in items if items[href].get("id") == one) for one in order]
    assert names[:2] == ["title.xhtml", "contents.xhtml"]
    assert names[2:] == ["03_backprop.xhtml", "07_lora.xhtml", "bibliography.xhtml"]


def test_every_link_has_its_place(book: Book) -> None:
    texts = documents(book)
    ids = {name: {one.get("id") for one in text.iter()} for name, text in texts.items()}
    inside = 0
    for name, text in texts.items():
        for one in text.iter(f"{SPACES['x']}a"):
            address = one.get("href", "")
            assert "127.0.0.1" not in address
            if "://" not in address and address:
                target, _, part = address.partition("#")
                assert not part or part in ids[target or name], (name, address)
                inside += 1
        for picture in text.iter(f"{SPACES['x']}img"):
            source = picture.get("src", "")
            assert source.startswith("data:") or posixpath.join("book", source) in book
    assert inside > 50, "citations lead to the bibliography, the contents to the sections"


def test_formulas_figures_and_answers_are_there_and_nothing_that_runs(book: Book) -> None:
    chapter = documents(book)["03_backprop.xhtml"]
    formulas = list(chapter.iter(f"{SPACES['math']}math"))
    assert len(formulas) > 50
    assert not [one for one in formulas if one.find(f".//{SPACES['math']}merror") is not None]
    assert len(list(chapter.iter(f"{SPACES['svg']}svg"))) > 5
    told = " ".join("".join(chapter.itertext()).split())
    assert "Forward for values" in told
    assert "\\(" not in told
    for kind in ("script", "button", "input", "form", "details"):
        assert chapter.find(f".//{SPACES['x']}{kind}") is None


def test_the_same_pages_give_the_same_file(file: Path, site: Path, tmp_path: Path) -> None:
    written(site, tmp_path / "again.epub")
    assert (tmp_path / "again.epub").read_bytes() == file.read_bytes()

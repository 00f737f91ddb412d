"""A release: old versions stay, sums agree, and the same pages give the same archive."""

import hashlib
import re
import tarfile

import pytest

from tools import release


@pytest.fixture
def built(tmp_path):
    site = tmp_path / "html"
    for name, text in {
        "index.html": "first page",
        "chapters/01.html": "a chapter",
        "_static/wheels/ffnlib-1-py3-none-any.whl": "a wheel",
        "_static/exercises/neurons/neurons.ipynb": "a notebook",
        "_static/exercises/neurons.zip": "a zip",
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    return site


def sums(folder):
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_a_release_holds_pages_wheel_and_notebooks_with_their_sums(built, tmp_path):
    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / "book.pdf").write_bytes(b"%PDF")
    (tmp_path / "epub").mkdir()
    (tmp_path / "epub" / "book.epub").write_bytes(b"PK")
    release.write(built, tmp_path / "dist", "1.0")
    parts = tmp_path / "dist" / "ffn-1.0"
    told = sums(parts)
    assert set(told) == {
        "book.epub",
        "book.pdf",
        "ffn-site-1.0.tar.gz",
        "ffnlib-1-py3-none-any.whl",
        "neurons.ipynb",
        "neurons.zip",
    }
    for name, digest in told.items():
        assert hashlib.sha256((parts / name).read_bytes()).hexdigest() == digest
    with tarfile.open(parts / "ffn-site-1.0.tar.gz") as packed:
        assert "ffn-site-1.0/chapters/01.html" in packed.getnames()


def test_an_older_version_stays_and_latest_is_the_newest(built, tmp_path):
    release.write(built, tmp_path / "dist", "1.0")
    (built / "index.html").write_text("second edition")
    release.write(built, tmp_path / "dist", "1.1")
    shown = tmp_path / "dist" / "site"
    assert (shown / "v1.0" / "index.html").read_text() == "first page"
    assert (shown / "latest" / "index.html").read_text() == "second edition"
    assert 'url=latest/"' in (shown / "index.html").read_text()


def test_the_same_pages_give_the_same_archive(built, tmp_path):
    release.write(built, tmp_path / "one", "1.0")
    for file in built.rglob("*"):
        file.touch()
    release.write(built, tmp_path / "two", "1.0")
    assert sums(tmp_path / "one" / "ffn-1.0") == sums(tmp_path / "two" / "ffn-1.0")


def test_without_a_built_book_it_says_what_to_do(tmp_path, capsys):
    with pytest.raises(SystemExit):
        release.main(["--site", str(tmp_path), "--target", str(tmp_path / "dist")])
    assert "run make book first" in capsys.readouterr().err


def test_released_pages_lead_to_the_whole_book(built, tmp_path):
    page = '<p>Also on paper. <span class="ffn-books">Write it\nyourself.</span></p>'
    (built / "chapters" / "get_ffnlib.html").write_text(page)
    for kind in ("pdf", "epub"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"{release.BOOK}.{kind}").write_bytes(b"a book")
    release.write(built, tmp_path / "dist", "1.0")
    shown = tmp_path / "dist" / "site" / "v1.0"
    text = (shown / "chapters" / "get_ffnlib.html").read_text()
    assert "yourself" not in text
    linked = re.findall(r'href="([^"]*)"', text)
    assert len(linked) == 2
    for address in linked:
        assert (shown / "chapters" / address).resolve().read_bytes() == b"a book"
    assert (built / "chapters" / "get_ffnlib.html").read_text() == page


def test_without_the_books_the_page_says_how_they_are_made(built, tmp_path):
    page = '<span class="ffn-books">make pdf</span>'
    (built / "chapters" / "get_ffnlib.html").write_text(page)
    release.write(built, tmp_path / "dist", "1.0")
    kept = tmp_path / "dist" / "site" / "v1.0" / "chapters" / "get_ffnlib.html"
    assert kept.read_text() == page

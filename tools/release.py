"""Write a release into ``dist/``: the versioned site, its archive, wheel, notebooks, books, sums.

``make release`` builds the book first. Archives depend on the files alone: the same pages give
the same sums.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

from ffnlib import __version__

from .pdf import BOOK

ROOT = Path(__file__).resolve().parent.parent
BOOKS = {"pdf": "the PDF", "epub": "the EPUB"}
"""What a page's ``ffn-books`` leads to in a release: folders with the whole book in one file."""
REDIRECT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Feed-forward networks, by hand</title>
<meta http-equiv="refresh" content="0; url=latest/"><a href="latest/">The newest version</a></html>
"""


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, in one order everywhere."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def archive(folder: Path, target: Path, name: str) -> None:
    """Pack a folder so that the bytes depend on names and contents alone."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in files(folder):
            entry = tarfile.TarInfo(f"{name}/{file.relative_to(folder)}")
            entry.size, entry.mode = file.stat().st_size, 0o644
            with file.open("rb") as content:
                tar.addfile(entry, content)


def offer_books(pages: Path, built: Path) -> None:
    """Copy the files of the whole book to the pages, and lead to them where a page has a place."""
    links = []
    for kind, words in BOOKS.items():
        file = built / kind / f"{BOOK}.{kind}"
        if file.is_file():
            target = pages / "_static" / "books" / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            size = f"{file.stat().st_size / 1e6:.1f} MB"
            links.append(f'<a href="../_static/books/{file.name}" download>{words}</a> ({size})')
    for page in pages.glob("chapters/*.html") if links else ():
        text = page.read_text(encoding="utf8")
        said = f'<span class="ffn-books">Download {" or ".join(links)}.</span>'
        told = re.sub(r'<span class="ffn-books">.*?</span>', said, text, flags=re.DOTALL)
        if told != text:
            page.write_text(told, encoding="utf8")


def write(site: Path, target: Path, number: str) -> None:
    """Add a built site to the released ones.

    Parameters
    ----------
    site : Path
        The built pages.
    target : Path
        The folder ``dist``; versions that are in it stay.
    number : str
        The version.

    Raises
    ------
    FileNotFoundError
        If ``site`` holds no built book.
    """
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"{site} has no index.html: run make book first")
    shown, parts = target / "site", target / f"ffn-{number}"
    for old in (shown / f"v{number}", parts):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(site, shown / f"v{number}")
    offer_books(shown / f"v{number}", site.parent)
    latest = shown / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(f"v{number}", target_is_directory=True)
    (shown / "index.html").write_text(REDIRECT, encoding="utf8")
    parts.mkdir(parents=True)
    archive(site, parts / f"ffn-site-{number}.tar.gz", f"ffn-site-{number}")
    for folder in ("wheels", "exercises"):
        for file in files(site / "_static" / folder):
            if file.suffix in {".whl", ".zip", ".ipynb"}:
                shutil.copyfile(file, parts / file.name)
    for file in sorted([*site.parent.glob("pdf/*.pdf"), *site.parent.glob("epub/*.epub")]):
        shutil.copyfile(file, parts / file.name)
    sums = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in files(parts)]
    (parts / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf8")


def main(arguments: list[str] | None = None) -> None:
    """Write the release of the built site."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--target", type=Path, default=ROOT / "dist")
    given = parser.parse_args(arguments)
    try:
        write(given.site, given.target, __version__)
    except FileNotFoundError as problem:
        parser.error(str(problem))
    place = os.path.relpath(given.target)
    print(f"Version {__version__} is in {place}; deploy/README.md says what to do with it.")


if __name__ == "__main__":
    main()

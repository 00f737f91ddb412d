"""The book, and each of its pages, on paper: ``python -m tools.pdf [page ...]``, or ``make pdf``.

Chromium prints the built pages: explorers as their picture and sentence, answers unfolded. What is
printed is put together with a title page, a table of contents with page numbers, an outline, and
links that stay within the book.
"""

import argparse
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

from .chromium import installed

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
TARGET = ROOT / "_build" / "pdf"
BOOK = "feed-forward-networks-by-hand"
WITHOUT = ("chapters/api/", "chapters/gallery", "chapters/11_claims", "chapters/my_work")
MARGINS = {"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"}
NUMBERS = """<!doctype html><meta charset="utf-8"><title>Numbers</title>
<style>@page {{ size: A4; margin: 0 }} body {{ margin: 0 }}
p {{ height: 297mm; margin: 0; padding-top: 283mm; box-sizing: border-box; break-after: page;
font: 9px sans-serif; text-align: center; color: #555 }}
p:last-child {{ break-after: auto }}</style>
{rows}"""
# No Python is wanted on paper; folded answers are, and all pictures.
SPARING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
READY = """async () => {
  for (const fold of document.querySelectorAll("article details:not(figure details)"))
    fold.open = true;
  for (const image of document.images) image.loading = "eager";
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
}"""
CONTENTS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 11pt/1.5 sans-serif; margin: 0 }}
h1 {{ font-size: 30pt; margin: 30% 0 1rem }}
h2 {{ break-before: page; font-size: 16pt }}
p {{ color: #555 }}
li {{ display: flex; gap: 0.5rem; list-style: none }}
ol {{ padding: 0 }}
i {{ flex: 1; border-bottom: 1px dotted #999; margin-bottom: 0.3rem }}
</style><h1>{title}</h1><p>{authors}<br>Version {version}. Text CC BY 4.0, code BSD 3-Clause.</p>
<h2>Contents</h2><ol>{rows}</ol></html>"""


@dataclass(frozen=True)
class Printed:
    """One page of the site on paper."""

    page: str
    title: str
    pdf: PdfReader


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder to this machine; yield its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def citation() -> dict[str, Any]:
    """Return what CITATION.cff says of the book."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    return found


def pages(root: Path) -> list[str]:
    """Return what is printed, in the order of the table of contents."""
    parts = yaml.safe_load((root / "_toc.yml").read_text("utf8"))["parts"]
    files = [chapter["file"] for part in parts for chapter in part["chapters"]]
    return [file for file in files if not file.startswith(WITHOUT)]


def print_page(tab: Page, base: str, page: str) -> Printed:
    """Print one page of the site."""
    tab.goto(f"{base}{page}.html")
    tab.evaluate(READY)
    name = tab.locator("article h1").first.inner_text().removesuffix("#").strip()
    return Printed(page, " ".join(name.split()), PdfReader(BytesIO(paper(tab))))


def paper(tab: Page) -> bytes:
    """Return the PDF of what a tab shows."""
    return tab.pdf(
        format="A4",
        margin=MARGINS,  # type: ignore[arg-type]
        print_background=True,
        tagged=True,
        outline=True,
    )


def numbers(tab: Page, count: int) -> PdfReader:
    """Return so many sheets with nothing on them but their number."""
    tab.set_content(NUMBERS.format(rows="".join(f"<p>{i + 1}</p>" for i in range(count))))
    return PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True)))


def contents(tab: Page, parts: list[Printed], first: int) -> PdfReader:
    """Return the title page and the table of contents, the book's text beginning at ``first``."""
    told = citation()
    authors = ", ".join(str(each.get("name")) for each in told["authors"])
    rows, at = "", first
    for part in parts:
        rows += f"<li><span>{escape(part.title)}</span><i></i><span>{at + 1}</span></li>"
        at += len(part.pdf.pages)
    html = CONTENTS.format(
        title=escape(told["title"]), authors=escape(authors), version=told["version"], rows=rows
    )
    tab.set_content(html)
    return PdfReader(BytesIO(paper(tab)))


def bind(
    tab: Page, parts: list[Printed], base: str, file: Path, front: PdfReader | None = None
) -> None:
    """Write parts as one file, the contents before them if there are any, its pages numbered."""
    book = PdfWriter()
    if front:
        book.append(front, "Contents")
    begins: dict[str, int] = {}
    for part in parts:
        begins[part.page] = len(book.pages)
        book.append(part.pdf, part.title)
    _stay_inside(book, begins, base)
    for page, number in zip(book.pages, numbers(tab, len(book.pages)).pages, strict=True):
        page.merge_page(number)
        page.compress_content_streams()
    book.add_metadata({"/Title": parts[0].title if len(parts) == 1 else citation()["title"]})
    with file.open("wb") as out:
        book.write(out)


def _stay_inside(book: PdfWriter, begins: dict[str, int], base: str) -> None:
    """Links to printed pages lead there; those to pages that are not printed are no links."""
    for page in book.pages:
        kept = ArrayObject()
        for entry in page.get("/Annots", []):
            note = entry.get_object()
            uri = str((note.get("/A") or {}).get("/URI", ""))
            target = re.sub(r"\.html.*$", "", uri.removeprefix(base))
            if uri.startswith(base) and target not in begins:
                continue
            if uri.startswith(base):
                del note["/A"]
                there = book.pages[begins[target]].indirect_reference
                note[NameObject("/Dest")] = ArrayObject([there, NameObject("/Fit")])
            kept.append(entry)
        page[NameObject("/Annots")] = kept


def make(names: list[str], site: Path, target: Path) -> list[Path]:
    """Print pages, and bind them if they are more than one; return the files.

    Parameters
    ----------
    names : list of str
        Pages by their address without ``.html``.
    site : Path
        The built site.
    target : Path
        The folder to write to.
    """
    target.mkdir(parents=True, exist_ok=True)
    written, parts = [], []
    with served(site) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(bypass_csp=True, color_scheme="light")
        context.add_init_script(SPARING)
        tab = context.new_page()
        for name in names:
            parts.append(print_page(tab, base, name))
            written.append(target / f"{name.rpartition('/')[2]}.pdf")
            bind(tab, parts[-1:], base, written[-1])
            print(f"{written[-1].name}: {len(parts[-1].pdf.pages)} pages", flush=True)
        if len(parts) > 1:
            front = contents(tab, parts, 0)
            front = contents(tab, parts, len(front.pages))  # now that its length is known
            written.append(target / f"{BOOK}.pdf")
            bind(tab, parts, base, written[-1], front)
        browser.close()
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split(":", 1)[0])
    parser.add_argument("page", nargs="*", help="as chapters/07_lora; all of the book if none")
    chosen = parser.parse_args().page or pages(ROOT)
    if missing := [page for page in chosen if not (SITE / f"{page}.html").is_file()]:
        sys.exit(f"{SITE} has no page {missing[0]}: run make book, or check the name.")
    for file in make(chosen, SITE, TARGET):
        print(file)


if __name__ == "__main__":
    main()

"""The book as an EPUB: ``python -m tools.epub [page ...]``, or ``make epub``.

Chromium reads the built pages without the course's own scripts: explorers are their picture and
sentence, answers stand unfolded. Formulas become MathML, pictures stay SVG.
"""

import argparse
import os
import posixpath
import re
import sys
import time
import uuid
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from .chromium import installed
from .pdf import BOOK, ROOT, SITE, citation, pages, served

TARGET = ROOT / "_build" / "epub" / f"{BOOK}.epub"
KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".gif": "image/gif"}
CLEAN = (
    "script, style, template, noscript, dialog, button, input, select, textarea, label, iframe,"
    " .ffn-beside, .headerlink, .ffn-narrow, .ffn-controls, .ffn-source,"
    " .collapsed.admonition-title, .toctree-wrapper"
)
# Turns the page's article into what a book can bear, and returns it as XHTML.
TAKE = """async (clean) => {
  await window.MathJax?.startup?.promise;
  const parser = new DOMParser();
  const mathml = (text) => document.importNode(
    parser.parseFromString(text, "application/xml").documentElement, true);
  for (const formula of window.MathJax?.startup?.document?.math ?? []) {
    const math = mathml(MathJax.startup.toMML(formula.root));
    for (const one of [math, ...math.querySelectorAll("*")])
      for (const name of one.getAttributeNames())
        if (name.startsWith("data-") || name === "class") one.removeAttribute(name);
    math.setAttribute("alttext", formula.math.trim());
    formula.typesetRoot.replaceWith(math);
  }
  const article = document.querySelector("article");
  const renamed = (old, name, kind) => {
    const made = document.createElement(name);
    made.append(...old.childNodes);
    made.className = kind;
    if (old.id) made.id = old.id;
    old.replaceWith(made);
  };
  for (const one of article.querySelectorAll(clean)) one.remove();
  for (const code of article.querySelectorAll("pre")) code.textContent = code.textContent;
  for (const fold of [...article.querySelectorAll("summary")]) renamed(fold, "div", "heading");
  for (const fold of [...article.querySelectorAll("details")]) renamed(fold, "div", "fold");
  for (const frame of [...article.querySelectorAll("form, fieldset")]) renamed(frame, "div", "");
  for (const frame of [...article.querySelectorAll("legend")]) renamed(frame, "div", "heading");
  for (const words of article.querySelectorAll("figure > figcaption"))
    words.parentElement.append(words);
  const idle = /^(data-|aria-(?!label$)|on)|^(tabindex|translate|loading|decoding|align|border)$/;
  const seen = new Set();
  for (const one of [article, ...article.querySelectorAll("*")]) {
    for (const name of one.getAttributeNames())
      if (idle.test(name) || (/^(role|aria-label)$/.test(name) && !one.closest("svg, math")))
        one.removeAttribute(name);
    if (one.id && (seen.has(one.id) || one.closest("svg svg"))) one.removeAttribute("id");
    seen.add(one.id);
    if (one.matches("a[href]")) one.setAttribute("href", one.href);
    if (one.matches("img[src]")) { one.setAttribute("src", one.src); one.alt ??= ""; }
    if (one.matches("a:not([href])") && !one.id && !one.closest("svg"))
      one.replaceWith(...one.childNodes);
  }
  for (const picture of article.querySelectorAll("svg"))
    picture.parentElement.closest("svg") || picture.setAttribute("role", "img");
  const title = article.querySelector("h1").innerText.trim();
  const serial = new XMLSerializer();
  return {
    title,
    headings: [...article.querySelectorAll("section[id] > h2")].map(
      (head) => [head.parentElement.id, head.innerText.trim()]),
    ids: [...article.querySelectorAll("[id]")].map((one) => one.id),
    pictures: [...article.querySelectorAll("img")].map((one) => one.src),
    body: [...article.childNodes].map((node) => serial.serializeToString(node)).join(""),
    svg: !!article.querySelector("svg"), math: !!article.querySelector("math"),
  };
}"""
STYLE = """body { font-family: serif; line-height: 1.5; margin: 1em; color: #1a1a1a; }
h1, h2, h3, .admonition-title, .heading, .ffn-title { font-family: sans-serif; }
.admonition-title, .heading, .ffn-title { font-weight: bold; }
.admonition, .fold { border-left: 3px solid #999999; padding-left: 0.8em; margin: 1em 0; }
pre { font-family: monospace; font-size: 0.8em; white-space: pre-wrap; background: #f5f5f5;
  padding: 0.5em; }
figure { margin: 1.2em 0; }
svg { width: 100%; height: auto; }
svg svg { width: auto; }
svg text { font-family: sans-serif; stroke: none; }
nav ol { list-style: none; padding-left: 1em; }
.ffn-node { fill: #ffffff; }
img { max-width: 100%; }
figcaption, .ffn-notes { font-size: 0.9em; }
table { border-collapse: collapse; font-size: 0.9em; }
th, td { border: 1px solid #999999; padding: 0.2em 0.5em; }
"""
XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en"
 xml:lang="en"><head><title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body></html>
"""
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier><dc:title>{title}</dc:title>
<dc:language>en</dc:language>{authors}
<dc:rights>Text CC BY 4.0, code BSD 3-Clause</dc:rights>
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta><meta property="schema:accessMode">visual</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>{manifest}</manifest><spine>{spine}</spine></package>
"""
ITEM = '<item id="{id}" href="{href}" media-type="{kind}"{properties}/>'


@dataclass(frozen=True)
class Leaf:
    """One page of the site as a document of the book."""

    page: str
    title: str
    body: str
    headings: list[tuple[str, str]]
    ids: frozenset[str]
    pictures: frozenset[str]
    properties: str

    @property
    def file(self) -> str:
        """Return its name in the book."""
        return file_of(self.page)


def file_of(page: str) -> str:
    """Return a page's name in the book."""
    return page.removeprefix("chapters/").replace("/", "-") + ".xhtml"


def take(tab: Page, base: str, page: str) -> Leaf:
    """Read one page of the site."""
    tab.goto(f"{base}{page}.html")
    told: dict[str, Any] = tab.evaluate(TAKE, CLEAN)
    properties = " ".join(name for name in ("mathml", "svg") if told[name.removesuffix("ml")])
    return Leaf(
        page=page,
        title=" ".join(told["title"].split()),
        body=told["body"],
        headings=[(name, " ".join(text.split())) for name, text in told["headings"]],
        ids=frozenset(told["ids"]),
        pictures=frozenset(told["pictures"]),
        properties=properties,
    )


def link(leaves: dict[str, Leaf], base: str, body: str) -> str:
    """Lead links to the book's own documents; those to other pages of the site are no links."""

    def where(match: re.Match[str]) -> str:
        address, text = match["address"].replace("&amp;", "&"), match["text"]
        if not address.startswith(base):
            return match[0]
        parts = urlsplit(address.removeprefix(base))
        leaf = leaves.get(parts.path.removesuffix(".html"))
        if leaf is None:
            return text
        part = f"#{parts.fragment}" if unquote(parts.fragment) in leaf.ids else ""
        return f'<a href="{leaf.file}{part}">{text}</a>'

    return re.sub(
        r'<a [^>]*?href="(?P<address>[^"]*)"[^>]*>(?P<text>.*?)</a>', where, body, flags=re.S
    )


def picture(base: str, address: str) -> str:
    """Return a picture's path in the site."""
    return unquote(urlsplit(address).path.removeprefix(urlsplit(base).path))


def contents(leaves: list[Leaf]) -> str:
    """Return the table of contents: documents, and their sections."""
    rows = ""
    for leaf in leaves:
        inner = "".join(
            f'<li><a href="{leaf.file}#{name}">{escape(text)}</a></li>'
            for name, text in leaf.headings
        )
        rows += f'<li><a href="{leaf.file}">{escape(leaf.title)}</a>'
        rows += f"<ol>{inner}</ol></li>" if inner else "</li>"
    body = f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{rows}</ol></nav>'
    return XHTML.format(title="Contents", body=body)


def bind(leaves: list[Leaf], base: str, site: Path, file: Path) -> None:
    """Write documents, their pictures and what a reader needs to find them as one file.

    The bytes depend on the pages and the day alone: SOURCE_DATE_EPOCH if that is set, or today.
    """
    told, made = citation(), int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    known = {leaf.page: leaf for leaf in leaves}
    pictures = sorted({picture(base, one) for leaf in leaves for one in leaf.pictures})
    names = {one: f"pictures/{i}{posixpath.splitext(one)[1]}" for i, one in enumerate(pictures)}
    title, authors = str(told["title"]), [str(each.get("name")) for each in told["authors"]]
    first = f"<h1>{escape(title)}</h1><p>{escape(', '.join(authors))}</p>"
    first += f"<p>Version {told['version']}. Text CC BY 4.0, code BSD 3-Clause.</p>"
    first += "<p>This is the book at rest: on its site every figure moves and every cell runs.</p>"
    documents = {"title.xhtml": (XHTML.format(title=escape(title), body=first), "")}
    documents["contents.xhtml"] = (contents(leaves), "nav")
    for leaf in leaves:
        body = link(known, base, leaf.body)
        for address in leaf.pictures:
            body = body.replace(
                f'src="{escape(address)}"', f'src="{names[picture(base, address)]}"'
            )
        whole = XHTML.format(title=escape(leaf.title), body=body)
        documents[leaf.file] = (whole, leaf.properties)
    items = [("style.css", "text/css", "")]
    items += [(name, "application/xhtml+xml", marks) for name, (_, marks) in documents.items()]
    items += [(name, KINDS[posixpath.splitext(name)[1]], "") for name in names.values()]
    manifest = "".join(
        ITEM.format(
            id=f"i{i}",
            href=href,
            kind=kind,
            properties=f' properties="{marks}"' if marks else "",
        )
        for i, (href, kind, marks) in enumerate(items)
    )
    package = PACKAGE.format(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"{title} {told['version']}"),
        title=escape(title),
        authors="".join(f"<dc:creator>{escape(one)}</dc:creator>" for one in authors),
        date=datetime.fromtimestamp(made, UTC).date(),
        manifest=manifest,
        spine="".join(f'<itemref idref="i{i + 1}"/>' for i in range(len(documents))),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as book:

        def add(name: str, content: str | bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
            entry = zipfile.ZipInfo(name)  # the date of every entry is 1980
            book.writestr(entry, content, how)

        add("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        add("META-INF/container.xml", CONTAINER)
        add("book/package.opf", package)
        add("book/style.css", STYLE)
        for name, (text, _) in documents.items():
            add(f"book/{name}", text)
        for path, name in names.items():
            add(f"book/{name}", (site / path).read_bytes())


def make(names: list[str], site: Path, file: Path) -> None:
    """Write pages of a built site as one EPUB.

    Parameters
    ----------
    names : list of str
        Pages by their address without ``.html``.
    site : Path
        The built site.
    file : Path
        The file to write.
    """

    def only_formulas(route: Route) -> None:
        own = route.request.url.endswith(".js") and "/mathjax/" not in route.request.url
        route.abort() if own else route.continue_()

    with served(site) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(bypass_csp=True, color_scheme="light")
        context.route("**/*.js", only_formulas)
        tab = context.new_page()
        leaves = []
        for name in names:
            leaves.append(take(tab, base, name))
            print(f"{leaves[-1].title}: {len(leaves[-1].body):,} characters", flush=True)
        browser.close()
        bind(leaves, base, site, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split(":", 1)[0])
    parser.add_argument("page", nargs="*", help="as chapters/07_lora; all of the book if none")
    chosen = parser.parse_args().page or pages(ROOT)
    if missing := [page for page in chosen if not (SITE / f"{page}.html").is_file()]:
        sys.exit(f"{SITE} has no page {missing[0]}: run make book, or check the name.")
    make(chosen, SITE, TARGET)
    print(TARGET)


if __name__ == "__main__":
    main()

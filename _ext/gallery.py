"""Explorers outside their chapters: cards, and a page of its own for each that others can embed.

``{explorer} <name>`` puts a live figure on a page without a cell; ``{gallery}`` shows a card of
every explorer, or of those that are named; ``{chapter-card} <topic>`` one of a chapter.
Pictures and pages are drawn once per version of the library and kept in the build folder.
"""

import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from ffnlib import explorers
from ffnlib.figures import Explorer, find, svg

from . import assets, course, fingerprint

FOLDER = "explorers"
PICTURES = "_static/gallery"
# An image of its own knows nothing of the page's style sheet; its colour scheme is the page's.
INK = """<style>
svg { color: #222; font-family: system-ui, sans-serif }
text { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round }
.ffn-grid { fill: none; stroke: #c9c9c9; opacity: .5 }
.ffn-zero { fill: none; stroke: #555; opacity: .8 }
.ffn-halo, .ffn-grip { stroke: #fff }
.ffn-node { fill: #fff }
@media (prefers-color-scheme: dark) {
  svg { color: #ced6dd }
  text, .ffn-halo, .ffn-grip { stroke: #14181e }
  .ffn-node { fill: #14181e }
  .ffn-grid { stroke: #48566b }
  .ffn-zero { stroke: #9ca4af }
}
</style>"""


@cache
def everything() -> tuple[Explorer, ...]:
    """Return all explorers, topic by topic in the chapters' order."""
    topics = [topic.name for topic in pkgutil.iter_modules(explorers.__path__)]
    packages = [import_module(f"{explorers.__name__}.{topic}") for topic in topics]
    return tuple(getattr(package, name) for package in packages for name in package.__all__)


def chapters(root: Path) -> dict[str, Path]:
    """Return the file of each numbered chapter by its stem, in order."""
    return {page.stem[3:]: page for page in sorted((root / "chapters").glob("[0-9][0-9]_*.md"))}


def number(page: Path) -> int:
    """Return the number of a chapter, from its file's name."""
    return int(page.name[:2])


def title(page: Path) -> str:
    """Return a chapter's title as its first heading has it."""
    return re.findall(r"^# (.+)$", page.read_text("utf8"), re.MULTILINE)[0]


def home(root: Path, shown: Explorer) -> tuple[Path, bool]:
    """Return the chapter that an explorer belongs to, and whether it stands there."""
    topic, _, name = shown.name.partition(".")
    line = re.compile(rf"^from ffnlib\.explorers\.{topic} import .*\b{name}\b", re.MULTILINE)
    for page in chapters(root).values():
        if line.search(page.read_text("utf8")):
            return page, True
    return course.chapter(root, topic), False


def line(shown: Explorer) -> str:
    """Return what an explorer is for, in one sentence."""
    return " ".join((inspect.getdoc(shown.function) or "").partition("\n\n")[0].split())


def address(shown: Explorer) -> str:
    """Return an explorer's own page, as a document's name."""
    return f"{FOLDER}/{shown.name.replace('.', '-')}"


def picture(shown: Explorer) -> str:
    """Return the starting picture as an image of its own."""
    drawn = svg(shown.function(**shown.start), shown.title)
    return drawn.replace(">", f">{INK}", 1)


def image(shown: Explorer, to: str, eager: bool = False) -> str:
    """Return the starting picture as an element of a page; ``to`` leads to the site's root."""
    lazy = "" if eager else ' loading="lazy"'
    return (
        f'<img class="ffn-thumb dark-light" src="{to}{PICTURES}/{shown.name}.svg" alt=""{lazy}'
        ' width="720" height="400">'
    )


def card(root: Path, shown: Explorer, to: str) -> str:
    """Return the card of an explorer."""
    page, stands = home(root, shown)
    there = f"{to}chapters/{page.stem}.html" + (f"#{shown.key}" if stands else "")
    words = f"{shown.title} {line(shown)} {shown.name} {title(page)}".lower()
    return (
        f'<li class="ffn-card" data-words="{escape(words)}">'
        f'<a class="ffn-cover" href="{to}{address(shown)}.html">{image(shown, to)}'
        f"<strong>{escape(shown.title)}</strong></a>"
        f'<p>{escape(line(shown))}</p><p class="ffn-where">'
        f'<a href="{there}">Chapter {number(page)}</a></p></li>'
    )


class Gallery(SphinxDirective):
    """Cards of the explorers that are named; of all of them, with a search by word, if none is."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        root, to = Path(self.env.srcdir), "../" * self.env.docname.count("/")
        for file in (*fingerprint.files(Path(explorers.__path__[0])), *chapters(root).values()):
            self.env.note_dependency(str(file))
        if self.arguments:
            try:
                chosen = [find(name) for name in self.arguments[0].split()]
            except ValueError as problem:
                raise self.error(f"gallery: {problem}") from problem
            return [self._list(root, chosen, to)]
        search = (
            '<form class="ffn-gallery-search" role="search" hidden><label>Search by word '
            '<input type="search" autocomplete="off"></label> <output></output></form>'
        )
        parts: list[nodes.Node] = [nodes.raw("", search, format="html")]
        for page in chapters(root).values():
            if here := [shown for shown in everything() if home(root, shown)[0] == page]:
                section = nodes.section(ids=[f"gallery-{page.stem[3:]}"], names=[page.stem])
                section += nodes.title("", f"{number(page)} · {title(page).partition(':')[0]}")
                section += self._list(root, here, to)
                parts.append(section)
        return parts

    @staticmethod
    def _list(root: Path, chosen: list[Explorer], to: str) -> nodes.raw:
        cards = "".join(card(root, shown, to) for shown in chosen)
        return nodes.raw("", f'<ul class="ffn-cards">{cards}</ul>', format="html")


class ChapterCard(SphinxDirective):
    """A chapter's card: number, name, an explorer's picture, a sentence (the content), the time."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"picture": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        root, stem = Path(self.env.srcdir), self.arguments[0]
        to = "../" * self.env.docname.count("/")
        try:
            page = course.chapter(root, stem)
            shown = find(self.options["picture"]) if "picture" in self.options else None
        except ValueError as problem:
            raise self.error(f"chapter-card: {problem}") from problem
        self.env.note_dependency(str(page))
        name = title(page).partition(":")[0]
        timed = [] if stem == "claims" else ["", f"{{time}}`{stem}`"]
        text = [f"[{number(page)} · {name}]({to}chapters/{page.name})", "", *self.content, *timed]
        box = nodes.container(classes=["ffn-card", "ffn-chapter-card"])
        if shown:
            box += nodes.raw("", image(shown, to), format="html")
        self.state.nested_parse(StringList(text, str(page)), 0, box)
        return [box]


class Live(SphinxDirective):
    """An explorer that stands on a page without a cell; it waits for a touch to load anything."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        try:
            shown = find(self.arguments[0])
        except ValueError as problem:
            raise self.error(f"explorer: {problem}") from problem
        self.env.note_dependency(inspect.getfile(shown.function))
        html = shown.figure_html().replace(assets.FIGURE, f"{assets.FIGURE} data-waits", 1)
        return [nodes.raw("", html, format="html")]


class Alone(ReferenceRole):
    """``{alone}`text <topic.name>```: a link to an explorer's own page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            page = address(find(self.target))
        except ValueError as problem:
            message = self.inliner.reporter.error(f"alone: {problem}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        to = "../" * self.env.docname.count("/")
        link = f'<a class="reference internal" href="{to}{page}.html">{escape(self.title)}</a>'
        return [nodes.raw("", link, format="html")], []


def drawn(app: Sphinx) -> Path:
    """Return the folder with each explorer's picture and figure, made if it is not there."""
    root, build = Path(app.srcdir), Path(app.outdir).parent
    source = Path(__file__)
    target = build / "gallery" / f"{fingerprint.execution(root)}-{fingerprint.of(source)}"
    if target.is_dir():
        return target
    for old in target.parent.glob("*"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    unfinished = target.parent / ".unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    for shown in everything():
        (unfinished / f"{shown.name}.svg").write_text(picture(shown), encoding="utf8")
        (unfinished / f"{shown.name}.html").write_text(shown.figure_html(), encoding="utf8")
    unfinished.rename(target)
    return target


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each explorer."""
    root, folder = Path(app.srcdir), drawn(app)
    for shown in everything():
        page, stands = home(root, shown)
        context = {
            "title": shown.title,
            "figure": (folder / f"{shown.name}.html").read_text("utf8"),
            "line": line(shown),
            "picture": f"{PICTURES}/{shown.name}.svg",
            "chapter": f"chapters/{page.stem}",
            "anchor": shown.key if stands else "",
            "chapter_title": f"Chapter {number(page)}: {title(page)}",
        }
        yield address(shown), context, "explorer.html"


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell an explorer's own page where everything lies; add the search to a gallery."""
    del page, doctree
    if template == "explorer.html":
        told = assets.configuration(app, context["pathto"])
        context["config"] = json.dumps(told).replace("</", "<\\/")
    body = context.get("body", "")
    if 'class="ffn-cards"' in body or "ffn-chapter-card" in body:
        app.add_css_file("ffn/gallery.css")
    if "ffn-gallery-search" in body:
        app.add_js_file("ffn/gallery.js", type="module")


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Put the pictures into the site; remove pages of explorers that are no more."""
    if exception is not None or app.builder.format != "html":
        return
    site, folder = Path(app.outdir), drawn(app)
    wanted = {f"{shown.name}.svg" for shown in everything()}
    for name in wanted:
        assets.place(folder / name, site / PICTURES / name)
    kept = {site / f"{address(shown)}.html" for shown in everything()}
    for old in (*(site / PICTURES).iterdir(), *(site / FOLDER).glob("*.html")):
        if old.name not in wanted and old not in kept:
            old.unlink()


def setup(app: Sphinx) -> None:
    app.add_role("alone", Alone())
    app.add_directive("explorer", Live)
    app.add_directive("gallery", Gallery)
    app.add_directive("chapter-card", ChapterCard)
    app.connect("html-collect-pages", pages)
    app.connect("html-page-context", equip)
    app.connect("build-finished", serve, priority=400)  # before the sweeps of all pages

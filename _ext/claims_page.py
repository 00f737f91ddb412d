"""The claims ledger as a page: its sources, its counts, its rows, and the role ``{tally}``.

Everything is in the page's text; the filter (``static/claims.js``) only hides rows, and shows
itself only where it runs. It finds a row's properties in its classes: ``verdict-false``,
``chapter-ffn``, ``source-s0``.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from claims import ledger
from claims.ledger import CHAPTERS, VERDICTS, Row

from . import claim, fingerprint

BOX = re.compile(r"^```\{claim\}[ \t]*([SB]\d-\d+)", re.MULTILINE)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
SIGNS = {"true": "✓", "false": "✗", "imprecise": "≈", "outdated": "↻", "unverifiable": "?"}
LEDGER_CLASS = "ffn-ledger"


def chapter_files(root: Path) -> dict[str, Path]:
    """The chapters that exist, by their stem, in the order of the book."""
    found = {p.stem.partition("_")[2]: p for p in (root / "chapters").glob("[0-9]*_*.md")}
    return {stem: found[stem] for stem in CHAPTERS if stem in found}


def heading(page: Path) -> str:
    """The first words of a chapter's title."""
    title = TITLE.search(page.read_text(encoding="utf8"))
    return title[1].partition(":")[0] if title else page.stem


def chosen(query: str) -> list[Row]:
    """Rows that a query asks for: ``rows``, ``checked``, or ``chapter=ffn,moe&verdict=false``.

    Raises
    ------
    ValueError
        If the query has a word that is not known.
    """
    rows = list(ledger.load().rows)
    known = {
        "chapter": lambda row: set(row.chapters),
        "verdict": lambda row: {row.verdict},
        "source": lambda row: {row.source},
    }
    for part in query.split("&"):
        key, _, values = part.partition("=")
        if part == "checked":
            rows = [row for row in rows if row.check]
        elif key in known:
            wanted = set(values.split(","))
            rows = [row for row in rows if wanted & known[key](row)]
        elif part != "rows":
            raise ValueError(f"tally must name rows, checked, or {', '.join(known)}; got {part!r}")
    return rows


class Tally(SphinxRole):
    """The number of rows that a query asks for."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(ledger.LEDGER))
        try:
            return [nodes.Text(f"{len(chosen(self.text)):,}")], []
        except ValueError as problem:
            message = self.inliner.reporter.error(str(problem), line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]


def _cell(count: int, largest: int, query: str, words: str) -> str:
    if not count:
        return "<td>0</td>"
    return (
        f'<td style="--share: {count / largest:.2f}"><a href="?{escape(query)}"'
        f' aria-label="{count} {escape(words)}">{count}</a></td>'
    )


class Counts(SphinxDirective):
    """A table of how many claims of each chapter have each verdict; its numbers set the filter."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(ledger.LEDGER))
        files = chapter_files(Path(self.env.srcdir))
        rows = [(stem, heading(file)) for stem, file in files.items()]
        counts = {
            (stem, verdict): len(chosen(f"chapter={stem}&verdict={verdict}"))
            for stem in files
            for verdict in VERDICTS
        }
        largest = max(counts.values())
        heads = "".join(f'<th scope="col"><span>{verdict}</span></th>' for verdict in VERDICTS)
        lines = []
        for stem, title in rows:
            cells = "".join(
                _cell(
                    counts[stem, verdict],
                    largest,
                    f"chapter={stem}&verdict={verdict}",
                    f"{verdict}, {title}",
                )
                for verdict in VERDICTS
            )
            link = f'<a href="?chapter={stem}">{escape(title)}</a>'
            lines.append(f'<tr><th scope="row">{link}</th>{cells}</tr>')
        html = (
            '<table class="ffn-tally"><caption>Claims by chapter and verdict; darker means more.'
            " A number shows its claims. A claim that two chapters need counts in both.</caption>"
            f'<thead><tr><th scope="col">chapter</th>{heads}</tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table>"
        )
        return [nodes.raw("", html, format="html")]


def _select(name: str, label: str, options: dict[str, str]) -> str:
    entries = "".join(f'<option value="{k}">{escape(v)}</option>' for k, v in options.items())
    return (
        f'<label>{label} <select name="{name}"><option value="">all</option>{entries}</select>'
        "</label>"
    )


class Sources(SphinxDirective):
    """The texts by title, author and place, each with the number of its rows."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(ledger.LEDGER))
        told = nodes.bullet_list()
        for key, source in ledger.load().sources.items():
            title = f"[*{source.title}*]({source.url})" if source.url else f"*{source.title}*"
            parts = [title, *(part for part in (source.author, source.place) if part)]
            count = len(chosen(f"source={key}"))
            text = f"{', '.join(parts)}: {count} statements."
            entry, holder = nodes.list_item(), nodes.container()
            self.state.nested_parse(StringList([text], str(ledger.LEDGER)), 0, holder)
            entry += holder.children
            told += entry
        return [told]


class LedgerPage(SphinxDirective):
    """Every row, under the first chapter it belongs to, after the filter's controls."""

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        self.files = chapter_files(root)
        for file in (*fingerprint.files(ledger.LEDGER.parent), *self.files.values()):
            self.env.note_dependency(str(file))
        self.boxes = {
            row_id: stem
            for stem, file in self.files.items()
            for row_id in BOX.findall(file.read_text(encoding="utf8"))
        }
        self.titles = {stem: heading(file) for stem, file in self.files.items()}
        sections = [self._section(stem, rows) for stem, rows in self._groups()]
        return [self._form(), *sections]

    def _groups(self) -> Iterator[tuple[str, list[Row]]]:
        for stem in self.files:
            if rows := [row for row in ledger.load().rows if self._home(row) == stem]:
                yield stem, rows

    def _home(self, row: Row) -> str | None:
        return next((stem for stem in row.chapters if stem in self.files), None)

    def _form(self) -> nodes.raw:
        sources = ledger.load().sources.items()
        fields = (
            _select("chapter", "Chapter", self.titles),
            _select("verdict", "Verdict", {v: v for v in VERDICTS}),
            _select("source", "Source", {key.lower(): text.short for key, text in sources}),
        )
        html = (
            '<form class="ffn-filter" aria-label="Filter the claims" hidden>'
            f"{''.join(fields)}"
            '<label>Words <input type="search" name="words" autocomplete="off"></label>'
            '<button type="reset">Show all</button>'
            '<output aria-live="polite"></output></form>'
        )
        return nodes.raw("", html, format="html")

    def _section(self, stem: str, rows: list[Row]) -> nodes.section:
        section = nodes.section(ids=[f"ledger-{stem}"], names=[f"ledger-{stem}"])
        section += nodes.title("", self.titles[stem])
        section += nodes.bullet_list(
            "", *(self._entry(row) for row in rows), bullet="-", classes=[LEDGER_CLASS]
        )
        return section

    def _entry(self, row: Row) -> nodes.list_item:
        try:
            true = claim.correction(row)
        except (ledger.LedgerError, AssertionError) as problem:
            raise self.error(f"claim {row.id}: {problem}") from problem
        classes = [
            f"verdict-{row.verdict}",
            f"source-{row.source.lower()}",
            *(f"chapter-{stem}" for stem in row.chapters),
        ]
        entry = nodes.list_item(ids=[row.id.lower()], classes=classes)
        said = nodes.paragraph(classes=["ffn-said"])
        sign = nodes.inline("", SIGNS[row.verdict], classes=["ffn-sign"])
        said += nodes.inline("", "", sign, nodes.Text(row.verdict), classes=["ffn-verdict"])
        said += nodes.Text(" ")
        said += self._words(row.claim)
        entry += said
        entry += nodes.paragraph("", "", *self._words(true))
        entry += self._origin(row)
        return entry

    def _words(self, text: str) -> list[nodes.Node]:
        """MyST text of one paragraph as inline nodes."""
        holder = nodes.container()
        self.state.nested_parse(StringList([text], str(ledger.LEDGER)), 0, holder)
        return list(holder.children[0].children)

    def _origin(self, row: Row) -> nodes.paragraph:
        """Who says it, where the book treats it, and how it was tested."""
        said = f"From *{ledger.load().sources[row.source].short}*. Chapter: "
        paragraph = nodes.paragraph(classes=["ffn-origin"])
        paragraph += nodes.reference("", row.id, refuri=f"#{row.id.lower()}", internal=True)
        paragraph += [nodes.Text(". "), *self._words(said)]
        for number, stem in enumerate(s for s in row.chapters if s in self.files):
            page = f"chapters/{self.files[stem].stem}"
            target = self.env.app.builder.get_relative_uri(self.env.docname, page)
            if self.boxes.get(row.id) == stem:
                target += f"#claim-{row.id.lower()}"
            paragraph += nodes.Text(", " if number else " ")
            paragraph += nodes.reference("", self.titles[stem], refuri=target, internal=True)
        paragraph += nodes.Text(".")
        if row.check:
            paragraph += nodes.Text(" Test: ")
            paragraph += self._words(ledger.describe(row))
            paragraph += nodes.Text(" ")
            paragraph += nodes.literal("", row.check.removeprefix("claims.checks."))
        return paragraph


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return the page of the ledger its filter."""
    del page, template, doctree
    if LEDGER_CLASS in context.get("body", ""):
        app.add_js_file("ffn/claims.js", type="module")


def setup(app: Sphinx) -> None:
    app.add_role("tally", Tally())
    app.add_directive("ledger-sources", Sources)
    app.add_directive("ledger-counts", Counts)
    app.add_directive("ledger", LedgerPage)
    app.connect("html-page-context", equip)

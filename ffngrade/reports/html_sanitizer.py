"""What students write and what their code shows, as HTML that can do nothing.

No script, no style, no form, no frame, no address of another site that would be asked for by
itself; and no folder of the machine that graded.
"""

import json
import re
import secrets
import sys
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import nh3
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ffngrade.reports.maths import drawn

LONGEST = 50_000
"""Characters of one text that are shown."""
LONGEST_CELL = 10_000
"""Characters of a Markdown cell that is laid out; parsing takes its time with odd ones."""
MOST_TAGS = 5_000
"""Elements of one piece of HTML: a parser's time grows with the square of how deep they stand."""
DEEPEST = 100
"""Elements within one another that are left: browsers are slow with more, too."""
CUT = "… (cut here)"

_TAGS = """
    a b blockquote br caption center code col colgroup dd del details div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub
    summary sup table tbody td tfoot th thead tr tt u ul var
"""
TAGS = frozenset(_TAGS.split())
NUMBERS = frozenset({"colspan", "rowspan", "width", "height", "start"})
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
}
DROPPED = {"script", "style", "title", "textarea", "template", "noscript", "iframe", "svg", "math"}
"""Tags that go with all that is in them."""
LINK = re.compile(r"(https?://|mailto:)[^\s]*", re.IGNORECASE)
PICTURE = re.compile(
    r"data:image/(png|jpe?g|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE
)
"""As the source of a picture even an SVG runs nothing and asks for nothing."""
ELEMENT = re.compile(r"<(/?)([a-z0-9]+)(?:\s[^\s=>]+(?:=\"[^\"]*\")?)*\s*/?>")
EMPTY = frozenset({"br", "col", "hr", "img"})
SPACES = re.compile(r"[ \t]{100,}")
RGB = re.compile(r' style="[^"]*"')
NONCE = secrets.token_hex(8)
FORMULA = re.compile(f"ffn{NONCE}x(\\d+)x")

FOLDERS = r"~?(?:/[\w.+@~-]+){2,}/?|~/[\w.+@~-]+|[A-Za-z]:(?:\\[\w .+@~-]+){2,}"
PATH = re.compile(rf"(\x1b\[[\d;]*m|(?<![\w/.:<&~]))(?:{FOLDERS})")
"""A file or folder, named from the root or from a home; a colour may begin with it."""


def markdown(source: str, attachments: dict[str, Any] | None = None) -> str:
    """HTML of a Markdown cell: sanitised, its formulas drawn.

    Parameters
    ----------
    source : str
    attachments : dict, optional
        Pictures in the cell: names to MIME types to base64.
    """
    return _markdown(source, json.dumps(attachments) if attachments else "")


@lru_cache(2048)  # most cells are the same for the whole class
def _markdown(source: str, attachments: str) -> str:
    if len(source) > LONGEST_CELL:
        return f"<pre>{escape(source[:LONGEST])}</pre>"
    renderer = Renderer(json.loads(attachments or "{}"))
    try:
        made = MarkdownWithMath(renderer=renderer).render(SPACES.sub(" ", source))
    except Exception:  # nothing that somebody wrote stops the page
        return f"<pre>{escape(source)}</pre>"
    clean = harmless(made)
    return FORMULA.sub(renderer.formula, clean) if clean else f"<pre>{escape(source)}</pre>"


class Renderer(IPythonRenderer):
    """Markdown to HTML in which a word of ours stands for each formula, and is drawn at the end."""

    def __init__(self, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self.formulas: list[str] = []
        self.embedded: set[str] = set()

    def formula(self, found: re.Match[str]) -> str:
        """Return what belongs in the place of the word."""
        number = int(found[1])
        return self.formulas[number] if number < len(self.formulas) else ""

    def block_math(self, body: str) -> str:
        """A formula on lines of its own."""
        return self._keep(body, True)

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return self._keep(body, False)

    def latex_environment(self, name: str, body: str) -> str:
        """A formula with a beginning and an end of its own."""
        return self._keep(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def block_code(self, code: str, info: str | None = None) -> str:  # noqa: ARG002
        """Code, without colours: they would be classes, and classes can look like ours."""
        return f"<pre><code>{escape(code)}</code></pre>"

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.startswith("attachment:"):
            if src in self.embedded:  # a picture stands once, however often it is named
                return ""
            self.embedded.add(src)
        try:
            address: str = super()._embed_image_or_attachment(src)
        except Exception:  # an attachment that is not there, or is none
            return ""
        return address

    def _keep(self, latex: str, block: bool) -> str:
        self.formulas.append(drawn(latex.strip(), block))
        return f"ffn{NONCE}x{len(self.formulas) - 1}x"


def harmless(html: str) -> str:
    """HTML with nothing left in it but text, tables, links and pictures; none if it is too much."""
    if elements(html) > MOST_TAGS:
        return ""
    made = CLEANER.clean(html)
    return made if _depth(made) <= DEEPEST else ""


def elements(html: str) -> int:
    """Return how many elements a piece of HTML has at most."""
    return html.count("<")


def _depth(made: str) -> int:
    """Return how many elements stand within one another, in what the cleaner wrote."""
    depth = deepest = 0
    for end, name in ELEMENT.findall(made):
        if name not in EMPTY:
            depth += -1 if end else 1
            deepest = max(deepest, depth)
    return deepest


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute, or None where it must go."""
    if attribute not in ATTRIBUTES.get(tag, ()):
        return None
    if attribute == "href":
        return value if LINK.fullmatch(value.strip()) else None
    if attribute == "src":
        return value if tag == "img" and PICTURE.fullmatch(value.strip()) else None
    if attribute in NUMBERS:
        return value if value.isdecimal() and len(value) < 5 else None
    return value


CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=DROPPED,
    attributes=ATTRIBUTES,
    attribute_filter=_kept,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer nofollow",
)


def text(said: str) -> str:
    """HTML of text that a program printed: its colours kept, folders of this machine cut."""
    short = said if len(said) <= LONGEST else f"{said[:LONGEST]}\n{CUT}"
    # of colours only those that have a class: the page's policy lets no style in
    return RGB.sub("", ansi2html(pathless(short)))


def pathless(said: str) -> str:
    """Text in which of each path only the last name is left."""
    return PATH.sub(lambda path: f"{path[1]}…/{_last(path[0])}", said)


def _last(path: str) -> str:
    return path.rstrip("/\\").replace("\\", "/").rpartition("/")[-1]


def rootless(html: str) -> str:
    """HTML without the folders in which this machine keeps Python and the course."""
    for folder in _folders():
        html = html.replace(folder, "…")
    return html


@lru_cache(1)
def _folders() -> list[str]:
    own = str(Path(__file__).resolve().parent.parent)
    found = {sys.prefix, sys.base_prefix, own, str(Path.home())} - {"/usr", "/usr/local", "/"}
    return sorted(found, key=len, reverse=True)

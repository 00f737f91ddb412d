"""The course's own text as something to learn from.

``python -m ffnlib.datasets chapters`` writes it.

Only the sentences of a chapter are kept: no code, no formulas, no markup. ``data/prose.txt`` holds
chapters 1 to 4 of an earlier edition. It stays the same when chapters change, because the trained
decoder and the numbers of chapters 4 and 5 belong to it.
"""

import re
import unicodedata
from importlib.resources import files
from pathlib import Path

FENCE = re.compile(r"^(`{3,}|:{3,}|~{3,})(.*?)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
BOX = re.compile(r"\{(admonition|tip|note|important|warning|dropdown)\}")
DIRECTIVE_LINE = re.compile(
    r"^[ \t]*(:{2,}|`{3,}|:[\w-]+:|\([\w-]+\)=|%|\+\+\+|\|).*$", re.MULTILINE
)
PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "."}
)


def extract(markdown: str) -> str:
    """The sentences of a MyST chapter, one paragraph a line, in plain characters.

    Parameters
    ----------
    markdown : str
        With or without front matter.

    Returns
    -------
    str
        Printable ASCII characters and line ends only.
    """
    text = re.sub(r"\A---\n.*?^---$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    text = FENCE.sub(lambda block: block[3] if BOX.match(block[2]) else "", text)
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    text = DIRECTIVE_LINE.sub("", text)
    kept = [_sentences(p) for p in re.split(r"\n\s*\n", text)]
    return "".join(f"{p}\n" for p in kept if p)


def _sentences(paragraph: str) -> str:
    """One paragraph without markup; empty if it is a heading, a list of links or has a formula."""
    if re.match(r"\s*(#|!\[)", paragraph):
        return ""
    text = re.sub(r"\{(?:cite|glue)[^}]*\}`[^`]*`", "", paragraph)
    text = re.sub(r"\{[\w:]+\}`([^`<]*?)\s*(?:<[^>]*>)?`", r"\1", text)  # a role: its words
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # a link: its words
    text = re.sub(r"[$`]([\w ,=+.-]{1,24})[$`]", r"\1", text)  # a name or a plain number
    sentences = re.split(r"(?<=[.?!:])\s+", re.sub(r"\s+", " ", text.strip()))
    # A sentence with a formula or code in it makes no sense without them.
    whole = [s for s in sentences if not re.search(r"[$`{}\\]", s)]
    plain = re.sub(r"(^|\s)[-*] ", r"\1", " ".join(whole)).replace("*", "").translate(PLAIN)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"\s+([.,;:?!])", r"\1", re.sub(r"\s+", " ", plain)).strip()
    return plain if len(plain.split()) > 3 else ""


def read() -> str:
    """The text that comes with the library."""
    return (files("ffnlib") / "data" / "prose.txt").read_text(encoding="ascii")


def write(chapters: Path, target: Path) -> int:
    """Extract all chapters of a folder, in order; gives the number of characters."""
    found = sorted(chapters.glob("[0-9][0-9]_*.md"))
    if not found:
        raise FileNotFoundError(f"{chapters} has no chapters (files like 01_neurons.md)")
    text = "".join(extract(path.read_text(encoding="utf8")) for path in found)
    target.write_text(text, encoding="ascii")
    return len(text)

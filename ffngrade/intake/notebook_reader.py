"""A notebook file as somebody handed it in: bytes in, plain cells out, whatever its format.

Only what grading reads is kept: texts, kinds, ids, nbgrader's metadata, tags and pictures pasted
into Markdown. Outputs and all other metadata are left behind.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ffngrade.core.errors import UnusableNotebookError

MOST_CELLS = 2_000
MOST_TEXT = 4_000_000
"""Characters of all cells together."""
MOST_PICTURES = 8_000_000
MOST_VALUES = 2_000_000
"""Lists, objects and commas of a file: what takes memory, however short it is written."""
PICTURES = ("image/png", "image/jpeg", "image/gif")
MARKS = {b"PK\x03\x04": "a zip archive", b"%PDF": "a PDF", b"\x1f\x8b": "an archive (gzip)"}
CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)


class Found(NamedTuple):
    """One cell of a submission."""

    kind: str
    source: str
    id: str = ""
    known: dict[str, Any] = {}  # noqa: RUF012  (never changed)
    tags: tuple[str, ...] = ()
    attachments: dict[str, dict[str, str]] = {}  # noqa: RUF012


class Document(NamedTuple):
    """A notebook's cells, its language, and what had to be repaired to read them."""

    cells: list[Found]
    language: str
    repaired: list[str]


def read(data: bytes) -> Document:
    """Read a notebook of any format.

    Raises
    ------
    UnusableNotebookError
        If it is none, or too large.
    """
    if not data.strip(b"\0 \t\r\n\f\v\xef\xbb\xbf\xff\xfe"):
        raise UnusableNotebookError(
            "the file is empty", "The file is empty: save your notebook and hand it in again."
        )
    repaired: list[str] = []
    text = _decoded(data, repaired)
    return read_parsed(_parsed(text, repaired), repaired)


def read_parsed(document: Any, repaired: list[str] | None = None) -> Document:
    """Read a notebook that is parsed already; see `read`."""
    repaired = [] if repaired is None else repaired
    is_notebook = isinstance(document, dict) and any(
        isinstance(document.get(key), list) for key in ("cells", "worksheets")
    )
    if not is_notebook:
        raise UnusableNotebookError(
            "the file is JSON but not a notebook",
            "The file is not a notebook: hand in the .ipynb file itself.",
        )
    major = document.get("nbformat")
    if major != 4:
        given = shown(major) if major is not None else "missing"
        repaired.append(f"the notebook's format (nbformat: {given}) was converted to 4")
    cells = list(_cells(document, repaired))
    if sum(len(cell.source) for cell in cells) > MOST_TEXT:
        raise UnusableNotebookError(
            f"its cells hold more than {MOST_TEXT:,} characters",
            "The cells of your notebook hold far more text than an answer needs: "
            "take data out of the cells and hand it in again.",
        )
    return Document(cells, _language(document), repaired)


def _decoded(data: bytes, repaired: list[str]) -> str:
    for mark, kind in MARKS.items():
        if data.startswith(mark):
            raise UnusableNotebookError(
                f"the file is {kind}, not a notebook",
                f"The file is {kind}: hand in the .ipynb file itself.",
            )
    wide = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
    if not data.startswith(wide) and b"\0" not in data[:4]:
        try:
            text = data.decode("utf-8-sig")
            if data.startswith(codecs.BOM_UTF8):
                repaired.append("a byte order mark before the notebook was taken away")
            return text
        except UnicodeDecodeError:
            encoding = "cp1252"
    else:
        encoding = json.detect_encoding(data)
    repaired.append(f"the notebook was not in UTF-8 but in {encoding}, and was converted")
    return data.decode(encoding, errors="replace")


def _parsed(text: str, repaired: list[str]) -> Any:
    bare = text.rstrip("\0 \t\r\n\x1a")
    if len(bare) < len(text.rstrip()):
        repaired.append("zero bytes after the notebook's end were cut off")
    if sum(map(bare.count, "[{,")) > MOST_VALUES:
        raise UnusableNotebookError(
            f"the file holds more than {MOST_VALUES:,} values",
            "Your notebook is far larger than answers make it: clear its outputs, save it, and "
            "hand it in again.",
        )
    try:
        return json.loads(bare)
    except RecursionError:
        why = "it is nested too deeply"
    except ValueError as error:
        why = _why(bare, error)
    raise UnusableNotebookError(
        f"the file is not valid JSON: {why}",
        f"The file cannot be read as a notebook: {why}. Open it in Jupyter, save it, and hand it "
        "in again.",
    )


def _why(text: str, error: ValueError) -> str:
    """Say what has probably happened to a file."""
    start = text.lstrip()[:200].lower()
    if CONFLICT.search(text):
        return "it holds the conflict markers of a merge (lines that begin with <<<<<<<)"
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return "it is a web page that was saved under a notebook's name"
    if not start.startswith(("{", "[")):
        return "it is a text that does not begin like a notebook"
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text) - 1 or "Unterminated" in error.msg:
            return "it ends in the middle, as after a broken copy"
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return shown(error)


def _cells(document: dict[str, Any], repaired: list[str]) -> Iterator[Found]:
    raw = document.get("cells")
    if not isinstance(raw, list):  # before format 4
        sheets = [sheet for sheet in document["worksheets"] if isinstance(sheet, dict)]
        raw = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
    if len(raw) > MOST_CELLS:
        raise UnusableNotebookError(
            f"it has {len(raw):,} cells, and at most {MOST_CELLS:,} are read",
            "Your notebook has far too many cells: take out what is no answer, and hand it in "
            "again.",
        )
    for number, cell in enumerate(raw, 1):
        if isinstance(cell, dict):
            yield _cell(cell, number, repaired)
        else:
            repaired.append(f"cell {number} was no cell and was left out")


def _cell(cell: dict[str, Any], number: int, repaired: list[str]) -> Found:
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    known = metadata.get("nbgrader")
    source = next((cell[key] for key in ("source", "input", "code", "text") if key in cell), "")
    text = _clean("".join(filter(_is_text, _list(source))) if _is_list(source) else source)
    kind = cell.get("cell_type")
    if kind == "heading":  # formats before 4
        level = cell.get("level")
        hashes = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
        kind, text = "markdown", f"{hashes} {text}"
    elif kind == "html":
        kind = "markdown"
    elif kind not in ("code", "markdown", "raw"):
        guessed = "code" if {"outputs", "execution_count"} & set(cell) else "raw"
        repaired.append(f"cell {number} was of an unknown type ({shown(kind)}): read as {guessed}")
        kind = guessed
    return Found(
        kind,
        text,
        _clean(cell.get("id")),
        known if isinstance(known, dict) else {},
        tuple(filter(_is_text, _list(metadata.get("tags")))),
        _pictures(cell.get("attachments")) if kind == "markdown" else {},
    )


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a Markdown cell, of kinds that hold no script."""
    kept: dict[str, dict[str, str]] = {}
    left = MOST_PICTURES
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for mime, content in bundle.items() if isinstance(bundle, dict) else ():
            joined = "".join(filter(_is_text, _list(content))) if _is_list(content) else content
            if mime in PICTURES and _is_text(joined) and len(joined) <= left:
                left -= len(joined)
                kept.setdefault(_clean(name), {})[mime] = re.sub(r"[^A-Za-z0-9+/=]", "", joined)
    return kept


def _language(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    for key, field in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(part, dict) and _is_text(part.get(field)):
            return str(part[field])
    return ""


def _clean(text: Any) -> str:
    """A text that any file can hold, whose lines end alike."""
    return whole(text).replace("\r\n", "\n")


def whole(text: Any) -> str:
    """A text without halves of characters, which no file, page or database can hold."""
    if not isinstance(text, str):
        return ""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def shown(value: Any) -> str:
    """A few plain characters of something that a student chose, to be put into a sentence."""
    return re.sub(r"[^\w .,:+-]", "", str(value)[:200])[:60]

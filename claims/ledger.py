"""Read the claims ledger, run a row's check and fill its correction with the numbers.

    >>> from claims.ledger import row, run
    >>> run(row("S1-33")).correction

The ledger itself is ``ledger.yml`` beside this file. A row's ``check`` names a function of
``claims.checks`` that takes nothing, returns a dict of named values, and raises
``AssertionError`` when the verdict no longer holds; the correction is a format string over
that dict, so that no number in it is typed by hand.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from inspect import getdoc
from numbers import Real
from pathlib import Path
from string import Formatter
from typing import Any

import yaml  # type: ignore[import-untyped]

LEDGER = Path(__file__).with_name("ledger.yml")
VERDICTS = ("true", "false", "imprecise", "outdated", "unverifiable")
CHAPTERS = (
    "neurons",
    "activations",
    "backprop",
    "softmax",
    "ffn",
    "moe",
    "lora",
    "quantization",
    "experiments",
    "production",
)
_REQUIRED = ("id", "source", "claim", "verdict", "correction", "chapters")
_OPTIONAL = ("check", "cite")

Check = Callable[[], Mapping[str, Any]]


class LedgerError(ValueError):
    """A row of the ledger, or a request for one, is not as it should be."""


@dataclass(frozen=True)
class Source:
    """One of the texts, as it names itself.

    A text that bears no author's name, or whose place is not known, has none here.
    """

    title: str
    short: str
    author: str | None = None
    place: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Row:
    """One claim: who makes it, whether it holds, what is right.

    ``correction`` still holds its ``{name}`` fields; :func:`run` fills them.
    """

    id: str
    source: str
    claim: str
    verdict: str
    correction: str
    chapters: tuple[str, ...]
    check: str | None = None
    cite: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Names that the correction takes from the check, in the order of their use."""
        return tuple(
            name for _, name, _, _ in Formatter().parse(self.correction) if name is not None
        )


@dataclass(frozen=True)
class Result:
    """A row with its numbers: the check's values, what it did, and the finished correction."""

    row: Row
    values: Mapping[str, Any]
    correction: str
    test: str


@dataclass(frozen=True)
class Ledger:
    """The sources and the rows, in the order of the file."""

    sources: Mapping[str, Source]
    rows: tuple[Row, ...]

    def __getitem__(self, row_id: str) -> Row:
        for candidate in self.rows:
            if candidate.id == row_id:
                return candidate
        near = [r.id for r in self.rows if r.id.split("-")[0] == row_id.split("-")[0]]
        known = ", ".join(near or self.sources)
        raise LedgerError(f"no claim {row_id!r} in the ledger; known: {known}")

    def chapter(self, stem: str) -> tuple[Row, ...]:
        """Rows that belong to the chapter with this stem."""
        if stem not in CHAPTERS:
            raise LedgerError(f"chapter must be one of {', '.join(CHAPTERS)}; got {stem!r}")
        return tuple(r for r in self.rows if stem in r.chapters)


@cache
def load(path: Path = LEDGER) -> Ledger:
    """Read and check the ledger.

    Raises
    ------
    LedgerError
        If a row lacks a key, has an unknown one, or a value that is not allowed; the message
        names the row.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources = {key: _source(key, entry) for key, entry in data["sources"].items()}
    rows: list[Row] = []
    for number, entry in enumerate(data["rows"], start=1):
        new = _row(entry, number, sources)
        if any(new.id == old.id for old in rows):
            raise LedgerError(f"the ledger has two rows {new.id!r}; ids must differ")
        rows.append(new)
    return Ledger(sources, tuple(rows))


def _source(key: str, entry: Mapping[str, str]) -> Source:
    try:
        return Source(**entry)
    except TypeError as error:
        allowed = ", ".join(field.name for field in fields(Source))
        raise LedgerError(f"source {key}: {error}; allowed: {allowed}") from error


def _row(entry: Mapping[str, Any], number: int, sources: Mapping[str, Source]) -> Row:
    name = entry.get("id", f"number {number}")
    missing = [key for key in _REQUIRED if key not in entry]
    if missing:
        raise LedgerError(f"row {name} lacks {', '.join(missing)}")
    unknown = [key for key in entry if key not in _REQUIRED + _OPTIONAL]
    if unknown:
        allowed = ", ".join(_REQUIRED + _OPTIONAL)
        raise LedgerError(f"row {name} has {', '.join(unknown)}; allowed: {allowed}")
    if entry["source"] not in sources:
        raise LedgerError(
            f"row {name}: source must be one of {', '.join(sources)}; got {entry['source']!r}"
        )
    if entry["verdict"] not in VERDICTS:
        raise LedgerError(
            f"row {name}: verdict must be one of {', '.join(VERDICTS)} (in quotes: a bare true "
            f"is a boolean in YAML); got {entry['verdict']!r}"
        )
    for stem in entry["chapters"]:
        if stem not in CHAPTERS:
            raise LedgerError(
                f"row {name}: chapters must be among {', '.join(CHAPTERS)}; got {stem!r}"
            )
    return Row(
        id=entry["id"],
        source=entry["source"],
        claim=entry["claim"],
        verdict=entry["verdict"],
        correction=entry["correction"],
        chapters=tuple(entry["chapters"]),
        check=entry.get("check"),
        cite=tuple(entry.get("cite", ())),
    )


def row(row_id: str) -> Row:
    """The row with this id, for instance ``"S1-21"``; ``LedgerError`` if there is none."""
    return load()[row_id]


def find_check(wanted: Row) -> Check:
    """The function that a row's ``check`` names."""
    if wanted.check is None:
        raise LedgerError(f"row {wanted.id} has no check; it rests on {', '.join(wanted.cite)}")
    module_name, _, function_name = wanted.check.rpartition(".")
    if not module_name.startswith("claims.checks."):
        raise LedgerError(
            f"row {wanted.id}: check must be claims.checks.<module>.<function>, "
            f"got {wanted.check!r}"
        )
    try:
        module = importlib.import_module(module_name)
        check: Check = getattr(module, function_name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise LedgerError(f"row {wanted.id}: no check {wanted.check!r} ({error})") from error
    return check


class _Typeset(Formatter):
    """``str.format`` that writes numbers as a page does: −0.17, 1.8×10⁻³ and 61.5 %."""

    _RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def __init__(self, mark: Callable[[str], str]) -> None:
        self.mark = mark

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        if not isinstance(value, Real):
            return self.mark(text)
        digits, _, exponent = text.partition("e")
        if exponent:
            digits += "×10" + str(int(exponent)).translate(self._RAISED)
        return self.mark(digits.replace("-", "−").replace("%", " %"))


def fill(
    wanted: Row, values: Mapping[str, Any], mark: Callable[[str], str] = lambda text: text
) -> str:
    """The row's correction with the measured values in it, each passed through ``mark``.

    Raises
    ------
    LedgerError
        If the correction asks for a value that is not there, or for a format it does not have.
    """
    missing = [name for name in wanted.fields if name not in values]
    if missing:
        raise LedgerError(
            f"row {wanted.id}: the correction asks for {', '.join(missing)}, "
            f"the check returns {', '.join(values) or 'nothing'}"
        )
    try:
        return _Typeset(mark).format(wanted.correction, **values)
    except (ValueError, IndexError, KeyError) as error:
        raise LedgerError(
            f"row {wanted.id}: the correction cannot be formatted: {error}"
        ) from error


def describe(wanted: Row) -> str:
    """What the row's check does, in its own words; empty if the row has none."""
    if wanted.check is None:
        return ""
    return (getdoc(find_check(wanted)) or "").split("\n\n")[0].replace("\n", " ")


def run(wanted: Row) -> Result:
    """Run the row's check, if it has one, and fill the correction with its values.

    Raises
    ------
    AssertionError
        If the verdict no longer holds.
    LedgerError
        If the check does not exist or the correction asks for a value it does not return.
    """
    values: Mapping[str, Any] = find_check(wanted)() if wanted.check is not None else {}
    return Result(wanted, values, fill(wanted, values), describe(wanted))

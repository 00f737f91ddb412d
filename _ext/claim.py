"""The directive ``{claim} <id>``: a claim box from the ledger.

The row's check runs while the page is read, so a box can only show a verdict that still holds.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from claims import ledger

from . import fingerprint

TITLES = {
    "true": "One text says: true",
    "false": "One text says: false",
    "imprecise": "One text says: imprecise",
    "outdated": "One text says: outdated",
    "unverifiable": "One text says: unproven",
}
"""A row is what one text says. How widely it is said has not been counted, so no title says it."""

MEASURED: dict[str, Mapping[str, Any]] = {}  # check -> what it returned in this build


def measured(row: ledger.Row) -> Mapping[str, Any]:
    """The values that a row's check returns; a check runs once while the book is built.

    Raises
    ------
    AssertionError
        If the verdict no longer holds.
    """
    if row.check is None:
        return {}
    if row.check not in MEASURED:
        MEASURED[row.check] = ledger.find_check(row)()
    return MEASURED[row.check]


def mark(text: str) -> str:
    """A measured value as the role that shows it as such."""
    fence = "``" if "`" in text else "`"
    return f"{{measured}}{fence}{text}{fence}" if text.strip() else text


def correction(row: ledger.Row) -> str:
    """What is true, as MyST text, with its citation.

    Raises
    ------
    AssertionError
        If the verdict no longer holds.
    """
    cited = f" {{cite}}`{','.join(row.cite)}`" if row.cite else ""
    return ledger.fill(row, measured(row), mark).strip() + cited


class Measured(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [nodes.inline("", self.text, classes=["ffn-measured"])], []


class Claim(SphinxDirective):
    """What one text says, the test, and what is true."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for file in fingerprint.files(Path(ledger.__file__).parent):
            self.env.note_dependency(str(file))
        try:
            row = ledger.row(self.arguments[0])
            said, test, true = row.claim, ledger.describe(row), correction(row)
        except (ledger.LedgerError, AssertionError) as problem:
            raise self.error(f"claim {self.arguments[0]}: {problem}") from problem
        box = nodes.admonition(classes=["ffn-claim"], ids=[f"claim-{row.id.lower()}"])
        box += nodes.title("", TITLES[row.verdict])
        source = ledger.load().sources[row.source].short
        parts = [f"**The claim.** {said} (*{source}*)"]
        if test:
            parts.append(f"**The test.** {test}")
        parts.append(f"**What is true.** {true}")
        text = "\n\n".join(parts).splitlines()
        self.state.nested_parse(StringList(text, str(ledger.LEDGER)), 0, box)
        return [box]


def setup(app: Sphinx) -> None:
    app.add_role("measured", Measured())
    app.add_directive("claim", Claim)

"""The directive ``{claim} <id>``: a correction box from the claims ledger.

The row's check runs while the page is read, so a box can only show a verdict that still holds.
"""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from claims import ledger

from . import fingerprint

TITLES = {
    "true": "Often doubted, and true",
    "false": "A widespread mistake",
    "imprecise": "Widely said, not quite right",
    "outdated": "Once true, no longer",
    "unverifiable": "Widely said, never shown",
}


class Claim(SphinxDirective):
    """What is said, the test, and what is true."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for file in fingerprint.files(Path(ledger.__file__).parent):
            self.env.note_dependency(str(file))
        try:
            row = ledger.row(self.arguments[0])
            result = ledger.run(row)
        except (ledger.LedgerError, AssertionError) as problem:
            raise self.error(f"claim {self.arguments[0]}: {problem}") from problem
        box = nodes.admonition(classes=["ffn-claim"], ids=[f"claim-{row.id.lower()}"])
        box += nodes.title("", TITLES[row.verdict])
        parts = [f"**What is said.** {row.claim}"]
        if result.test:
            parts.append(f"**The test.** {result.test}")
        cited = f" {{cite}}`{','.join(row.cite)}`" if row.cite else ""
        parts.append(f"**What is true.** {result.correction.strip()}{cited}")
        text = "\n\n".join(parts).splitlines()
        self.state.nested_parse(StringList(text, str(ledger.LEDGER)), 0, box)
        return [box]


def setup(app: Sphinx) -> None:
    app.add_directive("claim", Claim)

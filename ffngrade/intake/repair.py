"""A submission's cells put together again as a notebook that can be graded.

Every cell that counts is there once and in an order that can be run, with the release's metadata;
what had to be done for that is said in sentences.
"""

import hashlib
import html
import re
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode, from_dict

from ffngrade.core.submission import Findings
from ffngrade.intake.match_cells import Matched, defined, name_of, only_added, same_code, same_text
from ffngrade.intake.notebook_reader import Found, shown
from ffngrade.intake.release import Part, Release, own_checksum

NOTE = "ffn-repaired"
"""Id of the cell that tells a student what was repaired."""
SKIPS = {"skip-execution", "raises-exception"}
GIVES = ("grade", "solution", "task", "points")
MEDDLING = re.compile(r"\b(?:checks|verify|get_ipython|nbgrader|ffngrade)\b|__")
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Rebuilt:
    """The parts of one submission, put together."""

    def __init__(
        self, cells: Sequence[Found], found: Matched, release: Release, findings: Findings
    ) -> None:
        self.cells, self.found, self.parts = cells, found, release.parts
        self.release = release
        self.findings = findings
        self.part_of = {j: i for i, j in found.cell_of.items()}
        self.copied = {j for others in found.copies.values() for j in others}
        self.added: set[int] = set()
        self.lost, self.other = list[str](), list[str]()

    def built(self) -> NotebookNode:
        """Return the whole notebook."""
        placed = list[NotebookNode]()
        ids: set[str] = set()
        for what in self._order():
            for cell in self._counting(what) if what >= 0 else [self._plain(-what - 1)]:
                cell.id = _free_id(cell.id, len(placed), ids)
                placed.append(cell)
        if self.lost:
            self.findings.repaired.append(
                f"nbgrader's metadata of {_names(self.lost)} was lost: put back"
            )
        if self.other:
            self.findings.repaired.append(
                f"nbgrader's metadata of {_names(self.other)} was not the release's"
            )
        doubled = [c.id for c in self.cells if c.id]
        if len(set(doubled)) < len(doubled):
            self.findings.repaired.append("cells with the same id got ids of their own")
        metadata = from_dict(dict(self.release.metadata))
        return NotebookNode(cells=placed, metadata=metadata, nbformat=4, nbformat_minor=5)

    def _order(self) -> list[int]:
        """Parts by index, other cells by ``-index - 1``, as they will stand."""
        order = [self.part_of.get(j, -j - 1) for j in range(len(self.cells))]
        moved = sorted(
            i for k, i in enumerate(order) if i >= 0 and self._is_too_early_or_late(i, k, order)
        )
        if moved:
            order = [i for i in order if i not in moved]
            for i in moved:
                order.insert(_place(i, order, self.parts), i)
            names = ", ".join(f"`{self.parts[i].name}`" for i in moved)
            self.findings.repaired.append(f"{names} stood in another place: put back")
        for i, part in enumerate(self.parts):
            if part.name and i not in order:
                order.insert(_place(i, order, self.parts), i)
                self.added.add(i)
        return order

    def _is_too_early_or_late(self, i: int, place: int, order: list[int]) -> bool:
        """Return whether a test stands above its answer, or a shared cell below one."""
        part = self.parts[i]
        answers = {j: k for k, j in enumerate(order) if j >= 0 and self.parts[j].is_answer}
        if part.is_test:
            own = max((j for j in answers if j < i), default=-1)
            return own >= 0 and answers[own] > place
        return part.is_fixed and any(j > i and k < place for j, k in answers.items())

    def _plain(self, j: int) -> NotebookNode:
        """A cell that counts for nothing."""
        cell = self.cells[j]
        name = name_of(cell)
        if j in self.copied:
            self.findings.repaired.append(
                f"`{shown(name)}` was there more than once: one copy counts"
            )
        elif name:
            self._stranger(cell, name)
        if "skip-execution" in cell.tags:
            self.findings.repaired.append("a cell was tagged to be skipped: it is run all the same")
        return node(cell.kind, cell.source, cell)

    def _counting(self, i: int) -> list[NotebookNode]:
        """The cell of a part; before it what a student had written into ours."""
        part = self.parts[i]
        if i in self.added:
            return [self._restored(part)]
        cell = self.cells[self.found.cell_of[i]]
        if not part.name:
            return [node(cell.kind, cell.source, cell)]
        self._metadata(i, part, cell)
        if cell.kind != part.kind:
            self.findings.repaired.append(
                f"`{part.name}` was a {cell.kind} cell: {part.kind} again"
            )
        if part.is_answer:
            return [node(part.kind, cell.source, cell._replace(id=part.id), part)]
        ours = Found(part.kind, part.graded, part.id)
        return [*self._text(part, cell), node(part.kind, part.graded, ours, part)]

    def _restored(self, part: Part) -> NotebookNode:
        """A part that is not in the submission."""
        then = "it was put back"
        if part.is_answer:
            written = defined(part.given) & self.found.defines
            then = "what stands elsewhere counts" if written else "it counts as not written"
        self.findings.repaired.append(f"the cell `{part.name}` was missing: {then}")
        text = part.graded
        if part.is_answer and part.kind == "code":  # no placeholder over what stands elsewhere
            text = f"# The cell for {part.name} was not in the notebook; this one was put in."
        return node(part.kind, text, Found(part.kind, text, part.id), part)

    def _metadata(self, i: int, part: Part, cell: Found) -> None:
        """Look at what a cell says of itself; what it says is not used."""
        if part.is_fixed and SKIPS & set(cell.tags):
            tags = ", ".join(sorted(SKIPS & set(cell.tags)))
            self.findings.suspicious.append(f"the tag {tags} stood on the cell `{part.name}`")
        elif "skip-execution" in cell.tags:
            self.findings.repaired.append(
                f"`{part.name}` was tagged to be skipped: it is run all the same"
            )
        if i not in self.found.by_name:
            self.lost.append(part.name)
            return
        wrong = [key for key in GIVES if _differs(cell.known, part.known, key)]
        if wrong and not _own(cell):
            self.findings.suspicious.append(
                f"the cell `{part.name}` said another {', '.join(wrong)}"
            )
        elif wrong or _version(cell.known) != part.known["schema_version"]:
            self.other.append(part.name)

    def _text(self, part: Part, cell: Found) -> list[NotebookNode]:
        """Look at the text of a cell that is ours; give what must be kept of it."""
        if same_text(cell.source, part.given) or same_text(cell.source, part.graded):
            return []
        if part.kind == "code" and same_code(cell.source, part.given):
            return []  # comments and layout
        if _own(cell):
            self.findings.repaired.append(f"`{part.name}` was of another version of the assignment")
            return []
        if not cell.source.strip():
            self.findings.repaired.append(f"the text of `{part.name}` was gone: it was put back")
            return []
        if part.kind != "code":
            self.findings.repaired.append(f"`{part.name}` was written into: that stands before it")
        elif only_added(part.given, cell.source) and not _meddles(part.given, cell.source):
            self.findings.repaired.append(
                f"lines were added to `{part.name}`: they are run before it"
            )
        else:
            self.findings.suspicious.append(
                f"the text of `{part.name}` was changed: the original is used, and what stood "
                "there is run before it"
            )
        return [node(cell.kind, cell.source, Found(cell.kind, ""))]

    def _stranger(self, cell: Found, name: str) -> None:
        """A cell with the name of no part."""
        claims = cell.known.get("grade") and not _own(cell)
        where = self.findings.suspicious if claims else self.findings.repaired
        where.append(f"the release has no cell `{shown(name)}`: it counts for nothing")


def _place(i: int, order: list[int], parts: Sequence[Part]) -> int:
    """Return where part ``i`` belongs.

    Before the next part, so after all that was written for it.
    """
    before = [k for k, what in enumerate(order) if 0 <= what < i and parts[what].name]
    start = before[-1] + 1 if before else 0
    return next((k for k in range(start, len(order)) if order[k] > i), len(order))


def _differs(said: dict[str, Any], known: Any, key: str) -> bool:
    """Return whether a cell claims something that is not so; what it does not say is no claim."""
    if key not in said:
        return False
    if key == "points":
        try:
            return float(said[key]) != float(known.get(key, 0))
        except (TypeError, ValueError):
            return True
    return str(said[key]).lower() != str(known.get(key, False)).lower()


def _names(names: Sequence[str]) -> str:
    """A few names, and how many more."""
    few = ", ".join(f"`{name}`" for name in names[:3])
    return f"{few} and {len(names) - 3} more" if len(names) > 3 else few


def _meddles(given: str, got: str) -> bool:
    """Return whether added lines concern the checks, not only the student's work."""
    return len(MEDDLING.findall(got)) > len(MEDDLING.findall(given))


def _version(known: dict[str, Any]) -> Any:
    return known.get("schema_version", 0)


def _own(cell: Found) -> bool:
    """Return whether nbgrader wrote a cell as it is, for any version of the assignment."""
    metadata = {"nbgrader": cell.known}
    return own_checksum(
        from_dict({"cell_type": cell.kind, "source": cell.source, "metadata": metadata})
    )


def _free_id(wanted: str, number: int, ids: set[str]) -> str:
    """A valid id that no other cell has, the same every time."""
    name = wanted if NAME.fullmatch(wanted) else f"cell-{number}"
    while name in ids:
        name = hashlib.sha256(f"{name}/{number}".encode()).hexdigest()[:12]
    ids.add(name)
    return name


def note(told: Sequence[str]) -> NotebookNode:
    """Return a cell that tells the student what was repaired."""
    lines = "\n".join(f"- {html.escape(line, quote=False)}" for line in told)
    text = f"*Before grading, this was repaired:*\n\n{lines}"
    return node("markdown", text, Found("markdown", text, NOTE))


def node(kind: str, source: str, cell: Found, part: Part | None = None) -> NotebookNode:
    """A cell of a notebook: nothing in it but what is given here."""
    made = NotebookNode(cell_type=kind, id=cell.id, metadata=NotebookNode(), source=source)
    if part is not None:
        made.metadata.update(deletable=False, nbgrader=NotebookNode(part.known))
    if kind == "code":
        made.update(execution_count=None, outputs=[])
    elif kind == "markdown" and cell.attachments:
        made.attachments = from_dict(cell.attachments)
    return made

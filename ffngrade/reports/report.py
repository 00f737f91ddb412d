"""The report on an assignment: every student once, with marks or with the reason for none.

One page that needs nothing but itself, and a table for the terminal.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup, escape
from tabulate import tabulate

from ffngrade.core.course import Course
from ffngrade.core.exchange import accompany
from ffngrade.core.submission import Findings, State
from ffngrade.gradebook.journal import Entry, Journal
from ffngrade.gradebook.score_summary import ScoreSummary, score_summaries
from ffngrade.intake.collect import everybody, from_exchange, strays
from ffngrade.reports.pages import Pages
from ffnlib._base.files import write_whole

WORDS = {
    State.GRADED: "graded",
    State.RECEIVED: "not graded yet",
    State.RUNNING: "not finished",
    State.FAILED: "failed",
    State.REJECTED: "set aside",
    State.ABSENT: "nothing handed in",
}
"""States as they are called in the report, in the order of its summary."""
TOLD = ("repaired", "suspicious")
"""The findings that the summary counts besides states."""


@dataclass(frozen=True)
class Row:
    """One student of the report."""

    student: str
    state: State
    scores: ScoreSummary | None = None
    """What the gradebook has."""
    why: str = ""
    """Why it was set aside, or what went wrong."""
    findings: Findings = field(default_factory=Findings)
    attempt: str = ""
    """The one of several attempts that counts; empty for the last one."""

    @property
    def words(self) -> str:
        """The state in words."""
        return WORDS[self.state]

    @property
    def marks(self) -> str:
        """The marks in words; empty where there are none to be told."""
        return _marks(self.scores) if self.scores and self.state == State.GRADED else ""

    @property
    def waiting(self) -> str:
        """What a person must still do."""
        count = self.scores.waiting if self.scores and self.state == State.GRADED else 0
        return f"{count} answer{'s' * (count > 1)} to be marked by hand" if count else ""

    @property
    def needs_care(self) -> bool:
        """Whether somebody should look at it."""
        stuck = self.state in (State.FAILED, State.REJECTED)
        return bool(self.why or self.findings.suspicious or stuck)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Kind and sentence of everything there is to say."""
        notes = [(self.words, self.why)] if self.why else []
        if self.scores is not None and self.state != State.GRADED:
            notes.append(("gradebook", f"it still has {_marks(self.scores)} from before"))
        if self.attempt:
            notes.append(("counts", f"attempt {self.attempt}, the best of several"))
        notes += [("suspicious", sentence) for sentence in self.findings.suspicious]
        notes += [("repaired", sentence) for sentence in self.findings.repaired]
        return [*notes, ("open", self.waiting)] if self.waiting else notes


def rows(course: Course, assignment: str, record: Journal) -> list[Row]:
    """Everybody in the gradebook, among the submissions, or ever taken in, sorted by name."""
    entries = {entry.student: entry for entry in record.entries(assignment)}
    marks = score_summaries(course.url, assignment)
    names = sorted({*everybody(course), *entries, *marks})
    there = set(course.students(assignment))
    return [_row(name, entries.get(name), marks.get(name), name in there) for name in names]


def table(found: Iterable[Row], only_care: bool = False) -> str:
    """The report for a terminal.

    Parameters
    ----------
    found : iterable of Row
    only_care : bool
        Whether to leave out those at whom nobody needs to look.
    """
    lines = [
        (
            plain(row.student),
            row.words,
            row.marks,
            "\n".join(f"{kind}: {plain(sentence)}" for kind, sentence in row.notes),
        )
        for row in found
        if row.needs_care or not only_care
    ]
    heads = ("student", "state", "marks", "notes")
    return str(tabulate(lines, heads, disable_numparse=True, maxcolwidths=[24, 17, 24, 70]))


def summary(found: Sequence[Row]) -> str:
    """Return how many of each sort, in a sentence's words."""
    counts = [(sum(row.state == state for row in found), word) for state, word in WORDS.items()]
    states = ", ".join(f"{count} {word}" for count, word in counts if count) or "no students"
    told = {word: sum(bool(getattr(row.findings, word)) for row in found) for word in TOLD}
    more = ", ".join(f"{count} {word}" for word, count in told.items() if count)
    return f"{states}; {more}" if more else states


def page(name: str, found: Sequence[Row], loose: Sequence[str] = (), timestamp: str = "") -> str:
    """The report as an HTML page.

    Parameters
    ----------
    name : str
        Of the assignment.
    found : sequence of Row
    loose : sequence of str
        Files that are in no student's folder.
    timestamp : str
        When it was made, in words.
    """
    return PAGES.render(
        "report",
        name=name,
        rows=found,
        care=[(i, row) for i, row in enumerate(found) if row.needs_care],
        summary=summary(found),
        loose=[plain(one) for one in loose],
        timestamp=timestamp,
    )


def write(course: Course, assignment: str, record: Journal) -> Path:
    """Write the page into the course's folder ``reports``; give the file."""
    timestamp = datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    text = page(assignment, rows(course, assignment, record), strays(course), timestamp)
    return _written(course.folder / "reports" / f"{assignment}.html", text)


def write_rejection(course: Course, assignment: str, entry: Entry) -> Path:
    """Write the feedback of a submission that was set aside: one sentence to its student."""
    rejection = entry.findings.rejection
    if rejection is None:
        raise ValueError(f"entry must be of a submission that is set aside, got {entry.state}")
    text = PAGES.render("rejection", name=assignment, sentence=rejection.student)
    path = _written(course.feedback(entry.student, assignment) / f"{assignment}.html", text)
    accompany(path.parent, from_exchange(course, entry.student, assignment))
    return path


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, text)


def plain(text: str) -> str:
    """A text without what could steer a terminal or turn the direction of writing."""
    return "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in text)


def _row(name: str, entry: Entry | None, scores: ScoreSummary | None, is_there: bool) -> Row:
    if entry is None:  # graded by nbgrader itself, or never taken in
        state = State.GRADED if scores else State.RECEIVED if is_there else State.ABSENT
        return Row(name, state, scores)
    state = State.RECEIVED if entry.state == State.ABSENT and is_there else entry.state
    why = entry.findings.rejection.teacher if entry.findings.rejection else entry.why
    attempt = entry.attempt if state == State.GRADED else ""
    return Row(name, state, scores, why, entry.findings, attempt)


def _marks(scores: ScoreSummary) -> str:
    late = f" (−{_number(scores.late)} late)" if scores.late else ""
    return f"{_number(scores.score)} of {_number(scores.max_score)}{late}"


def _sentence(text: str) -> Markup:
    """A sentence in which names stand between backticks."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(plain(text)))))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


PAGES = Pages("report", {"plain": plain, "sentence": _sentence})

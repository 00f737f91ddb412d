"""What the course asks of a reader: the role ``{time}`` and the directive ``{exercise-index}``.

Marks come from the release notebooks, times from counts of words, explorers and marks.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from . import release

WORDS_A_MINUTE = 100  # with the formulas and the code between them
MINUTES_AN_EXPLORER = 4
MINUTES_A_MARK = 4
FRONT = re.compile(r"\A---\n.*?^---$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```\{code-cell\}.*?^```$|^\$\$.*?^\$\$$", re.MULTILINE | re.DOTALL)
WORD = re.compile(r"\b[^\W\d_]{2,}\b")
TITLE = re.compile(r"^#+ (?:\d+\. )?(.*?)(?: \(\d+ marks?.*\))?$", re.MULTILINE)


@dataclass(frozen=True)
class Problem:
    """One problem of an assignment; ``heading`` is its heading as printed."""

    heading: str
    marks: int
    by_hand: bool

    @property
    def title(self) -> str:
        """The heading without its number and its marks."""
        return TITLE.sub(r"\1", f"## {self.heading}")


def chapter(root: Path, stem: str) -> Path:
    """The file of the chapter with this stem.

    Raises
    ------
    ValueError
        If there is none.
    """
    found = sorted((root / "chapters").glob(f"[0-9][0-9]_{stem}.md"))
    if not found:
        raise ValueError(f"there is no chapter {stem!r}")
    return found[0]


def problems(notebook: Path) -> list[Problem]:
    """The graded problems of a release notebook, in order, with the marks nbgrader gives."""
    heading, found = "", []
    for cell in json.loads(notebook.read_text(encoding="utf8"))["cells"]:
        said, text = cell["metadata"].get("nbgrader", {}), "".join(cell["source"])
        if cell["cell_type"] == "markdown" and not said and text.startswith("## "):
            heading = text.splitlines()[0].removeprefix("## ")
        if said.get("grade"):
            marks = int(said["points"])
            if found and found[-1].heading == heading:
                marks += found.pop().marks
            found.append(Problem(heading, marks, bool(said["solution"])))
    return found


def reading_minutes(page: Path) -> float:
    """Minutes for the words and the explorers of a chapter."""
    text = FRONT.sub("", page.read_text(encoding="utf8"))
    cells = CODE.findall(text)
    explorers = sum("ffnlib.explorers" in cell for cell in cells)
    words = len(WORD.findall(CODE.sub("", text)))
    return words / WORDS_A_MINUTE + explorers * MINUTES_AN_EXPLORER


def rounded(minutes: float) -> int:
    """To five minutes: it is an estimate."""
    return max(5, 5 * round(minutes / 5))


def in_words(minutes: float) -> str:
    """A number of minutes below two hours, of hours above."""
    return f"{rounded(minutes)} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


class Time(SphinxRole):
    """How long a chapter (its stem) and its exercises take; ``all``: the whole course."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        root, build = Path(self.env.srcdir), Path(self.env.app.outdir).parent
        assignments = release.assignments(root)
        try:
            if self.text == "all":
                stems = [p.stem[3:] for p in sorted((root / "chapters").glob("[0-9]*.md"))]
            else:
                stems = [self.text]
            reading = 0.0
            for stem in stems:
                page = chapter(root, stem)
                self.env.note_dependency(str(page))
                reading += reading_minutes(page)
        except ValueError as problem:
            message = self.inliner.reporter.error(f"time: {problem}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        marks = 0
        for stem in set(stems) & set(assignments):
            for file in release.sources(root, stem):
                self.env.note_dependency(str(file))
            marks += sum(p.marks for p in problems(release.release(root, build, stem)))
        text = f"{in_words(reading)} to read"
        if marks:
            text += f", {in_words(marks * MINUTES_A_MARK)} of exercises"
        return [nodes.inline("", text, classes=["ffn-time"])], []


class ExerciseIndex(SphinxDirective):
    """A table of all problems of all assignments with what each is worth."""

    def run(self) -> list[nodes.Node]:
        root, build = Path(self.env.srcdir), Path(self.env.app.outdir).parent
        order = [p.stem[3:] for p in sorted((root / "chapters").glob("[0-9]*.md"))]
        found = {}
        for stem in sorted(release.assignments(root), key=order.index):
            for file in release.sources(root, stem):
                self.env.note_dependency(str(file))
            found[stem] = problems(release.release(root, build, stem))
        every = [problem for each in found.values() for problem in each]
        total = sum(problem.marks for problem in every)
        summary = f"{len(found)} assignments, {len(every)} problems, {total} marks in all."
        sections = [self._section(root, stem, each) for stem, each in found.items()]
        return [nodes.paragraph("", summary), *sections]

    def _section(self, root: Path, stem: str, found: list[Problem]) -> nodes.section:
        """One assignment: where it is, and the table of its problems."""
        page = root / "chapters" / "exercises" / f"{stem}.md"
        self.env.note_dependency(str(page))
        title = page.read_text("utf8").splitlines()[0].removeprefix("# Exercises: ")
        home = self.env.app.builder.get_relative_uri(self.env.docname, f"chapters/exercises/{stem}")
        lines = [
            f"[The assignment](exercises/{stem}.md), {sum(p.marks for p in found)} marks, goes "
            f"with the chapter [](../{chapter(root, stem).relative_to(root)}).",
            "",
            "| problem | marks | marked |",
            "|---|---:|---|",
        ]
        for problem in found:
            place = f"{home}#{nodes.make_id(problem.heading)}"
            link = f'<a class="reference internal" href="{place}">{problem.title}</a>'
            how = "by hand" if problem.by_hand else "by tests"
            lines.append(f"| {link} | {problem.marks} | {how} |")
        section = nodes.section(ids=[f"index-{stem}"], names=[f"index-{stem}"])
        section += nodes.title("", title[0].upper() + title[1:])
        self.state.nested_parse(StringList(lines, str(page)), 0, section)
        return section


def setup(app: Sphinx) -> None:
    app.add_role("time", Time())
    app.add_directive("exercise-index", ExerciseIndex)

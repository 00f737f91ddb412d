"""What stands in for nbgrader's own execution of a notebook: the verdict is reached outside.

The notebook is run twice in one sandboxed kernel. The first time its outputs are kept, and in the
place of each test it is asked for the values of the student's function for the visible cases. Then
the kernel starts afresh and runs it again; now it is asked for the hidden cases, and of what comes
out nothing is shown, only judged. So hidden inputs are never there while something is shown, and a
right mark needs a right value.
"""

import os
import secrets
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Config

from ffngrade.grading.verdict import Question, Written, give_digits, goes_on, outputs_of, question
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel
from ffngrade.sandbox.bubblewrap import Limits
from ffngrade.sandbox.session import Ended, Ran, Session, size
from ffnlib.checks.hidden import HiddenCases
from ffnlib.checks.problem import Case

SAID_BY_A_QUESTION = 10_000
"""Characters of output that are kept of a question: an error, if it was not even asked."""

BEFORE_ALL = -1
"""The place of what is run before the first cell."""


class Step(NamedTuple):
    """A code cell, or the question in the place of a test cell."""

    place: int
    source: str
    cases: tuple[str, ...] = ()
    question: str = ""


class Shown(NamedTuple):
    """What came of a notebook that was run for what may be shown."""

    ran: dict[int, Ran]
    deadly: dict[int, Ran]
    """Cells that ended the kernel."""
    left: float
    """Seconds that the submission may still take."""


class Parts(NamedTuple):
    """What is run of a notebook."""

    tests: dict[int, Question]
    plain: list[Step]
    first: list[Step]


class TrustedExecute(NbGraderPreprocessor):
    """Run a submission in a sandbox, and write what its tests show."""

    unsafe = Bool(
        False,
        help="Run students' code without a sandbox. It can then read and change all that you can.",
    ).tag(config=True)
    partial_credit = Bool(
        False,
        help="Give marks in proportion to the cases that are right; otherwise all or none.",
    ).tag(config=True)
    cases = Unicode("", help="Folder of the hidden cases; none are asked without it.").tag(
        config=True
    )
    seed = Unicode("", help="Any text: another one draws other hidden cases.").tag(config=True)
    kernel_name = Unicode("", help="Another kernelspec than the sandbox's.").tag(config=True)
    timeout = Float(30.0, help="Seconds that a cell, or the cases of a test, may take.").tag(
        config=True
    )
    grace = Float(5.0, help="Seconds that a cell has to stop when its time is over.").tag(
        config=True
    )
    total = Float(600.0, help="Seconds that a submission may take.").tag(config=True)
    memory = Integer(
        Limits.together, help="Bytes that all processes of a submission may hold together."
    ).tag(config=True)
    warm = Bool(True, help="Fork kernels from one that has imported everything.").tag(config=True)
    startup_timeout = Float(120.0, help="Seconds that a kernel has to start.").tag(config=True)
    most_output = Integer(200_000, help="Characters of output kept of a cell.").tag(config=True)
    total_output = Integer(
        2_000_000, help="Characters of output kept of a submission; later cells show nothing more."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run ``nb``; its cells get their outputs, its test cells the verdicts."""
        return self.judge(nb, self.show(nb)), resources

    def show(self, nb: NotebookNode) -> Shown:
        """Run ``nb`` and ask for its visible cases; what comes may be shown."""
        parts = self._parts(nb)
        asked = [_ask(i, t, t.visible) for i, t in parts.tests.items()]
        runner = self._runner()
        try:
            ran = runner.run(sorted([*parts.first, *parts.plain, *asked]))
        finally:
            runner.close()
        return Shown(ran, runner.deadly, runner.left())

    def judge(self, nb: NotebookNode, shown: Shown) -> NotebookNode:
        """Run ``nb`` afresh, ask for its hidden cases, and write all that came and the verdicts."""
        parts = self._parts(nb)
        left = {i: t for i, t in parts.tests.items() if goes_on(t, shown.ran[i])}
        unseen = dict.fromkeys(parts.tests, Ran([], "done"))
        if left:
            asked = [_ask(i, t, t.hidden) for i, t in left.items()]
            runner = self._runner(shown)
            try:
                unseen |= runner.run(sorted([*parts.first, *parts.plain, *asked]))
            finally:
                runner.close()
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        for step in parts.plain:
            ran = shown.ran[step.place]
            nb.cells[step.place].outputs = [*ran.outputs, *_noted(ran.ended, self.timeout)]
        written = {
            _name(nb.cells[step.place]): Written(step.source, _error(shown.ran[step.place]))
            for step in parts.plain
        }
        for i, test in parts.tests.items():
            points = float(nb.cells[i].metadata.nbgrader.points) if self.partial_credit else None
            nb.cells[i].outputs = outputs_of(
                test,
                shown.ran[i],
                unseen[i],
                self.timeout,
                points,
                written.get(test.problem.name),
            )
        return nb

    def _parts(self, nb: NotebookNode) -> Parts:
        code = {i: cell for i, cell in enumerate(nb.cells) if cell.cell_type == "code"}
        hidden = HiddenCases(self.cases, self.seed) if self.cases else None
        tests = {
            i: question(cell.source, hidden)
            for i, cell in code.items()
            if is_grade(cell) and not is_solution(cell)
        }
        plain = [Step(i, cell.source) for i, cell in code.items() if i not in tests]
        needs_digits = any(test.needs_digits() for test in tests.values())
        return Parts(tests, plain, [Step(BEFORE_ALL, give_digits())] if needs_digits else [])

    def _runner(self, shown: Shown | None = None) -> "Runner":
        sandbox.hide(*roots(self.config))
        return Runner(self, shown)

    def kernel_to_use(self) -> str:
        """Name the kernel; an error that says what to do if there is no sandbox."""
        if self.unsafe:
            return self.kernel_name or "python3"
        why = sandbox.obstacle()
        if not why and not (self.kernel_name or kernel.installed()):
            why = "its kernel is not installed: run `ffn-grade install` once"
        if why:
            raise NbGraderException(
                f"Students' code cannot be run in a sandbox: {why}. Nothing was graded. If you "
                "trust every submission as you trust yourself, say --unsafe to ffn-grade, or "
                "--TrustedExecute.unsafe=True to `nbgrader autograde`."
            )
        return self.kernel_name or kernel.NAME


def roots(config: Config) -> list[str]:
    """Return the folders of the course and the exchange, which are never shown."""
    course = config.CourseDirectory.get("root", os.getcwd())
    return [str(course), str(config.Exchange.get("root", Exchange.root.default_value))]


class Runner:
    """Runs steps in a kernel, and without a step that ends the kernel, in another one."""

    def __init__(self, settings: TrustedExecute, before: Shown | None = None) -> None:
        self.settings = settings
        self.kernel_name = settings.kernel_to_use()
        left = settings.total if before is None else before.left
        self.deadline = time.monotonic() + left
        # a cell that ended the kernel once is not run a second time
        self.deadly: dict[int, Ran] = {} if before is None else dict(before.deadly)
        self.shown: dict[int, int] = {}  # characters of output of each cell
        self._session: Session | None = None

    def run(self, steps: Sequence[Step]) -> dict[int, Ran]:
        """Return what came of each step, by its cell's index."""
        while True:
            found: dict[int, Ran] = {}
            for step in steps:
                if step.place not in self.deadly:
                    ran = self._run(step)
                    if ran.ended in ("dead", "deaf"):
                        self.deadly[step.place] = ran
                        self.close()
                        break  # from the beginning, without it
                    found[step.place] = ran
            else:
                return found | {
                    s.place: self.deadly[s.place] for s in steps if s.place not in found
                }

    def left(self) -> float:
        """Return the seconds that the submission may still take."""
        return self.deadline - time.monotonic()

    def close(self) -> None:
        """End the kernel."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _run(self, step: Step) -> Ran:
        seconds = min(self.settings.timeout, self.left())
        if seconds <= 0:
            return Ran([], "spent")
        if self._session is None:
            self._session = Session(
                self.kernel_name,
                self.settings.startup_timeout,
                self.settings.most_output,
                self.settings.warm,
                self.settings.grace,
                self.settings.memory,
            )
        most = SAID_BY_A_QUESTION if step.cases else self._room(step.place)
        ran = self._session.run(step.source, seconds, most, step.cases, step.question)
        if not step.cases:
            self.shown[step.place] = sum(map(size, ran.outputs))
        if ran.ended == "late" and seconds < self.settings.timeout:
            return ran._replace(ended="spent")
        return ran

    def _room(self, place: int) -> int:
        """Return how much a cell may show after all that others showed."""
        others = sum(shown for other, shown in self.shown.items() if other != place)
        return max(0, min(self.settings.most_output, self.settings.total_output - others))


def _ask(place: int, test: Question, cases: Sequence[Case]) -> Step:
    name = secrets.token_hex(8)
    return Step(place, test.call(name), tuple(map(test.described, cases)), name)


def _name(cell: NotebookNode) -> str:
    """The name by which nbgrader knows a cell: a solution has its function's."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _error(ran: Ran) -> tuple[str, str]:
    """The error with which a cell stopped, and what it says; or nothing."""
    errors = [output for output in ran.outputs if output.get("output_type") == "error"]
    return (str(errors[-1].get("ename")), str(errors[-1].get("evalue"))) if errors else ("", "")


def _noted(ended: Ended, seconds: float) -> list[NotebookNode]:
    """Return what a cell that did not come to its end shows besides its outputs."""
    if ended == "done":
        return []
    words = {
        "late": f"stopped after {seconds:.0f} seconds",
        "deaf": f"this cell did not stop after {seconds:.0f} seconds, which ended the program that "
        "ran it; everything else was run without it",
        "spent": "there was no time left for this cell: the whole notebook took too long",
        "dead": "this cell ended the program that ran it; everything else was run without it",
    }[ended]
    return [new_output("error", ename="Stopped", evalue=words, traceback=[f"Stopped: {words}"])]

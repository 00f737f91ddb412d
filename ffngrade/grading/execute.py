"""What stands in for nbgrader's own execution of a notebook: the verdict is reached outside.

The notebook is run twice in one sandboxed kernel. The first time its outputs are kept, and in the
place of each test it is asked for the values of the student's function for the visible cases. Then
the kernel starts afresh and runs it again; now it is asked for the hidden cases, and of what comes
out nothing is shown, only judged. So hidden inputs are never there while something is shown, and a
right mark needs a right value.
"""

import os
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

from ffngrade.grading.verdict import (
    Question,
    digits_given,
    goes_on,
    new_mark,
    outputs_of,
    question,
)
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel
from ffngrade.sandbox.bubblewrap import Limits
from ffngrade.sandbox.session import Ended, Ran, Session, size
from ffnlib.checks.problem import Case

VALUES = 16_000_000
"""Characters that the values of one problem may have together."""

BEFORE_ALL = -1
"""The place of what is run before the first cell."""

AFRESH = "get_ipython().reset(new_session=True)"


class Step(NamedTuple):
    """A code cell, or the question in the place of a test cell."""

    place: int
    source: str
    mark: str = ""
    careful: str = ""
    """How to ask again if the question ended the kernel: then every answer comes out at once."""


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
        tests = {
            i: question(cell.source)
            for i, cell in enumerate(nb.cells)
            if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
        }
        plain = [
            Step(i, cell.source)
            for i, cell in enumerate(nb.cells)
            if cell.cell_type == "code" and i not in tests
        ]
        first = []
        if any(test.needs_digits() for test in tests.values()):
            first = [Step(BEFORE_ALL, digits_given())]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        sandbox.hide(*roots(self.config))
        runner = Runner(self)
        try:
            marks = {i: new_mark() for i in tests}
            shown = runner.run(
                sorted(
                    [*first, *plain, *(_ask(i, t, marks[i], t.visible) for i, t in tests.items())]
                )
            )
            left = {i: t for i, t in tests.items() if goes_on(t, shown[i], marks[i])}
            unseen = dict.fromkeys(tests, Ran([], "done"))
            if left:
                runner.afresh()
                unseen |= runner.run(
                    sorted(
                        [*first, *plain, *(_ask(i, t, marks[i], t.hidden) for i, t in left.items())]
                    )
                )
        finally:
            runner.close()
        for step in plain:
            ran = shown[step.place]
            nb.cells[step.place].outputs = [*ran.outputs, *_noted(ran.ended, self.timeout)]
        stopped = {_name(nb.cells[step.place]): _error(shown[step.place]) for step in plain}
        for i, test in tests.items():
            points = float(nb.cells[i].metadata.nbgrader.points) if self.partial_credit else None
            nb.cells[i].outputs = outputs_of(
                test,
                shown[i],
                unseen[i],
                marks[i],
                self.timeout,
                points,
                stopped.get(test.problem.name, ""),
            )
        return nb, resources

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
    """Folders of the course and of the exchange, as the configuration says: never to be shown."""
    course = config.CourseDirectory.get("root", os.getcwd())
    return [str(course), str(config.Exchange.get("root", Exchange.root.default_value))]


class Runner:
    """Runs steps in a kernel, and without a step that ends the kernel, in another one."""

    def __init__(self, settings: TrustedExecute) -> None:
        self.settings = settings
        self.kernel_name = settings.kernel_to_use()
        self.deadline = time.monotonic() + settings.total
        self.deadly: dict[int, Ran] = {}
        self.asked_again: set[int] = set()
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
                        if step.careful and step.place not in self.asked_again:
                            self.asked_again.add(step.place)
                        else:
                            self.deadly[step.place] = ran
                        self.close()
                        break  # from the beginning, with care or without it
                    found[step.place] = ran
            else:
                return found | {
                    s.place: self.deadly[s.place] for s in steps if s.place not in found
                }

    def afresh(self) -> None:
        """Forget all that was run: by another kernel where that costs little, else by a reset."""
        if self._session is not None and self._session.is_warm:
            self.close()
        elif self._session is not None:
            ran = self._session.run(AFRESH, self.settings.timeout)
            if ran.ended != "done" or ran.outputs:
                self.close()

    def close(self) -> None:
        """End the kernel."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _run(self, step: Step) -> Ran:
        seconds = min(self.settings.timeout, self.deadline - time.monotonic())
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
        source = step.careful if step.place in self.asked_again else step.source
        ran = self._session.run(source, seconds, VALUES if step.mark else self._room(step.place))
        if not step.mark:
            self.shown[step.place] = sum(map(size, ran.outputs))
        if ran.ended == "late" and seconds < self.settings.timeout:
            return ran._replace(ended="spent")
        return ran

    def _room(self, place: int) -> int:
        """Return how much a cell may show after all that others showed."""
        others = sum(shown for other, shown in self.shown.items() if other != place)
        return max(0, min(self.settings.most_output, self.settings.total_output - others))


def _ask(place: int, test: Question, mark: str, cases: Sequence[Case]) -> Step:
    return Step(place, test.call(mark, cases), mark, test.call(mark, cases, careful=True))


def _name(cell: NotebookNode) -> str:
    """The name by which nbgrader knows a cell: a solution has its function's."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _error(ran: Ran) -> str:
    """The error with which a cell stopped, or nothing."""
    errors = [output for output in ran.outputs if output.get("output_type") == "error"]
    return f"{errors[-1].get('ename')}: {errors[-1].get('evalue')}" if errors else ""


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

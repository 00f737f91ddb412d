"""Check an answer of an assignment in the page, as its notebook does in Jupyter."""

import builtins
import io
import json
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

from ffnlib._page.errors import explain
from ffnlib._page.session import NO_INPUT, Session, current
from ffnlib.checks import CheckFailed
from ffnlib.checks.guard import restore

TEST: Final = "<test>"


def check(before: list[list[str]], answer: str, test: str) -> dict[str, Any]:
    """Run the cells that come first, an answer, and its test, in a namespace of their own.

    What the answer's cell prints and shows leaves through the running session. Afterwards all of
    ffnlib can be imported again.

    Parameters
    ----------
    before : list of [words, code]
        The notebook's code cells before the answer, in order: what each is called, and its code.
    answer, test : str
        The code of the answer's cell, and of its test cell.

    Returns
    -------
    dict
        ``passed``; ``said``, what the test says; ``stopped``, whether the answer's cell itself
        raised an error; ``earlier``, a list of ``[words, error]`` of the cells before that did, the
        error in one line; ``error``, what the test raised that is no verdict, in the form of
        `explain`, or None.
    """
    outer, names = current(), {"__name__": "__main__"}
    stage = _Stage(names, outer.forward)
    try:
        earlier = [[words, said] for words, code in before if (said := stage.quietly(code, words))]
        stopped = not stage.openly(answer)
        passed, said, error = _verdict(test, names)
        return {
            "passed": passed,
            "said": said,
            "stopped": stopped,
            "earlier": earlier,
            "error": error,
        }
    finally:
        restore()
        outer.remember(names)


class _Stage:
    """Runs cells in one namespace, and lets the output of some of them leave."""

    def __init__(self, names: dict[str, Any], emit: Callable[[str], object]) -> None:
        self._emit = emit
        self._open = False
        self._error = ""
        self._session = Session(self._take, names)

    def quietly(self, code: str, words: str) -> str:
        """Run a cell without its output; return its error in one line, or nothing."""
        self._open, self._error = False, ""
        self._session.run(code, words)
        return self._error

    def openly(self, code: str) -> bool:
        """Run a cell with its output; return whether it ran to its end."""
        self._open = True
        ran: bool = json.loads(self._session.run(code))["ok"]
        return ran

    def _take(self, output: str) -> None:
        if self._open:
            self._emit(output)
            return
        told = json.loads(output)
        if told["output"] == "error":
            self._error = f"{told['type']}: {told['message']}" if told["message"] else told["type"]


def _verdict(test: str, names: dict[str, Any]) -> tuple[bool, str, dict[str, Any] | None]:
    """Whether the test passes, what it says, and an error of its that is no verdict."""
    printed = io.StringIO()
    linecache.cache[TEST] = (len(test), None, test.splitlines(keepends=True), TEST)
    try:
        with _nobody_answers(), redirect_stdout(printed), redirect_stderr(io.StringIO()):
            exec(compile(test, TEST, "exec"), names)
    except CheckFailed as failed:
        return False, str(failed), None
    except BaseException as error:
        return False, "", explain(error, {TEST: "the test cell"})
    return True, printed.getvalue(), None


@contextmanager
def _nobody_answers() -> Iterator[None]:
    """While a function is checked, ``input()`` finds that there is nobody at the keyboard."""

    def no_input(prompt: object = "") -> str:
        del prompt
        raise EOFError(NO_INPUT)

    before = vars(builtins)["input"]
    vars(builtins)["input"] = no_input
    try:
        yield
    finally:
        vars(builtins)["input"] = before

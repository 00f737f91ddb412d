"""Run a student's function on plain inputs, in this process.

The only part of the checks that runs code which is not ours. It takes plain inputs and gives
back plain values or a sentence, so another way to run (a second process, say) can stand in for
`call` without any change to the problems.
"""

import contextlib
import io
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from ffnlib.checks.plain import Unusable, Value, plain_result, type_name
from ffnlib.checks.problem import Case, Problem
from ffnlib.checks.refusal import Refused

TOLD_BY_NAME = {
    name
    for name, kind in vars(__import__("builtins")).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}


class Stopped(Exception):  # noqa: N818
    """The function gave no result that can be judged: ``words``, and ``detail`` for its owner.

    ``refused`` says that it had asked ffnlib for what the problem asks for.
    """

    def __init__(self, words: str, detail: str = "", refused: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.detail = detail
        self.refused = refused


class _Sink(io.StringIO):
    """Takes any text and keeps none, however much is printed."""

    def write(self, text: str, /) -> int:
        return len(text)


@contextlib.contextmanager
def _stream_muted(stream: Any) -> Iterator[None]:
    """Silence a stream object that something (a logging handler, say) took hold of earlier."""
    try:
        stream.write = _Sink().write
    except (AttributeError, TypeError):  # a stream written in C, or none at all
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(AttributeError):
            del stream.write


@contextlib.contextmanager
def _descriptor_muted(number: int) -> Iterator[None]:
    """Silence what is written below Python, by a child process for instance."""
    try:
        kept = os.dup(number)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no such descriptor here, as in a browser
        yield
        return
    try:
        os.dup2(nowhere, number)
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing printed, logged or warned inside reaches the notebook.

    nbgrader gives a test cell 0 marks if any text arrives on stderr, even when all is right.
    """
    with contextlib.ExitStack() as stack:
        for stream in {id(s): s for s in (sys.stdout, sys.stderr)}.values():
            with contextlib.suppress(Exception):
                stream.flush()
        stack.enter_context(_descriptor_muted(2))
        for stream in {id(s): s for s in (sys.stdout, sys.stderr)}.values():
            stack.enter_context(_stream_muted(stream))
        stack.enter_context(contextlib.redirect_stdout(_Sink()))
        stack.enter_context(contextlib.redirect_stderr(_Sink()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


def _line(function: Any, trace: TracebackType | None) -> str:
    """The line of the student's own code at which it stopped, or nothing."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    frames = [f for f in traceback.extract_tb(trace) if f.filename == code.co_filename]
    if not frames or not frames[-1].line:
        return ""
    return f", at the line: {frames[-1].line}"


def _said(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except Exception:  # a message that cannot be made is no message
        return ""


def not_written(name: str) -> str:
    """Say that there is only the beginning of a function."""
    return f"{name} is not written yet (it raises NotImplementedError)"


def stopped_with(name: str, kind: str) -> str:
    """Say that a function raised an error of a kind."""
    return f"{name} stopped with {kind}"


def _stopped(name: str, function: object, error: BaseException) -> Stopped:
    if isinstance(error, NotImplementedError):
        return Stopped(not_written(name))
    if isinstance(error, Refused):
        return Stopped(str(error), refused=True)
    kind = type(error).__name__
    if kind not in TOLD_BY_NAME:
        kind = "an error of its own"
    return Stopped(
        stopped_with(name, kind), f"{_said(error)}{_line(function, error.__traceback__)}"
    )


def produce(function: Callable[..., object], problem: Problem, case: Case) -> object:
    """Call a function on fresh copies of a case's inputs, and give what it returned, unread.

    Raises
    ------
    Stopped
        If it raised, or is no function.
    """
    if not callable(function):
        raise Stopped(f"{problem.name} is not a function: it is {type_name(function)}")
    arguments = problem.inputs(case).values()
    with quiet():
        try:
            return function(*arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: it must not end the kernel
            raise _stopped(problem.name, function, error) from None


def read(returned: object, problem: Problem) -> tuple[dict[str, Value], int]:
    """Read what a function returned.

    Returns
    -------
    parts : dict
        Exact arrays and plain numbers, by name.
    width : int
        Bytes of the narrowest float type in it.

    Raises
    ------
    Stopped
        If it is not of the kind asked for.
    """
    with quiet():
        try:
            return plain_result(returned, problem.returns)
        except Unusable as fault:
            raise Stopped(str(fault)) from None
        except Exception:  # an odd container may raise anything when read
            raise Stopped("the result cannot be read: return arrays, lists or numbers") from None


def call(
    function: Callable[..., object], problem: Problem, case: Case
) -> tuple[dict[str, Value], int]:
    """Call a function on a case and read the result; see `produce` and `read`."""
    return read(produce(function, problem, case), problem)

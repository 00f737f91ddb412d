"""Run a student's function on plain inputs, in this process.

The only part of the checks that runs code which is not ours. It is a part of the ``ffnlib`` of the
grading kernel too, so nothing here knows what is right.
"""

import builtins
import contextlib
import io
import os
import sys
import traceback
import warnings
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from types import GeneratorType, TracebackType
from typing import Any

from numpy import asarray

from ffnlib.errors import FunctionStoppedError, ModuleDisabledError

TOLD_BY_NAME = {
    name
    for name, kind in vars(__import__("builtins")).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}


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


def type_name(value: object) -> str:
    """Name of a value's type as a reader would say it: ``a list``, ``an int``, ``None``."""
    if value is None:
        return "None"
    name = type(value).__name__
    if not name.isalpha():
        return "an object"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def not_written(name: str) -> str:
    """Say that there is only the beginning of a function."""
    return f"{name} is not written yet (it raises NotImplementedError)"


def stopped_with(name: str, kind: str) -> str:
    """Say that a function raised an error of a kind."""
    return f"{name} stopped with {kind}"


def asks(name: str) -> str:
    """Say that a function waits for somebody at the keyboard."""
    return f"{name} calls input(): a function gets all that it needs as its arguments"


def interrupted(name: str) -> str:
    """Say that a function was stopped while it ran."""
    return f"{name} was interrupted before it returned anything"


def _meant(error: BaseException) -> str:
    """Ask whether another name was meant, as Python does below a traceback; or nothing."""
    wrong = getattr(error, "name", None)
    if not isinstance(wrong, str) or not isinstance(error, NameError | AttributeError):
        return ""
    try:
        known = _known_to(error)
    except Exception:  # an object that does not say what it has
        return ""
    shown = [name for name in known if not name.startswith("_") or wrong.startswith("_")]
    alike = get_close_matches(wrong, sorted(shown), 1, 0.7)
    return f" (did you mean {alike[0]}?)" if alike else ""


def _known_to(error: NameError | AttributeError) -> set[str]:
    """Names that could have been meant: what an object has, or what is known where it stopped."""
    if isinstance(error, AttributeError):
        return {name for name in dir(error.obj) if type(name) is str}
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return set()
    frame = trace.tb_frame
    return {*frame.f_locals, *frame.f_globals, *vars(builtins)}


def _stopped(name: str, function: object, error: BaseException) -> FunctionStoppedError:
    kind = type(error).__name__
    if kind in ("StdinNotImplementedError", "EOFError"):
        return FunctionStoppedError(asks(name))
    if isinstance(error, NotImplementedError):
        return FunctionStoppedError(not_written(name))
    if isinstance(error, ModuleDisabledError):
        return FunctionStoppedError(f"{name} stopped: {error}")
    if kind not in TOLD_BY_NAME:
        kind = "an error of its own"
    return FunctionStoppedError(
        stopped_with(name, kind),
        f"{_said(error)}{_meant(error)}{_line(function, error.__traceback__)}",
    )


LISTED = (GeneratorType, map, filter, zip, range, deque, array)


def _written_out(value: object) -> object:
    """Make lists of what only promises its items; some more than anybody asks for, and no more."""
    if type(value) is tuple or type(value) is list:
        return [_plainer(part) for part in value]
    return _plainer(value)


def _plainer(value: object) -> object:
    if isinstance(value, LISTED):
        return list(islice(value, 1_000_001))
    return asarray(value) if isinstance(value, memoryview) else value


def produce(name: str, function: Callable[..., object], arguments: Iterable[object]) -> object:
    """Call a function on inputs that are its own, and return what it returned, unread.

    Generators and their like are run to lists here, where an error of theirs is the function's.

    Raises
    ------
    FunctionStoppedError
        If it raised, or is no function.
    """
    if not callable(function):
        raise FunctionStoppedError(f"{name} is not a function: it is {type_name(function)}")
    with quiet():
        try:
            return _written_out(function(*arguments))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: it must not end the kernel
            raise _stopped(name, function, error) from None

"""The side of a check that stands in the student's kernel while the verdict is reached elsewhere.

Inputs come in as text, what the function returns for them goes out as text (`ffnlib.checks.codec`).
Nothing here knows what is right. Every file that this one needs stands in the ``ffnlib`` of the
grading kernel, where there is no other (`ffngrade.sandbox.inside`).
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from ffnlib.checks.codec import decode, dumps, encode
from ffnlib.checks.execution import produce, quiet
from ffnlib.checks.formula import Formula
from ffnlib.checks.guard import Missing
from ffnlib.errors import FunctionStoppedError

_given: list[Any] = []


def answer(
    name: str, function: Callable[..., object], cases: str, mark: str, careful: bool = False
) -> None:
    """Print a line for each case, ``mark`` and what the function returned, or why it did not.

    Parameters
    ----------
    name : str
        Of the problem.
    function : callable
        The student's.
    cases : str
        JSON: a list of lists of arguments, each as `argument` describes it.
    mark : str
        What the lines begin with, to tell them from anything else that is printed.
    careful : bool
        Whether a line is sent before the next case is asked, so that it is not lost if that one
        ends the program. It takes longer.
    """
    write, flush = sys.stdout.write, sys.stdout.flush  # as they are while nothing is muted
    if isinstance(function, Missing):
        write(f"{mark}{dumps({'missing': True})}\n")
        return
    said: dict[str, Any]
    with quiet():  # around them all: to mute a notebook costs more than most functions
        for arguments in json.loads(cases):
            try:
                said = {"returned": encode(produce(name, function, map(_received, arguments)))}
            except FunctionStoppedError as stop:
                said = {"stopped": [stop.words, stop.detail]}
            write(f"{mark}{dumps(said)}\n")
            if careful:
                flush()


def argument(value: object) -> Any:
    """Describe an argument in what JSON has: a function by its formula, all else by its value.

    Only arguments may be functions: `ffnlib.checks.codec`, which reads what a student's function
    returned, knows of none.
    """
    return {"formula": value.text} if isinstance(value, Formula) else encode(value)


def _received(said: Any) -> object:
    return Formula(said["formula"]) if isinstance(said, dict) else decode(said)


def give_digits(images: str, labels: str) -> None:
    """Take the digits that `training_digits` returns here: pixels from 0 to 16, and labels."""
    _given[:] = [decode(json.loads(images)) / 16, decode(json.loads(labels))]


def training_digits() -> tuple[Any, Any]:
    """Return the digits to learn from: images (1200, 64) from 0 to 1, and labels (1200,)."""
    if not _given:
        raise ValueError("no digits were given to this kernel: no problem here learns from them")
    x, y = _given
    return x.copy(), y.copy()

"""The side of a check that stands in the student's kernel while the verdict is reached elsewhere.

Cases come in as text, what the function returns for them goes out as text (`ffnlib.checks.wire`).
Nothing here knows what is right.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from ffnlib.checks.execution import Stopped, produce, quiet
from ffnlib.checks.problem import Case
from ffnlib.checks.refusal import Missing, refuse
from ffnlib.checks.verdict import find_problem
from ffnlib.checks.wire import decode, dumps, encode


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
        JSON: a list of inputs by name, each as `ffnlib.checks.wire` describes values.
    mark : str
        What the lines begin with, to tell them from anything else that is printed.
    careful : bool
        Whether a line is sent before the next case is asked, so that it is not lost if that one
        ends the program. It takes longer.
    """
    assignment, problem = find_problem(name)
    refuse(assignment)
    write, flush = sys.stdout.write, sys.stdout.flush  # as they are while nothing is muted
    if isinstance(function, Missing):
        write(f"{mark}{dumps({'missing': True})}\n")
        return
    said: dict[str, Any]
    with quiet():  # around them all: to mute a notebook costs more than most functions
        for inputs in json.loads(cases):
            case = Case({key: decode(said) for key, said in inputs.items()}, None)
            try:
                said = {"returned": encode(produce(function, problem, case))}
            except Stopped as stop:
                said = {"stopped": [stop.words, stop.detail], "refused": stop.refused}
            write(f"{mark}{dumps(said)}\n")
            if careful:
                flush()

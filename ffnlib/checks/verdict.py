"""`verify`: run the visible cases of a test cell, and the hidden ones while grading."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from numpy import array2string, ndarray

from ffnlib.checks import (
    activations,
    backprop,
    ffn,
    lora,
    moe,
    neurons,
    quantization,
    softmax,
)
from ffnlib.checks.execution import CheckFailed, Stopped, produce, quiet
from ffnlib.checks.hidden import hidden_cases
from ffnlib.checks.plain import Unusable, Value, plain_result
from ffnlib.checks.problem import Case, Parts, Problem
from ffnlib.checks.refusal import Missing

ASSIGNMENTS: dict[str, dict[str, Problem]] = {
    "neurons": neurons.PROBLEMS,
    "activations": activations.PROBLEMS,
    "backprop": backprop.PROBLEMS,
    "softmax": softmax.PROBLEMS,
    "ffn": ffn.PROBLEMS,
    "moe": moe.PROBLEMS,
    "lora": lora.PROBLEMS,
    "quantization": quantization.PROBLEMS,
}


# Gives what a student's function returns for a case, by name, and the narrowest float's bytes.
Run = Callable[[Case], tuple[Parts, int]]


def find_problem(name: str) -> tuple[str, Problem]:
    """Find the assignment and the problem of a name.

    Raises
    ------
    ValueError
        If no assignment has it.
    """
    for assignment, problems in ASSIGNMENTS.items():
        if name in problems:
            return assignment, problems[name]
    known = ", ".join(sorted(name for problems in ASSIGNMENTS.values() for name in problems))
    raise ValueError(f"name must be one of {known}, got {name!r}")


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
    return read(produce(problem.name, function, problem.inputs(case).values()), problem)


def _shown(value: Any) -> str:
    if isinstance(value, ndarray):
        text = array2string(value, separator=", ", threshold=40, precision=8)
        return " ".join(text.split())
    return repr(value)[:400]


def _listed(parts: Parts) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in parts.items())


def _failure(run: Run, problem: Problem, case: Case, title: str) -> str:
    """Message of a visible case that fails, or an empty string."""
    given = problem.inputs(case)
    inputs = f"\n  called with {_listed(given)}" if given else ""
    try:
        parts, width = run(case)
    except Stopped as stop:
        detail = f"\n  {stop.detail}" if stop.detail else ""
        return f"{title}: {stop.words}{detail}{inputs}"
    fault = problem.judged(case, parts, width)
    if fault is None:
        return ""
    detail = f" ({fault.detail})" if fault.detail else ""
    return f"{title}: {fault.words}{detail}{inputs}\n  returned {_listed(parts)}"


def _hidden_words(run: Run, problem: Problem, case: Case) -> str:
    """Why a hidden case fails, without a number of it; an empty string if it does not."""
    try:
        parts, width = run(case)
    except Stopped as stop:
        return stop.words
    fault = problem.judged(case, parts, width)
    return "" if fault is None else fault.words


def shortfall(
    problem: Problem, run: Run, visible: Sequence[Case], hidden: Sequence[Case] = ()
) -> str:
    """Say what is wrong with the first case that does not pass; an empty string if all do.

    Parameters
    ----------
    problem : Problem
    run : callable
        Gives what the student's function returns for a case, read, or raises `Stopped`; where the
        function really runs is its affair.
    visible, hidden : sequences of Case
        Of a hidden case neither inputs nor numbers are told.
    """
    for number, case in enumerate(visible, 1):
        title = f"{problem.name}, case {number} of {len(visible)}"
        message = _failure(run, problem, case, title)
        if message:
            return message
    for case in hidden:
        words = _hidden_words(run, problem, case)
        if words:
            return f"{problem.name} passes the visible cases but not a hidden one: {words}"
    return ""


def praise(visible: Sequence[Case], hidden: Sequence[Case] = ()) -> str:
    """Say how many cases passed, a line for each sort."""
    counts = {"visible": len(visible), "hidden": len(hidden)}
    return "".join(
        f"{n} {sort} case{'s' if n != 1 else ''} passed\n"
        for sort, n in counts.items()
        if n or sort == "visible"
    )


def undefined(name: str) -> str:
    """Say that there is no such function."""
    return f"{name} is not defined: run the cell in which you write it first"


def verify(
    name: str,
    function: Callable[..., object],
    cases: Sequence[tuple[dict[str, object], object]],
) -> None:
    """Check a function on the cases given, and on hidden ones while nbgrader grades.

    Parameters
    ----------
    name : str
        Name of the problem.
    function : callable
        The student's function. It gets fresh copies of the inputs, in order.
    cases : sequence of (inputs, expected)
        Inputs by name, and the expected result.

    Raises
    ------
    CheckFailed
        With one message, for the first case that does not pass.
    ValueError
        If no problem has this name.
    """
    assignment, problem = find_problem(name)
    if isinstance(function, Missing):
        raise CheckFailed(undefined(name))
    visible = [Case(inputs, expected) for inputs, expected in cases]
    hidden = hidden_cases(assignment, name)
    message = shortfall(problem, partial(call, function, problem), visible, hidden)
    if message:
        raise CheckFailed(message)
    print(praise(visible, hidden), end="")

"""`verify`: run the visible cases of a test cell, and for instructors the hidden ones."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from numpy import array2string, ndarray

from ffnlib.checks.coerce import Value, fresh_result, plain_result
from ffnlib.checks.execution import interrupted, produce, quiet
from ffnlib.checks.guard import Missing
from ffnlib.checks.hidden import HiddenCases
from ffnlib.checks.judges import (
    activations,
    backprop,
    ffn,
    lora,
    moe,
    neurons,
    quantization,
    softmax,
)
from ffnlib.checks.problem import Case, Fault, Parts, Problem, settled
from ffnlib.errors import CheckFailed, FunctionStoppedError, UnusableValueError

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
    FunctionStoppedError
        If it is not of the kind asked for.
    """
    with quiet():
        try:
            return plain_result(returned, problem.returns)
        except UnusableValueError as fault:
            raise FunctionStoppedError(str(fault)) from None
        except Exception:  # an odd container may raise anything when read
            raise FunctionStoppedError(
                "the result cannot be read: return arrays, lists or numbers"
            ) from None


def call(
    function: Callable[..., object], problem: Problem, case: Case
) -> tuple[dict[str, Value], int]:
    """Call a function on a case and read the result; see `produce` and `read`.

    Whoever interrupts a function that does not end is told in which case it was.
    """
    try:
        returned = produce(problem.name, function, problem.inputs(case).values())
    except KeyboardInterrupt:
        raise FunctionStoppedError(interrupted(problem.name)) from None
    return read(returned, problem)


def _shown(value: Any) -> str:
    if isinstance(value, ndarray):
        text = array2string(value, separator=", ", threshold=40, precision=8)
        return " ".join(text.split())
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"an integer of {value.bit_length():,} bits"  # Python writes no endless decimals
    return repr(value)[:400]


def _listed(parts: Parts) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in parts.items())


class _Failing(NamedTuple):
    """A case that does not pass: which, why, and what came back, if anything did."""

    number: int
    fault: Fault
    returned: Parts | None


def _failing(run: Run, problem: Problem, cases: Sequence[Case]) -> Iterator[_Failing]:
    for number, case in enumerate(cases):
        try:
            parts, width = run(case)
        except FunctionStoppedError as stop:
            yield _Failing(number, Fault(stop.words, stop.detail), None)
            continue
        fault = problem.judged(case, parts, width)
        if fault is not None:
            yield _Failing(number, fault, parts)


def _told(problem: Problem, case: Case, fault: Fault, returned: Parts | None) -> str:
    """Say all about a visible case that fails."""
    lines = [fault.words]
    if fault.detail and returned is None:
        lines.append(fault.detail)
    elif fault.detail:
        lines = [f"{fault.words} ({fault.detail})"]
    given = problem.inputs(case)
    if given:
        lines.append(f"called with {_listed(given)}")
    if returned is not None:
        lines.append(f"returned {_listed(returned)}")
        if problem.expected is None:
            lines.append(f"expected {_listed(fresh_result(case.expected, problem.returns))}")
    return "\n  ".join(lines)


class Shortfall(NamedTuple):
    """Why a problem is not solved."""

    message: str
    """All that is said of it."""
    mistake: str
    """The mistake alone: the same words whichever case showed it."""


def shortfall(
    problem: Problem, run: Run, visible: Sequence[Case], hidden: Sequence[Case] = ()
) -> Shortfall | None:
    """Say what is wrong with the first case that does not pass; None if all do.

    A mistake is named only if it explains every case that fails.

    Parameters
    ----------
    problem : Problem
    run : callable
        Gives what the student's function returns for a case, read, or raises
        `FunctionStoppedError`; where the function really runs is its affair.
    visible, hidden : sequences of Case
        Of a hidden case neither inputs nor numbers are told.
    """
    failing = _failing(run, problem, [*visible, *hidden])
    first = next(failing, None)
    if first is None:
        return None
    fault = first.fault
    if fault.guesses:
        fault = settled([fault, *(f.fault for f in failing if f.returned is not None)])
    if first.number >= len(visible):
        message = f"{problem.name} passes the visible cases but not a hidden one: {fault.words}"
        return Shortfall(message, fault.words)
    title = f"{problem.name}, case {first.number + 1} of {len(visible)}"
    told = _told(problem, visible[first.number], fault, first.returned)
    return Shortfall(f"{title}: {told}", fault.words)


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
    hidden: HiddenCases | None = None,
) -> None:
    """Check a function on the cases given, and on an instructor's hidden ones.

    Parameters
    ----------
    name : str
        Name of the problem.
    function : callable
        The student's function. It gets fresh copies of the inputs, in order.
    cases : sequence of (inputs, expected)
        Inputs by name, and the expected result.
    hidden : HiddenCases, optional
        A course's hidden cases; only the visible ones are checked without it.

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
    unseen = hidden.of(assignment, name) if hidden is not None else []
    found = shortfall(problem, partial(call, function, problem), visible, unseen)
    if found:
        raise CheckFailed(found.message)
    print(praise(visible, unseen), end="")

"""A problem: what goes in, what comes out, and how a result is judged.

A problem is plain data and plain functions. Nothing here runs a student's code, so the same
problem can be judged in the process that ran it or in another one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import asarray, errstate, float64, isfinite, maximum, shape
from numpy.typing import NDArray

from ffnlib.checks.plain import Kind, Value, fresh, fresh_result

# Values by name. Each judge knows the kinds of its own problem.
Parts = Mapping[str, Any]


class Fault(NamedTuple):
    """Why a result is wrong: ``words`` for everybody, ``detail`` only beside a visible case."""

    words: str
    detail: str = ""


UNLIKE = Fault("the result cannot be compared with what is asked for: is it empty, or far too big?")


class Mistake(NamedTuple):
    """A typical mistake: what to say, and the result somebody who makes it would get."""

    words: str
    result: Callable[[], Any]


class Case(NamedTuple):
    """One call: the inputs by name, and what is expected, in the problem's order."""

    inputs: Mapping[str, object]
    expected: object


Judge = Callable[[Parts, Parts, Parts, float], Fault | None]


@dataclass(frozen=True)
class Problem:
    """One function that a student writes.

    Parameters
    ----------
    name : str
        Name of the function.
    arguments, returns : mapping of str to Kind
        In the order in which they are passed and returned.
    judge : callable
        ``judge(inputs, expected, returned, tolerance)`` gives a `Fault` or None.
    expected : mapping of str to Kind, optional
        Kinds of a case's expected part where these differ from ``returns``.
    tolerance : float
        For results in float64. Results in float32 get ``single``.
    """

    name: str
    arguments: Mapping[str, Kind]
    returns: Mapping[str, Kind]
    judge: Judge
    expected: Mapping[str, Kind] | None = None
    tolerance: float = 1e-6
    single: float = 1e-4

    def inputs(self, case: Case) -> dict[str, Value]:
        """Fresh copies of a case's inputs, in the order in which they are passed."""
        return {name: fresh(case.inputs[name], kind) for name, kind in self.arguments.items()}

    def judged(self, case: Case, returned: Parts, width: int) -> Fault | None:
        """Judge plain returned values whose narrowest float type has ``width`` bytes."""
        if width < 4:
            return Fault("the result is in half precision: keep the dtype of the inputs")
        inputs = self.inputs(case)
        expected = fresh_result(case.expected, self.expected or self.returns)
        tolerance = self.tolerance if width >= 8 else self.single
        with errstate(all="ignore"):
            try:
                return self.judge(inputs, expected, returned, tolerance)
            except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError):
                return UNLIKE  # empty, or of a shape or size that no judge thought of


def close(got: object, wanted: object, tolerance: float, relative: bool = False) -> bool:
    """Whether two results have one shape and agree within a tolerance, entry by entry.

    The error allowed is ``tolerance * |wanted|``, and at least ``tolerance`` itself unless
    ``relative``. Entries that are not finite never agree.
    """
    a: NDArray[float64] = asarray(got, dtype=float64)
    b: NDArray[float64] = asarray(wanted, dtype=float64)
    if shape(a) != shape(b) or not np_all(isfinite(a)) or not np_all(isfinite(b)):
        return False
    scale = np_abs(b) if relative else maximum(1.0, np_abs(b))
    return bool(np_all(np_abs(a - b) <= tolerance * scale))


def mistake_made(
    got: object,
    wanted: object,
    mistakes: Sequence[Mistake],
    tolerance: float,
    relative: bool = False,
) -> str | None:
    """Words of the first mistake whose result is the one that came, or None.

    A mistake that happens to give the right result for these inputs explains nothing and is
    passed over, as is one that cannot be made with these shapes.
    """
    for words, result in mistakes:
        try:
            wrong = result()
        except (ValueError, IndexError, ZeroDivisionError, OverflowError):
            continue
        if close(got, wrong, tolerance, relative) and not close(wrong, wanted, tolerance, relative):
            return words
    return None


def judge_value(
    name: str,
    got: Any,
    wanted: Any,
    mistakes: Sequence[Mistake],
    tolerance: float,
    relative: bool = False,
    overflow: str = "",
) -> Fault | None:
    """Compare one value with the expected one; name the mistake if it is a known one.

    ``overflow`` is added where nan or inf came instead of a number.
    """
    if close(got, wanted, tolerance, relative):
        return None
    words = mistake_made(got, wanted, mistakes, tolerance, relative)
    if words is not None:
        return Fault(words)
    if shape(got) != shape(wanted):
        return Fault(
            f"{name} has the wrong shape",
            f"its shape is {shape(got)}, asked for is {shape(wanted)}",
        )
    if not np_all(isfinite(got)):
        return Fault(f"{name} has nan or inf in it where a finite number belongs{overflow}")
    far = float(np_abs(asarray(got, dtype=float64) - asarray(wanted, dtype=float64)).max())
    return Fault(f"{name} is wrong", f"the largest difference is {far:.3g}")

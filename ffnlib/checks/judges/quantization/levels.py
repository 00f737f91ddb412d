"""Judge rounded weights and their scale, with what the ways of rounding share."""

from collections.abc import Sequence

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import asarray, ceil, float64, floor, rint, trunc
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, close, close_relative, judge_value

Array = NDArray[float64]


def judge_whole(got: Array, wanted: Array, mistakes: Sequence[Mistake]) -> Fault | None:
    """Judge the whole numbers; the steps they belong to are right."""
    if close(got, wanted, 0.0):
        return None
    fault = judge_value("q", got, wanted, mistakes, 1e-4)
    if fault is None:
        return Fault("q is not rounded to whole numbers", fact="q is wrong")
    if not fault.unexplained:
        return fault
    if not np_all(got == rint(got)):
        return fault.observed("q is not rounded to whole numbers")
    off = got - wanted
    if np_all(np_abs(off) <= 1):
        return fault.observed("q is off by one here and there: round to the nearest whole number")
    at_the_end = (got == np_max(got)) | (got == np_min(got))
    if np_max(np_abs(got)) < np_max(np_abs(wanted)) and np_all((off == 0) | at_the_end):
        return fault.observed("q is cut off too early: the largest in size must keep its place")
    if np_all(got % 256 == wanted % 256):
        return fault.observed("q wrapped around: cut it off before it is converted to int8")
    return fault


def judge_step(
    got: Array | float,
    wanted: Array | float,
    mistakes: Sequence[Mistake],
    tol: float,
    overflow: str = "",
) -> Fault | None:
    """Judge steps; what no mistake explains is too small, too large, or nearly right."""
    fault = judge_value("scale", got, wanted, mistakes, tol, close_relative, overflow)
    if fault is None or not fault.unexplained:
        return fault
    if close_relative(got, wanted, 0.01):
        return fault.observed("scale is nearly right, but not to six digits: is something added "
                               "to it, or is it rounded?")  # fmt: skip
    if np_all(asarray(got) <= wanted):
        return fault.observed("scale is too small: the largest numbers would be cut off")
    if np_all(asarray(got) >= wanted):
        return fault.observed("scale is too large: some of the levels are never used")
    return fault


def rounded_otherwise(v: Array, s: Array | float, w: Array, z: float = 0.0) -> list[Mistake]:
    """Make mistakes in the last step; v is w/s, and z the zero point."""
    return [
        Mistake("q is cut off towards 0: round to the nearest whole number",
                lambda: trunc(v) + z),
        Mistake("q is rounded down: round to the nearest whole number", lambda: floor(v) + z),
        Mistake("q is rounded up: round to the nearest whole number", lambda: ceil(v) + z),
        Mistake("q is cut off towards 0: round to the nearest whole number",
                lambda: trunc(v + z)),
        Mistake("q is not rounded to whole numbers", lambda: v + z),
        Mistake("these are the numbers read back: q are the whole numbers", lambda: rint(v) * s),
        Mistake("w is multiplied by the step: divide by it", lambda: rint(w * s) + z),
        Mistake("w is rounded without being divided by the step", lambda: rint(w) + z),
        Mistake("q has lost its signs", lambda: np_abs(rint(v) + z)),
        Mistake("q is shifted to 0 and above: it is signed", lambda: rint(v) + z + 128),
    ]  # fmt: skip

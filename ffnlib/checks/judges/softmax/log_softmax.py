"""The problem ``log_softmax``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import any as np_any
from numpy import exp, float64, isfinite, log, shape, where
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import (
    NO_SHIFT,
    along,
    judge_logits,
    log_softmax,
    naive,
    softmax,
)
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the logarithm of the softmax along an axis."""
    z, axis = inputs["z"], int(inputs["axis"])
    m = np_max(z, axis=axis, keepdims=True)
    shifted = z - m
    total = np_sum(exp(shifted), axis=axis, keepdims=True)
    mistakes = [
        Mistake(f"the logarithm of a softmax without a shift: {NO_SHIFT}",
                lambda: log(naive(z, axis))),
        Mistake(f"log sum exp is taken without a shift: {NO_SHIFT}",
                lambda: z - log(np_sum(exp(z), axis=axis, keepdims=True))),
        Mistake("the logarithm of the softmax: a probability that rounds to 0 has a finite "
                "logarithm, so subtract log sum exp from the logits",
                lambda: log(softmax(z, axis))),
        *along(z, axis, log_softmax, "normalized along the wrong axis"),
        Mistake("only the maximum is subtracted: log sum exp is more than that", lambda: shifted),
        Mistake("the sum is subtracted without its logarithm", lambda: shifted - total),
        Mistake("these are probabilities: the logarithm is missing", lambda: softmax(z, axis)),
        Mistake("the sign is wrong: a logarithm of a probability is at most 0",
                lambda: log(total) - shifted),
        Mistake("log sum exp is added, not subtracted", lambda: shifted + log(total)),
        Mistake("the axis is lost in the sum, so that it is subtracted along another one: keepdims",
                lambda: shifted - log(np_sum(exp(shifted), axis=axis))),
        Mistake("the maximum is subtracted only once: it belongs in both terms, or in neither",
                lambda: z - log(total)),
        Mistake("the maximum is subtracted twice", lambda: shifted - (m + log(total))),
        Mistake("one shift for the whole array: lines far below its maximum underflow",
                lambda: z - np_max(z) - log(np_sum(exp(z - np_max(z)), axis=axis, keepdims=True))),
        Mistake("summed over the whole array: each line along axis has its own sum",
                lambda: z - np_max(z) - log(np_sum(exp(z - np_max(z))))),
        Mistake("the mean stands where the sum belongs",
                lambda: shifted - log(total) + log(z.shape[axis])),
        Mistake("the base of the logarithm is 2, not e", lambda: (shifted - log(total)) / log(2)),
        Mistake("softmax is taken twice", lambda: log_softmax(softmax(z, axis), axis)),
    ]  # fmt: skip
    fault = judge_logits("the result", returned["y"], expected["y"], mistakes, tol)
    return _capped(fault, returned["y"], expected["y"])


def _capped(fault: Fault | None, got: Array, wanted: Array) -> Fault | None:
    """Say of a result that is right except where it is very negative that it was cut off."""
    if fault is None or shape(got) != shape(wanted) or not np_all(isfinite(got)):
        return fault
    off = np_abs(got - where(isfinite(wanted), wanted, got)) > 1e-3
    if np_any(off) and np_all(wanted[off] < -20.0) and np_all(got[off] > wanted[off]):
        return fault.observed(
            "very negative values are cut off: was something added inside the logarithm?"
        )
    return fault


PROBLEM = Problem("log_softmax", {"z": "array", "axis": "integer"}, {"y": "array"}, _judge)

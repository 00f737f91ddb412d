"""Judges of log sum exp and of the logarithm of the softmax, with typical mistakes."""

from typing import Any

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import any as np_any
from numpy import exp, expand_dims, float64, isfinite, log, log1p, shape, where
from numpy import max as np_max
from numpy import min as np_min
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import (
    NO_SHIFT,
    along,
    judge_logits,
    log_softmax,
    logsumexp,
    naive,
    softmax,
)
from ffnlib.checks.problem import Fault, Mistake, Parts

Array = NDArray[float64]


def judge_logsumexp(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge log sum exp along an axis."""
    z, axis = inputs["z"], int(inputs["axis"])
    m = np_max(z, axis=axis)
    wide = expand_dims(m, axis)
    rest = log(np_sum(exp(z - wide), axis=axis))
    low = np_min(z, axis=axis, keepdims=True)
    # where several give the same inf or nan, the one that fails more rarely stands first
    mistakes = [
        Mistake("one shift for the whole array: lines far below its maximum underflow",
                lambda: np_max(z) + log(np_sum(exp(z - np_max(z)), axis=axis))),
        Mistake(f"the largest logit is too large for exp, or all are too small: {NO_SHIFT}",
                lambda: log(np_sum(exp(z), axis=axis))),
        *along(z, axis, logsumexp, "summed along the wrong axis"),
        Mistake("the maximum was taken off and not added back", lambda: rest),
        Mistake("the maximum is subtracted at the end: it has to be added back", lambda: rest - m),
        Mistake("this is only the maximum: the other terms are missing", lambda: m),
        Mistake("this is the logarithm of the mean, not of the sum",
                lambda: m + rest - log(z.shape[axis])),
        Mistake("the shift is the minimum: the largest exponent still overflows",
                lambda: low.squeeze(axis) + log(np_sum(exp(z - low), axis=axis))),
        Mistake("the shift is max |z|: negative logits underflow",
                lambda: _shifted_by(z, np_max(np_abs(z), axis=axis, keepdims=True), axis)),
        Mistake("a 1 too many in the sum: the largest term is counted twice (log1p)",
                lambda: m + log1p(exp(rest))),
        Mistake("the logarithm is missing after the sum", lambda: m + exp(rest)),
        Mistake("this is the sum of the logits: log and sum cannot be swapped",
                lambda: np_sum(z, axis=axis)),
        Mistake("this is the sum of the logits: log and sum cannot be swapped",
                lambda: np_sum(log(exp(z)), axis=axis)),
        Mistake("the sign is wrong", lambda: -(m + rest)),
        Mistake("the base of the logarithm is 2, not e", lambda: m + rest / log(2.0)),
        Mistake("the base of the logarithm is 10, not e", lambda: m + rest / log(10.0)),
        Mistake("the summed axis is still there, with length 1: leave it out",
                lambda: expand_dims(m + rest, axis)),
        Mistake("summed over the whole array: each line along axis gives one number",
                lambda: np_max(z) + log(np_sum(exp(z - np_max(z))))),
    ]  # fmt: skip
    return judge_logits("the result", returned["y"], expected["y"], mistakes, tol)


def _shifted_by(z: Array, shift: Any, axis: int) -> Any:
    return shift.squeeze(axis) + log(np_sum(exp(z - shift), axis=axis))


def judge_log_softmax(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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

"""The problem ``logsumexp``, with the mistakes its results give away."""

from typing import Any

from numpy import abs as np_abs
from numpy import exp, expand_dims, float64, log, log1p
from numpy import max as np_max
from numpy import min as np_min
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import NO_SHIFT, along, judge_logits, logsumexp
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEM = Problem("logsumexp", {"z": "array", "axis": "integer"}, {"y": "array"}, _judge)

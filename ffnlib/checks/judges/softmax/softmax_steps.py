"""The problem ``softmax_steps``, with the mistakes its results give away."""

from numpy import exp, float64, log, mean, sqrt
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z: Array = inputs["z"]
    e, total, p = expected["e"], expected["total"], expected["p"]
    in_powers = [
        Mistake("e holds the shifted exponentials; here the plain ones are asked for",
                lambda: exp(z - np_max(z))),
        Mistake("e has the base 2: the base is e", lambda: 2.0**z),
        Mistake("e is a product: the logit belongs in the exponent", lambda: z * exp(1.0)),
        Mistake("e raises the logit to a power: the logit is the exponent", lambda: z ** exp(1.0)),
        Mistake("e has the wrong sign in the exponent", lambda: exp(-z)),
        Mistake("e holds the logits: the exponential is missing", lambda: z),
        Mistake("e holds the probabilities: return the exponentials before dividing", lambda: p),
        Mistake("e is off by one: exp, not expm1", lambda: exp(z) - 1.0),
    ]  # fmt: skip
    in_total = [
        Mistake("total is the mean of the exponentials, not their sum", lambda: mean(e)),
        Mistake("total is the largest exponential, not the sum", lambda: np_max(e)),
        Mistake("total is the sum of the logits, not of their exponentials", lambda: np_sum(z)),
        Mistake("total is the exponential of the sum, not the sum of the exponentials",
                lambda: exp(np_sum(z))),
        Mistake("total is the sum of the probabilities", lambda: 1.0),
        Mistake("total is the number of classes", lambda: len(z)),
        Mistake("total is the logarithm of the sum", lambda: log(total)),
        Mistake("total is the root of the sum of squares", lambda: sqrt(np_sum(e * e))),
    ]  # fmt: skip
    in_p = [
        Mistake("p holds the logits divided by their sum: the exponentials are to be divided",
                lambda: z / np_sum(z)),
        Mistake("p is divided by the largest exponential, not by the sum", lambda: e / np_max(e)),
        Mistake("p is divided by the number of classes, not by the sum", lambda: e / len(z)),
        Mistake("p is not divided by the sum", lambda: e),
        Mistake("p divides the logits by the sum of the exponentials", lambda: z / total),
        Mistake("p is in per cent: probabilities lie between 0 and 1", lambda: 100.0 * p),
        Mistake("p holds logarithms of probabilities", lambda: log(p)),
        Mistake("p is scaled to length 1, not to sum 1", lambda: e / sqrt(np_sum(e * e))),
        Mistake("p is upside down: divide the exponentials by the sum", lambda: total / e),
    ]  # fmt: skip
    return (
        judge_value("e", returned["e"], e, in_powers, tol)
        or judge_value("total", returned["total"], total, in_total, tol)
        or judge_value("p", returned["p"], p, in_p, tol)
    )


PROBLEM = Problem(
    "softmax_steps",
    {"z": "vector"},
    {"e": "vector", "total": "number", "p": "vector"},
    _judge,
)

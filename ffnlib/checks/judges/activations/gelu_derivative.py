"""The problem ``gelu_derivative``, with the mistakes its results give away."""

from math import pi, sqrt

from numpy import exp, float64, where
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import bell, erf, normal, silu_slope
from ffnlib.checks.judges.activations.near_misses import OVERFLOW, rough
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the derivative of GELU."""
    x: Array = inputs["x"]
    mistakes = [
        Mistake("product rule: the term with the derivative of the gate is missing",
                lambda: normal(x)),
        Mistake("product rule: the term with the gate itself is missing", lambda: x * bell(x)),
        Mistake("product rule: the derivative of the gate must be multiplied by x",
                lambda: normal(x) + bell(x)),
        Mistake("product rule: the two terms are added, not subtracted",
                lambda: normal(x) - x * bell(x)),
        Mistake("this is only the bell curve, the derivative of the gate", lambda: bell(x)),
        Mistake("the bell curve lacks its factor 1 / sqrt(2 pi)",
                lambda: normal(x) + x * exp(-x * x / 2.0)),
        Mistake("the bell curve's exponent is -x^2 / 2, not -x^2",
                lambda: normal(x) + x * exp(-x * x) / sqrt(2.0 * pi)),
        Mistake("erf gets x itself: the normal distribution needs x divided by the root of 2",
                lambda: (1.0 + erf(x)) / 2.0 + x * bell(x)),
        Mistake("erf gets x itself: the normal distribution needs x divided by the root of 2",
                lambda: (1.0 + erf(x)) / 2.0 + x * exp(-x * x) / sqrt(pi)),
        Mistake("chain rule: erf has x / sqrt(2) inside, which gives a factor",
                lambda: normal(x) + x * bell(x) * sqrt(2.0)),
        Mistake("the derivative of erf has a factor 2 / sqrt(pi), here it is missing or halved",
                lambda: normal(x) + x * bell(x) / 2.0),
        Mistake("this is GELU itself, not its derivative", lambda: x * normal(x)),
        Mistake("this is the derivative of SiLU", lambda: silu_slope(x)),
        Mistake("this is the derivative of ReLU", lambda: where(x > 0.0, 1.0, 0.0)),
    ]  # fmt: skip
    fault = judge_value(
        "the derivative", returned["dy"], expected["dy"], mistakes, tol, overflow=OVERFLOW
    )
    return rough(fault, returned["dy"], expected["dy"])


PROBLEM = Problem("gelu_derivative", {"x": "array"}, {"dy": "array"}, _judge)

"""The problem ``gelu``, with the mistakes its results give away."""

from math import sqrt

from numpy import float64, maximum
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import bell, erf, gelu_tanh, normal, sigmoid
from ffnlib.checks.judges.activations.near_misses import OVERFLOW, far_off
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge GELU."""
    x: Array = inputs["x"]
    mistakes = [
        Mistake("this is the tanh approximation; the exact form with erf is asked for",
                lambda: gelu_tanh(x)),
        Mistake("this is the sigmoid approximation; the exact form with erf is asked for",
                lambda: x * sigmoid(1.702 * x)),
        Mistake("twice too large: the normal distribution is half of 1 + erf",
                lambda: x * (1.0 + erf(x / sqrt(2.0)))),
        Mistake("erf gets x itself: the normal distribution needs x divided by the root of 2",
                lambda: x * (1.0 + erf(x)) / 2.0),
        Mistake("erf gets x times the root of 2, not divided by it",
                lambda: x * (1.0 + erf(x * sqrt(2.0))) / 2.0),
        Mistake("erf alone is not the normal distribution: it runs from -1 to 1",
                lambda: x * erf(x / sqrt(2.0))),
        Mistake("the factor x is missing: this is only the gate", lambda: normal(x)),
        Mistake("the gate is the distribution function (area to the left), not the bell curve",
                lambda: x * bell(x)),
        Mistake("this is ReLU", lambda: maximum(x, 0.0)),
        Mistake("this is SiLU: GELU's gate is the normal distribution",
                lambda: x * sigmoid(x)),
        Mistake("the gate is mirrored: large positive x must pass", lambda: x * normal(-x)),
    ]  # fmt: skip
    fault = judge_value(
        "the result", returned["y"], expected["y"], mistakes, tol, overflow=OVERFLOW
    )
    return far_off(fault, x, returned["y"], expected["y"])


PROBLEM = Problem("gelu", {"x": "array"}, {"y": "array"}, _judge)

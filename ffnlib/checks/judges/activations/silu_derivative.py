"""The problem ``silu_derivative``, with the mistakes its results give away."""

from numpy import float64, where
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import gelu_slope, sigmoid
from ffnlib.checks.judges.activations.near_misses import OVERFLOW, rough
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the derivative of SiLU."""
    x: Array = inputs["x"]
    s, t = sigmoid(x), sigmoid(-x)
    mistakes = [
        Mistake("this is the derivative of the sigmoid: the factor x was forgotten", lambda: s * t),
        Mistake("product rule: the term with the derivative of the gate is missing", lambda: s),
        Mistake("product rule: the term with the gate itself is missing", lambda: x * s * t),
        Mistake("product rule: the derivative of the gate must be multiplied by x",
                lambda: s + s * t),
        Mistake("product rule: the two terms are added, not subtracted", lambda: s - x * s * t),
        Mistake("the derivative of the sigmoid is s (1 - s), the factor 1 - s is missing",
                lambda: s * (1.0 + x)),
        Mistake("the derivative of the sigmoid is s (1 - s), the factor s is missing",
                lambda: s + x * t),
        Mistake("the derivative of the sigmoid is s (1 - s), not s^2", lambda: s + x * s * s),
        Mistake("this is SiLU itself, not its derivative", lambda: x * s),
        Mistake("SiLU stands where the sigmoid belongs: check which of the two is squared",
                lambda: x * s + s * (1.0 - s)),
        Mistake("the derivative of GELU, not of SiLU", lambda: gelu_slope(x)),
        Mistake("this is the derivative of ReLU", lambda: where(x > 0.0, 1.0, 0.0)),
    ]  # fmt: skip
    fault = judge_value(
        "the derivative", returned["dy"], expected["dy"], mistakes, tol, overflow=OVERFLOW
    )
    return rough(fault, returned["dy"], expected["dy"])


PROBLEM = Problem("silu_derivative", {"x": "array"}, {"dy": "array"}, _judge)

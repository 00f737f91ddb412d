"""The problem ``silu``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import exp, float64, log1p, maximum, tanh
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import gelu_tanh, normal, sigmoid
from ffnlib.checks.judges.activations.near_misses import OVERFLOW, far_off
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge SiLU."""
    x: Array = inputs["x"]
    mistakes = [
        Mistake("the factor x is missing: this is only the sigmoid", lambda: sigmoid(x)),
        Mistake("the sign in the exponent is wrong: large positive x must pass",
                lambda: x * sigmoid(-x)),
        Mistake("this is the sigmoid approximation of GELU: SiLU has no 1.702",
                lambda: x * sigmoid(1.702 * x)),
        Mistake("this is GELU: SiLU's gate is the sigmoid", lambda: x * normal(x)),
        Mistake("this is GELU in the tanh form: SiLU's gate is the sigmoid",
                lambda: gelu_tanh(x)),
        Mistake("this is ReLU", lambda: maximum(x, 0.0)),
        Mistake("the gate is tanh, not the sigmoid", lambda: x * tanh(x)),
        Mistake("this is softplus, the integral of the sigmoid",
                lambda: maximum(x, 0.0) - _log_gate(x)),
        Mistake("the gate is the derivative of the sigmoid, not the sigmoid",
                lambda: x * sigmoid(x) * sigmoid(-x)),
        Mistake("the sigmoid of |x| cannot close for negative x", lambda: x * sigmoid(np_abs(x))),
    ]  # fmt: skip
    fault = judge_value(
        "the result", returned["y"], expected["y"], mistakes, tol, overflow=OVERFLOW
    )
    return far_off(fault, x, returned["y"], expected["y"])


def _log_gate(x: Array) -> Array:
    """Logarithm of the sigmoid of |x|."""
    value: Array = -log1p(exp(-np_abs(x)))
    return value


PROBLEM = Problem("silu", {"x": "array"}, {"y": "array"}, _judge)

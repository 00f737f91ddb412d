"""Judges of GELU, SiLU and their derivatives, with the mistakes their results give away."""

from math import erf as scalar_erf
from math import pi, sqrt

from numpy import abs as np_abs
from numpy import exp, float64, log1p, maximum, tanh, vectorize, where
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, close, judge_value

Array = NDArray[float64]

OVERFLOW = ": does exp overflow for large |x|?"


def sigmoid(x: Array | float) -> Array:
    """Logistic sigmoid, without overflow."""
    e = exp(-np_abs(x))
    value: Array = where(x < 0.0, e, 1.0) / (1.0 + e)
    return value


erf = vectorize(scalar_erf, otypes=[float64])


def normal(x: Array) -> Array:
    """Distribution function of the standard normal."""
    value: Array = (1.0 + erf(x / sqrt(2.0))) / 2.0
    return value


def bell(x: Array) -> Array:
    """Density of the standard normal."""
    value: Array = exp(-x * x / 2.0) / sqrt(2.0 * pi)
    return value


def gelu_tanh(x: Array) -> Array:
    """Return GELU's tanh approximation."""
    value: Array = x / 2.0 * (1.0 + tanh(sqrt(2.0 / pi) * (x + 0.044715 * x**3)))
    return value


def judge_gelu(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return _far_off(fault, x, returned["y"], expected["y"])


def judge_silu(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return _far_off(fault, x, returned["y"], expected["y"])


def _far_off(fault: Fault | None, x: Array, got: Array, wanted: Array) -> Fault | None:
    """Say of a result that is right for small inputs that it goes wrong for large ones."""
    if fault is None or not fault.unexplained:
        return fault
    off = np_abs(got - wanted) > 1e-5 * maximum(1.0, np_abs(wanted))
    if off.any() and np_abs(x[off]).min() > 3.0:
        return fault.observed("right for small x, but not far from 0: is something cut off there?")
    return fault


def _log_gate(x: Array) -> Array:
    """Logarithm of the sigmoid of |x|."""
    value: Array = -log1p(exp(-np_abs(x)))
    return value


def judge_gelu_slope(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return _rough(fault, returned["dy"], expected["dy"])


def gelu_slope(x: Array) -> Array:
    """Derivative of GELU."""
    return normal(x) + x * bell(x)


def silu_slope(x: Array) -> Array:
    """Derivative of SiLU."""
    return sigmoid(x) * (1.0 + x * sigmoid(-x))


def _rough(fault: Fault | None, got: Array, wanted: Array) -> Fault | None:
    """Say of a result that is nearly right that it is only nearly right."""
    if fault is not None and fault.unexplained and close(got, wanted, 3e-3):
        return fault.observed(
            "the derivative is only roughly right: an approximation, or too coarse a difference"
        )
    return fault


def judge_silu_slope(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return _rough(fault, returned["dy"], expected["dy"])

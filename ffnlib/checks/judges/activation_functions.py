"""GELU, SiLU and their derivatives, with the parts that the judges build mistakes from."""

from math import erf as scalar_erf
from math import pi, sqrt

from numpy import abs as np_abs
from numpy import exp, float64, tanh, vectorize, where
from numpy.typing import NDArray

Array = NDArray[float64]


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


def gelu_slope(x: Array) -> Array:
    """Derivative of GELU."""
    return normal(x) + x * bell(x)


def silu_slope(x: Array) -> Array:
    """Derivative of SiLU."""
    return sigmoid(x) * (1.0 + x * sigmoid(-x))

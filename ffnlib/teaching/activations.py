"""Chapter 2: activations that cannot overflow, and a gradient on its way back through a layer."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.nn import Activation


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), using only the exponential that cannot overflow."""
    e: Array = np.exp(-np.abs(x))  # between 0 and 1
    top: Array = np.where(x >= 0, 1, e)
    return top / (1 + e)


def leaky_relu(x: Array, alpha: float) -> Array:
    """Return x where it is positive and alpha x elsewhere."""
    return np.where(x > 0, x, alpha * x)


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)); log1p(e) is log(1 + e), accurate for tiny e."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def through_layer(g: Array, z: Array, W: Array, f: Activation) -> Array:
    """Return the gradient one layer earlier: g, z (batch, units), W (units, inputs)."""
    delta = g * f.derivative(z)  # entry by entry
    return delta @ W

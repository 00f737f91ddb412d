"""Chapter 1: a layer, and hinges."""

import numpy as np

from ffnlib._base.arrays import Array


def dense(x: Array, W: Array, b: Array) -> Array:
    """Return a layer's output: x (batch, n), W (m, n), b (m,)."""
    return x @ W.T + b


def hinge_sum(x: Array, t: Array, v: Array, c: float) -> Array:
    """Return f(x) for kinks t, changes of slope v and constant c; x (points,)."""
    h: Array = np.maximum(x[:, None] - t, 0)  # (points, units)
    return c + h @ v

"""Chapter 3: the gradients of a layer and of the loss, and four ways to take a step."""

import numpy as np

from ffnlib._base.arrays import Array


def dense_backward(delta: Array, a: Array, W: Array) -> tuple[Array, Array, Array]:
    """Return dJ/dW, dJ/db and dJ/da of a layer with input a (m, n) and delta (m, units)."""
    dW = delta.T @ a  # (units, m) (m, n)
    db = delta.sum(axis=0)  # (units,)
    da = delta @ W  # (m, units) (units, n)
    return dW, db, da


def loss_gradient(p: Array, y: Array) -> Array:
    """Return dJ/dz for probabilities p and one-hot targets y, both (m, classes)."""
    m = len(p)
    return (p - y) / m


def heavy_ball(
    theta: Array, v: Array, g: Array, eta: float, beta: float = 0.9
) -> tuple[Array, Array]:
    """Return the parameters and the velocity after one step with momentum."""
    v = beta * v + g
    return theta - eta * v, v


def nesterov(
    theta: Array, v: Array, g: Array, eta: float, beta: float = 0.9
) -> tuple[Array, Array]:
    """Return the parameters and the velocity after one step of Nesterov's method."""
    v = beta * v + g
    return theta - eta * (g + beta * v), v


def adam(
    theta: Array, m: Array, v: Array, g: Array, t: int, eta: float = 1e-3,
    beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Return the parameters and both means after step t, counted from 1."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + eps), m, v

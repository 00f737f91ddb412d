r"""Superposition: more features than dimensions, as long as few are active at once.

n features are squeezed into d dimensions and read out again, with one matrix W (d, n):

.. math:: h = W x, \qquad \hat x = \operatorname{ReLU}(W^\top h + b), \qquad
          J = \sum_i I_i\, (x_i - \hat x_i)^2 .

Each feature is 0 with probability S, its sparsity, and otherwise uniform from 0 to 1; :math:`I_i`
is its importance. Column i of W is the direction that stands for feature i. Features that are
rarely active together may share dimensions, since they seldom disturb each other (Elhage et al.,
arXiv:2209.10652).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, as_rng
from ffnlib.training import Adam

BATCH = 128
"""How many fresh examples each step learns from."""


class ToyModel(NamedTuple):
    """The weights of the toy model."""

    W: NDArray[np.float64]
    """The directions of the features, one a column, (d, n)."""
    b: NDArray[np.float64]
    """The biases, (n,)."""

    def __call__(self, x: ArrayLike) -> Array:
        """Return what is read out of features x, (batch, n)."""
        z = as_float(x, "x") @ self.W.T @ self.W + self.b
        return np.asarray(np.maximum(z, 0))


def draw_features(
    batch: int, features: int, sparsity: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw examples, (batch, features): each number is 0 with probability ``sparsity``.

    ValueError if ``sparsity`` is not from 0 to below 1.
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity must be from 0 to below 1, got {sparsity!r}")
    x = as_rng(rng).uniform(size=(batch, as_count(features, "features")))
    return np.where(rng.uniform(size=x.shape) < sparsity, 0.0, x)


def superposition_gradient(
    model: ToyModel, x: Array, importance: Array
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the loss, averaged over examples x, (batch, n), and the gradients of W and b."""
    h = x @ model.W.T  # (batch, d)
    z = h @ model.W + model.b  # (batch, n)
    off = np.maximum(z, 0) - x
    loss = float(np.mean(np.sum(importance * off**2, axis=1)))
    dz = 2 / len(x) * importance * off * (z > 0)  # (batch, n)
    dW = h.T @ dz + (dz @ model.W.T).T @ x  # W is used twice
    return loss, dW, dz.sum(axis=0)


def train_superposition(
    features: int = 5,
    dimensions: int = 2,
    sparsity: float = 0.9,
    decay: float = 0.9,
    *,
    rng: np.random.Generator,
    steps: int = 500,
) -> ToyModel:
    """Train the toy model on fresh examples.

    Parameters
    ----------
    features, dimensions : int
        n and d.
    sparsity : float, from 0 to below 1
        S, how probable it is that a feature is 0.
    decay : float, above 0, at most 1
        Each feature is this many times as important as the one before.
    rng : numpy.random.Generator
    steps : int

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.
    """
    n, d = as_count(features, "features"), as_count(dimensions, "dimensions")
    if not 0 < decay <= 1:
        raise ValueError(f"decay must be above 0 and at most 1, got {decay!r}")
    model = ToyModel(as_rng(rng).normal(scale=0.3, size=(d, n)), np.zeros(n))
    importance = decay ** np.arange(n)
    optimizer = Adam([model.W, model.b], 0.02)
    for _ in range(as_count(steps, "steps")):
        x = draw_features(BATCH, n, sparsity, rng)
        _, *gradients = superposition_gradient(model, x, importance)
        optimizer.step(gradients)
    return model

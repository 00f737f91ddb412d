r"""Networks that are not trained yet: random hidden layers and an output layer by least squares.

The hidden layers only spread the inputs out; what is fitted is a linear problem with one answer,

.. math:: \min_{W, b} \sum_m \lVert h(x_m) W^\top + b - t_m \rVert^2 .

It shows what a nonlinearity buys before a word has been said about training.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import as_float
from ffnlib.nn import Linear


def hidden_layers(
    sizes: Sequence[int], rng: np.random.Generator, init: str = "he", spread: float = 0.5
) -> list[Linear]:
    """Draw layers with random weights and random biases.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, then the width of each hidden layer.
    rng : numpy.random.Generator
    init : str
        Variance of the weights; see `ffnlib.nn.init_variance`.
    spread : float
        Standard deviation of the biases, which move the units' edges away from the origin.

    Returns
    -------
    list of Linear
    """
    layers = [Linear(d_in, d_out, rng=rng, init=init) for d_in, d_out in pairwise(sizes)]
    for layer in layers:
        layer.b = rng.normal(0.0, spread, layer.d_out)
    return layers


def read_out(features: ArrayLike, targets: ArrayLike) -> Linear:
    """Fit the output layer by least squares.

    Parameters
    ----------
    features : array_like, shape (batch, units)
        What the last hidden layer gives.
    targets : array_like, shape (batch, outputs)

    Returns
    -------
    Linear
        Of all best layers the one with the smallest weights.

    Raises
    ------
    ValueError
        If the two do not have the same number of rows.
    """
    h, t = as_float(features, "features"), as_float(targets, "targets")
    if h.ndim != 2 or t.ndim != 2 or len(h) != len(t):
        raise ValueError(
            "features must be (batch, units) and targets (batch, outputs) with one batch size,"
            f" got shapes {h.shape} and {t.shape}"
        )
    ones = np.column_stack([h, np.ones(len(h))])  # (batch, units + 1)
    solution = np.linalg.lstsq(ones, t, rcond=None)[0]  # (units + 1, outputs)
    return Linear.from_arrays(solution[:-1].T, solution[-1])

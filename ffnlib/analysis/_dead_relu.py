r"""One step of gradient descent on a hidden layer, small or far too large.

The network is :math:`\hat y = f(x W^\top + b)\, v` and the loss
:math:`\frac{1}{2m} \sum_i (\hat y_i - y_i)^2` over a batch of m. With :math:`e = \hat y - y` the
gradient that arrives before the activation is :math:`\delta = (e\,v^\top) \odot f'(z)`; a large
common error therefore pushes every bias with :math:`v_j > 0` the same way, and far enough a ReLU
never answers again.
"""

from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.nn import Activation, Linear


def step_hidden(
    layer: Linear, f: Activation, v: Array, x: Array, y: Array, learning_rate: float
) -> Linear:
    """Take one step of gradient descent on ``W`` and ``b``; the readout ``v`` stays.

    Parameters
    ----------
    layer : Linear
        With a bias; it is left as it is.
    f : Activation
    v : array, (units,)
        Weights of the one output.
    x : array, (batch, d_in)
    y : array, (batch,)
        Targets.
    learning_rate : float

    Returns
    -------
    Linear
        A new layer.

    Raises
    ------
    ValueError
        If the layer has no bias, or the shapes do not fit.
    """
    if layer.b is None:
        raise ValueError("layer must have a bias, got a Linear made with bias=False")
    z = layer.forward(x)  # (batch, units)
    if v.shape != (layer.d_out,) or y.shape != (len(x),):
        raise ValueError(
            f"v must have shape ({layer.d_out},) and y ({len(x)},), got {v.shape} and {y.shape}"
        )
    e = f(z) @ v - y  # (batch,)
    delta = np.outer(e, v) * f.derivative(z) / len(x)  # (batch, units)
    return Linear.from_arrays(
        layer.W - learning_rate * delta.T @ x, layer.b - learning_rate * delta.sum(axis=0)
    )


class Trial(NamedTuple):
    """A layer before and after one step."""

    before: Linear
    after: Linear
    x: Array
    """The batch, (batch, d_in)."""


def one_step_trial(
    f: Activation,
    learning_rate: float,
    *,
    rng: np.random.Generator,
    shift: float = 0.0,
    centred: bool = False,
    units: int = 64,
    batch: int = 200,
    d_in: int = 16,
    miss: float = 4.0,
) -> Trial:
    """Draw a layer and a batch, and take one step while every prediction is ``miss`` too high.

    Parameters
    ----------
    f : Activation
    learning_rate : float
    rng : numpy.random.Generator
    shift : float
        The biases before the step.
    centred : bool
        Inputs are uniform from 0 to 1, as pixels are; this takes each one's mean away.
    units, batch, d_in : int
    miss : float
        Prediction minus target, the same for every example.
    """
    x = rng.uniform(0, 1, size=(batch, d_in))
    if centred:
        x = x - x.mean(axis=0)
    before = Linear.from_arrays(Linear(d_in, units, rng=rng).W, np.full(units, shift))
    v = rng.normal(0, np.sqrt(2 / units), size=units)
    y = f(before.forward(x)) @ v - miss
    return Trial(before, step_hidden(before, f, v, x, y, learning_rate), x)

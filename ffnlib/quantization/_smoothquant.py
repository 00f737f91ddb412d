r"""SmoothQuant: what is hard to round, moved from the activations to the weights.

A few input channels of a layer may be a hundred times as large as the others. With a factor
:math:`s_j` for each channel the layer's output stays what it was,

.. math:: x W^\top = (x / s)\,(W s)^\top, \qquad
          s_j = \frac{\max_i |x_{ij}|^\alpha}{\max_k |W_{kj}|^{1 - \alpha}},

but the inputs to be rounded are more alike. Nothing is removed: :math:`\alpha = 0` leaves
all the difficulty to the activations, :math:`\alpha = 1` to the weights
(Xiao et al., arXiv:2211.10438). The division costs nothing when it is folded into what comes before
the layer.
"""

from copy import deepcopy
from numbers import Real
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib.nn import MLP, Linear
from ffnlib.quantization._levels import as_finite

HOMOGENEOUS: Final = frozenset({"identity", "relu", "leaky_relu"})
"""Activations with f(z/s) = f(z)/s for s > 0: a factor may pass through them."""


def smoothquant_scales(x: ArrayLike, w: ArrayLike, alpha: float = 0.5) -> Array:
    r"""Return the factor of each input channel.

    Parameters
    ----------
    x : array_like, (…, d_in)
        Calibration: inputs such as the layer will get.
    w : array_like, (d_out, d_in)
    alpha : float, from 0 to 1
        How much of the difficulty moves to the weights.

    Returns
    -------
    array, (d_in,), in the dtype of ``w``
        1 for a channel whose inputs or weights are all 0.

    Raises
    ------
    TypeError, ValueError
        If ``x`` or ``w`` does not hold finite real numbers, the shapes do not fit, or ``alpha`` is
        out of its range.
    """
    inputs, weights = as_finite(x, "x"), as_finite(w, "w")
    if weights.ndim != 2 or inputs.shape[-1] != weights.shape[1]:
        raise ValueError(
            f"w must have shape (d_out, d_in) and x (…, d_in), got {weights.shape} and "
            f"{inputs.shape}"
        )
    if isinstance(alpha, bool) or not (isinstance(alpha, Real) and 0 <= alpha <= 1):
        raise ValueError(f"alpha must be from 0 to 1, got {alpha!r}")
    largest_x = np.abs(inputs).max(axis=tuple(range(inputs.ndim - 1))).astype(np.float64)  # (d_in,)
    largest_w = np.abs(weights).max(axis=0).astype(np.float64)  # (d_in,)
    used = (largest_x > 0) & (largest_w > 0)
    largest_x[~used] = largest_w[~used] = 1
    alpha = float(alpha)
    return (largest_x**alpha / largest_w ** (1 - alpha)).astype(weights.dtype)


def smooth(x: ArrayLike, w: ArrayLike, s: ArrayLike) -> tuple[Array, Array]:
    """Return ``x / s`` and ``w * s``, whose product is that of ``x`` and ``w``.

    Parameters
    ----------
    x : array_like, (…, d_in)
    w : array_like, (d_out, d_in)
    s : array_like, (d_in,)
        Above 0.

    Raises
    ------
    TypeError, ValueError
        If one of them does not hold real numbers, the shapes do not fit, or a factor is not a
        finite number above 0.
    """
    inputs, weights = as_float(x, "x"), as_float(w, "w")
    factors = _as_factors(s, weights.shape[-1] if weights.ndim else 0)
    if inputs.ndim == 0 or inputs.shape[-1] != len(factors):
        raise ValueError(f"x must have d_in={len(factors)} in its last axis, got {inputs.shape}")
    return inputs / factors.astype(inputs.dtype), weights * factors.astype(weights.dtype)


def fold_smoothing(before: Linear, after: Linear, s: ArrayLike) -> None:
    """Change two layers in place so that ``after`` gets its inputs divided by ``s``.

    Between them there may only be an activation that a positive factor passes through (ReLU, leaky
    ReLU, identity), or a product with something else, as in a gated feed-forward network.

    Parameters
    ----------
    before : Linear, d_out = d
        Its outputs are divided: rows of W and elements of b.
    after : Linear, d_in = d
        The columns of its W are multiplied.
    s : array_like, (d,)

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or a factor is not a finite number above 0.
    """
    if before.d_out != after.d_in:
        raise ValueError(f"before has {before.d_out} outputs, but after takes {after.d_in} inputs")
    factors = _as_factors(s, after.d_in)
    before.W /= factors[:, None].astype(before.W.dtype)
    if before.b is not None:
        before.b /= factors.astype(before.b.dtype)
    after.W *= factors.astype(after.W.dtype)


def smooth_model(model: MLP, x: ArrayLike, alpha: float = 0.5) -> MLP:
    """Return a network that computes the same, with smoother inputs of all layers but the first.

    Parameters
    ----------
    model : MLP
        Left as it is. Its hidden activation must let a positive factor pass: relu, leaky_relu or
        identity.
    x : array_like, (n, d_in)
        Calibration: inputs of the network.
    alpha : float, from 0 to 1

    Raises
    ------
    TypeError, ValueError
        As ``smoothquant_scales``; or for another activation.
    """
    if not isinstance(model, MLP):
        raise TypeError(f"model must be an MLP, got {type(model).__name__}")
    if model.activation.name not in HOMOGENEOUS and len(model.layers) > 1:
        raise ValueError(
            f"model's activation must be one of {', '.join(sorted(HOMOGENEOUS))} for a factor to "
            f"pass through it, got {model.activation.name}"
        )
    inputs = [as_finite(x, "x"), *(step.a for step in model.trace(x)[:-1])]
    smoothed = deepcopy(model)
    for i in range(1, len(model.layers)):
        s = smoothquant_scales(inputs[i], model.layers[i].W, alpha)
        fold_smoothing(smoothed.layers[i - 1], smoothed.layers[i], s)
    return smoothed


def _as_factors(s: ArrayLike, d_in: int) -> Array:
    factors = as_float(s, "s")
    if factors.shape != (d_in,):
        raise ValueError(f"s must have shape (d_in,) = ({d_in},), got {factors.shape}")
    if not (np.isfinite(factors).all() and (factors > 0).all()):
        raise ValueError(f"s must hold finite numbers above 0, got {factors.min()} as the smallest")
    return factors

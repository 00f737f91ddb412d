r"""ReLU networks on a line: sums of hinges, and the straight pieces of deeper networks.

One hidden layer of ReLUs with one input is a sum of hinges,

.. math:: f(x) = c + \sum_{i=1}^{n} v_i \max(x - t_i, 0),

a continuous function made of straight pieces whose slope changes by :math:`v_i` at the kink
:math:`t_i`. A deeper network is piecewise linear as well; `linear_pieces` finds its pieces exactly,
without a grid.
"""

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array
from ffnlib.nn import MLP, Linear, relu

SAME = 1e-9
"""Kinks nearer than this share of the interval are one; slopes this near are one slope."""


def hinges(x: ArrayLike, kinks: ArrayLike) -> Array:
    """Return the outputs of the hidden units: entry (j, i) is ``max(x[j] - kinks[i], 0)``.

    Parameters
    ----------
    x : array_like, shape (n,)
    kinks : array_like, shape (units,)

    Returns
    -------
    ndarray, shape (n, units), float64
    """
    x, kinks = np.asarray(x, dtype=np.float64), np.asarray(kinks, dtype=np.float64)
    return relu(x[:, None] - kinks)


def evaluate(x: ArrayLike, kinks: ArrayLike, bias: float, weights: ArrayLike) -> Array:
    """Return the sum of hinges at ``x``, shape (n,): ``bias + hinges(x, kinks) @ weights``."""
    return bias + hinges(x, kinks) @ np.asarray(weights, dtype=np.float64)


def fit_hinges(x: ArrayLike, target: ArrayLike, kinks: ArrayLike) -> tuple[float, Array]:
    r"""Find the output bias and weights that are nearest to a target in the mean square.

    The integral :math:`\int (f - g)^2` is taken by the trapezoid rule over the grid ``x``, so that
    a grid may be uneven, and may hold a point twice where the target jumps.

    Parameters
    ----------
    x : array_like, shape (n,)
        Sorted.
    target : array_like, shape (n,)
    kinks : array_like, shape (units,)

    Returns
    -------
    bias : float
    weights : ndarray, shape (units,)
        Of all solutions the shortest, when several are as near.

    Raises
    ------
    ValueError
        If ``x`` and ``target`` differ in length or ``x`` is not sorted.
    """
    x, target = np.asarray(x, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if x.ndim != 1 or x.shape != target.shape:
        raise ValueError(f"x and target must be (n,) each, got shapes {x.shape} and {target.shape}")
    gaps = np.diff(x)
    if np.any(gaps < 0):
        raise ValueError("x must be sorted from left to right")
    share = np.sqrt((np.append(gaps, 0) + np.append(0, gaps)) / 2)  # trapezoid weights, their root
    features = np.column_stack([np.ones_like(x), hinges(x, kinks)])  # (n, 1 + units)
    solution = np.linalg.lstsq(features * share[:, None], target * share, rcond=None)[0]
    return float(solution[0]), solution[1:]


def through_points(knots: ArrayLike, values: ArrayLike) -> tuple[float, Array]:
    r"""Find the output bias and weights of the hinges whose sum passes through given points.

    With kinks at all knots but the last, the weight of each is the change of slope there:
    :math:`v_i = s_i - s_{i-1}`, where :math:`s_i` is the slope between knots i and i + 1 and
    :math:`s_{-1} = 0`. Left of the first knot the sum is constant.

    Parameters
    ----------
    knots : array_like, shape (n + 1,)
        Strictly increasing.
    values : array_like, shape (n + 1,)

    Returns
    -------
    bias : float
    weights : ndarray, shape (n,)

    Raises
    ------
    ValueError
        If the knots do not increase, or there are fewer than two.
    """
    knots, values = np.asarray(knots, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if knots.ndim != 1 or knots.size < 2 or knots.shape != values.shape:
        raise ValueError(
            "knots and values must be (n + 1,) each with n at least 1, got shapes"
            f" {knots.shape} and {values.shape}"
        )
    if np.any(np.diff(knots) <= 0):
        raise ValueError("knots must be strictly increasing")
    slopes = np.diff(values) / np.diff(knots)
    return float(values[0]), np.diff(slopes, prepend=0.0)


def tent_network(depth: int) -> MLP:
    """Compose the tent map with itself ``depth`` times: a network of two ReLUs a layer.

    T(x) = 2 relu(x) - 4 relu(x - 1/2) folds [0, 1] onto itself twice. Each layer hands its two
    hinges on; the next one adds them up again. Telgarsky (2016).

    Returns
    -------
    MLP
        ``depth`` hidden layers and the output layer.

    Raises
    ------
    ValueError
        If ``depth`` is below 1.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    fold = np.array([[2.0, -4.0]])  # (1, 2)
    first = Linear.from_arrays([[1.0], [1.0]], [0.0, -0.5])
    later = Linear.from_arrays(np.vstack([fold, fold]), [0.0, -0.5])
    return MLP.from_layers([first, *[later] * (depth - 1), Linear.from_arrays(fold)], "relu")


def one_layer_zigzag(units: int) -> MLP:
    """Build one hidden layer with as many straight pieces on [0, 1] as it can have: units + 1.

    Left of the first kink the sum is flat; at every other kink it turns, at 1 or at 0.
    Raises ValueError if ``units`` is below 1.
    """
    if units < 1:
        raise ValueError(f"units must be at least 1, got {units}")
    knots = np.arange(1, units + 2) / (units + 1)
    bias, weights = through_points(knots, np.arange(units + 1) % 2)
    hidden = Linear.from_arrays(np.ones((units, 1)), -knots[:-1])
    return MLP.from_layers([hidden, Linear.from_arrays(weights[None, :], [bias])], "relu")


def linear_pieces(network: MLP, lo: float, hi: float) -> tuple[Array, Array]:
    """Find where a ReLU network of one input and one output bends, and its values there.

    The knots of each layer are carried to the next, where every unit that changes sign between
    two neighbours adds one. So the count is exact, up to rounding, whatever the depth.

    Parameters
    ----------
    network : MLP
        With ReLUs, one input and one output.
    lo, hi : float
        The interval looked at.

    Returns
    -------
    knots : ndarray, shape (pieces + 1,)
        From ``lo`` to ``hi``; between neighbours the network is one straight piece.
    values : ndarray, shape (pieces + 1,)

    Raises
    ------
    ValueError
        If there is not one input and one output, the activation is not ReLU, or ``lo`` is not
        below ``hi``.
    """
    if (network.sizes[0], network.sizes[-1]) != (1, 1) or network.activation is not relu:
        raise ValueError(f"network must have one input, one output and ReLUs, got {network!r}")
    if not lo < hi:
        raise ValueError(f"lo must be below hi, got {lo} and {hi}")
    x: Array = np.array([lo, hi], dtype=np.float64)
    a = x[:, None]  # (knots, units)
    for layer in network.layers[:-1]:
        x, z = _split(x, layer.forward(a))
        a = relu(z)
    return _joined(x, network.layers[-1].forward(a)[:, 0])


def _split(x: Array, z: Array) -> tuple[Array, Array]:
    """Add a knot wherever a column of z crosses zero between two knots."""
    z = np.where(np.abs(z) <= SAME * 1e-3 * np.max(np.abs(z), initial=1e-300), 0.0, z)
    left, right = z[:-1], z[1:]
    at, unit = np.nonzero(left * right < 0)
    share = left[at, unit] / (left[at, unit] - right[at, unit])
    new = np.sort(np.concatenate([x, x[at] + share * np.diff(x)[at]]))
    far = np.diff(new, append=np.inf) > SAME * 1e-3 * (x[-1] - x[0])
    far[-1] = True
    new = new[far]
    new[0] = x[0]
    i = np.clip(np.searchsorted(x, new, side="right") - 1, 0, len(x) - 2)
    t = ((new - x[i]) / (x[i + 1] - x[i]))[:, None]
    return new, z[i] * (1 - t) + z[i + 1] * t


def _joined(x: Array, y: Array) -> tuple[Array, Array]:
    """Drop the knots at which the slope does not change."""
    slopes = np.diff(y) / np.diff(x)
    bend = np.abs(np.diff(slopes)) > SAME * max(float(np.max(np.abs(slopes))), 1e-300)
    kept = np.concatenate([[True], bend, [True]])
    return x[kept], y[kept]

"""Is the network still learning? What its layers give, and the gradients they get."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Trainable
from ffnlib.nn import MLP


def dead_units(activations: ArrayLike) -> NDArray[np.bool_]:
    """Find the units of a ReLU layer that are zero on every example.

    Such a unit passes no gradient to its weights on this data; a change upstream, or other data,
    can revive it.

    Parameters
    ----------
    activations : array_like, (batch, units)
        Outputs of the layer.

    Returns
    -------
    bool array, (units,)

    Raises
    ------
    TypeError, ValueError
        If ``activations`` does not hold real numbers, has another number of axes, or no rows.
    """
    a = as_float(activations, "activations")
    if a.ndim != 2 or len(a) == 0:
        raise ValueError(
            f"activations must have shape (batch, units) with at least one row, got {a.shape}"
        )
    return np.asarray((a == 0).all(axis=0))


def dead_unit_rate(model: MLP, x: ArrayLike) -> NDArray[np.float64]:
    """Measure, for each hidden layer, the share of units whose derivative is 0 on every example.

    For ReLU these are the units of ``dead_units``. For the others it counts the units whose
    derivative has rounded to 0 in the dtype of ``x``: a saturated sigmoid, a GELU far to the left.

    Parameters
    ----------
    model : MLP
    x : array_like, (batch, d_in)

    Returns
    -------
    array, (hidden layers,), float64
        Between 0 and 1; empty for a network without a hidden layer.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not fit the network, is not a batch, or has no rows.
    """
    hidden = model.trace(_batch(x))[:-1]
    rates = [dead_units(model.activation.derivative(step.z)).mean() for step in hidden]
    return np.array(rates, dtype=np.float64)


class LayerStatistics(NamedTuple):
    """Outputs of one layer over a batch."""

    mean: float
    std: float
    """Standard deviation over units and examples."""
    zero: float
    """Share of the outputs that are exactly 0."""
    saturated: float
    """Share of the places where the activation's slope is below 0.01 in size."""
    dead: float
    """Share of the units whose slope is 0 on every example; see ``dead_unit_rate``."""


def activation_statistics(model: MLP, x: ArrayLike) -> list[LayerStatistics]:
    """Describe what each layer gives, first to last, in numbers.

    Parameters
    ----------
    model : MLP
    x : array_like, (batch, d_in)

    Raises
    ------
    TypeError, ValueError
        As ``dead_unit_rate``.
    """
    x = _batch(x)
    statistics = []
    for i, (z, a) in enumerate(model.trace(x)):
        f = model.output if i == len(model.layers) - 1 else model.activation
        slope = f.derivative(z)
        statistics.append(
            LayerStatistics(
                float(a.mean(dtype=np.float64)),
                float(a.std(dtype=np.float64)),
                float((a == 0).mean()),
                float((np.abs(slope) < 0.01).mean()),
                float(dead_units(slope).mean()),
            )
        )
    return statistics


def gradient_norms(model: Trainable) -> NDArray[np.float64]:
    """Measure the gradient each layer got in the last ``backward``, W and b together.

    Returns
    -------
    array, (layers,), float64
        Euclidean norms; RuntimeError if there are no gradients yet.
    """
    squares: dict[str, float] = {}
    for name, g in model.named_gradients().items():
        layer = name.rpartition(".")[0] or name  # "layers.0" of "layers.0.W"
        squares[layer] = squares.get(layer, 0.0) + float(np.vdot(g, g))
    return np.sqrt(np.array(list(squares.values()), dtype=np.float64))


def _batch(x: ArrayLike) -> Array:
    x = as_float(x, "x")
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"x must have shape (batch, d_in) with at least one row, got {x.shape}")
    return x

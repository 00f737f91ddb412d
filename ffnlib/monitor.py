"""Is the network still learning? Units that pass no gradient."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib.arrays import as_float
from ffnlib.network import MLP


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
    x = as_float(x, "x")
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"x must have shape (batch, d_in) with at least one row, got {x.shape}")
    hidden = model.trace(x)[:-1]
    rates = [dead_units(model.activation.derivative(step.z)).mean() for step in hidden]
    return np.array(rates, dtype=np.float64)

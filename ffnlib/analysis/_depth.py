r"""What depth does to a signal going forward and to a gradient going backward.

Backwards through layer l the gradient meets the slope and then the weights:

.. math:: g_{l-1} = \bigl(g_l \odot f'(z_l)\bigr)\, W_l

so through L layers it is multiplied by L slopes and by L matrices.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import as_float
from ffnlib.nn import MLP, LayerTrace

Curve = NDArray[np.float64]


class Flow(NamedTuple):
    """Root mean squares, layer by layer; entry 0 belongs to the network's input."""

    signal: Curve
    """The size of the layer outputs, (layers + 1,)."""
    slope: Curve
    """The size of the slopes f'(z) of each layer, (layers,); entry 0 is the first layer."""
    gradient: Curve
    """The size of the gradient at each layer's output, (layers + 1,).

    The last entry is that of ``g``.
    """


def rms(values: ArrayLike) -> float:
    """Root mean square of all entries."""
    entries = np.asarray(values, dtype=np.float64).ravel()
    return math.sqrt(float(entries @ entries) / entries.size)


def gradient_flow(
    network: MLP, x: ArrayLike, g: ArrayLike, steps: list[LayerTrace] | None = None
) -> Flow:
    """Send a batch forward through a network and a gradient back.

    Parameters
    ----------
    network : MLP
    x : array_like, (batch, d_in)
    g : array_like, (batch, d_out)
        The gradient of the loss with respect to the output.
    steps : list of LayerTrace, optional
        What ``network.trace(x)`` gave, if that is known already.

    Returns
    -------
    Flow

    Raises
    ------
    TypeError, ValueError
        If ``x`` or ``g`` does not fit the network, or their batches differ.
    """
    x, g = as_float(x, "x"), as_float(g, "g")
    steps = network.trace(x) if steps is None else steps
    if g.shape != steps[-1].a.shape:
        raise ValueError(f"g must have the output's shape {steps[-1].a.shape}, got {g.shape}")
    slopes, gradient = [], [rms(g)]
    for layer, step in zip(reversed(network.layers), reversed(steps), strict=True):
        f = network.output if step is steps[-1] else network.activation
        slope = f.derivative(step.z)  # (batch, d_out)
        g = (g * slope) @ layer.W  # (batch, d_in)
        slopes.append(rms(slope))
        gradient.append(rms(g))
    signal = [rms(x), *(rms(step.a) for step in steps)]
    return Flow(np.array(signal), np.array(slopes[::-1]), np.array(gradient[::-1]))

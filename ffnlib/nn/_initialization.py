"""How large random weights should be at the start."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import as_count

INITS: Final = ("he", "glorot", "lecun", "uniform", "zeros")


def init_variance(init: str | float, d_in: int, d_out: int) -> float:
    r"""Variance of the initial weights of a layer.

    ============ ==================================== ===========================================
    init         variance                             drawn from
    ============ ==================================== ===========================================
    ``he``       :math:`2/d_{in}`                     normal; He et al. (2015), for ReLU
    ``glorot``   :math:`2/(d_{in}+d_{out})`           normal; Glorot and Bengio (2010), for tanh
    ``lecun``    :math:`1/d_{in}`                     normal; LeCun et al. (1998)
    ``uniform``  :math:`1/(3 d_{in})`                 uniform on :math:`\pm 1/\sqrt{d_{in}}`
    ``zeros``    0
    a number s   :math:`s^2`                          normal with standard deviation s
    ============ ==================================== ===========================================

    Raises ValueError for an unknown name or a standard deviation that is negative or not finite.
    """
    d_in, d_out = as_count(d_in, "d_in"), as_count(d_out, "d_out")
    if isinstance(init, str) and init in INITS:
        table = {
            "he": 2 / d_in,
            "glorot": 2 / (d_in + d_out),
            "lecun": 1 / d_in,
            "uniform": 1 / (3 * d_in),
            "zeros": 0.0,
        }
        return table[init]
    if isinstance(init, int | float | np.number) and not isinstance(init, bool):
        std = float(init)
        if 0 <= std < np.inf:
            return std**2
    raise ValueError(
        f"init must be one of {', '.join(INITS)} or a standard deviation, 0 or more; got {init!r}"
    )


def draw_weights(
    init: str | float, d_in: int, d_out: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw initial weights, shape (d_out, d_in), with the variance ``init_variance`` gives."""
    variance = init_variance(init, d_in, d_out)
    if init == "uniform":
        limit = np.sqrt(3 * variance)
        return rng.uniform(-limit, limit, size=(d_out, d_in))
    return rng.normal(0.0, np.sqrt(variance), size=(d_out, d_in))

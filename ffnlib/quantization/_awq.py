r"""AWQ: weights that meet large inputs are rounded more finely, by a factor found by search.

As in SmoothQuant each input channel gets a factor, :math:`xW^\top = (x/s)(Ws)^\top`, but only the
weights are rounded. A channel's rounding error is then divided by :math:`s_j`, and a moderate
factor hardly changes the scale of the group. With the mean magnitude of each channel,
:math:`s_j = \overline{|x_j|}^{\,\alpha}`, and :math:`\alpha` is tried from 0 to 1
(Lin et al., arXiv:2306.00978).
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array
from ffnlib.quantization._levels import as_finite
from ffnlib.quantization._quantized import dequantize, quantize
from ffnlib.quantization._reconstruction import output_error

TRIED: Final = 20
"""The number of exponents that are tried, from 0 (plain rounding) in steps of 1/20."""


class AWQ(NamedTuple):
    """The factors that AWQ found."""

    factors: Array
    """The factor of each input channel, (d_in,)."""
    alpha: float
    """The exponent with the smallest output error."""
    errors: list[float]
    """The output error for each exponent that was tried."""


def awq(
    w: ArrayLike, x: ArrayLike, bits: int = 4, group_size: int | str | None = 128, **options: Any
) -> AWQ:
    r"""Search for the factors with which rounded weights change a layer's output least.

    Parameters
    ----------
    w : array_like, (d_out, d_in)
    x : array_like, (n, d_in)
        Calibration: inputs such as the layer will get.
    bits, group_size, **options
        As for ``quantize``.

    Returns
    -------
    AWQ
        ``quantize(w * factors, …)`` are the weights to store; the layer's inputs must be divided
        by the factors, which `fold_smoothing` can do in the layer before.

    Raises
    ------
    TypeError, ValueError
        As ``quantize`` and ``output_error``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> w, x = rng.normal(size=(16, 32)), rng.normal(size=(64, 32))
    >>> x[:, 5] *= 30  # an outlier channel
    >>> found = awq(w, x, bits=3)
    >>> bool(found.factors[5] == found.factors.max()), min(found.errors) < found.errors[0]
    (True, True)
    """
    weights, inputs = as_finite(w, "w"), as_finite(x, "x")
    size = np.abs(inputs).mean(axis=tuple(range(inputs.ndim - 1))).astype(np.float64)  # (d_in,)
    size = np.maximum(size, 1e-4 * size.max()) if size.any() else np.ones_like(size)
    best: AWQ | None = None
    errors: list[float] = []
    for alpha in np.arange(TRIED) / TRIED:
        s = size**alpha
        s = (s / np.sqrt(s.max() * s.min())).astype(weights.dtype)
        stored = quantize(weights * s, bits, group_size, **options)
        errors.append(output_error(weights, dequantize(stored, weights.dtype) / s, inputs))
        if best is None or errors[-1] < min(errors[:-1]):
            best = AWQ(s, float(alpha), errors)
    assert best is not None
    return best

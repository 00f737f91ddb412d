r"""Ways of splitting a feed-forward layer over devices that do not compute it.

What the devices exchange is there for correctness, not for stability: leave the sum out, or put it
after the activation, and the output is another function of x,

.. math:: \sum_i f(x_i W_i^\top) \ne f\Bigl(\sum_i x_i W_i^\top\Bigr) .

The right split is in ``ffnlib.production``.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib.nn import FeedForward, Linear
from ffnlib.production._all_reduce import even_slices, ring_all_reduce
from ffnlib.production._sharding import ShardedFeedForward, as_device_count, as_feed_forward

MISTAKES: Final[dict[str, str]] = {
    "activate before the sum": (
        "gate and up are split by their inputs, and every device activates its part of the sum"
    ),
    "gate and up cut differently": (
        "a device holds consecutive units of gate, but every n-th unit of up"
    ),
    "bias on every device": "every device adds down's whole bias, so the sum contains it n times",
    "no sum": "a device takes its own term for the whole output",
}
"""The wrong splits that ``wrong_split`` can show."""


class WrongSplit(NamedTuple):
    """A split that is wrong, beside the right output."""

    terms: list[Array]
    """The term that each device adds to the sum, (…, d_model).

    Only the first where nothing is summed.
    """
    bias: Array | None
    """The bias added to the sum, (d_model,)."""
    expected: Array
    """The output of the whole layer, (…, d_model)."""

    @property
    def y(self) -> Array:
        """The result of the devices, (…, d_model); the first device's where they differ."""
        y = ring_all_reduce(self.terms).arrays[0]
        return y if self.bias is None else y + self.bias.astype(y.dtype, copy=False)

    @property
    def error(self) -> float:
        """Length of the difference over length of the right output; 0 where that is 0."""
        size = float(np.linalg.norm(self.expected))
        return float(np.linalg.norm(self.y - self.expected)) / size if size else 0.0


def wrong_split(
    layer: FeedForward, x: ArrayLike, n_devices: int, mistake: str = "activate before the sum"
) -> WrongSplit:
    r"""Split a layer in a way that does not compute it; for one device, every way is right.

    Parameters
    ----------
    layer : FeedForward
    x : array_like, (…, d_model)
    n_devices : int
        At most ``d_ff``, and ``d_model`` where the inputs are cut.
    mistake : str
        A key of ``MISTAKES``.

    Returns
    -------
    WrongSplit

    Raises
    ------
    TypeError, ValueError
        For arguments of another kind, too many devices, an unknown mistake, or one that this layer
        cannot show: without a gate there is nothing to cut differently, without a bias none to add.

    Notes
    -----
    The first is wrong because f is no sum: :math:`\sum_i f(z_i) \ne f(\sum_i z_i)`.
    """
    layer, x = as_feed_forward(layer), as_float(x, "x")
    n = as_device_count(n_devices, layer.d_ff, "d_ff")
    if mistake not in MISTAKES:
        raise ValueError(f"mistake must be one of {', '.join(MISTAKES)}, got {mistake!r}")
    expected, bias = layer.forward(x), layer.down.b
    if mistake == "activate before the sum":
        as_device_count(n, layer.d_model, "d_model")
        return WrongSplit(_activated_too_early(layer, x, n), bias, expected)
    if mistake == "gate and up cut differently":
        crossed = ShardedFeedForward(_crossed(layer, n), n)
        return WrongSplit(crossed.partial_outputs(x), bias, expected)
    terms = ShardedFeedForward(layer, n).partial_outputs(x)
    if mistake == "no sum":
        return WrongSplit(terms[:1], bias, expected)
    if bias is None:
        raise ValueError(f"mistake={mistake!r} needs a layer with biases, got bias=False")
    added = bias.astype(expected.dtype, copy=False)
    return WrongSplit([term + added for term in terms], None, expected)


def _activated_too_early(layer: FeedForward, x: Array, n: int) -> list[Array]:
    """Cut gate and up by their inputs, and let each device activate its part of the sums."""
    whole: Mapping[str, Linear] = layer.parts()
    f, down = layer.activation, Linear.from_arrays(layer.down.W)
    terms = []
    for i, cut in enumerate(even_slices(layer.d_model, n)):
        z = {}
        for name in whole.keys() - {"down"}:
            linear = whole[name]
            z[name] = x[..., cut] @ linear.W[:, cut].T.astype(x.dtype)  # (…, d_ff)
            if linear.b is not None and i == 0:  # once, as in a right sum
                z[name] += linear.b.astype(x.dtype)
        terms.append(down.forward(f(z["gate"]) * z["up"] if "gate" in z else f(z["up"])))
    return terms


def _crossed(layer: FeedForward, n: int) -> FeedForward:
    """Return the layer with every n-th unit of up in turn, beside a gate in its own order."""
    if layer.gate is None:
        raise ValueError(
            "mistake='gate and up cut differently' needs a gated variant, got a layer of"
            f" {layer.variant!r}"
        )
    scattered = np.concatenate([np.arange(i, layer.d_ff, n) for i in range(n)])
    b = None if layer.up.b is None else layer.up.b[scattered]
    up = Linear.from_arrays(layer.up.W[scattered], b)
    return FeedForward.from_layers(layer.gate, up, layer.down, layer.variant)

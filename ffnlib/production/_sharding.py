r"""One feed-forward layer on several devices, the way Megatron-LM splits it.

Gate and up are cut by their outputs (*column-parallel*: :math:`W^\top` loses columns), down by its
inputs (*row-parallel*). Device i then has whole hidden units, so it can activate them alone, and

.. math:: y = \sum_i \bigl(f(x W_{g,i}^\top) \odot x W_{u,i}^\top\bigr)\, W_{d,i}^\top + b_d ,

one all-reduce of the (n, d_model) outputs forwards, and one of the gradients of x backwards
(Shoeybi et al. 2019, arXiv:1909.08053, section 3). The devices are simulated; the sums go round a
ring (``ffnlib.production``), which counts the bytes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib._base.parameters import Model
from ffnlib.nn import GATED, FeedForward, Linear, check_variant
from ffnlib.production._all_reduce import Message, Reduced, even_slices, ring_all_reduce, ring_bytes

__all__ = [
    "Message", "Reduced", "Shard", "ShardedFeedForward", "all_reduced", "as_device_count",
    "as_feed_forward", "even_slices", "ring_all_reduce", "ring_bytes", "shard_plan",
]  # fmt: skip


class Shard(NamedTuple):
    """The arrays that one device holds, for a table or a drawing."""

    device: int
    units: slice
    """Its hidden units."""
    shapes: dict[str, tuple[int, ...]]
    """The shapes of its arrays by name; ``down.b``, which every device has, is not among them."""

    @property
    def parameters(self) -> int:
        """The number of parameters it holds."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())


def shard_plan(
    d_model: int, d_ff: int, n_devices: int, variant: str = "swiglu", bias: bool = False
) -> list[Shard]:
    """Say which hidden units go where, and the shapes that follow; nothing is computed.

    TypeError or ValueError for sizes below 1, more devices than hidden units or an unknown variant.
    """
    d_model, d_ff = as_count(d_model, "d_model"), as_count(d_ff, "d_ff")
    n_devices = as_device_count(n_devices, d_ff, "d_ff")
    inward = ["gate", "up"] if check_variant(variant) in GATED else ["up"]
    plan = []
    for i, units in enumerate(even_slices(d_ff, n_devices)):
        own = units.stop - units.start
        shapes: dict[str, tuple[int, ...]] = {}
        for name in inward:
            shapes[f"{name}.W"] = (own, d_model)
            if bias:
                shapes[f"{name}.b"] = (own,)
        shapes["down.W"] = (d_model, own)
        plan.append(Shard(i, units, shapes))
    return plan


class ShardedFeedForward(Model):
    """A feed-forward layer cut into one part a device; it computes what the whole one does.

    Parameters
    ----------
    layer : FeedForward
        What is cut. Its arrays are copied.
    n_devices : int
        At most ``d_ff``; the parts differ by at most one hidden unit.

    Attributes
    ----------
    devices : list of FeedForward
        Each with its hidden units, and without ``down.b``.
    b : array, (d_model,), or None
        ``down.b``: every device has it, and it is added once, after the sum.
    db : like b
        Its gradient; None before ``backward``.
    plan : list of Shard
    forward_reduction, backward_reduction : Reduced or None
        The last all-reduces: their messages and bytes.

    Raises
    ------
    TypeError, ValueError
        If ``layer`` is no FeedForward, or ``n_devices`` not between 1 and its ``d_ff``.
    """

    def __init__(self, layer: FeedForward, n_devices: int) -> None:
        layer = as_feed_forward(layer)
        bias = layer.up.b is not None
        self.plan = shard_plan(layer.d_model, layer.d_ff, n_devices, layer.variant, bias)
        self.devices = [_part(layer, shard.units) for shard in self.plan]
        self.variant, self.d_model, self.d_ff = layer.variant, layer.d_model, layer.d_ff
        self.b: Array | None = None if layer.down.b is None else layer.down.b.copy()
        self.db: Array | None = None
        self.forward_reduction: Reduced | None = None
        self.backward_reduction: Reduced | None = None

    def partial_outputs(self, x: ArrayLike, *, training: bool = False) -> list[Array]:
        """Return what each device computes alone, (…, d_model) each: the terms of the sum."""
        return [device.forward(x, training=training) for device in self.devices]

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Compute the layer: every device its part of all positions, then one all-reduce.

        Parameters
        ----------
        x : array_like, (…, d_model)
            Every device gets all of it.
        training : bool
            Keep what ``backward`` needs.
        rng : numpy.random.Generator, optional
            Not used.

        Returns
        -------
        array, (…, d_model)
            In the dtype of ``x``; that of the parameters in training.

        Raises
        ------
        TypeError, ValueError
            As ``FeedForward.forward``.
        """
        self.forward_reduction = ring_all_reduce(self.partial_outputs(x, training=training))
        y = self.forward_reduction.arrays[0].copy()
        if self.b is not None:
            y += self.b.astype(y.dtype, copy=False)
        return y

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step, to every device.

        Each fills the gradients of its own weights without hearing of the others; only the gradient
        of ``x`` is a sum over devices, so ``inputs=False`` sends nothing. Arguments, result and
        errors as ``FeedForward.backward``.
        """
        g = as_float(g, "g")
        terms = [device.backward(g, inputs=inputs) for device in self.devices]
        if self.b is not None:
            self.db = g.reshape(-1, self.d_model).sum(axis=0).astype(self.b.dtype, copy=False)
        self.backward_reduction = None
        if not inputs:
            return None
        self.backward_reduction = ring_all_reduce([term for term in terms if term is not None])
        return self.backward_reduction.arrays[0].copy()

    def gather(self) -> FeedForward:
        """Put the parts together again: the whole layer, with its own arrays."""
        parts = [device.named_parameters() for device in self.devices]
        whole = {  # joined along the hidden units: the last axis of down, the first of the others
            name: np.concatenate([part[name] for part in parts], axis=1 if name == "down.W" else 0)
            for name in parts[0]
        }
        if self.b is not None:
            whole["down.b"] = self.b
        layers = {
            name: Linear.from_arrays(whole[f"{name}.W"], whole.get(f"{name}.b"))
            for name in self.devices[0].parts()
        }
        return FeedForward.from_layers(
            layers.get("gate"), layers["up"], layers["down"], self.variant
        )

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays as ``device0.up.W``, and ``down.b`` once; not copies."""
        own = {
            f"device{i}.{name}": array
            for i, device in enumerate(self.devices)
            for name, array in device.named_parameters().items()
        }
        return own if self.b is None else {**own, "down.b": self.b}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        own = {
            f"device{i}.{name}": array
            for i, device in enumerate(self.devices)
            for name, array in device.named_gradients().items()
        }
        return own if self.db is None else {**own, "down.b": self.db}

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.devices[0].dtype

    def __repr__(self) -> str:
        return f"ShardedFeedForward({self.devices[0]!r}, … on {len(self.devices)} devices)"


def all_reduced(
    d_model: int, d_ff: int, n_devices: int, tokens: int,
    variant: str = "swiglu", bytes_per_number: int = 2,
) -> dict[str, int]:  # fmt: skip
    """Count the bytes that all devices together send for one layer.

    Parameters
    ----------
    d_model, d_ff, n_devices, tokens : int
        ``tokens`` counts the positions of all sequences.
    variant : str
    bytes_per_number : int
        Of what is sent; 2 for bfloat16.

    Returns
    -------
    dict
        ``forward`` and ``backward``: one sum of (tokens, d_model) each. ``before_activation`` is
        what a cut of gate and up by their inputs would send besides, forwards: it is right only if
        their (tokens, d_ff) are summed before they are activated.

    Raises
    ------
    TypeError, ValueError
        For sizes below 1, more devices than hidden units or an unknown variant.
    """
    inward = len(shard_plan(d_model, d_ff, n_devices, variant)[0].shapes) - 1  # all but down.W
    tokens = as_count(tokens, "tokens")
    outputs = sum(ring_bytes(tokens * d_model, n_devices, bytes_per_number))
    hidden = sum(ring_bytes(tokens * d_ff, n_devices, bytes_per_number))
    return {"forward": outputs, "backward": outputs, "before_activation": inward * hidden}


def _part(layer: FeedForward, units: slice) -> FeedForward:
    """Return one device's part, with its own arrays and without ``down.b``."""
    parts: Mapping[str, Linear] = layer.parts()
    inward = {
        name: Linear.from_arrays(linear.W[units], None if linear.b is None else linear.b[units])
        for name, linear in parts.items()
        if name != "down"
    }
    down = Linear.from_arrays(layer.down.W[:, units])
    return FeedForward.from_layers(inward.get("gate"), inward["up"], down, layer.variant)


def as_feed_forward(layer: object) -> FeedForward:
    """Return ``layer`` back if it is a FeedForward; raise TypeError otherwise."""
    if not isinstance(layer, FeedForward):
        raise TypeError(f"layer must be a FeedForward, got {layer!r}")
    return layer


def as_device_count(n_devices: object, most: int, name: str) -> int:
    """Return a number of devices between 1 and ``most`` as an int; raise otherwise."""
    n = as_count(n_devices, "n_devices")
    if n > most:
        raise ValueError(f"n_devices must be at most {name}={most}, got {n}")
    return n

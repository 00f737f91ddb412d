r"""Dense layers and multilayer perceptrons.

A layer maps a batch ``x``, shape (batch, d_in), to :math:`x W^\top + b`, shape (batch, d_out). The
weights have shape (d_out, d_in): row i holds the weights of unit i.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib.activations import Activation
from ffnlib.activations import activation as find_activation
from ffnlib.arrays import Array, as_count, as_float, as_rng
from ffnlib.initialization import draw_weights


class Linear:
    r"""A layer of neurons without activation, :math:`y = x W^\top + b`.

    Parameters
    ----------
    d_in, d_out : int
        Numbers of inputs and outputs.
    rng : numpy.random.Generator
        Where the initial weights come from.
    bias : bool
        Whether there is a ``b``; it starts at zero.
    init : str or float
        See ``init_variance``.

    Attributes
    ----------
    W : array, (d_out, d_in), float64
    b : array, (d_out,), float64, or None

    Raises
    ------
    TypeError, ValueError
        For a size that is not a whole number above 0, an ``rng`` of another kind, or an unknown
        ``init``.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        rng: np.random.Generator,
        bias: bool = True,
        init: str | float = "he",
    ) -> None:
        d_in, d_out = as_count(d_in, "d_in"), as_count(d_out, "d_out")
        self.W: Array = draw_weights(init, d_in, d_out, as_rng(rng))
        self.b: Array | None = np.zeros(d_out) if bias else None

    @classmethod
    def from_arrays(cls, W: ArrayLike, b: ArrayLike | None = None) -> Self:
        """Make a layer of given weights, ``W`` (d_out, d_in) and ``b`` (d_out,) or None.

        The arrays are copied. ValueError if their shapes do not fit.
        """
        layer = cls.__new__(cls)
        layer.W = np.array(as_float(W, "W"))
        layer.b = None if b is None else np.array(as_float(b, "b"))
        if layer.W.ndim != 2 or 0 in layer.W.shape:
            raise ValueError(f"W must have shape (d_out, d_in), got {layer.W.shape}")
        if layer.b is not None and layer.b.shape != (layer.d_out,):
            raise ValueError(f"b must have shape (d_out,) = ({layer.d_out},), got {layer.b.shape}")
        return layer

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return int(self.W.shape[1])

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return int(self.W.shape[0])

    def forward(self, x: ArrayLike) -> Array:
        """Compute the layer, in the dtype of ``x``.

        Parameters
        ----------
        x : array_like, (batch, d_in) or (d_in,)

        Returns
        -------
        array, (batch, d_out) or (d_out,)

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or its last axis is not ``d_in`` long.
        """
        x = as_float(x, "x")
        if x.ndim == 0 or x.shape[-1] != self.d_in:
            raise ValueError(
                f"x must have d_in={self.d_in} numbers in its last axis, got shape {x.shape}"
            )
        y: Array = x @ self.W.T.astype(x.dtype, copy=False)
        if self.b is not None:
            y = y + self.b.astype(x.dtype, copy=False)
        return y

    def named_parameters(self) -> dict[str, Array]:
        """Give the arrays by name, ``W`` first; the arrays themselves, not copies."""
        return {"W": self.W} if self.b is None else {"W": self.W, "b": self.b}

    def parameters(self) -> list[Array]:
        """Give the arrays that training changes, ``W`` first; not copies."""
        return list(self.named_parameters().values())

    @property
    def num_parameters(self) -> int:
        """How many numbers training may change: d_out · d_in, and d_out more with a bias."""
        return sum(p.size for p in self.parameters())

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Linear({self.d_in}, {self.d_out}{bias})"


class LayerTrace(NamedTuple):
    """What one layer computed on the way."""

    z: Array
    """Before the activation, (batch, d_out)."""
    a: Array
    """After it, (batch, d_out)."""


class MLP:
    r"""Dense layers with an activation between each two: :math:`a_l = f(a_{l-1} W_l^\top + b_l)`.

    The last layer's activation is the identity unless ``output`` says otherwise.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden widths, outputs: at least two numbers.
    activation : str or Activation
        Of the hidden layers; a name from ``ffnlib.activations.ACTIVATIONS``.
    rng : numpy.random.Generator
        Where the initial weights come from.
    init : str or float
        See ``init_variance``; the same for every layer.
    bias : bool
        Whether the layers have one.
    output : str or Activation
        Activation of the last layer.

    Attributes
    ----------
    layers : list of Linear
    activation, output : Activation

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, fewer than two of them, or an unknown name.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Activation = "relu",
        *,
        rng: np.random.Generator,
        init: str | float = "he",
        bias: bool = True,
        output: str | Activation = "identity",
    ) -> None:
        sizes = _checked_sizes(sizes)
        self.layers = [
            Linear(d_in, d_out, rng=rng, bias=bias, init=init) for d_in, d_out in pairwise(sizes)
        ]
        self.activation = find_activation(activation)
        self.output = find_activation(output, "output")

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[Linear],
        activation: str | Activation = "relu",
        output: str | Activation = "identity",
    ) -> Self:
        """Make a network of given layers. ValueError if one's outputs are not the next's inputs."""
        if not layers:
            raise ValueError("layers must hold at least one Linear, got none")
        for i, (one, following) in enumerate(pairwise(layers)):
            if one.d_out != following.d_in:
                raise ValueError(
                    f"layers[{i}] has {one.d_out} outputs but layers[{i + 1}] takes "
                    f"{following.d_in} inputs; the two must be equal"
                )
        network = cls.__new__(cls)
        network.layers = list(layers)
        network.activation = find_activation(activation)
        network.output = find_activation(output, "output")
        return network

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden widths, outputs."""
        return (self.layers[0].d_in, *(layer.d_out for layer in self.layers))

    def trace(self, x: ArrayLike) -> list[LayerTrace]:
        """Compute the network and keep ``(z, a)`` of every layer, first to last.

        Parameters
        ----------
        x : array_like, (batch, d_in) or (d_in,)

        Raises
        ------
        TypeError, ValueError
            As ``Linear.forward``.
        """
        a = as_float(x, "x")
        steps = []
        for i, layer in enumerate(self.layers):
            z = layer.forward(a)
            a = self.output(z) if i == len(self.layers) - 1 else self.activation(z)
            steps.append(LayerTrace(z, a))
        return steps

    def forward(self, x: ArrayLike) -> Array:
        """Compute the output, (batch, d_out), in the dtype of ``x``; errors as ``trace``."""
        return self.trace(x)[-1].a

    def predict(self, x: ArrayLike) -> NDArray[np.int64]:
        """Give the class of each example, (batch,) int64.

        What the last layer gives before its activation is read as logits: the largest wins, the
        first of equals; a single one means class 1 where it is above 0. Errors as ``trace``.
        """
        logits = self.trace(x)[-1].z
        single = self.layers[-1].d_out == 1
        winner = logits[..., 0] > 0 if single else logits.argmax(axis=-1)
        return np.asarray(winner, dtype=np.int64)

    def named_parameters(self) -> dict[str, Array]:
        """Give the arrays by name, ``layers.0.W``, ``layers.0.b``, …; not copies."""
        return {
            f"layers.{i}.{name}": p
            for i, layer in enumerate(self.layers)
            for name, p in layer.named_parameters().items()
        }

    def parameters(self) -> list[Array]:
        """Give the arrays that training changes: W and b of each layer in order; not copies."""
        return list(self.named_parameters().values())

    @property
    def num_parameters(self) -> int:
        """How many numbers training may change."""
        return sum(layer.num_parameters for layer in self.layers)

    def __repr__(self) -> str:
        return f"MLP({list(self.sizes)}, activation={self.activation.name!r})"


def count_parameters(sizes: Sequence[int], bias: bool = True) -> int:
    r"""Count the parameters of an MLP without building it: :math:`\sum_l (d_{l-1} + 1)\,d_l`.

    A Python integer, so no size is too large. ``bias=False`` leaves out the ones. Raises TypeError
    or ValueError as ``MLP`` does.
    """
    sizes = _checked_sizes(sizes)
    return sum((d_in + bool(bias)) * d_out for d_in, d_out in pairwise(sizes))


def _checked_sizes(sizes: Sequence[int]) -> list[int]:
    if isinstance(sizes, str) or not hasattr(sizes, "__len__"):
        raise TypeError(f"sizes must be a sequence of whole numbers, got {sizes!r}")
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least the inputs and the outputs, got {sizes!r}")
    return [as_count(size, f"sizes[{i}]") for i, size in enumerate(sizes)]

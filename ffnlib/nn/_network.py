r"""Multilayer perceptrons: dense layers with an activation between each two.

Forwards, layer l computes :math:`z_l = a_{l-1} W_l^\top + b_l` and :math:`a_l = f(z_l)`. Backwards,
with :math:`g_l = \partial J/\partial a_l` from above, it meets the same steps in reverse:

.. math:: \delta_l = g_l \odot f'(z_l), \qquad g_{l-1} = \delta_l W_l .

:math:`\delta_l` is what ``Linear.backward`` turns into the gradients of W and b.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, Scratch, as_count, as_float, as_rng
from ffnlib._base.parameters import Model
from ffnlib.nn._activations import Activation, identity
from ffnlib.nn._activations import activation as find_activation
from ffnlib.nn._linear import Linear


def count_parameters(sizes: Sequence[int], bias: bool = True) -> int:
    r"""Count the parameters of an MLP without building it: :math:`\sum_l (d_{l-1} + 1)\,d_l`.

    A Python integer, so no size is too large. ``bias=False`` leaves out the ones. Raises TypeError
    or ValueError as ``MLP`` does.
    """
    sizes = checked_sizes(sizes)
    return sum((d_in + bool(bias)) * d_out for d_in, d_out in pairwise(sizes))


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Return the sizes as a list, if they are two or more whole numbers above 0."""
    if isinstance(sizes, str) or not hasattr(sizes, "__len__"):
        raise TypeError(f"sizes must be a sequence of whole numbers, got {sizes!r}")
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least the inputs and the outputs, got {sizes!r}")
    return [as_count(size, f"sizes[{i}]") for i, size in enumerate(sizes)]


class LayerTrace(NamedTuple):
    """The values that one layer computed in the forward pass."""

    z: Array
    """Before the activation, (batch, d_out)."""
    a: Array
    """After it, (batch, d_out)."""


class Step(NamedTuple):
    """The values that one layer keeps for the backward pass."""

    x: Array  # what came in, (batch, d_in)
    z: Array  # before the activation, (batch, d_out)
    f: Activation
    keep: Array | None  # dropout: 0 or 1/(1 - p), (batch, d_out); None where none is dropped


class MLP(Model):
    r"""Dense layers with an activation between each two: :math:`a_l = f(a_{l-1} W_l^\top + b_l)`.

    The last layer's activation is the identity unless ``output`` says otherwise.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden widths, outputs: at least two numbers.
    activation : str or Activation
        Of the hidden layers; a name from ``ffnlib.nn.ACTIVATIONS``.
    rng : numpy.random.Generator
        Where the initial weights come from.
    init : str or float
        See ``init_variance``; the same for every layer.
    bias : bool
        Whether the layers have one.
    output : str or Activation
        Activation of the last layer.
    dropout : float, from 0 to below 1
        Share of the hidden outputs set to 0 in training, another choice in each step. The others
        are divided by ``1 - dropout``, so nothing has to change afterwards.
    dtype : float32 or float64
        Of the parameters, and of everything computed in training.

    Attributes
    ----------
    layers : list of Linear
    activation, output : Activation
    dropout : float

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, fewer than two of them, an unknown name,
        dtype, or share to drop.
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
        dropout: float = 0.0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self._assemble(
            [
                Linear(d_in, d_out, rng=rng, bias=bias, init=init, dtype=dtype)
                for d_in, d_out in pairwise(checked_sizes(sizes))
            ],
            activation,
            output,
            dropout,
        )

    def _assemble(
        self,
        layers: list[Linear],
        activation: str | Activation,
        output: str | Activation,
        dropout: float,
    ) -> None:
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be a share from 0 to below 1, got {dropout!r}")
        self.layers = layers
        self.activation = find_activation(activation)
        self.output = find_activation(output, "output")
        self.dropout = float(dropout)
        self._steps: list[Step] = []
        self._scratch = Scratch()

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[Linear],
        activation: str | Activation = "relu",
        output: str | Activation = "identity",
        dropout: float = 0.0,
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
        network._assemble(list(layers), activation, output, dropout)
        return network

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden widths, outputs."""
        return (self.layers[0].d_in, *(layer.d_out for layer in self.layers))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters, in which training computes."""
        return self.layers[0].dtype

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
            a = self._activation_of(i)(z)
            steps.append(LayerTrace(z, a))
        return steps

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the output, (batch, d_out), in the dtype of ``x``.

        Parameters
        ----------
        x : array_like, (batch, d_in), or also (d_in,) when not training
        training : bool
            Drop outputs, and remember what ``backward`` needs. Everything is then computed in the
            parameters' dtype and in arrays that the next training step writes again; the result is
            one of them. ``x`` must stay as it is until ``backward`` is done.
        rng : numpy.random.Generator, optional
            Which outputs to drop; needed in training if ``dropout`` is above 0.

        Raises
        ------
        TypeError, ValueError
            As ``Linear.forward``; or if ``rng`` is missing, or ``x`` is not a batch in training.
        """
        if not training:
            return self._infer(x)
        a = as_float(x, "x").astype(self.dtype, copy=False)
        if a.ndim != 2 or len(a) == 0:
            raise ValueError(f"x must have shape (batch, d_in), at least one row, got {a.shape}")
        self._steps = []
        for i, layer in enumerate(self.layers):
            f = self._activation_of(i)
            z = layer.forward(a, out=self._array("z", i, (len(a), layer.d_out)))
            y = z if f is identity else f.write(z, self._array("a", i, z.shape))
            keep = None
            if self.dropout and i < len(self.layers) - 1:
                keep = self._draw_keep(i, y.shape, as_rng(rng))
                y = np.multiply(y, keep, out=self._array("a", i, y.shape))
            self._steps.append(Step(a, z, f, keep))
            a = y
        return a

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step: fill ``dW``, ``db`` of every layer.

        Parameters
        ----------
        g : array_like, (batch, d_out)
            The gradient of the loss with respect to the output; it is left as it is.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Returns
        -------
        array, (batch, d_in), or None if ``inputs`` is False
            Valid until the next step.

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        ValueError
            If ``g`` has not the output's shape, or one layer stands in the network twice.
        """
        if not self._steps:
            raise RuntimeError("there is no step to go back: call forward(x, training=True) first")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("layers must be different objects in training, got one of them twice")
        delta: Array = as_float(g, "g").astype(self.dtype, copy=False)
        if delta.shape != self._steps[-1].z.shape:
            raise ValueError(f"g must have shape {self._steps[-1].z.shape}, got {delta.shape}")
        for i in reversed(range(len(self.layers))):
            x, z, f, keep = self._steps[i]
            if keep is not None:
                delta *= keep
            if f is not identity:
                ours = i < len(self.layers) - 1  # the gradient given is left as it is
                out = delta if ours else self._array("delta", i, z.shape)
                delta = f.pull_back(delta, z, out)  # (batch, d_out)
            if i == 0 and not inputs:
                self.layers[i].fill_gradients(x, delta)
                return None
            delta = self.layers[i].backward(x, delta, out=self._array("g", i, x.shape))
        return delta  # (batch, d_in)

    def _infer(self, x: ArrayLike) -> Array:
        a = as_float(x, "x")
        for i, layer in enumerate(self.layers):
            a = layer.forward(a)  # a new array
            f = self._activation_of(i)
            if f is not identity:
                a = f.write(a, out=a)
        return a

    def _activation_of(self, i: int) -> Activation:
        return self.output if i == len(self.layers) - 1 else self.activation

    def _array(self, name: str, i: int, shape: tuple[int, ...]) -> Array:
        return self._scratch.take(f"{name}{i}", shape, self.dtype)

    def _draw_keep(self, i: int, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Draw which outputs of hidden layer i stay: 1/(1 - p) for those, 0 for the others."""
        keep = self._array("keep", i, shape)
        rng.random(out=keep, dtype=keep.dtype)
        np.greater_equal(keep, self.dropout, out=keep)
        keep /= 1 - self.dropout
        return keep

    def predict(self, x: ArrayLike) -> NDArray[np.int64]:
        """Return the class of each example, (batch,) int64.

        What the last layer gives before its activation is read as logits: the largest wins, the
        first of equals; a single one means class 1 where it is above 0. Errors as ``trace``.
        """
        logits = self.trace(x)[-1].z
        single = self.layers[-1].d_out == 1
        winner = logits[..., 0] > 0 if single else logits.argmax(axis=-1)
        return np.asarray(winner, dtype=np.int64)

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays by name, ``layers.0.W``, ``layers.0.b``, …; not copies."""
        return {
            f"layers.{i}.{name}": p
            for i, layer in enumerate(self.layers)
            for name, p in layer.named_parameters().items()
        }

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        return {
            f"layers.{i}.{name}": g
            for i, layer in enumerate(self.layers)
            for name, g in layer.named_gradients().items()
        }

    def __repr__(self) -> str:
        return f"MLP({list(self.sizes)}, activation={self.activation.name!r})"

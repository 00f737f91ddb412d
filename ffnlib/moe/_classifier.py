r"""A classifier whose middle is a mixture of experts.

.. math:: h = f(x W_s^\top + b_s), \qquad u = h + \mathrm{MoE}(h), \qquad
          z = u W_o^\top + b_o .

The examples of a batch are the tokens. ``fit`` and ``train_step`` train it like any other model:
the auxiliary losses enter where their gradients arise, in the backward pass of the router, so the
loss that training reports is that of the task alone and can be compared between models.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.moe._moe import MoE
from ffnlib.moe._router import Routing
from ffnlib.nn import Activation, Linear
from ffnlib.nn import activation as find_activation


class MoEClassifier(Composite):
    """A dense layer, a mixture of experts beside a residual connection, and a dense layer.

    Parameters
    ----------
    d_in, classes : int
        Numbers of inputs and of classes.
    d_model : int
        Width between the layers: what router and experts see.
    d_ff : int
        Hidden units of each expert.
    num_experts, top_k : int
        How many there are, and how many an example uses.
    variant : str
        Of the experts; see ``FeedForward``.
    rng : numpy.random.Generator
        Where the initial weights come from.
    activation : str or Activation
        f, after the first layer.
    residual : bool
        Whether what goes into the mixture is added to what comes out. Without it an example that
        was dropped by all its experts arrives as 0.
    bias : bool
        Whether the experts have biases; the dense layers do.
    dtype : float32 or float64
        Of the parameters.
    load_balancing : float
        Weight of ``load_balancing_loss``.
    **routing
        See ``RoutingPolicy``.

    Attributes
    ----------
    stem, head : Linear
        First and last layer.
    moe : MoE

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, or another argument out of its range.
    """

    def __init__(
        self,
        d_in: int,
        classes: int,
        d_model: int = 256,
        d_ff: int = 256,
        num_experts: int = 4,
        top_k: int = 2,
        variant: str = "relu",
        *,
        rng: np.random.Generator,
        activation: str | Activation = "relu",
        residual: bool = True,
        bias: bool = True,
        dtype: DTypeLike = np.float64,
        load_balancing: float = 1e-2,
        **routing: Any,
    ) -> None:
        more: dict[str, Any] = {"rng": rng, "dtype": dtype}
        self.activation, self.residual = find_activation(activation), bool(residual)
        self.stem = Linear(d_in, d_model, **more)
        self.moe = MoE(
            d_model, d_ff, num_experts, top_k, variant,
            bias=bias, load_balancing=load_balancing, **more, **routing,
        )  # fmt: skip
        self.head = Linear(d_model, classes, init="lecun", **more)
        self._step: tuple[Array, Array, Array] | None = None

    def parts(self) -> dict[str, Trainable]:
        """Return ``stem``, ``moe`` and ``head``."""
        return {"stem": self.stem, "moe": self.moe, "head": self.head}

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype it computes in; known also when no parameter is left to train."""
        return self.stem.dtype

    @property
    def active_parameters(self) -> int:
        """The number of parameters that one example uses."""
        dense = self.stem.num_parameters + self.head.num_parameters
        return dense + self.moe.active_parameters

    @property
    def auxiliary_loss(self) -> float:
        """The auxiliary losses of the last training step; 0 before the first."""
        return self.moe.auxiliary_loss

    def route(self, x: ArrayLike) -> Routing:
        """Ask the router about examples, (batch, d_in), outside training."""
        return self.moe.route(self.activation(self.stem.forward(x)))

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the logits.

        Parameters
        ----------
        x : array_like, (batch, d_in)
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs; ``x`` must stay as
            it is until then.
        rng : numpy.random.Generator, optional
            Needed in training if there is noise on the router's logits.

        Returns
        -------
        array, (batch, classes)

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or has not the shape (batch, d_in) with at least
            one row.
        """
        a = as_float(x, "x")
        if a.ndim != 2 or len(a) == 0:
            raise ValueError(f"x must have shape (batch, d_in), at least one row, got {a.shape}")
        if training:
            a = a.astype(self.dtype, copy=False)
        z = self.stem.forward(a)  # (batch, d_model)
        h = self.activation.write(z, np.empty_like(z) if training else z)
        u = self.moe.forward(h, training=training, rng=rng)
        if self.residual:
            u += h
        if training:
            self._step = (a, z, u)
        return self.head.forward(u)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step, and fill those of all layers.

        Parameters
        ----------
        g : array_like, (batch, classes)
            The gradient of the task's loss with respect to the logits.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Returns
        -------
        array, (batch, d_in), or None if ``inputs`` is False

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        TypeError, ValueError
            If ``g`` does not hold real numbers, or has not the shape of the logits.
        """
        x, z, u = last_step(self._step)
        gu = self.head.backward(u, as_float(g, "g").astype(self.dtype, copy=False))
        gh = self.moe.backward(gu)  # (batch, d_model)
        assert gh is not None  # inputs are wanted above
        if self.residual:
            gh += gu
        gz = self.activation.pull_back(gh, z, gh)
        if not inputs:
            self.stem.fill_gradients(x, gz)
            return None
        return self.stem.backward(x, gz)

    def predict(self, x: ArrayLike) -> NDArray[np.int64]:
        """Return the class of each example, (batch,) int64: the largest logit, the first of equals.

        Errors as ``forward``.
        """
        return np.asarray(self.forward(x).argmax(axis=1), dtype=np.int64)

    def __repr__(self) -> str:
        return f"MoEClassifier({self.stem!r}, {self.moe!r}, {self.head!r})"

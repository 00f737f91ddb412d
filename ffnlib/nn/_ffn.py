r"""The feed-forward layer of a Transformer, in its seven variants.

The plain layer widens each position's vector, applies an activation and narrows it again; the gated
ones widen it twice, and let one of the two, the *gate*, through the activation:

.. math:: y = f(x W_u^\top)\, W_d^\top \qquad\text{or}\qquad
          y = \bigl(f(x W_g^\top) \odot x W_u^\top\bigr)\, W_d^\top .

Vaswani et al. (2017, arXiv:1706.03762, eq. 2); Shazeer (2020, arXiv:2002.05202, eq. 5 and 6). In
the public LLaMA code the three matrices are w1 (gate), w3 (up) and w2 (down).

Backward pass, with :math:`g_y` from above, :math:`h` the hidden layer and :math:`z` what entered f:

.. math:: g_h = g_y W_d, \qquad g_u = g_h \odot f(z), \qquad g_z = g_h \odot u \odot f'(z),
          \qquad g_x = g_z W_g + g_u W_u .
"""

from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib._base.parameters import Composite, last_step
from ffnlib.nn._activations import Activation, gelu, identity, relu, sigmoid, silu
from ffnlib.nn._configs import PRESETS, TransformerConfig
from ffnlib.nn._linear import Linear
from ffnlib.nn._widths import GATED, VARIANTS, check_variant, hidden_size
from ffnlib.nn._widths import ffn_flops as flops_per_token
from ffnlib.nn._widths import ffn_parameters as count_parameters

__all__ = [
    "ACTIVATION_OF", "GATED", "PRESETS", "VARIANTS", "FeedForward", "FeedForwardTrace",
    "TransformerConfig", "count_parameters", "flops_per_token", "hidden_size",
]  # fmt: skip

ACTIVATION_OF: Final[dict[str, Activation]] = {
    "relu": relu,
    "gelu": gelu,
    "glu": sigmoid,
    "geglu": gelu,
    "swiglu": silu,
    "reglu": relu,
    "bilinear": identity,
}
"""f of each variant: on the gate where there is one. Dauphin et al. (2016) call the first GLU."""


class FeedForwardTrace(NamedTuple):
    """The values that the layer computed in the forward pass; any leading shape, here (…,)."""

    gate: Array | None
    """Gate before the activation, (…, d_ff); None in the plain variants."""
    up: Array
    """The other stream, (…, d_ff); in the plain variants, before the activation."""
    hidden: Array
    """``f(gate) * up``, or ``f(up)`` in the plain variants, (…, d_ff)."""
    y: Array
    """The output, (…, d_model)."""


class FeedForward(Composite):
    r"""A position-wise feed-forward layer: the same small network for every position.

    Parameters
    ----------
    d_model : int
        Length of a position's vector.
    d_ff : int, optional
        Hidden units; ``hidden_size(d_model, variant, multiple_of)`` if not given.
    variant : str
        ``relu``, ``gelu`` (plain), ``glu``, ``geglu``, ``swiglu``, ``reglu``, ``bilinear`` (gated).
    rng : numpy.random.Generator
        Where the initial weights come from.
    bias : bool
        Whether the two or three layers have one.
    multiple_of : int
        What a ``d_ff`` that is not given is rounded up to.
    init : str or float
        See ``ffnlib.nn.init_variance``.
    dtype : float16, float32 or float64
        Of the parameters.

    Attributes
    ----------
    gate : Linear or None
    up, down : Linear
        d_model to d_ff, and back.
    activation : Activation
        f.
    variant : str

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, an unknown variant, init or dtype.
    """

    def __init__(
        self,
        d_model: int,
        d_ff: int | None = None,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        bias: bool = False,
        multiple_of: int = 1,
        init: str | float = "lecun",
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_variant(variant)
        d_model = as_count(d_model, "d_model")
        if d_ff is None:
            d_ff = hidden_size(d_model, variant, multiple_of)
        d_ff = as_count(d_ff, "d_ff")
        more: dict[str, Any] = {"rng": rng, "bias": bias, "init": init, "dtype": dtype}
        gate = Linear(d_model, d_ff, **more) if variant in GATED else None
        up = Linear(d_model, d_ff, **more)
        self._assemble(gate, up, Linear(d_ff, d_model, **more), variant)

    def _assemble(self, gate: Linear | None, up: Linear, down: Linear, variant: str) -> None:
        self.gate, self.up, self.down = gate, up, down
        self.variant = variant
        self.activation = ACTIVATION_OF[variant]
        self._step: tuple[Array, FeedForwardTrace] | None = None

    @classmethod
    def from_layers(
        cls, gate: Linear | None, up: Linear, down: Linear, variant: str = "swiglu"
    ) -> Self:
        """Make a layer of given ones, which are not copied; ``gate`` is None for plain variants.

        ValueError if there is a gate too many or too few, or the sizes do not fit each other.
        """
        check_variant(variant)
        if (gate is not None) != (variant in GATED):
            wanted = "a Linear" if variant in GATED else "None"
            raise ValueError(f"gate must be {wanted} for variant={variant!r}, got {gate!r}")
        sizes = (up.d_out, up.d_in)
        if (down.d_in, down.d_out) != sizes:
            raise ValueError(f"down must map {sizes[0]} to {sizes[1]} numbers, got {down!r}")
        if gate is not None and (gate.d_out, gate.d_in) != sizes:
            raise ValueError(f"gate must map {sizes[1]} to {sizes[0]} numbers, got {gate!r}")
        layer = cls.__new__(cls)
        layer._assemble(gate, up, down, variant)
        return layer

    @property
    def d_model(self) -> int:
        """Length of a position's vector."""
        return self.up.d_in

    @property
    def d_ff(self) -> int:
        """Number of hidden units."""
        return self.up.d_out

    def trace(self, x: ArrayLike) -> FeedForwardTrace:
        """Compute the layer and keep all that is on the way; as ``forward``."""
        x = self._checked(x)
        gate, up, hidden, y = self._compute(x.reshape(-1, self.d_model))
        wide = (*x.shape[:-1], self.d_ff)
        gate = None if gate is None else gate.reshape(wide)
        return FeedForwardTrace(gate, up.reshape(wide), hidden.reshape(wide), y.reshape(x.shape))

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Compute the layer, each position for itself.

        Parameters
        ----------
        x : array_like, (…, d_model)
            Any number of leading axes: (batch, d_model), (batch, seq, d_model).
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs; ``x`` must stay as
            it is until then.
        rng : numpy.random.Generator, optional
            Not used; ``ffnlib.training`` hands one over.

        Returns
        -------
        array, (…, d_model)
            In the dtype of ``x``; that of the parameters in training.

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or its last axis is not ``d_model`` long.
        """
        x = self._checked(x)
        flat = x.reshape(-1, self.d_model)  # (n, d_model)
        if training:
            flat = flat.astype(self.dtype, copy=False)
        step = self._compute(flat, keep=training)
        self._step = (flat, step) if training else self._step
        return step.y.reshape(x.shape)

    def _compute(self, x: Array, keep: bool = True) -> FeedForwardTrace:
        """Compute the layer for x, (n, d_model); without ``keep``, ``hidden`` overwrites."""
        up = self.up.forward(x)  # (n, d_ff)
        if self.gate is None:
            gate, hidden = None, self._activate(up, keep)
        else:
            gate = self.gate.forward(x)  # (n, d_ff)
            hidden = self._activate(gate, keep)
            hidden *= up
        return FeedForwardTrace(gate, up, hidden, self.down.forward(hidden))

    def _activate(self, z: Array, keep: bool) -> Array:
        return self.activation.write(z, np.empty_like(z) if keep else z)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step: fill the layers' ``dW``, ``db``.

        Parameters
        ----------
        g : array_like, (…, d_model)
            The gradient of the loss with respect to the output.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Returns
        -------
        array, (…, d_model), or None if ``inputs`` is False

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        TypeError, ValueError
            If ``g`` does not hold real numbers, or not as many as the output.
        """
        x, (gate, up, hidden, y) = last_step(self._step)
        g = as_float(g, "g")
        if g.size != y.size or g.ndim == 0 or g.shape[-1] != self.d_model:
            raise ValueError(
                f"g must have the shape of the output, {len(y)} positions of "
                f"d_model={self.d_model} numbers, got {g.shape}"
            )
        flat = g.reshape(-1, self.d_model).astype(x.dtype, copy=False)  # (n, d_model)
        gh = self.down.backward(hidden, flat)  # (n, d_ff)
        f = self.activation
        if gate is None or self.gate is None:
            branches = [(self.up, f.pull_back(gh, up, gh))]
        else:
            gu: Array = f(gate)
            gu *= gh
            gh *= up
            branches = [(self.gate, f.pull_back(gh, gate, gh)), (self.up, gu)]
        if not inputs:
            for layer, gz in branches:
                layer.fill_gradients(x, gz)
            return None
        gx = branches[0][0].backward(x, branches[0][1])  # (n, d_model)
        for layer, gz in branches[1:]:
            gx += layer.backward(x, gz)
        return gx.reshape(g.shape)

    def parts(self) -> dict[str, Linear]:
        """The dense layers by name: ``gate`` (if there is one), ``up``, ``down``."""
        gate = {} if self.gate is None else {"gate": self.gate}
        return {**gate, "up": self.up, "down": self.down}

    def _checked(self, x: ArrayLike) -> Array:
        x = as_float(x, "x")
        if x.ndim == 0 or x.shape[-1] != self.d_model:
            raise ValueError(
                f"x must have d_model={self.d_model} numbers in its last axis, got shape {x.shape}"
            )
        return x

    def __repr__(self) -> str:
        return f"FeedForward({self.d_model}, {self.d_ff}, variant={self.variant!r})"

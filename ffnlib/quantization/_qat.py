r"""Training that knows it will be rounded: quantize and at once dequantize, on the way forwards.

Rounding is flat nearly everywhere, so its derivative is 0 and nothing would learn. The
straight-through estimator takes it for the identity in the backward pass, and for flat only where a
number is cut off (Bengio et al., arXiv:1308.3432; Jacob et al., arXiv:1712.05877):

.. math:: \hat w = s\,(q(w) - z), \qquad
          \frac{\partial J}{\partial w} := \frac{\partial J}{\partial \hat w}
          \cdot \mathbf 1[w \text{ is within the levels}] .

Step and zero point are chosen anew in each step, and treated as constants in the backward pass.
"""

from copy import deepcopy
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Model
from ffnlib.nn import MLP
from ffnlib.quantization._levels import Grid, as_finite, as_group_size, fit_grid
from ffnlib.quantization._model import quantize_model


class FakeQuantize:
    """Rounds numbers to the levels of a quantizer and leaves them floats."""

    name = "fake_quantize"

    def __call__(
        self,
        w: ArrayLike,
        bits: int = 8,
        group_size: int | str | None = "channel",
        symmetric: bool = True,
        *,
        clip: str = "absmax",
        percentile: float = 99.5,
        scale_dtype: DTypeLike | None = None,
    ) -> Array:
        """Return ``dequantize(quantize(w, …))``, in the dtype of ``w``.

        Parameters and errors as ``ffnlib.quantization.quantize``.
        """
        w, grid = _fit(w, bits, group_size, symmetric, clip, percentile, scale_dtype)
        return grid.values(grid.round(w), w.dtype)

    def gradient(
        self,
        w: ArrayLike,
        g: ArrayLike,
        bits: int = 8,
        group_size: int | str | None = "channel",
        symmetric: bool = True,
        *,
        clip: str = "absmax",
        percentile: float = 99.5,
        scale_dtype: DTypeLike | None = None,
    ) -> Array:
        """Send a gradient straight through.

        Parameters
        ----------
        w : array_like, (…, d_in)
            What was rounded.
        g : array_like, in the shape of ``w``
            The gradient with respect to the rounded numbers.
        bits, group_size, symmetric, clip, percentile, scale_dtype
            As they were on the way forwards.

        Returns
        -------
        array, in shape and dtype of ``w``
            ``g``, and 0 where a number was cut off: never with ``clip="absmax"``.

        Raises
        ------
        TypeError, ValueError
            As ``quantize``; or if ``g`` has another shape.
        """
        w, grid = _fit(w, bits, group_size, symmetric, clip, percentile, scale_dtype)
        g = as_float(g, "g")
        if g.shape != w.shape:
            raise ValueError(f"g must have the shape of w, {w.shape}, got {g.shape}")
        return np.where(grid.covers(w), g, 0).astype(w.dtype, copy=False)

    def __repr__(self) -> str:
        return "<function fake_quantize>"


fake_quantize: Final = FakeQuantize()


def _fit(
    w: ArrayLike,
    bits: int,
    group_size: int | str | None,
    symmetric: bool,
    clip: str,
    percentile: float,
    scale_dtype: DTypeLike | None,
) -> tuple[Array, Grid]:
    """Return the numbers as floats and, for each of them, its levels."""
    w = as_finite(w, "w")
    grid = fit_grid(w, bits, group_size, symmetric, clip, percentile, scale_dtype)
    return w, grid.spread(w.shape[-1], as_group_size(group_size, w.shape[-1]))


class QuantizationAware(Model):
    r"""A network that computes with rounded weights and learns by changing the exact ones.

    .. math:: \hat W = \text{fake\_quantize}(W), \qquad y = f(x; \hat W, b), \qquad
              \frac{\partial J}{\partial W} := \text{straight through}\Bigl(
              \frac{\partial J}{\partial \hat W}\Bigr)

    A weight between two levels collects many small steps until it tips over.

    Parameters
    ----------
    model : MLP
        Its parameters are those that are trained, in place.
    bits, group_size, symmetric, clip, percentile, scale_dtype
        As for ``quantize``; steps in float16 if not given, as ``quantize_model`` stores them.

    Raises
    ------
    TypeError, ValueError
        If ``model`` is no MLP, or as ``quantize``.
    """

    def __init__(
        self,
        model: MLP,
        bits: int,
        group_size: int | str | None = "channel",
        symmetric: bool = True,
        *,
        clip: str = "absmax",
        percentile: float = 99.5,
        scale_dtype: DTypeLike = np.float16,
    ) -> None:
        if not isinstance(model, MLP):
            raise TypeError(f"model must be an MLP, got {type(model).__name__}")
        self.model = model
        self.rounded = deepcopy(model)
        self.options: dict[str, Any] = {
            "bits": bits,
            "group_size": group_size,
            "symmetric": symmetric,
            "clip": clip,
            "percentile": percentile,
            "scale_dtype": scale_dtype,
        }
        self._round()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.model.dtype

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the network with rounded weights; as ``MLP.forward``."""
        self._round()
        return self.rounded.forward(x, training=training, rng=rng)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step; as ``MLP.backward``."""
        dx = self.rounded.backward(g, inputs=inputs)
        for exact, layer in zip(self.model.layers, self.rounded.layers, strict=True):
            if layer.dW is not None:
                exact.dW = fake_quantize.gradient(exact.W, layer.dW, **self.options)
            exact.db = layer.db
        return dx

    def named_parameters(self) -> dict[str, Array]:
        """Return the exact weights and the biases by name; not copies."""
        return self.model.named_parameters()

    def named_gradients(self) -> dict[str, Array]:
        """Return their gradients; RuntimeError if there are none yet."""
        return self.model.named_gradients()

    def quantized(self, **options: Any) -> MLP:
        """Return the network on packed weights: ``quantize_model`` with the levels of the training.

        ``options`` are further ones of ``quantize_model``. It computes what this one does, up to
        the rounding of floats.
        """
        return quantize_model(self.model, **{**self.options, **options})

    def _round(self) -> None:
        for exact, layer in zip(self.model.layers, self.rounded.layers, strict=True):
            layer.W = fake_quantize(exact.W, **self.options)
            layer.b = exact.b

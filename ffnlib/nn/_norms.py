r"""Normalization: each position's vector is brought to a standard size, then scaled by a gain.

.. math:: \mathrm{RMSNorm}(x) = \gamma \odot \frac{x}{s}, \qquad
          \mathrm{LayerNorm}(x) = \gamma \odot \frac{x - \mu}{s} + \beta, \qquad
          s^2 = \tfrac1d \sum_j x_j^2 + \epsilon

where LayerNorm takes the mean :math:`\mu` off before it computes s. Ba, Kiros and Hinton
(arXiv:1607.06450); Zhang and Sennrich (arXiv:1910.07467). Backward pass, with :math:`\hat x` the
normalized vector, :math:`\hat g = \gamma \odot g` and a bar for the mean over the d numbers:

.. math:: g_x = \frac1s \bigl(\hat g - \hat x\,\overline{\hat g \hat x}\bigr), \qquad
          \text{LayerNorm: also } -\overline{\hat g}/s .
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_count, as_float, float_dtype
from ffnlib._base.parameters import Model, last_step


class RMSNorm(Model):
    r"""Divide by the root of the mean square, and multiply by a gain, :math:`\gamma \odot x / s`.

    Parameters
    ----------
    d : int
        Length of the last axis.
    eps : float, above 0
        :math:`\epsilon`, added to the mean square.
    dtype : float16, float32 or float64
        Of the parameters.

    Attributes
    ----------
    gain : array, (d,)
        :math:`\gamma`, ones at the start.

    Raises
    ------
    TypeError, ValueError
        If ``d`` is not a whole number above 0, or ``eps`` not above 0, or for another dtype.

    Notes
    -----
    float16 is computed in float32 and rounded once. Vectors whose squares exceed the dtype's range
    are scaled by a power of two first, so any finite input has the right result.
    """

    centers: ClassVar[bool] = False
    """Whether the mean is subtracted first."""

    def __init__(self, d: int, eps: float = 1e-6, *, dtype: DTypeLike = np.float64) -> None:
        if not 0 < eps < np.inf:
            raise ValueError(f"eps must be above 0, got {eps!r}")
        self.eps = float(eps)
        self.gain: Array = np.ones(as_count(d, "d"), dtype=float_dtype(dtype))
        self._step: tuple[Array, Array] | None = None
        self._gradients: dict[str, Array] = {}

    @property
    def d(self) -> int:
        """Length of the last axis."""
        return len(self.gain)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.gain.dtype

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Normalize along the last axis.

        Parameters
        ----------
        x : array_like, (…, d)
        training : bool
            Compute in the parameters' dtype and keep what ``backward`` needs.
        rng : numpy.random.Generator, optional
            Not used.

        Returns
        -------
        array, (…, d)
            In the dtype of ``x``; that of the parameters in training.

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or its last axis is not ``d`` long.
        """
        x = as_float(x, "x")
        if x.ndim == 0 or x.shape[-1] != self.d:
            raise ValueError(f"x must have d={self.d} numbers in its last axis, got {x.shape}")
        kind = self.dtype if training else x.dtype
        work = x.astype(np.float32 if kind == np.float16 else kind, copy=False)
        normal, inverse = _normalize(work, self.eps, self.centers)  # x_hat (…, d), 1/s (…, 1)
        if training:
            self._step = normal, inverse
        return self._scale(normal).astype(kind, copy=False)

    def _scale(self, normal: Array) -> Array:
        """Return gamma * x_hat, (…, d)."""
        scaled: Array = normal * self.gain.astype(normal.dtype, copy=False)
        return scaled

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Fill the gradients of the last training step, and give that of its ``x``.

        Parameters
        ----------
        g : array_like, (…, d)
            The gradient of the loss with respect to the output.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        ValueError
            If ``g`` has not the output's shape.
        """
        normal, inverse = last_step(self._step)
        g = as_float(g, "g").astype(normal.dtype, copy=False)
        if g.shape != normal.shape:
            raise ValueError(f"g must have the output's shape {normal.shape}, got {g.shape}")
        self._gradients = {
            name: value.astype(self.dtype, copy=False)
            for name, value in self._parameter_gradients(g, normal).items()
        }
        if not inputs:
            return None
        gx: Array = g * self.gain.astype(g.dtype, copy=False)  # g_hat, (…, d)
        correction = normal * _mean(gx * normal)
        if self.centers:
            correction += _mean(gx)
        gx -= correction
        gx *= inverse
        return gx.astype(self.dtype, copy=False)

    def _parameter_gradients(self, g: Array, normal: Array) -> dict[str, Array]:
        flat = (-1, self.d)
        return {"gain": np.einsum("nd,nd->d", g.reshape(flat), normal.reshape(flat))}

    def named_parameters(self) -> dict[str, Array]:
        """Return ``gain`` (and ``bias``) by name; not copies."""
        return {"gain": self.gain}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        if not self._gradients:
            raise RuntimeError("there are no gradients yet: call forward and backward first")
        return self._gradients

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.d}, eps={self.eps:g})"


class LayerNorm(RMSNorm):
    r"""Take the mean off, divide by the standard deviation: :math:`\gamma \odot (x-\mu)/s + \beta`.

    Parameters, errors and notes as ``RMSNorm``; there is also an attribute ``bias``, (d,),
    :math:`\beta`, zeros at the start.
    """

    centers = True

    def __init__(self, d: int, eps: float = 1e-5, *, dtype: DTypeLike = np.float64) -> None:
        super().__init__(d, eps, dtype=dtype)
        self.bias: Array = np.zeros_like(self.gain)

    def _scale(self, normal: Array) -> Array:
        scaled = super()._scale(normal)
        scaled += self.bias.astype(normal.dtype, copy=False)
        return scaled

    def _parameter_gradients(self, g: Array, normal: Array) -> dict[str, Array]:
        return {
            **super()._parameter_gradients(g, normal),
            "bias": g.reshape(-1, self.d).sum(axis=0),
        }

    def named_parameters(self) -> dict[str, Array]:
        """Return ``gain`` and ``bias`` by name; not copies."""
        return {"gain": self.gain, "bias": self.bias}


def _normalize(x: Array, eps: float, center: bool) -> tuple[Array, Array]:
    """Return x_hat, (…, d), and 1/s, (…, 1)."""
    normal, inverse = _divide(x, eps, center)
    if not inverse.all():  # somewhere the squares or their sum have overflown
        m = np.abs(x).max(axis=-1, keepdims=True, initial=0)
        m = np.ldexp(np.ones_like(m), np.frexp(np.where(np.isfinite(m), m, 1))[1] - 1)
        m = np.maximum(m, 1)  # a power of two about the largest number, (…, 1)
        normal, inverse = _divide(x / m, eps / m / m, center)
        inverse = inverse / m
    return normal, inverse


def _divide(x: Array, eps: Any, center: bool) -> tuple[Array, Array]:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if center:
            x = x - _mean(x)
        inverse = 1 / np.sqrt(_mean(np.square(x)) + eps)
        return x * inverse, inverse


def _mean(x: Array) -> Array:
    """Mean along the last axis, (…, 1): as a product, several times as fast as along short rows."""
    d = x.shape[-1]
    total: Array = x @ np.ones((d, 1), x.dtype)
    total /= d
    return total

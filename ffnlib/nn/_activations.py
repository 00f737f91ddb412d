r"""Activation functions and their derivatives, side by side.

Each is an object: ``gelu(x)`` is the value, ``gelu.derivative(x)`` the slope, ``gelu.name`` the
name. All of them work on any shape, keep float16, float32 and float64 (integers become float64),
never overflow and never warn. nan stays nan; at the infinities they return their limits.

The smooth relatives of ReLU share one shape. With :math:`y = |x|` each is

.. math:: f(x) = \max(x, 0) - y\,s(-y), \qquad f'(-y) = s(-y) - y\,s'(-y), \quad f'(y) = 1 - f'(-y)

where :math:`s` is the gate: the normal distribution :math:`\Phi` in GELU, the sigmoid in SiLU.
Written so, only decaying exponentials appear, and the small values of the left tail stay accurate.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, elementwise, transform
from ffnlib._base.kernels import LARGE, run_kernel
from ffnlib.nn._erf import normal_tail

__all__ = [
    "ACTIVATIONS", "Activation", "LeakyReLU", "activation", "gelu", "gelu_tanh", "identity",
    "leaky_relu", "relu", "sigmoid", "silu", "softplus", "squared_relu", "tanh",
]  # fmt: skip


class Activation:
    """A function of one number, applied to every element of an array.

    A subclass writes ``value`` and ``slope`` for a block of shape (n,) in float32 or float64.
    """

    name: str

    def __call__(self, x: ArrayLike) -> Array:
        """Value at every element of ``x``: same shape and dtype. TypeError if not real numbers."""
        return elementwise(self.value, x, kernel=self.fast_value)

    def derivative(self, x: ArrayLike) -> Array:
        """Slope at every element of ``x``: same shape and dtype. TypeError if not real numbers."""
        return elementwise(self.slope, x, kernel=self.fast_slope)

    def write(self, z: Array, out: Array) -> Array:
        """Write the value to ``out``, which may be ``z`` itself; both C-contiguous, one dtype."""
        return transform(self.value, z, out, self.fast_value)

    def pull_back(self, g: Array, z: Array, out: Array) -> Array:
        r"""Write :math:`g \odot f'(z)` to ``out``, which may be ``g``: the gradient before f.

        ``z`` and ``out`` are C-contiguous.
        """
        flat_g, flat_z, flat_out = g.reshape(-1), z.reshape(-1), out.reshape(-1)
        parts = max(1, z.size // LARGE)  # there is never a slope for all of z
        for i in range(parts):
            part = slice(i * z.size // parts, (i + 1) * z.size // parts)
            slope = transform(
                self.slope, flat_z[part], np.empty_like(flat_z[part]), self.fast_slope
            )
            np.multiply(flat_g[part], slope, out=flat_out[part])
        return out

    def value(self, x: Array) -> Array:
        """Return the value for one block, shape (n,)."""
        raise NotImplementedError

    def slope(self, x: Array) -> Array:
        """Return the derivative for one block, shape (n,)."""
        raise NotImplementedError

    def fast_value(self, x: Array, out: Array) -> bool:  # noqa: ARG002
        """Write the value, (n,), with a compiled kernel; False if there is none."""
        return False

    def fast_slope(self, x: Array, out: Array) -> bool:  # noqa: ARG002
        """Write the derivative, (n,), with a compiled kernel; False if there is none."""
        return False

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


class Identity(Activation):
    r"""No activation: :math:`f(x) = x`, :math:`f'(x) = 1`."""

    name = "identity"

    def value(self, x: Array) -> Array:
        return x

    def slope(self, x: Array) -> Array:
        return np.where(np.isnan(x), x, 1)


class ReLU(Activation):
    r"""Rectified linear unit, :math:`f(x) = \max(x, 0)`.

    The derivative is 1 for x > 0 and 0 for x < 0. At 0 there is none: any number from 0 to 1 is a
    subgradient, and like PyTorch we take 0.
    """

    name = "relu"

    def value(self, x: Array) -> Array:
        value: Array = np.maximum(x, 0)
        return value

    def slope(self, x: Array) -> Array:
        slope = (x > 0).astype(x.dtype)  # ten times as fast as np.heaviside
        unknown = np.isnan(x)
        if unknown.any():
            slope[unknown] = np.nan
        return slope

    def write(self, z: Array, out: Array) -> Array:  # one pass for what most networks use
        value: Array = np.maximum(z, 0, out=out)
        return value

    def pull_back(self, g: Array, z: Array, out: Array) -> Array:
        product: Array = np.multiply(g, z > 0, out=out)
        return product


class LeakyReLU(Activation):
    r"""Leaky ReLU, :math:`f(x) = x` for :math:`x > 0` and :math:`\alpha x` otherwise.

    Parameters
    ----------
    slope : float, between 0 and 1, both excluded
        :math:`\alpha`; 0.01 in Maas, Hannun and Ng (2013). It is also the derivative at 0.
    """

    name = "leaky_relu"

    def __init__(self, slope: float = 0.01) -> None:
        if not 0 < slope < 1:
            raise ValueError(f"slope must lie between 0 and 1, both excluded, got {slope!r}")
        self.alpha: Final[float] = float(slope)

    def value(self, x: Array) -> Array:
        """Return the value for one block, shape (n,)."""
        value: Array = np.maximum(x, self.alpha * x)
        return value

    def slope(self, x: Array) -> Array:
        """Return the derivative for one block, shape (n,)."""
        return np.where(np.isnan(x), x, np.where(x > 0, 1, self.alpha))


class SquaredReLU(Activation):
    r"""ReLU, squared: :math:`f(x) = \max(x, 0)^2`, slope :math:`2 \max(x, 0)`.

    It has a slope at 0 too. Twice the input gives four times the value, so what is large grows
    fast, beyond the dtype's range to inf. So et al. (2021), arXiv:2109.08668.

    Examples
    --------
    >>> from ffnlib.nn import squared_relu
    >>> squared_relu([-1.0, 0.5, 1.0, 2.0])
    array([0.  , 0.25, 1.  , 4.  ])
    """

    name = "squared_relu"

    def value(self, x: Array) -> Array:
        with np.errstate(over="ignore"):
            value: Array = np.square(np.maximum(x, 0))
        return value

    def slope(self, x: Array) -> Array:
        with np.errstate(over="ignore"):
            slope: Array = 2 * np.maximum(x, 0)
        return slope


class Sigmoid(Activation):
    r"""Logistic sigmoid, :math:`\sigma(x) = 1 / (1 + e^{-x})`, slope :math:`\sigma(x)\sigma(-x)`.

    The slope's maximum is 1/4, at 0.
    """

    name = "sigmoid"

    def value(self, x: Array) -> Array:
        if x.min(initial=0) > -FAR:  # the formula as printed: half the passes
            e = np.exp(-x)
            e += 1
            plain: Array = np.divide(1, e, out=e)
            return plain
        e = np.exp(-np.abs(x))
        value: Array = np.where(x < 0, e, 1) / (1 + e)
        return value

    def slope(self, x: Array) -> Array:
        e = np.exp(-np.abs(x))
        slope: Array = e / (1 + e) ** 2
        return slope


class Tanh(Activation):
    r"""Hyperbolic tangent; its slope is :math:`1 - \tanh^2 x = 4 e^{-2|x|} / (1 + e^{-2|x|})^2`.

    The second form keeps its digits where tanh itself has rounded to 1.
    """

    name = "tanh"

    def value(self, x: Array) -> Array:
        value: Array = np.tanh(x)
        return value

    def slope(self, x: Array) -> Array:
        e = np.exp(-np.abs(x)) ** 2
        slope: Array = 4 * e / (1 + e) ** 2
        return slope


class Softplus(Activation):
    r"""Smooth ReLU, :math:`\log(1 + e^x) = \max(x, 0) + \log(1 + e^{-|x|})`; slope sigmoid."""

    name = "softplus"

    def value(self, x: Array) -> Array:
        value: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
        return value

    def slope(self, x: Array) -> Array:
        return sigmoid.value(x)


class SiLU(Activation):
    r"""Sigmoid linear unit, also Swish: :math:`f(x) = x\,\sigma(x)`.

    Slope :math:`\sigma(x)\,(1 + x\,\sigma(-x))`. Named by Hendrycks and Gimpel (2016).
    """

    name = "silu"

    def value(self, x: Array) -> Array:
        if x.min(initial=0) > -FAR:  # the formula as printed: half the passes
            e = np.exp(-x)
            e += 1
            plain: Array = np.divide(x, e, out=e)
            return plain
        y = np.minimum(np.abs(x), 2000)  # beyond, the gate is 0 and inf * 0 would be nan
        h = np.exp(-y / 2)  # sigma(-y) = h^2 / (1 + h^2)
        value: Array = np.maximum(x, 0) - y * h / (1 + h * h) * h
        return value

    def slope(self, x: Array) -> Array:
        if x.min(initial=0) > -FAR and x.max(initial=0) < np.inf:
            e = np.exp(-x)
            s = 1 / (1 + e)
            return s * (1 + x * e * s)
        y = np.minimum(np.abs(x), 2000)
        h = np.exp(-y / 2)
        s = 1 / (1 + h * h)  # sigma(y)
        left = s * (1 - y * s) * h * h
        return np.where(x > 0, 1 - left, left)


class GELU(Activation):
    r"""Gaussian error linear unit, exact form: :math:`f(x) = x\,\Phi(x)`.

    :math:`\Phi(x) = \tfrac12 \operatorname{erfc}(-x/\sqrt2)` is the normal distribution and
    :math:`\varphi` its density; the slope is :math:`\Phi(x) + x\,\varphi(x)`. Hendrycks and Gimpel
    (2016). Relative error about 1e-15 in float64; in float32 1e-6 down to x = -5, then x² units of
    the last place. Large arrays are left to a compiled kernel where numba (extra ``fast``) is
    installed; its error in float32 is 4e-7 all the way.
    """

    name = "gelu"

    def value(self, x: Array) -> Array:
        y = np.minimum(np.abs(x), 50)
        t, g = normal_tail(y)  # Phi(-y) = t g^2
        for factor in (y, g, g):
            t *= factor
        value: Array = np.maximum(x, 0)
        value -= t
        return value

    def slope(self, x: Array) -> Array:
        y = np.minimum(np.abs(x), 50)
        t, g = normal_tail(y)
        left = (t - y * INV_SQRT_2PI) * g * g  # phi(y) = g^2 / sqrt(2 pi)
        return np.where(x > 0, 1 - left, left)

    def fast_value(self, x: Array, out: Array) -> bool:
        return run_kernel(KERNELS, "gelu", x, out)

    def fast_slope(self, x: Array, out: Array) -> bool:
        return run_kernel(KERNELS, "gelu_slope", x, out)


class GELUTanh(Activation):
    r"""GELU with the tanh formula in place of :math:`\Phi`.

    .. math:: f(x) = \tfrac12 x (1 + \tanh u) = x\,\sigma(2u), \quad
              u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)

    Slope :math:`\sigma(2u)\,(1 + 2 x u'\,\sigma(-2u))`. Hendrycks and Gimpel (2016).
    """

    name = "gelu_tanh"

    def value(self, x: Array) -> Array:
        y = np.minimum(np.abs(x), 50)
        h = np.exp(-SQRT_2_PI * (y + CUBIC * y * y * y))  # sigma(-2u) = h^2 / (1 + h^2)
        value: Array = np.maximum(x, 0) - y * h / (1 + h * h) * h
        return value

    def slope(self, x: Array) -> Array:
        y = np.minimum(np.abs(x), 50)
        h = np.exp(-SQRT_2_PI * (y + CUBIC * y * y * y))
        s = 1 / (1 + h * h)
        du = SQRT_2_PI * (1 + 3 * CUBIC * y * y)
        left = s * (1 - 2 * y * du * s) * h * h
        return np.where(x > 0, 1 - left, left)


KERNELS: Final = "ffnlib.nn._kernels"
FAR: Final[float] = 80.0  # no exponential overflows up to here, float32 or float64
INV_SQRT_2PI: Final[float] = float(1 / np.sqrt(2 * np.pi))
SQRT_2_PI: Final[float] = float(np.sqrt(2 / np.pi))
CUBIC: Final[float] = 0.044715

identity: Final = Identity()
relu: Final = ReLU()
leaky_relu: Final = LeakyReLU()
squared_relu: Final = SquaredReLU()
sigmoid: Final = Sigmoid()
tanh: Final = Tanh()
softplus: Final = Softplus()
silu: Final = SiLU()
gelu: Final = GELU()
gelu_tanh: Final = GELUTanh()

ACTIVATIONS: Final[dict[str, Activation]] = {
    f.name: f for f in (relu, leaky_relu, sigmoid, tanh, gelu, gelu_tanh, silu, softplus, identity)
}


def activation(choice: str | Activation, name: str = "activation") -> Activation:
    """Look up ``choice`` in ``ACTIVATIONS``; an ``Activation`` is given back as it is.

    Raises ValueError for an unknown name and TypeError for anything else; ``name`` is the
    caller's argument, for the message.
    """
    if isinstance(choice, Activation):
        return choice
    if not isinstance(choice, str):
        raise TypeError(f"{name} must be a name or an Activation, got {choice!r}")
    if choice not in ACTIVATIONS:
        raise ValueError(f"{name} must be one of {', '.join(ACTIVATIONS)}, got {choice!r}")
    return ACTIVATIONS[choice]

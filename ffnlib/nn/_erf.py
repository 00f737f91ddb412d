r"""The error function and the tail of the bell curve, without SciPy.

In float64 these are the rational approximations of Cody (1969), three intervals of

.. math:: \operatorname{erfcx}(u) = e^{u^2} \operatorname{erfc}(u),

the error function's complement with its collapse divided out. The float32 tail is one polynomial
without branches, interpolated from the float64 function when it is first needed.

W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
Computation 23 (1969), 631-637.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, elementwise

SQRT_HALF: Final[float] = float(np.sqrt(0.5))
INV_SQRT_PI: Final[float] = float(1 / np.sqrt(np.pi))

# Highest power first. NEAR is in u^2 for u <= 0.46875, MIDDLE in u up to 4, FAR in 1/u^2 beyond.
NEAR: Final = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)  # fmt: skip
MIDDLE: Final = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
     1.23033935480374942e3),
)  # fmt: skip
FAR: Final = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1,
     6.05183413124413191e-2, 2.33520497626869185e-3),
)  # fmt: skip

Ratio = tuple[Sequence[float], Sequence[float]]


def erf(x: ArrayLike) -> Array:
    r"""Error function, :math:`\operatorname{erf}(x) = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt`.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    array, shape and dtype of ``x``
        Within a few units of the last place of float64; -1 and 1 at the infinities.
    """
    return elementwise(_erf, x)


def erfc(x: ArrayLike) -> Array:
    r"""Complement :math:`1 - \operatorname{erf}(x)`, exact also where erf rounds to 1.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    array, shape and dtype of ``x``
        Relative error below 1e-15 or so in float64 until the value itself underflows, near 26.5.
    """
    return elementwise(_erfc, x)


def _erf(x: Array) -> Array:
    x = x.astype(np.float64, copy=False)
    square = np.minimum(np.abs(x), 0.46875) ** 2
    small = x * _ratio(NEAR, square)
    return np.where(np.abs(x) <= 0.46875, small, np.copysign(1 - _erfc(np.abs(x)), x))


def _erfc(x: Array) -> Array:
    u = np.minimum(np.abs(x.astype(np.float64, copy=False)), 50.0)  # erfc(50) is 0 in float64
    tail = scaled_erfc(u) * exp_minus_square(u)
    return np.where(x < 0, 2 - tail, tail)


def scaled_erfc(u: Array) -> Array:
    r""":math:`e^{u^2} \operatorname{erfc}(u)` for a float64 block of ``u`` from 0 to 50."""
    out = np.empty_like(u)
    near = u <= 0.46875
    middle = (u <= 4) & ~near
    far = ~(u <= 4)  # nan goes this way too

    v = u[near]
    out[near] = np.exp(v * v) * (1 - v * _ratio(NEAR, v * v))
    out[middle] = _ratio(MIDDLE, u[middle])
    v = u[far]
    inverse = 1 / (v * v)
    out[far] = (INV_SQRT_PI - inverse * _ratio(FAR, inverse)) / v
    return out


def _ratio(coefficients: Ratio, x: Array) -> Array:
    top, bottom = coefficients
    return _horner(top, x) / _horner(bottom, x)


def _horner(coefficients: Sequence[float], x: Array) -> Array:
    value = x * coefficients[0]
    value += coefficients[1]
    for c in coefficients[2:]:
        value *= x
        value += c
    return value


def exp_minus_square(y: Array, scale: float = 1.0) -> Array:
    """``exp(-scale * y**2)`` to full relative accuracy, ``y`` from 0 to 50, ``scale`` 1 or 1/4.

    Rounding y**2 would cost a relative error of y**2 units. So y is cut at the fourth binary
    place: the square of that part is exact, and what remains is small.
    """
    coarse = np.floor(16 * y) / 16
    fine = (y - coarse) * (y + coarse)
    value: Array = np.exp(-scale * coarse * coarse) * np.exp(-scale * fine)
    return value


def normal_tail(y: Array) -> tuple[Array, Array]:
    r"""Probability :math:`\Phi(-y)` beyond y >= 0 standard deviations, in two factors.

    Returns ``(t, g)`` with :math:`\Phi(-y) = t\,g^2`, :math:`g = e^{-y^2/4}` and
    :math:`t = \tfrac12 \operatorname{erfcx}(y/\sqrt2)`. Neither factor underflows before
    :math:`\Phi(-y)` itself does, so a product such as ``y * t * g * g`` keeps its accuracy.
    ``y`` is a float32 or float64 block of numbers from 0 to 50.
    """
    if y.dtype == np.float32:
        return _short_normal_tail(y)
    return 0.5 * scaled_erfc(y * SQRT_HALF), exp_minus_square(y, 0.25)


def _short_normal_tail(y: Array) -> tuple[Array, Array]:
    """As ``normal_tail`` in float32, where speed is wanted: few passes, each in place.

    Here y² is simply rounded, so the relative error grows with it, to 6e-6 where float32 ends.
    """
    r = y + SHORT_SCALE
    np.divide(SHORT_SCALE, r, out=r)
    t = _horner(_short_tail(), r)
    t *= r
    g = y * y
    g *= -0.25
    np.exp(g, out=g)
    return t, g


SHORT_SCALE: Final[float] = 3.0
SHORT_DEGREE: Final[int] = 8
SHORT_REACH: Final[float] = 15.0


@cache
def _short_tail() -> tuple[float, ...]:
    """Coefficients of P, highest power first, in ``t = r P(r)`` with ``r = 3 / (3 + y)``.

    Interpolated at Chebyshev points for y from 0 to 15, where float32 ends; relative error 1.4e-7.
    """
    low = SHORT_SCALE / (SHORT_SCALE + SHORT_REACH)  # r runs from low to 1, v from -1 to 1

    v = chebyshev.chebpts1(SHORT_DEGREE + 1)
    r = low + (1 - low) * (v + 1) / 2
    target = 0.5 * scaled_erfc((SHORT_SCALE / r - SHORT_SCALE) * SQRT_HALF) / r
    in_v = chebyshev.cheb2poly(chebyshev.chebfit(v, target, SHORT_DEGREE))
    v_of_r = polynomial.Polynomial([-(1 + low) / (1 - low), 2 / (1 - low)])
    in_r = polynomial.Polynomial(in_v)(v_of_r)
    return tuple(float(c) for c in in_r.coef[::-1])

r"""Student's t distribution and the bell curve, without SciPy.

.. math:: P(T_\nu \le t) = 1 - \tfrac12 I_x\bigl(\tfrac\nu2, \tfrac12\bigr),
          \qquad x = \frac{\nu}{\nu + t^2}, \quad t \ge 0,

with the regularized incomplete beta function :math:`I_x` as a continued fraction (Abramowitz and
Stegun 1964, 26.5.8 and 26.7.1), evaluated by Lentz's method.
"""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.nn import erfc

_NORMAL = NormalDist()
_TINY = 1e-300


def normal_cdf(z: float) -> float:
    """Return the share of a standard normal distribution below ``z``."""
    return _NORMAL.cdf(z)


def normal_quantile(p: float) -> float:
    """Return the value that the share ``p`` lies below; ValueError unless p is between 0 and 1."""
    return _NORMAL.inv_cdf(_share(p))


def t_cdf(t: float, df: float) -> float:
    """Return the share of Student's distribution of ``df`` degrees of freedom below ``t``.

    ValueError unless ``df`` is above 0.
    """
    if not df > 0:
        raise ValueError(f"df must be above 0, got {df!r}")
    if math.isinf(t):
        return float(t > 0)
    tail = 0.5 * _beta(0.5 * df, 0.5, df / (df + t * t), t * t / (df + t * t))
    return 1 - tail if t > 0 else tail


@lru_cache(maxsize=1024)
def t_quantile(p: float, df: float) -> float:
    """Return the value that the share ``p`` lies below, by Newton's method in a shrinking interval.

    ValueError unless ``p`` is between 0 and 1, or ``df`` above 0.
    """
    if _share(p) < 0.5:
        return -t_quantile(1 - p, df)
    log_peak = math.lgamma(0.5 * df + 0.5) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)
    z = normal_quantile(p)
    t = z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df * df)  # A&S 26.7.5
    low, high = 0.0, math.inf
    for _ in range(200):
        off = t_cdf(t, df) - p
        low, high = (t, high) if off < 0 else (low, t)
        density = math.exp(log_peak - 0.5 * (df + 1) * math.log1p(t * t / df))
        last, t = t, t - off / density if density else math.inf
        if not low <= t <= high:
            t = 0.5 * (low + high) if high < math.inf else 2 * low + 1
        if abs(t - last) <= 1e-9 * last:  # the error is squared in each step
            break
    return t


def power(effect: float, n: int, confidence: float = 0.95) -> float:
    r"""Return how often a t-test of ``n`` values finds that their mean is not 0.

    Parameters
    ----------
    effect : float
        True mean in standard deviations of a single value.
    n : int
        At least 2.
    confidence : float
        One less the rate of false alarms.

    Returns
    -------
    float
        Between 0 and 1; ``1 - confidence`` for no effect.

    Raises
    ------
    ValueError
        If ``n`` is below 2, or ``confidence`` not between 0 and 1.

    Notes
    -----
    Beyond the critical value c with probability
    :math:`\int p(s) [\Phi(-cs + \delta\sqrt n) + \Phi(-cs - \delta\sqrt n)]\,ds`, where s is the
    estimated over the true standard deviation: :math:`s^2 (n-1)` is chi-squared with n − 1 degrees
    of freedom.
    """
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    df = n - 1
    critical = t_quantile(0.5 + 0.5 * _share(confidence), df)
    nodes, weights = _nodes()
    low, high = max(0.0, 1 - 9 / df**0.5), 1 + 9 / df**0.5
    s = low + 0.5 * (high - low) * (nodes + 1)
    log_density = math.log(2) + 0.5 * df * math.log(0.5 * df) - math.lgamma(0.5 * df)
    density = np.exp(log_density + (df - 1) * np.log(s) - 0.5 * df * s * s)
    shift = effect * n**0.5
    beyond = 0.5 * sum(erfc((critical * s + sign * shift) / 2**0.5) for sign in (-1, 1))
    return float(min(1.0, 0.5 * (high - low) * np.sum(weights * density * beyond)))


@lru_cache(maxsize=1)
def _nodes() -> tuple[Array, Array]:
    """Return where to look between -1 and 1, and with which weights, for an integral."""
    nodes, weights = np.polynomial.legendre.leggauss(256)
    return nodes, weights


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """Return the regularized incomplete beta function at x; ``rest`` is 1 - x, kept apart."""
    if x <= 0 or rest <= 0:
        return float(rest <= 0)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, rest, x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log(rest)) / a
    start = 1 - (a + b) * x / (a + 1)
    c, d = 1.0, 1 / (start if abs(start) > _TINY else _TINY)
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 + term * d, 1 + term / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) < 4e-16:  # a rounding or two: it need never come to 1 itself
            break
    return front * value


def _share(p: float) -> float:
    if not 0 < p < 1:
        raise ValueError(f"a probability must be between 0 and 1, got {p!r}")
    return p

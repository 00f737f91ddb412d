r"""Whether one network is better than another, or was only lucky.

Two ways of training, each repeated with seeds 1 to n, give scores :math:`a_i` and :math:`b_i`. If
seed i means the same data and the same order for both, what these do to both alike drops out of the
*paired* difference :math:`d_i = a_i - b_i`:

.. math:: \bar d \pm t_{n-1}\, \frac{s_d}{\sqrt n}, \qquad
          s_d^2 = s_a^2 + s_b^2 - 2\operatorname{cov}(a, b) .

Without pairs the covariance is lost (Welch 1947, doi:10.1093/biomet/34.1-2.28). The bootstrap asks
the data instead of a formula (Efron 1987, doi:10.1080/01621459.1987.10478410); McNemar's test
compares two networks on single examples (Dietterich 1998, doi:10.1162/089976698300017197).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float, as_rng
from ffnlib.production._student_t import normal_cdf, normal_quantile, power, t_cdf, t_quantile

__all__ = [
    "Comparison", "Interval", "bootstrap_interval", "compare_paired", "compare_unpaired",
    "mcnemar", "power", "seeds_needed",
]  # fmt: skip


class Interval(NamedTuple):
    """Between two numbers."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside: the difference can be told from chance."""
        return self.low > 0 or self.high < 0


class Comparison(NamedTuple):
    """How much better the first is than the second."""

    difference: float
    """Of the means, first less second."""
    error: float
    """Standard error of the difference."""
    interval: Interval
    p: float
    """How often a difference at least as large comes about if there is none in truth."""
    df: float
    """Degrees of freedom."""


def compare_paired(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Comparison:
    """Compare scores of the same seeds, or of the same examples.

    Parameters
    ----------
    a, b : array_like, (n,)
        At least two pairs; ``a[i]`` and ``b[i]`` belong together.
    confidence : float
        How many of many such intervals are to hold the true difference.

    Returns
    -------
    Comparison
        By the t distribution: exact for normal differences, good for the means of many.

    Raises
    ------
    TypeError, ValueError
        If the scores are not finite numbers in two equally long rows, or ``confidence`` is not
        between 0 and 1.
    """
    a, b = _scores(a, "a"), _scores(b, "b")
    if len(a) != len(b):
        raise ValueError(f"a and b must be pairs, got {len(a)} and {len(b)} scores")
    d = a - b
    return _by_t(float(d.mean()), float(d.std(ddof=1)) / len(d) ** 0.5, len(d) - 1.0, confidence)


def compare_unpaired(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Comparison:
    """Compare scores that do not belong together, whose spreads may differ (Welch).

    Arguments, result and errors as ``compare_paired``; ``a`` and ``b`` need not be equally long.
    """
    a, b = _scores(a, "a"), _scores(b, "b")
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    parts = va**2 / (len(a) - 1) + vb**2 / (len(b) - 1)
    df = float((va + vb) ** 2 / parts) if parts > 0 else len(a) + len(b) - 2.0
    return _by_t(float(a.mean() - b.mean()), float(va + vb) ** 0.5, df, confidence)


def bootstrap_interval(
    values: ArrayLike, confidence: float = 0.95, *, rng: np.random.Generator,
    resamples: int = 2000, method: str = "bca",
) -> Interval:  # fmt: skip
    """Return an interval for the mean by drawing the values again, with replacement.

    Parameters
    ----------
    values : array_like, (n,)
        Paired differences, for example; at least two.
    confidence : float
    rng : numpy.random.Generator
    resamples : int
    method : {"bca", "percentile"}
        ``percentile`` takes the quantiles of the redrawn means. ``bca`` corrects them for bias and
        skewness (Efron 1987). Both are too narrow for a handful of values, where the t interval
        is not.

    Returns
    -------
    Interval

    Raises
    ------
    TypeError, ValueError
        As ``compare_paired``, for ``resamples`` below 1 or another method.
    """
    x, rng = _scores(values, "values"), as_rng(rng)
    if method not in ("bca", "percentile"):
        raise ValueError(f"method must be bca or percentile, got {method!r}")
    tails = [0.5 * (1 - _confidence(confidence)), 0.5 * (1 + confidence)]
    drawn = rng.integers(0, len(x), (as_count(resamples, "resamples"), len(x)))
    means = x[drawn].mean(axis=1)
    if method == "bca":
        tails = _corrected(x, means, tails)
    low, high = np.quantile(means, tails)
    return Interval(float(low), float(high))


def _corrected(x: Array, means: Array, tails: list[float]) -> list[float]:
    """Move the quantiles by the bias of the redrawn means and the skewness of the values."""
    below = (np.mean(means < x.mean()) + np.mean(means <= x.mean())) / 2
    out = (x.sum() - x) / (len(x) - 1)  # means with one value left out
    u = out.mean() - out
    spread = float(np.sum(u**2))
    if not 0 < below < 1 or spread == 0:  # all values alike: there is nothing to correct
        return tails
    bias, skew = normal_quantile(float(below)), float(np.sum(u**3)) / (6 * spread**1.5)
    z = [bias + normal_quantile(tail) for tail in tails]
    return [normal_cdf(bias + v / (1 - skew * v)) for v in z]


def mcnemar(a: ArrayLike, b: ArrayLike) -> float:
    """Test whether two networks are right equally often on the same examples.

    Only the examples that one of them reads and the other does not can say anything; if both are
    equally good, each of those is a toss of a coin.

    Parameters
    ----------
    a, b : array_like of bool, (n,)
        Whether each example was read rightly.

    Returns
    -------
    float
        p: how often the coin is at least as one-sided; exact, 1 if they never differ.

    Raises
    ------
    TypeError, ValueError
        If they are not two equally long rows of booleans.
    """
    first, second = np.asarray(a), np.asarray(b)
    for name, row in (("a", first), ("b", second)):
        if row.dtype != np.bool_ or row.ndim != 1:
            raise TypeError(
                f"{name} must be booleans of shape (n,), got {row.dtype} of shape {row.shape}"
            )
    if len(first) != len(second):
        raise ValueError(f"a and b must be pairs, got {len(first)} and {len(second)} examples")
    only = int(np.count_nonzero(first & ~second)), int(np.count_nonzero(second & ~first))
    n = sum(only)
    fewer: int = sum(math.comb(n, k) for k in range(min(only) + 1))
    return min(1.0, 2 * fewer / (1 << n))


def seeds_needed(
    spread: float, difference: float, confidence: float = 0.95, chance: float = 0.8,
    most: int = 100_000,
) -> int:  # fmt: skip
    """Return the number of pairs that find a difference, should there be one so large.

    Parameters
    ----------
    spread : float
        Standard deviation of the paired differences.
    difference : float
        True difference to be found.
    confidence : float
        Of the interval that has to exclude 0.
    chance : float
        How often it is to be found.
    most : int
        Where to stop.

    Returns
    -------
    int
        At least 2; ``most`` if even that many are too few.

    Raises
    ------
    ValueError
        If ``spread`` is below 0, ``difference`` is 0, or a probability not between 0 and 1.
    """
    if not 0 <= spread < math.inf:
        raise ValueError(f"spread must be a finite number, 0 or more, got {spread!r}")
    if not (math.isfinite(difference) and difference):
        raise ValueError(f"difference must be a finite number other than 0, got {difference!r}")
    _confidence(chance)
    effect = abs(difference) / spread if spread else math.inf
    if effect > 1e3 or power(effect, 2, confidence) >= chance:
        return 2
    # The bell curve says where to look; from there on, wider and wider until both ends are known.
    needed = normal_quantile(0.5 + 0.5 * _confidence(confidence)) + normal_quantile(chance)
    guess = int(min(max((needed / effect) ** 2, 3), most))
    step, low, high = 2, 2, guess
    while power(effect, high, confidence) < chance:
        if high >= most:
            return most
        low, high, step = high, min(high + step, most), 2 * step
    while high - step > low:
        if power(effect, high - step, confidence) < chance:
            low = high - step
            break
        high, step = high - step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        enough = power(effect, middle, confidence) >= chance
        low, high = (low, middle) if enough else (middle, high)
    return high


def _by_t(difference: float, error: float, df: float, confidence: float) -> Comparison:
    reach = error * t_quantile(0.5 + 0.5 * _confidence(confidence), df)
    p = 2 * t_cdf(-abs(difference) / error, df) if error else float(difference == 0)
    return Comparison(difference, error, Interval(difference - reach, difference + reach), p, df)


def _scores(x: ArrayLike, name: str) -> Array:
    a = as_float(x, name).astype(np.float64)
    if a.ndim != 1 or len(a) < 2 or not np.isfinite(a).all():
        raise ValueError(f"{name} must be at least two finite scores, (n,), got {a!r:.80}")
    return a


def _confidence(share: float) -> float:
    if not 0 < share < 1:
        raise ValueError(f"confidence and chance must be between 0 and 1, got {share!r}")
    return share

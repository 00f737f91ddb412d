"""What can be read off a curve: its extrema, its bounds, its average over a bell-shaped input."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.numbers import number

Curve = Callable[[NDArray[np.float64]], NDArray[Any]]

NEAR: Final = 10.0
"""Extrema are looked for in [-NEAR, NEAR]; the course's functions have none further out."""


class Extremum(NamedTuple):
    """A place where a curve turns."""

    x: float
    y: float
    kind: str
    """``"min"`` or ``"max"``."""


def extrema(f: Curve, lo: float = -NEAR, hi: float = NEAR) -> list[Extremum]:
    """Find the local minima and maxima inside an interval, from left to right.

    A grid finds each one, ever finer grids around it give its place to about 1e-8 and its value to
    rounding. A flat stretch is not an extremum, nor is a dip of less than 1e-9.

    Parameters
    ----------
    f : callable
        From a float64 array to its values.
    lo, hi : float
    """
    x = np.linspace(lo, hi, 1001)
    rise = np.diff(f(x))
    found = []
    for kind, sign in (("min", 1.0), ("max", -1.0)):
        turns = (sign * rise[:-1] < -1e-9) & (sign * rise[1:] > 1e-9)
        found += [_refine(f, kind, sign, x[i], x[i + 2]) for i in np.flatnonzero(turns)]
    return sorted(found)


def _refine(f: Curve, kind: str, sign: float, lo: float, hi: float) -> Extremum:
    for _ in range(6):
        x = np.linspace(lo, hi, 41)
        y = f(x)
        best = int(np.argmin(sign * y))
        lo, hi = x[max(best - 1, 0)], x[min(best + 1, 40)]
    return Extremum(float(x[best]), float(y[best]), kind)


class Bounds(NamedTuple):
    """The smallest and the largest value, and whether each is reached or only approached."""

    low: float
    high: float
    low_reached: bool
    high_reached: bool

    def __str__(self) -> str:
        if self.low == self.high:
            return number(self.low, 4)
        left = "[" if self.low_reached else "("
        right = "]" if self.high_reached else ")"
        return f"{left}{number(self.low, 4)}, {number(self.high, 4)}{right}"


def bounds(f: Curve) -> Bounds:
    """Find the bounds of a curve from its extrema and its limits at both infinities.

    A bound counts as reached if an extremum or a point of [-NEAR, NEAR] has exactly that value.
    """
    near = np.asarray(f(np.linspace(-NEAR, NEAR, 1001)))
    far = np.asarray(f(np.array([-np.inf, np.inf])))
    inside = np.concatenate([near, [e.y for e in extrema(f)]])
    everything = np.concatenate([inside, far])
    low, high = float(everything.min()), float(everything.max())
    return Bounds(low, high, bool((inside == low).any()), bool((inside == high).any()))


def bell_average(f: Curve) -> float:
    """Average a curve over a standard normal input, for the course's functions to about 1e-7."""
    z = np.linspace(-8, 8, 4001)
    weight = np.exp(-(z**2) / 2)
    return float(np.sum(weight * f(z)) / weight.sum())


Interval = tuple[float, float]


def flat_intervals(slope: Curve, threshold: float) -> list[Interval]:
    """Find where ``|slope|`` is below a threshold, from left to right.

    Ends are found to rounding by halving. An interval that reaches -NEAR or NEAR is taken to go on
    to infinity.
    """
    x = np.linspace(-NEAR, NEAR, 1001)

    def flat(at: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(np.abs(slope(at)) < threshold)

    is_flat = flat(x)
    change = np.flatnonzero(is_flat[1:] != is_flat[:-1])
    lo, hi, left = x[change], x[change + 1], is_flat[change]
    for _ in range(50):
        middle = (lo + hi) / 2
        same = flat(middle) == left
        lo, hi = np.where(same, middle, lo), np.where(same, hi, middle)
    ends = [-math.inf] * bool(is_flat[0]) + hi.tolist() + [math.inf] * bool(is_flat[-1])
    return list(zip(ends[::2], ends[1::2], strict=True))


def share_inside(intervals: Sequence[Interval], mean: float = 0.0, std: float = 1.0) -> float:
    """Return the probability that a normally distributed number lies in one of the intervals."""

    def below(x: float) -> float:
        return math.erfc((mean - x) / (std * math.sqrt(2))) / 2

    return sum(below(hi) - below(lo) for lo, hi in intervals)

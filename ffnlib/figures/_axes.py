"""Axes: ranges, round ticks, and the map from data to pixels."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib.figures._scene import Bars, HeatMap, Mark, Panel, Range

FAR = 4000.0
"""Pixels beyond which nothing is seen; keeps huge values out of the picture's text."""


@dataclass(frozen=True)
class Frame:
    """The plot area of one panel: its place in the picture and the ranges it shows."""

    left: float
    top: float
    width: float
    height: float
    x: Range
    y: Range
    log_y: bool = False
    log_x: bool = False

    def px(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the pixels from the left edge of the plot area."""
        lo, hi = self.x
        x = np.asarray(x, dtype=np.float64)
        if self.log_x:
            x, lo, hi = powers(x), float(np.log10(lo)), float(np.log10(hi))
        return _pixels((x - lo) / (hi - lo), self.width)

    def py(self, y: ArrayLike) -> NDArray[np.float64]:
        """Return the pixels from the top edge of the plot area."""
        lo, hi = self.y
        y = np.asarray(y, dtype=np.float64)
        if self.log_y:
            y, lo, hi = powers(y), float(np.log10(lo)), float(np.log10(hi))
        return _pixels((hi - y) / (hi - lo), self.height)

    def x_of(self, x: float) -> float:
        """`px` of a single number: without arrays, which cost more than what is computed."""
        x = float(x)
        if self.log_x or not math.isfinite(x):
            return float(self.px(x))
        lo, hi = self.x
        return _pixel((x - lo) / (hi - lo), self.width)

    def y_of(self, y: float) -> float:
        """`py` of a single number."""
        y = float(y)
        if self.log_y or not math.isfinite(y):
            return float(self.py(y))
        lo, hi = self.y
        return _pixel((hi - y) / (hi - lo), self.height)


def _pixels(fraction: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    return np.minimum(np.maximum(fraction, -FAR / length), FAR / length) * length


def _pixel(fraction: float, length: float) -> float:
    return min(max(fraction, -FAR / length), FAR / length) * length


def powers(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the logarithm to base 10; values that have none go below every axis."""
    return np.asarray(np.log10(np.maximum(values, np.finfo(np.float64).tiny)))


def log_ticks(lo: float, hi: float, count: int) -> list[float]:
    """At most about ``count`` powers of ten in [lo, hi]."""
    exponents = ticks(float(np.log10(lo)), float(np.log10(hi)), count)
    return [10.0**e for e in exponents if e == round(e)]


def ticks(lo: float, hi: float, count: int) -> list[float]:
    """About ``count`` round numbers in [lo, hi]: steps of 1, 2 or 5 times a power of ten."""
    rough = (hi - lo) / max(count, 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first = int(np.ceil(lo / step - 1e-9))
    last = int(np.floor(hi / step + 1e-9))
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def ranges(panel: Panel) -> tuple[Range, Range]:
    """The ranges of a panel; those not given cover its marks with a little room."""
    return (
        panel.x or _covered(panel, "x", panel.log_x),
        panel.y or _covered(panel, "y", panel.log_y),
    )


def _covered(panel: Panel, axis: str, log: bool) -> Range:
    reaches = [_reach(mark, axis) for mark in panel.marks]
    if not log:
        return _extent(reaches)
    lo, hi = _extent([powers(found[found > 0]) for found in reaches])
    return 10.0**lo, 10.0**hi


def _reach(mark: Mark, axis: str) -> NDArray[np.float64]:
    """All coordinates of a mark along one axis, those that are not numbers left out."""
    if isinstance(mark, Bars):
        values = np.atleast_1d(np.asarray(mark.values, dtype=np.float64))
        found = (
            [np.array([-0.6, len(values) - 0.4])] if axis == "x" else [1.12 * values, np.zeros(1)]
        )
    elif isinstance(mark, HeatMap):
        found = [np.asarray(getattr(mark, axis), dtype=np.float64)]
    else:
        names = {"x": ("x",), "y": ("y", "y0", "y1")}[axis]
        given = [getattr(mark, name, None) for name in names]
        found = [np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in given if v is not None]
    values = np.concatenate([f.ravel() for f in found]) if found else np.empty(0)
    return values[np.isfinite(values)]


def _extent(reaches: list[NDArray[np.float64]]) -> Range:
    values = np.concatenate(reaches) if reaches else np.empty(0)
    if values.size == 0:
        return 0.0, 1.0
    lo, hi = float(values.min()), float(values.max())
    room = 0.05 * (hi - lo) or 0.5
    return lo - room, hi + room

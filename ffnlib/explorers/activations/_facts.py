"""What the explorers say about each activation: its name, extrema, bounds and flat parts."""

from functools import cache

from ffnlib.analysis import (
    Bounds,
    Extremum,
    Interval,
    bell_average,
    bounds,
    extrema,
    flat_intervals,
)
from ffnlib.figures._words import said as said
from ffnlib.nn import ACTIVATIONS

NAMES = tuple(ACTIVATIONS)

FLAT = 0.1
"""Saturated: the slope is below this share of the function's largest."""


@cache
def turning_points(name: str) -> tuple[list[Extremum], list[Extremum]]:
    """Return the extrema of the function and of its slope."""
    f = ACTIVATIONS[name]
    return extrema(f), extrema(f.derivative)


@cache
def reach(name: str) -> tuple[Bounds, Bounds]:
    """Return the bounds of the function and of its slope."""
    f = ACTIVATIONS[name]
    return bounds(f), bounds(f.derivative)


@cache
def flat(name: str) -> tuple[Interval, ...]:
    """Return the intervals in which the function is saturated."""
    return tuple(flat_intervals(ACTIVATIONS[name].derivative, FLAT * reach(name)[1].high))


@cache
def mean(name: str) -> float:
    """Return the mean output for a standard normal input."""
    return bell_average(ACTIVATIONS[name])

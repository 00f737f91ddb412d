"""Convex polygons: the part of one on one side of a line, and how one is drawn."""

from itertools import pairwise

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.figures import Area


def clip(corners: Array, normal: Array, offset: float) -> Array:
    """Return the part of a convex polygon where normal · x + offset is 0 or more."""
    height = corners @ normal + offset
    kept = []
    for i in range(len(corners)):
        here, there = height[i - 1], height[i]
        if (here >= 0) != (there >= 0):
            kept.append(corners[i - 1] + here / (here - there) * (corners[i] - corners[i - 1]))
        if there >= 0:
            kept.append(corners[i])
    return np.array(kept).reshape(-1, 2)


def filled(corners: Array, role: str) -> Area:
    """Return a convex polygon as what lies between its lower and its upper edge."""
    around = np.append(corners, corners[:1], axis=0)
    x = np.unique(corners[:, 0].round(9))
    heights = [[h for a, b in pairwise(around) for h in _crossed(a, b, at)] for at in x]
    return Area(x, [min(h) for h in heights], [max(h) for h in heights], role)


def _crossed(a: Array, b: Array, x: float, near: float = 1e-8) -> list[float]:
    """The heights at which the edge from ``a`` to ``b`` meets the upright line at ``x``."""
    if abs(b[0] - a[0]) < near:
        return [float(a[1]), float(b[1])] if abs(x - a[0]) < near else []
    t = (x - a[0]) / (b[0] - a[0])
    inside = min(a[0], b[0]) - near <= x <= max(a[0], b[0]) + near
    return [float(a[1] + t * (b[1] - a[1]))] if inside else []

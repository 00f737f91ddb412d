"""The shared part of the explorers over the plane: grids and what is drawn on them."""

from collections.abc import Sequence

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.figures import (
    Range,
)

Pairs = Sequence[Sequence[float]]


def grid(x: Range, y: Range, n: int) -> Array:
    """Lay n x n points over a rectangle, (n * n, 2), row by row from the bottom."""
    a, b = np.meshgrid(np.linspace(*x, n), np.linspace(*y, n))
    return np.column_stack([a.ravel(), b.ravel()])


def _across(w: Array, b: float, reach: float) -> tuple[Array, Array]:
    """Find points along the line w·x + b = 0; none where there is no line."""
    size = float(w @ w)
    if size == 0:
        return np.empty(0), np.empty(0)
    foot, along = -b * w / size, np.array([-w[1], w[0]]) / np.sqrt(size)
    points = foot + np.linspace(-reach, reach, 61)[:, None] * along
    return points[:, 0], points[:, 1]

r"""Affine maps: a layer without its activation, ``y = x @ W.T + b``, and stacks of them.

Two in a row are one, because :math:`W_2(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2)`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array
from ffnlib.nn import Linear


def collapse(layers: Sequence[Linear]) -> Linear:
    r"""Multiply a stack of layers without activations into the one layer it amounts to.

    Each step takes one more layer in: :math:`W' \leftarrow W_k W'`,
    :math:`b' \leftarrow W_k b' + b_k`.

    Parameters
    ----------
    layers : sequence of Linear
        In the order they are applied.

    Returns
    -------
    Linear
        With W (d_out of the last, d_in of the first).

    Raises
    ------
    ValueError
        If there is no layer, or two neighbours do not fit.
    """
    if not layers:
        raise ValueError("layers must hold at least one Linear, got none")
    W: Array = np.eye(layers[0].d_in)
    b: Array = np.zeros(layers[0].d_in)
    for k, layer in enumerate(layers):
        if layer.d_in != len(b):
            raise ValueError(
                f"layers[{k}] takes {layer.d_in} inputs, but layers[{k - 1}] gives {len(b)}"
            )
        W, b = layer.W @ W, layer.forward(b)
    return Linear.from_arrays(W, b)


def from_corners(origin: ArrayLike, e1: ArrayLike, e2: ArrayLike) -> Linear:
    """Find the map of the plane that sends (0, 0), (1, 0) and (0, 1) to three given points.

    Three images settle everything: the origin's is the bias, and the columns of W are what is
    left of the other two.

    Returns
    -------
    Linear
        With W (2, 2) and b (2,).
    """
    b, p, q = (np.asarray(point, dtype=np.float64) for point in (origin, e1, e2))
    return Linear.from_arrays(np.column_stack([p - b, q - b]), b)


def _rotation(t: float) -> list[list[float]]:
    c, s = float(np.cos(t * np.pi / 2)), float(np.sin(t * np.pi / 2))
    return [[c, -s], [s, c]]


_PLANE: Final[dict[str, Callable[[float], list[list[float]]]]] = {
    "rotation": _rotation,
    "scaling": lambda t: [[1 + t, 0], [0, 1 - t / 2]],
    "shear": lambda t: [[1, t], [0, 1]],
    "reflection": lambda t: [[1 - 2 * t, 0], [0, 1]],
    "projection": lambda t: [[1, 0], [0, 1 - t]],
    "translation": lambda _: [[1, 0], [0, 1]],
}

PLANE_MAPS: Final[tuple[str, ...]] = tuple(_PLANE)
"""The kinds that `plane_map` knows."""


def plane_map(kind: str, t: float) -> Linear:
    """Make a map of the plane on its way from the identity (t = 0) to the full map (t = 1).

    The full maps: a quarter turn, a stretch by 2 and by 1/2, the shear [[1, 1], [0, 1]], the
    mirror image left for right, the shadow on the first axis, a shift by (1, 1/2).

    Returns
    -------
    Linear
        With W (2, 2) and b (2,).

    Raises
    ------
    ValueError
        If ``kind`` is not one of `PLANE_MAPS`.
    """
    if kind not in _PLANE:
        raise ValueError(f"kind must be one of {', '.join(PLANE_MAPS)}, got {kind!r}")
    shift = [t, t / 2] if kind == "translation" else [0.0, 0.0]
    return Linear.from_arrays(_PLANE[kind](t), shift)

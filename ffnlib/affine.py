r"""Affine maps: a layer without its activation, ``y = x @ W.T + b``, and stacks of them.

Two in a row are one, because :math:`W_2(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2)`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Affine = tuple[Array, Array]
"""Weights (d_out, d_in) and bias (d_out,)."""


def collapse(layers: Sequence[Affine]) -> Affine:
    r"""The one affine map that a stack of affine maps amounts to.

    Each step multiplies one more layer in: :math:`W' \leftarrow W_k W'`,
    :math:`b' \leftarrow W_k b' + b_k`.

    Parameters
    ----------
    layers : sequence of (W, b)
        In the order they are applied; W (d_out, d_in), b (d_out,).

    Returns
    -------
    W : ndarray, shape (d_out of the last, d_in of the first)
    b : ndarray, shape (d_out of the last,)

    Raises
    ------
    ValueError
        If there is no layer, or two neighbours do not fit.
    """
    if not layers:
        raise ValueError("layers must hold at least one (W, b), got none")
    W, b = (np.asarray(part, dtype=np.float64) for part in layers[0])
    for k, (W_k, b_k) in enumerate(layers[1:], start=1):
        if W_k.shape[1] != W.shape[0]:
            raise ValueError(
                f"layers[{k}] takes {W_k.shape[1]} inputs, but layers[{k - 1}] gives {W.shape[0]}"
            )
        W, b = W_k @ W, W_k @ b + b_k
    return W, b


def from_corners(origin: ArrayLike, e1: ArrayLike, e2: ArrayLike) -> Affine:
    """The affine map of the plane that sends (0, 0), (1, 0) and (0, 1) to three given points.

    Three images settle everything: the origin's is the bias, and the columns of W are what is
    left of the other two.

    Returns
    -------
    W : ndarray, shape (2, 2)
    b : ndarray, shape (2,)
    """
    b, p, q = (np.asarray(point, dtype=np.float64) for point in (origin, e1, e2))
    return np.column_stack([p - b, q - b]), b


def _rotation(t: float) -> list[list[float]]:
    c, s = np.cos(t * np.pi / 2), np.sin(t * np.pi / 2)
    return [[c, -s], [s, c]]


_PLANE: Final[dict[str, Callable[[float], list[list[float]]]]] = {
    "rotation": _rotation,
    "scaling": lambda t: [[1 + t, 0], [0, 1 - t / 2]],
    "shear": lambda t: [[1, t], [0, 1]],
    "reflection": lambda t: [[1 - 2 * t, 0], [0, 1]],
    "projection": lambda t: [[1, 0], [0, 1 - t]],
    "translation": lambda t: [[1, 0], [0, 1]],
}

PLANE_MAPS: Final[tuple[str, ...]] = tuple(_PLANE)
"""The kinds that `plane_map` knows."""


def plane_map(kind: str, t: float) -> Affine:
    """A map of the plane on its way from the identity (t = 0) to the full map (t = 1).

    The full maps: a quarter turn, a stretch by 2 and by 1/2, the shear [[1, 1], [0, 1]], the
    mirror image left for right, the shadow on the first axis, a shift by (1, 1/2).

    Returns
    -------
    W : ndarray, shape (2, 2)
    b : ndarray, shape (2,)

    Raises
    ------
    ValueError
        If ``kind`` is not one of `PLANE_MAPS`.
    """
    if kind not in _PLANE:
        raise ValueError(f"kind must be one of {', '.join(PLANE_MAPS)}, got {kind!r}")
    shift = t * np.array([1.0, 0.5]) if kind == "translation" else np.zeros(2)
    return np.array(_PLANE[kind](t), dtype=np.float64), shift

r"""Softmax and its logarithm, right for any finite logits.

Everything rests on one identity: with :math:`m = \max_j z_j`,

.. math:: \log \sum_j e^{z_j} = m + \log \sum_j e^{z_j - m}.

All exponents on the right are at most 0, so nothing overflows, and one of them is 0, so the sum is
at least 1. That one is left out of the sum and brought back by log1p, which keeps the digits when
all the others are tiny.

An entry of -inf is a masked class: its probability is 0. Where every entry is -inf, or one is +inf
or nan, no distribution exists: softmax and log_softmax are nan along that line (``logsumexp`` is
-inf, inf and nan, its limits).

NumPy's floating-point warnings are off in here: a difference beyond the dtype's range is -inf and
its exponential 0, which is right, and the nan of a line without a distribution is documented.
"""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib.arrays import Array, as_float

__all__ = ["log_softmax", "logsumexp", "softmax", "softmax_naive"]

Axis = int | Sequence[int] | None


def softmax(z: ArrayLike, axis: Axis = -1, temperature: float = 1.0) -> Array:
    r"""Probabilities :math:`p_i = e^{z_i/T} / \sum_j e^{z_j/T}`.

    Parameters
    ----------
    z : array_like, any shape
        Logits.
    axis : int, tuple of ints or None
        The axis or axes along which the result sums to 1; None means all of them.
    temperature : float, above 0
        :math:`T`. Small sharpens, large flattens.

    Returns
    -------
    array, shape and dtype of ``z``
        Integers give float64. A probability too small for the dtype is 0.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers, or ``axis`` whole ones.
    ValueError
        If ``axis`` does not exist, or ``temperature`` is not a finite number above 0.
    """
    lines = _lines(z, axis)
    with np.errstate(all="ignore"):
        shifted, _ = _shift(lines.rows, temperature)
        e = np.exp(shifted)  # (rows, classes)
        e /= e.sum(axis=-1, keepdims=True)
        return lines.restore(e)


def log_softmax(z: ArrayLike, axis: Axis = -1, temperature: float = 1.0) -> Array:
    r"""Log-probabilities :math:`z_i/T - \log \sum_j e^{z_j/T}`, finite where softmax underflows.

    Parameters, result and errors as for ``softmax``.
    """
    lines = _lines(z, axis)
    with np.errstate(all="ignore"):
        shifted, top = _shift(lines.rows, temperature)
        return lines.restore(shifted - np.log1p(_sum_of_others(shifted, top)))


def logsumexp(z: ArrayLike, axis: Axis = -1, keepdims: bool = False) -> Array:
    r"""Smooth maximum :math:`\log \sum_j e^{z_j}`.

    Parameters
    ----------
    z : array_like, any shape
    axis : int, tuple of ints or None
        The axis or axes summed over; None means all of them.
    keepdims : bool
        Whether the axes summed over stay, with length 1.

    Returns
    -------
    array, ``z``'s dtype, its shape without ``axis``
        -inf where there is nothing to sum or only -inf.

    Raises
    ------
    TypeError, ValueError
        As ``softmax``.
    """
    lines = _lines(z, axis)
    with np.errstate(all="ignore"):
        shifted, top = _shift(lines.rows)
        m = lines.rows[_numbers(shifted), top] if shifted.size else -np.inf
        # where m is infinite the shifted entries are nan, and m itself is the answer
        lse = m + np.where(np.isinf(m), 0, np.log1p(_sum_of_others(shifted, top)))
        return lines.reduce(lse, keepdims)


def softmax_naive(z: ArrayLike, axis: Axis = -1) -> Array:
    r"""Compute the formula as printed, :math:`e^{z_i} / \sum_j e^{z_j}`, to show where it breaks.

    Computed in the dtype of ``z`` with no shift: large logits overflow and give nan, very negative
    ones give 0/0, which is nan too. NumPy's warnings are silenced, so look for nan with
    ``np.isnan``. Parameters and errors as for ``softmax``; do not use it for anything else.
    """
    lines = _lines(z, axis)
    with np.errstate(all="ignore"):
        e = np.exp(lines.rows.astype(lines.dtype))
        return lines.restore(e / e.sum(axis=-1, keepdims=True))


class Lines(NamedTuple):
    """An array laid out as rows of classes, and the way back."""

    rows: Array  # (rows, classes), float32 for float16
    dtype: np.dtype[Any]
    moved: tuple[int, ...]  # shape with the class axes last
    axes: tuple[int, ...]  # where they were, sorted

    def restore(self, rows: Array) -> Array:
        """Give ``rows`` the shape and dtype of the original."""
        if rows.shape == self.moved and rows.dtype == self.dtype and self.axes == (1,):
            return rows
        last = tuple(range(-len(self.axes), 0))
        shaped = np.moveaxis(rows.reshape(self.moved), last, self.axes)
        result: Array = shaped.astype(self.dtype, copy=False)[()]
        return result

    def reduce(self, column: Array, keepdims: bool) -> Array:
        """Give one number a row, (rows, 1), the shape of the original without the class axes."""
        shaped = column.reshape(self.moved[: len(self.moved) - len(self.axes)])
        result: Array = np.expand_dims(shaped, self.axes) if keepdims else shaped
        return result.astype(self.dtype, copy=False)[()]


def _lines(z: ArrayLike, axis: Axis) -> Lines:
    a = as_float(z, "z")
    if a.ndim == 2 and isinstance(axis, int) and axis == -1 and a.dtype != np.float16:
        return Lines(a, a.dtype, a.shape, (1,))  # the usual case, at once
    axes = _axes(axis, a)
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(a, axes, last)
    classes = math.prod(moved.shape[a.ndim - len(axes) :])
    rows = moved.reshape(math.prod(moved.shape[: a.ndim - len(axes)]), classes)
    if a.dtype == np.float16:
        rows = rows.astype(np.float32)
    return Lines(rows, a.dtype, moved.shape, axes)


def _axes(axis: Axis, a: Array) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(a.ndim))
    axes = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    for one in axes:
        if isinstance(one, bool) or not isinstance(one, int | np.integer):
            raise TypeError(f"axis must be a whole number, a tuple of them or None, got {axis!r}")
        if not -a.ndim <= one < a.ndim:
            allowed = f"between {-a.ndim} and {a.ndim - 1}" if a.ndim else "None"
            raise ValueError(f"axis must be {allowed} for z of shape {a.shape}, got {axis!r}")
    found = sorted({int(one) % a.ndim for one in axes})
    if len(found) < len(axes) or not axes:
        raise ValueError(f"axis must name one or more different axes, got {axis!r}")
    return tuple(found)


def _shift(rows: Array, temperature: float = 1.0) -> tuple[Array, NDArray[np.intp]]:
    """Give ``(z - max z) / T`` and the place of the maximum, (rows, classes) and (rows, 1)."""
    if not (isinstance(temperature, Real) and 0 < temperature < math.inf):
        raise ValueError(f"temperature must be a finite number above 0, got {temperature!r}")
    if rows.size == 0:
        return rows, np.zeros((len(rows), 1), dtype=np.intp)
    top = rows.argmax(axis=-1)[:, None]
    if temperature != 1:  # in float64, where no temperature rounds to 0
        rows = rows.astype(np.float64)
    m = rows[_numbers(rows), top]
    shifted = rows - np.where(m == np.inf, np.nan, m)
    if temperature != 1:
        shifted /= float(temperature)
    return shifted, top


def _sum_of_others(shifted: Array, top: NDArray[np.intp]) -> Array:
    """Give the sum of ``exp(shifted)`` without the largest term, which is 1; (rows, 1)."""
    e = np.exp(shifted)
    if e.size:
        e[_numbers(e), top] = 0
    total: Array = e.sum(axis=-1, keepdims=True)
    return total


def _numbers(rows: Array) -> NDArray[np.intp]:
    """Number the rows, (rows, 1)."""
    return np.arange(len(rows))[:, None]

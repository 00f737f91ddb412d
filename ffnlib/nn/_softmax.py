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
from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import BLOCK, Array, as_float
from ffnlib._base.kernels import run_kernel

__all__ = ["log_softmax", "logsumexp", "softmax", "softmax_naive", "softmax_pull_back"]

Axis = int | Sequence[int] | None

FEW: Final[int] = 64
"""Lines of up to so many classes are laid upright."""


def softmax(z: ArrayLike, axis: Axis = -1, temperature: float = 1.0) -> Array:
    r"""Return the probabilities :math:`p_i = e^{z_i/T} / \sum_j e^{z_j/T}`.

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
    lines = _lines(z, axis, temperature)
    p = np.empty_like(lines.rows)
    wide = temperature == 1 and lines.rows.shape[1] > FEW
    if wide and run_kernel("ffnlib.nn._kernels", "softmax", lines.rows, p):
        return lines.restore(p)
    with np.errstate(all="ignore"):
        for block in _blocks(lines.rows):
            e, along = block.work, block.axis
            _shift(e, along, temperature)
            np.exp(e, out=e)
            np.divide(e, e.sum(axis=along, keepdims=True), out=block.place(p))
        return lines.restore(p)


def softmax_pull_back(p: ArrayLike, g: ArrayLike, axis: int = -1) -> Array:
    r"""Send a gradient back through softmax: :math:`p \odot (g - \sum_j g_j p_j)`.

    Parameters
    ----------
    p : array_like, any shape
        What ``softmax`` gave, at temperature 1 (else divide the result by T).
    g : array_like, the shape of ``p``
        The gradient with respect to it.
    axis : int
        The axis along which ``p`` sums to 1.

    Returns
    -------
    array, shape and dtype of ``p``
        The gradient with respect to the logits.

    Raises
    ------
    TypeError, ValueError
        If they do not hold real numbers, or differ in shape.
    """
    p, g = as_float(p, "p"), as_float(g, "g")
    if g.shape != p.shape:
        raise ValueError(f"g must have the shape of p, {p.shape}, got {g.shape}")
    with np.errstate(under="ignore"):
        dz: Array = g * p
        dz -= p * dz.sum(axis=axis, keepdims=True)
    return dz.astype(p.dtype, copy=False)


def log_softmax(z: ArrayLike, axis: Axis = -1, temperature: float = 1.0) -> Array:
    r"""Return log-probabilities :math:`z_i/T - \log \sum_j e^{z_j/T}`, finite where softmax is 0.

    Parameters, result and errors as for ``softmax``.
    """
    lines = _lines(z, axis, temperature)
    log_p = np.empty_like(lines.rows)
    with np.errstate(all="ignore"):
        for block in _blocks(lines.rows):
            shifted, along = block.work, block.axis
            _shift(shifted, along, temperature)
            total = np.log1p(_sum_of_others(np.exp(shifted), along))
            np.subtract(shifted, total, out=block.place(log_p))
        return lines.restore(log_p)


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
    lse = np.full(len(lines.rows), -np.inf, dtype=lines.rows.dtype)
    with np.errstate(all="ignore"):
        for block in _blocks(lines.rows):
            e, along = block.work, block.axis
            m = _shift(e, along)
            np.exp(e, out=e)
            # where m is infinite the shifted entries are nan, and m itself is the answer
            others = np.where(np.isinf(m), 0, _sum_of_others(e, along))
            lse[block.rows] = (m + np.log1p(others)).reshape(-1)
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
    """An array laid out as rows of classes, and how to undo it."""

    rows: Array  # (rows, classes), float32 for float16
    dtype: np.dtype[Any]
    moved: tuple[int, ...]  # shape with the class axes last
    axes: tuple[int, ...]  # where they were, sorted

    def restore(self, rows: Array) -> Array:
        """Return ``rows`` the shape and dtype of the original."""
        if rows.shape == self.moved and rows.dtype == self.dtype and self.axes == (1,):
            return rows
        shaped = rows.reshape(self.moved)
        last = tuple(range(shaped.ndim - len(self.axes), shaped.ndim))
        if self.axes != last:
            shaped = np.moveaxis(shaped, last, self.axes)
        result: Array = shaped.astype(self.dtype, copy=False)[()]
        return result

    def reduce(self, numbers: Array, keepdims: bool) -> Array:
        """Return one number a row, (rows,), the shape of the original without the class axes."""
        shaped = numbers.reshape(self.moved[: len(self.moved) - len(self.axes)])
        result: Array = np.expand_dims(shaped, self.axes) if keepdims else shaped
        return result.astype(self.dtype, copy=False)[()]


def _lines(z: ArrayLike, axis: Axis, temperature: float = 1.0) -> Lines:
    a = as_float(z, "z")
    if temperature != 1 and not (isinstance(temperature, Real) and 0 < temperature < math.inf):
        raise ValueError(f"temperature must be a finite number above 0, got {temperature!r}")
    if a.ndim == 2 and axis == -1 and temperature == 1 and a.dtype != np.float16:
        return Lines(a, a.dtype, a.shape, (1,))  # the usual case, at once
    axes = _axes(axis, a)
    kept = a.ndim - len(axes)
    moved = a if axes == tuple(range(kept, a.ndim)) else np.moveaxis(a, axes, range(kept, a.ndim))
    rows = moved.reshape(math.prod(moved.shape[:kept]), math.prod(moved.shape[kept:]))
    if temperature != 1:
        rows = rows.astype(np.float64, copy=False)  # there no temperature rounds to 0
    elif a.dtype == np.float16:
        rows = rows.astype(np.float32)
    return Lines(rows, a.dtype, moved.shape, axes)


class Block(NamedTuple):
    """A few rows, copied so that they stay in the processor's cache while they are worked on."""

    rows: slice
    work: Array  # (rows, classes), or (classes, rows) where there are few classes
    axis: int  # of the classes

    def place(self, target: Array) -> Array:
        """Return the part of ``target`` where these rows belong, laid out as ``work``."""
        part: Array = target[self.rows]
        return part if self.axis else part.T


def _blocks(rows: Array) -> Iterator[Block]:
    """Walk over the rows; NumPy is slow along short lines, so those stand upright.

    All blocks share one piece of memory: what is yielded is gone with the next.
    """
    upright = rows.shape[1] <= FEW
    step = max(1, min(4 * BLOCK // max(1, rows.shape[1]), len(rows)))
    memory = np.empty((rows.shape[1], step) if upright else (step, rows.shape[1]), rows.dtype)
    for start in range(0, len(rows) if rows.size else 0, step):
        part = rows[start : start + step]
        work = memory[:, : len(part)] if upright else memory[: len(part)]
        np.copyto(work, part.T if upright else part)
        yield Block(slice(start, start + step), work, 0 if upright else 1)


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


def _shift(z: Array, axis: int, temperature: float = 1.0) -> Array:
    """Change ``z`` to ``(z - m) / T`` with its maximum m, and give m."""
    m: Array = z.max(axis=axis, keepdims=True)
    z -= m
    if temperature != 1:
        z /= float(temperature)
    return m


def _sum_of_others(e: Array, axis: int) -> Array:
    """Sum ``e``, the exponentials of shifted logits, less the largest of them, which is 1.

    Subtracting it from the sum would cost the digits of what is left. ``e`` is overwritten.
    """
    ones = e == 1
    count = ones.sum(axis=axis, keepdims=True, dtype=e.dtype)
    e *= ~ones
    total: Array = e.sum(axis=axis, keepdims=True)
    total += count - 1
    return total

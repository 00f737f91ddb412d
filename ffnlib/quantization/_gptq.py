r"""GPTQ: weights rounded one column after the other, each error made good by the columns to come.

Rounding to the nearest level makes the error of the weights small. What counts is the error of the
layer's output for the inputs it really gets, x (n, d_in):

.. math:: \|x W^\top - x \hat W^\top\|^2 = \sum_i (w_i - \hat w_i)\, H\, (w_i - \hat w_i)^\top
          \cdot \tfrac12, \qquad H = 2\,x^\top x .

:math:`H` (d_in, d_in) is its second derivative, the same for every row :math:`w_i` of W. When
column j is rounded, the best change of the columns F that are still free is

.. math:: \delta_F = -\frac{w_j - \hat w_j}{[H_F^{-1}]_{jj}}\,[H_F^{-1}]_{j,:} .

The rows of the upper Cholesky factor of :math:`H^{-1} = U^\top U` hold what is needed of all these
inverses at once: :math:`[H_F^{-1}]_{j,:} / [H_F^{-1}]_{jj} = U_{j,:} / U_{jj}`
(Frantar et al., arXiv:2210.17323; the rule is Hassibi and Stork's, 1993).
"""

from collections.abc import Iterator
from numbers import Real
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, as_float
from ffnlib.quantization._levels import Grid, as_finite, as_group_size, check_clip, find_grid
from ffnlib.quantization._packing import as_bits
from ffnlib.quantization._quantized import Quantized
from ffnlib.quantization._reconstruction import (
    cholesky_of_inverse,
    hessian,
    output_error,
    relative_error,
)

ORDERS: Final = ("given", "activity")
BLOCK: Final = 64
"""Columns whose errors are carried on inside the block first: the rest waits for one product."""


class Step(NamedTuple):
    """The state after one column was rounded."""

    column: int
    """Which one."""
    w: NDArray[np.float64]
    """Rounded columns and, changed to make their errors good, those to come, (d_out, d_in)."""
    rounded: NDArray[np.bool_]
    """Which columns are rounded by now, (d_in,)."""
    weight_error: float
    """Relative error of ``w`` against the weights as they were."""
    output_error: float
    """Relative error of the layer's output with ``w``."""


def gptq(
    w: ArrayLike,
    x: ArrayLike,
    bits: int = 4,
    group_size: int | str | None = 128,
    symmetric: bool = True,
    *,
    damping: float = 0.01,
    order: str = "given",
    clip: str = "absmax",
    percentile: float = 99.5,
    scale_dtype: DTypeLike | None = None,
) -> Quantized:
    r"""Quantize weights so that the layer's output changes little.

    Parameters
    ----------
    w : array_like, (d_out, d_in)
    x : array_like, (n, d_in)
        Calibration: inputs such as the layer will get. A few hundred are enough; they need not
        outnumber ``d_in``.
    bits, group_size, symmetric, clip, percentile, scale_dtype
        As for ``quantize``. The steps of a group are chosen when its first column is reached, from
        the weights as changed by then ("tensor": all at the start).
    damping : float, 0 or more
        Share of the mean of :math:`H`'s diagonal that is added to the diagonal: it keeps the
        inverse in bounds where the inputs leave directions unseen.
    order : "given" or "activity"
        In which order the columns are rounded: as they stand, or those with the largest inputs
        first, while many others can still make their errors good. "activity" chooses all steps at
        the start.

    Returns
    -------
    Quantized
        Columns in the order of ``w``, whatever ``order`` was.

    Raises
    ------
    TypeError, ValueError
        As ``quantize``; or if the shapes do not fit, ``damping`` or ``order`` is out of its range,
        or :math:`H` has no inverse because ``damping`` is 0.
    """
    plan = _plan(w, x, bits, group_size, symmetric, damping, order, clip, percentile, scale_dtype)
    for _ in _walk(plan, BLOCK):
        pass
    return plan.result()


def gptq_steps(
    w: ArrayLike,
    x: ArrayLike,
    bits: int = 4,
    group_size: int | str | None = 128,
    symmetric: bool = True,
    *,
    damping: float = 0.01,
    order: str = "given",
    clip: str = "absmax",
    percentile: float = 99.5,
    scale_dtype: DTypeLike | None = None,
) -> Iterator[Step]:
    """Do what ``gptq`` does and show the state after each column; parameters and errors as there.

    The last state is what ``dequantize(gptq(...))`` gives, up to the rounding of floats.
    """
    plan = _plan(w, x, bits, group_size, symmetric, damping, order, clip, percentile, scale_dtype)
    return _show(plan, as_float(w, "w").astype(np.float64), as_float(x, "x"))


def _show(plan: "_Plan", start: Array, x: Array) -> Iterator[Step]:
    rounded = np.zeros(start.shape[1], np.bool_)
    for i in _walk(plan, len(plan.w)):
        rounded[plan.columns[i]] = True
        w = plan.restore(plan.w)
        errors = relative_error(w, start), output_error(start, w, x)
        yield Step(int(plan.columns[i]), w, rounded.copy(), *errors)


class _Plan:
    """The state of a run: float weights, changed in place, and the levels found so far.

    It holds columns as rows, so that the numbers of one lie side by side in memory, in the order of
    rounding: the i-th of them was ``columns[i]``.
    """

    def __init__(
        self, w: Array, u: Array, columns: NDArray[np.int64], grid: "_GridOptions"
    ) -> None:
        self.w = w.T[columns].astype(np.float64)  # (d_in, d_out)
        self.u = u  # (d_in, d_in)
        self.columns = columns  # (d_in,)
        self.options = grid
        self.q = np.zeros(self.w.shape, np.int8)
        self.grids: list[Grid | None] = [None] * -(-len(self.w) // grid.group_size)
        if grid.at_once:
            for group in range(len(self.grids)):
                self._choose(group)

    def round_column(self, i: int) -> Array:
        """Round the i-th column, and give the error it leaves, (d_out,)."""
        group = int(self.columns[i]) // self.options.group_size
        grid = self.grids[group] or self._choose(group)
        column = self.w[i, :, None]  # (d_out, 1)
        self.q[i, :, None] = grid.round(column)
        value = grid.values(self.q[i, :, None], np.float64)
        error: Array = (column - value)[:, 0]
        column[...] = value
        return error

    def restore(self, columns: NDArray[Any]) -> NDArray[Any]:
        """Return columns in the order of rounding, (d_in, d_out), as weights, (d_out, d_in)."""
        return np.ascontiguousarray(columns[np.argsort(self.columns)].T)

    def result(self) -> Quantized:
        """Return the numbers and levels after the last column."""
        grids = [grid for grid in self.grids if grid is not None]
        scale = np.concatenate([grid.scale for grid in grids], axis=1)  # (d_out, groups)
        zeros = [grid.zero_point for grid in grids if grid.zero_point is not None]
        zero_point = np.concatenate(zeros, axis=1) if zeros else None
        options = self.options
        return Quantized(self.restore(self.q), scale, zero_point, options.bits, options.group_size)

    def _choose(self, group: int) -> Grid:
        members = self.columns // self.options.group_size == group
        grid = self.grids[group] = self.options.find(self.w[members].T)
        return grid


class _GridOptions(NamedTuple):
    """The options by which the levels of a group are chosen."""

    bits: int
    group_size: int
    whole: bool  # one step for the tensor
    at_once: bool  # before the first column is rounded
    symmetric: bool
    clip: str
    percentile: float
    scale_dtype: DTypeLike

    def find(self, columns: Array) -> Grid:
        """Choose the levels of a group of columns, (d_out, length): one step a row, or one."""
        groups = columns.reshape(1, 1, -1) if self.whole else columns[:, None, :]
        return find_grid(
            groups, self.bits, self.symmetric, self.clip, self.percentile, self.scale_dtype
        )


def _walk(plan: _Plan, block: int) -> Iterator[int]:
    """Round all columns, and give the number of each when it is done.

    The errors of a block are carried to the columns behind it when the block is done: one matrix
    product in place of many thin ones, with the same result.
    """
    w, u, size = plan.w, plan.u, plan.options.group_size
    start = 0
    while start < len(w):
        stop = min(start + block, len(w))
        if stop - stop % size > start:  # a new group begins with a new block, all errors carried
            stop -= stop % size
        errors = np.empty((stop - start, w.shape[1]))
        for i in range(start, stop):
            error = plan.round_column(i) / u[i, i]  # (d_out,)
            w[i + 1 : stop] -= u[i, i + 1 : stop, None] * error
            errors[i - start] = error
            yield i
        w[stop:] -= u[start:stop, stop:].T @ errors  # (rest, block) (block, d_out)
        start = stop


def _plan(
    w: ArrayLike,
    x: ArrayLike,
    bits: int,
    group_size: int | str | None,
    symmetric: bool,
    damping: float,
    order: str,
    clip: str,
    percentile: float,
    scale_dtype: DTypeLike | None,
) -> _Plan:
    bits, weights, inputs = as_bits(bits), as_finite(w, "w"), as_finite(x, "x")
    if weights.ndim != 2:
        raise ValueError(f"w must have shape (d_out, d_in), got {weights.shape}")
    if inputs.ndim != 2 or inputs.shape[1] != weights.shape[1]:
        raise ValueError(
            f"x must have shape (n, d_in) with d_in={weights.shape[1]}, got {inputs.shape}"
        )
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}, got {order!r}")
    if isinstance(damping, bool) or not (isinstance(damping, Real) and 0 <= damping < np.inf):
        raise ValueError(f"damping must be a number, 0 or more, got {damping!r}")
    check_clip(clip, percentile)
    size = as_group_size(group_size, weights.shape[1])
    h = hessian(inputs)
    diagonal = h.diagonal().copy()
    h.flat[:: len(h) + 1] += damping * diagonal.mean() if diagonal.any() else 1.0
    columns = np.arange(len(h))
    if order == "activity":
        columns = np.argsort(-diagonal, kind="stable")
    u = cholesky_of_inverse(h[np.ix_(columns, columns)])
    whole = group_size == "tensor"
    at_once = whole or order == "activity"
    dtype = weights.dtype if scale_dtype is None else scale_dtype
    return _Plan(
        weights, u, columns,
        _GridOptions(bits, size, whole, at_once, symmetric, clip, percentile, dtype),
    )  # fmt: skip

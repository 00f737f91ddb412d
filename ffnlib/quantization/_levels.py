"""The levels numbers are rounded to: where they lie, and which of them is the nearest.

What a step and a zero point are is said in ``ffnlib.quantization``. Here they stand for any number
of groups at once, in arrays that fit the numbers by broadcasting.
"""

from collections.abc import Callable
from numbers import Real
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, float_dtype
from ffnlib.quantization._packing import as_bits

CLIPS: Final = ("absmax", "percentile", "mse")

SHARES: Final = np.linspace(1.0, 0.1, 46)
"""Shares of the full range that "mse" tries; 1 first, so it never does worse than "absmax"."""


class Range(NamedTuple):
    """The ends of what the levels cover, one pair a group, (…, groups): low ≤ 0 ≤ high."""

    low: Array
    high: Array


def find_range(
    groups: Array,
    clip: str,
    percentile: float,
    symmetric: bool,
    squared_error: Callable[[Array, Range], Array],
) -> Range:
    """Choose the range of each group.

    Parameters
    ----------
    groups : array, (…, groups, length), finite
    clip : str
        One of ``CLIPS``.
    percentile : float
        What "percentile" leaves below the high end, in percent.
    symmetric : bool
        Whether ``low`` is to be ``-high``.
    squared_error : callable
        Gives the squared error, (…, groups), that a range leads to; "mse" asks it.

    Returns
    -------
    Range
        0 lies in it, so that 0 is one of the levels. Both ends are 0 where all numbers are.
    """
    full = _extremes(groups, symmetric)
    if clip == "absmax":
        return full
    peak = np.maximum(full.high, -full.low)  # (…, groups)
    with np.errstate(under="ignore"):
        unit = groups / np.where(peak > 0, peak, 1)[..., None]  # no square of it overflows
    full_unit = _extremes(unit, symmetric)
    if clip == "percentile":
        chosen = _percentiles(unit, percentile, symmetric)
        nothing = chosen.high == chosen.low  # nearly all are 0: then nothing is cut off
        chosen = Range(*(np.where(nothing, f, c) for f, c in zip(full_unit, chosen, strict=True)))
    else:
        chosen = _best_share(unit, full_unit, squared_error)
    with np.errstate(under="ignore"):
        return Range(chosen.low * peak, chosen.high * peak)


def _extremes(groups: Array, symmetric: bool) -> Range:
    zero = groups.dtype.type(0)
    low, high = groups.min(axis=-1, initial=zero), groups.max(axis=-1, initial=zero)
    if symmetric:
        high = np.maximum(high, -low)
        low = -high
    return Range(low, high)


def _percentiles(groups: Array, percentile: float, symmetric: bool) -> Range:
    if symmetric:
        high = np.percentile(np.abs(groups), percentile, axis=-1)
        return Range(-high, high)
    low, high = np.percentile(groups, [100 - percentile, percentile], axis=-1)
    return Range(np.minimum(low, 0), np.maximum(high, 0))


def _best_share(
    groups: Array, full: Range, squared_error: Callable[[Array, Range], Array]
) -> Range:
    best_share = np.ones_like(full.high)  # (…, groups)
    least = np.full_like(full.high, np.inf)
    for share in SHARES.astype(groups.dtype):
        error = squared_error(groups, Range(full.low * share, full.high * share))
        better = error < least
        best_share[better], least[better] = share, error[better]
    return Range(full.low * best_share, full.high * best_share)


GROUPINGS: Final = ("tensor", "channel")
"""Group sizes with a name: one step for everything, or one for each row (output channel)."""


class Grid(NamedTuple):
    """The levels of some numbers, in a shape that fits theirs by broadcasting."""

    scale: Array
    zero_point: NDArray[np.int8] | None
    bits: int

    def spread(self, d_in: int, group_size: int) -> "Grid":
        """Repeat what a group shares for each of its numbers, (…, groups) to (…, d_in)."""
        if self.scale.shape[-1] == 1:
            return self

        def repeat(shared: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(shared, group_size, axis=-1)[..., :d_in]

        zero_point = None if self.zero_point is None else repeat(self.zero_point)
        wide = self.scale.astype(np.promote_types(self.scale.dtype, np.float32), copy=False)
        return Grid(repeat(wide), zero_point, self.bits)

    def round(self, w: Array) -> NDArray[np.int8]:
        """Return the number of the nearest level of each element."""
        q = self._steps(w)
        np.clip(q, *levels(self.bits, self.zero_point is None), out=q)
        return q.astype(np.int8)

    def covers(self, w: Array) -> NDArray[np.bool_]:
        """Tell which elements are not cut off: their nearest level is one that exists."""
        q, (least, most) = self._steps(w), levels(self.bits, self.zero_point is None)
        within: NDArray[np.bool_] = (q >= least) & (q <= most)
        return within

    def _steps(self, w: Array) -> Array:
        scale = self.scale.astype(np.promote_types(w.dtype, np.float32), copy=False)
        with np.errstate(under="ignore"):
            q: Array = w / scale
        np.rint(q, out=q)
        if self.zero_point is not None:
            q += self.zero_point
        return q

    def values(self, q: NDArray[np.int8], dtype: DTypeLike) -> Array:
        """Return what the numbers stand for."""
        work = np.promote_types(dtype, np.float32)
        value = q.astype(work)
        if self.zero_point is not None:
            value -= self.zero_point
        with np.errstate(under="ignore"):
            value *= self.scale.astype(work, copy=False)
        result: Array = value.astype(dtype, copy=False)
        return result


def fit_grid(
    w: Array,
    bits: int,
    group_size: int | str | None,
    symmetric: bool,
    clip: str,
    percentile: float,
    scale_dtype: DTypeLike | None = None,
) -> Grid:
    """Choose the levels of every group of an array, (…, d_in) to (…, groups); as ``quantize``."""
    bits, size = as_bits(bits), as_group_size(group_size, w.shape[-1])
    groups = _tensor_as_group(w) if group_size == "tensor" else split_groups(w, size)
    grids = [find_grid(g, bits, symmetric, clip, percentile, scale_dtype) for g in groups if g.size]
    scale = np.concatenate([grid.scale for grid in grids], axis=-1)
    zeros = [grid.zero_point for grid in grids if grid.zero_point is not None]
    return Grid(scale, np.concatenate(zeros, axis=-1) if zeros else None, bits)


def find_grid(
    groups: Array,
    bits: int,
    symmetric: bool = True,
    clip: str = "absmax",
    percentile: float = 99.5,
    scale_dtype: DTypeLike | None = None,
) -> Grid:
    """Choose step and zero point of each group, (…, groups, length) to (…, groups)."""
    check_clip(clip, percentile)
    dtype = groups.dtype if scale_dtype is None else float_dtype(scale_dtype)
    limit = np.finfo(groups.dtype).max / 2  # levels may lie half a step beyond the numbers
    if max(groups.max(), -groups.min()) > limit:
        raise ValueError(f"w must stay within ±{limit:.4g}, half of {groups.dtype}'s range")
    groups = groups.astype(np.promote_types(groups.dtype, np.float32), copy=False)

    def squared_error(numbers: Array, span: Range) -> Array:
        grid = _grid_over(span, bits, symmetric, numbers.dtype)
        q = grid.round(numbers)
        error = grid.values(q, numbers.dtype)
        error -= numbers
        total: Array = np.einsum("...i,...i->...", error, error)
        return total

    span = find_range(groups, clip, float(percentile), symmetric, squared_error)
    grid = _grid_over(span, bits, symmetric, dtype)
    zero_point = None if grid.zero_point is None else grid.zero_point[..., 0]
    return Grid(grid.scale[..., 0], zero_point, bits)


def _grid_over(span: Range, bits: int, symmetric: bool, dtype: DTypeLike) -> Grid:
    """Lay the levels over a range: step and zero point (…, groups, 1)."""
    low, high = span.low[..., None], span.high[..., None]
    least, most = levels(bits, symmetric)
    with np.errstate(over="ignore", under="ignore"):
        if symmetric:
            return Grid(_stored(high / high.dtype.type(most), dtype, high > 0), None, bits)
        width = high - low
        scale = _stored(width / width.dtype.type(most - least), dtype, width > 0)
        zero = least - np.rint(low / scale.astype(low.dtype))
    return Grid(scale, np.clip(zero, least, most).astype(np.int8), bits)


def _stored(step: Array, dtype: DTypeLike, used: NDArray[np.bool_]) -> Array:
    """Round steps up to ``dtype``, and give 1 where there is nothing to divide."""
    scale: Array = step.astype(dtype)
    scale = np.where(scale < step, np.nextafter(scale, scale.dtype.type(np.inf)), scale)
    smallest = np.finfo(scale.dtype).smallest_subnormal
    scale = np.where(used, np.maximum(scale, smallest), scale.dtype.type(1))
    if np.isinf(scale).any():
        raise ValueError(
            f"w is too large for steps in {scale.dtype}: one of them is {step.max():.3g}; choose a "
            "wider scale_dtype"
        )
    return scale


def check_clip(clip: str, percentile: float) -> None:
    """Raise ValueError for an unknown way to clip, or a percentile out of its range."""
    if clip not in CLIPS:
        raise ValueError(f"clip must be one of {', '.join(CLIPS)}, got {clip!r}")
    if isinstance(percentile, bool) or not (
        isinstance(percentile, Real) and 50 < percentile <= 100
    ):
        raise ValueError(f"percentile must be above 50 and at most 100, got {percentile!r}")


def levels(bits: int, symmetric: bool) -> tuple[int, int]:
    """Return the smallest and the largest number of a grid."""
    most: int = 2 ** (bits - 1) - 1
    return (-most if symmetric else -most - 1), most


def as_finite(x: ArrayLike, name: str) -> Array:
    """Return ``x`` as a float array, at least one axis and one element; ValueError on nan, inf."""
    a = as_float(x, name)
    if a.ndim == 0 or a.size == 0:
        raise ValueError(f"{name} must hold at least one number in an axis, got shape {a.shape}")
    if not np.isfinite(a).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
        raise ValueError(
            f"{name} must be finite to be quantized, got {name}{[*where]} = {a[where]}"
        )
    return a


def as_group_size(group_size: object, d_in: int) -> int:
    """Return how many columns share a step; TypeError or ValueError for what is no group size."""
    if group_size is None or (isinstance(group_size, str) and group_size in GROUPINGS):
        return d_in
    if isinstance(group_size, str):
        raise ValueError(
            f"group_size must be a whole number, {' or '.join(map(repr, GROUPINGS))}, "
            f"got {group_size!r}"
        )
    return min(as_count(group_size, "group_size"), d_in)


def split_groups(w: Array, size: int) -> list[Array]:
    """Split the last axis into groups: those of full size, then the smaller rest if there is one.

    (…, d_in) gives arrays (…, groups, length).
    """
    whole = w.shape[-1] // size * size
    parts = [w[..., :whole].reshape(*w.shape[:-1], whole // size, size)]
    if whole < w.shape[-1]:
        parts.append(w[..., None, whole:])
    return parts


def _tensor_as_group(w: Array) -> list[Array]:
    return [w.reshape(*(1,) * (w.ndim - 1), 1, w.size)]

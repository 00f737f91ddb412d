"""One matrix of weights and the levels its numbers are rounded to: what it costs and saves."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Area,
    Bars,
    Choice,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.quantization import Quantized, dequantize, quantize, relative_error

ROWS, COLUMNS = 8, 128

BITS = range(2, 9)

GROUPS: dict[str, int | str] = {
    "matrix": "tensor",
    "row": "channel",
    "group of 32": 32,
    "group of 8": 8,
}
"""What shares a scale, and how the library calls it."""

CLIPS = {"largest": "absmax", "percentile": "percentile", "least error": "mse"}
"""Where the outermost levels lie, and how the library calls it."""

SCHEMES = ("symmetric", "affine")

BINS = 41

SHARING = {"matrix": "one scale for all"}

REACHING = {
    "largest": "levels up to the largest weight",
    "percentile": "levels up to the 99.5th percentile",
    "least error": "levels up to where the squared error is least",
}


def _unequal(w: Array) -> Array:
    return w * np.geomspace(0.1, 1, ROWS)[:, None]


def _outliers(w: Array) -> Array:
    w[0, 40], w[5, 77] = 12, -9
    return w


WEIGHTS: dict[str, Callable[[Array], Array]] = {
    "normal": lambda w: w,
    "small and large rows": _unequal,
    "two outliers": _outliers,
    "one-sided": lambda w: np.maximum(w + 0.5, -0.15),
}


@cache
def matrix(weights: str) -> Array:
    """Draw the weights of this name, (rows, columns); the first row is the one looked at."""
    return WEIGHTS[weights](np.random.default_rng(3).normal(size=(ROWS, COLUMNS)))


class Outcome(NamedTuple):
    """The cost of rounding the whole matrix."""

    quantized: Quantized
    back: Array
    error: float
    """The relative error of all weights."""
    stored: float
    """Bits per weight, with the scales."""


@cache
def outcome(weights: str, bits: int, scheme: str, shared: str, clip: str) -> Outcome:
    """Quantize a matrix, scales in float16."""
    w = matrix(weights)
    z = quantize(w, bits, GROUPS[shared], scheme == "symmetric", clip=CLIPS[clip],
                 scale_dtype=np.float16)  # fmt: skip
    back = dequantize(z, w.dtype)
    return Outcome(z, back, relative_error(back, w), 8 * z.packed_nbytes / w.size)


def grid(z: Quantized) -> Array:
    """Return all levels of the first group of the first row."""
    most = 2 ** (z.bits - 1) - 1
    q = np.arange(-most if z.zero_point is None else -most - 1, most + 1)
    zero = 0 if z.zero_point is None else int(z.zero_point[0, 0])
    return np.asarray(float(z.scale[0, 0]) * (q - zero))


@explorer(
    title="Levels for weights",
    controls=[
        Slider("bits", 2, 8, step=1, unit="bits"),
        Choice("weights", list(WEIGHTS)),
        Choice("shared", list(GROUPS), label="one scale per"),
        Choice("clip", list(CLIPS), label="levels reach to"),
        Choice("scheme", SCHEMES),
    ],
)
def bits(
    bits: int = 4,
    weights: str = "normal",
    shared: str = "row",
    clip: str = "largest",
    scheme: str = "symmetric",
) -> Scene:
    """Round a matrix of weights to a few levels; see the levels, the errors and the bytes."""
    w, now = matrix(weights), outcome(weights, bits, scheme, shared, clip)
    levels = grid(now.quantized)
    first = w[0, : now.quantized.group_size]  # the weights that share these levels
    reach = float(np.ceil(1.02 * np.abs(w).max()))  # room for a scale rounded up
    step = float(now.quantized.scale[0, 0])
    panels = [
        _histogram(w, levels, reach),
        _trade(weights, bits, scheme, shared, clip),
        _errors(first, now.back[0, : len(first)], step / 2, reach),
        _bytes(w, now.quantized.packed_nbytes),
    ]
    used = len(np.unique(now.quantized.q[0, : len(first)]))
    text = (
        f"{bits} bits, {scheme}, {SHARING.get(shared, f'one scale per {shared}')},"
        f" {REACHING[clip]}: {len(levels)} levels, {number(step)} apart, of which the first row"
        f"{'’s first group' if len(first) < COLUMNS else ''} uses {used}. The error is"
        f" {number(100 * now.error)} % on these {_named(weights)}. All {w.size} weights take"
        f" {now.quantized.packed_nbytes} bytes, {number(now.stored, 4)} bits each with the scales."
    )
    rows = []
    for b in BITS:
        there = outcome(weights, b, scheme, shared, clip)
        rows.append([b, 2**b - (scheme == "symmetric"), there.stored,
                     there.quantized.packed_nbytes, 100 * there.error])  # fmt: skip
    columns = ["bits", "levels", "bits per weight stored", "bytes", "error %"]
    return Scene(panels, text, Table(columns, rows, f"float32: {4 * w.size} bytes"))


def _named(weights: str) -> str:
    return {
        "normal": "normal weights",
        "small and large rows": "rows of unequal size",
        "two outliers": "weights with two outliers",
        "one-sided": "one-sided numbers",
    }[weights]


def _histogram(w: Array, levels: Array, reach: float) -> Panel:
    """The weights of the first row and of all rows, and the levels on which they may fall."""
    edges = np.linspace(-reach, reach, BINS)
    stairs = np.repeat(edges, 2)[1:-1]
    heights = [
        np.repeat(count / count.max(), 2)
        for count in (np.histogram(part, edges)[0] for part in (w[0], w))
    ]
    inside = levels[np.abs(levels) <= reach]
    ticks = np.column_stack([inside, inside, np.full(len(inside), np.nan)]).ravel()
    tall = np.tile([0.0, -0.2, np.nan], len(inside))
    marks: list[Mark] = [
        Area(stairs, 0, heights[0], "input"),
        Line(stairs, heights[1], "reference", width=1),
        Line(ticks, tall, "output", width=2 if len(inside) < 70 else 1),
    ]
    return Panel(
        marks, (-reach, reach), (-0.25, 1.15), "weight (grey: all rows)",
        title="First row, and its levels below", weight=1.5, height=230,
    )  # fmt: skip


def _errors(w: Array, back: Array, half: float, reach: float) -> Panel:
    """The error of each weight: up to half a scale, and more beyond the outermost level."""
    limit, ends = 0.45 * reach, [-reach, reach]
    marks: list[Mark] = [
        Line(ends, [half, half], "reference", dash=True, width=1),
        Line(ends, [-half, -half], "reference", dash=True, width=1),
        Scatter(w, back - w, "error", size=2.5, label="error"),
    ]
    return Panel(
        marks, (-reach, reach), (-limit, limit), "weight (dashed: half a scale)",
        title="Rounded minus weight", weight=1.5, row=1, height=210,
    )  # fmt: skip


def _trade(weights: str, bits: int, scheme: str, shared: str, clip: str) -> Panel:
    """Error against bits stored, for the grouping chosen and for one scale for all."""
    marks: list[Mark] = []
    for one, role in (("matrix", "reference"), (shared, "output")):
        runs = [outcome(weights, b, scheme, one, clip) for b in BITS]
        stored, errors = [r.stored for r in runs], [100 * r.error for r in runs]
        marks.append(Line(stored, errors, role, dash=role == "reference"))
    now = outcome(weights, bits, scheme, shared, clip)
    marks.append(Scatter([now.stored], [100 * now.error], "output", size=6, label="now"))
    return Panel(
        marks, (0, 12), (0.1, 200), "bits per weight (dashed: one scale)",
        title="Error (%) and bits", log_y=True, height=230,
    )  # fmt: skip


def _bytes(w: Array, packed: int) -> Panel:
    """Return what the matrix takes in two formats of floating-point numbers, and packed."""
    values = [4 * w.size, 2 * w.size, packed]
    return Panel(
        [Bars(values, ["float32", "float16", "packed"], "second", highlight=2)],
        (-0.6, 2.6), (0, 4.6 * w.size), title="Bytes", row=1, height=210,
    )  # fmt: skip

"""One row of weights in a block format: its blocks' scales, its levels, and error against bits."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Choice,
    Label,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.quantization import (
    BLOCK_FORMATS,
    block_scales,
    decode,
    dequantize,
    element_levels,
    encode,
    quantize,
    relative_error,
)

ROWS, COLUMNS, LARGE = 64, 128, 40
"""The size of the matrix, and the column of its outlier."""

GROUPS = (16, 32, 64, 128)
"""Group sizes of the INT4 that the block formats are compared with."""

FORMATS = ("INT4", "MXFP4", "NVFP4", "NF4", "NF4 double", "MXFP8", "FP8 E4M3", "FP8 E5M2")

SHOWN = {
    "INT4": (0.02, -0.7, "start"),
    "MXFP4": (0, 2, "middle"),
    "NVFP4": (0, -3.8, "middle"),
    "NF4": (-0.02, -0.7, "end"),
    "NF4 double": (0, -3.8, "middle"),
}
"""Formats of about four bits, and where from its point the name of each is written."""

KINDS: dict[str, Callable[[np.random.Generator], Array]] = {
    "normal": lambda rng: rng.normal(size=(ROWS, COLUMNS)),
    "heavy tails": lambda rng: rng.standard_t(4, size=(ROWS, COLUMNS)) / np.sqrt(2),
}
"""How weights are drawn; both have variance 1."""


class Stored(NamedTuple):
    """A matrix in a format."""

    bits: float
    """Bits per weight, with the scales."""
    error: float
    back: Array
    block: int
    scales: Array
    """The scales of the first row."""
    levels: Array
    """The levels that each scale multiplies."""


@cache
def matrix(weights: str, outlier: int) -> Array:
    """Draw the weights; in each row one of them is made ``outlier`` (0: left as it was drawn)."""
    w = KINDS[weights](np.random.default_rng(3))
    if outlier:
        w[:, LARGE] = outlier
    return w


@cache
def stored(form: str, weights: str, outlier: int, group: int = 32) -> Stored:
    """Store the matrix in a format; "INT4" with float16 scales, one per ``group``."""
    w = matrix(weights, outlier)
    if form == "INT4":
        z = quantize(w, 4, group, scale_dtype=np.float16)
        back, size = dequantize(z, w.dtype), z.packed_nbytes
        scales, levels = z.scale[0].astype(np.float64), np.arange(-7.0, 8.0)
    else:
        kept = encode(w, form)
        back, size = decode(kept, w.dtype), kept.nbytes
        scales = block_scales(kept)[0]
        levels = element_levels(BLOCK_FORMATS[form].elements).astype(np.float64)
        group = BLOCK_FORMATS[form].block or COLUMNS
    return Stored(8 * size / w.size, relative_error(back, w), back, group, scales, levels)


@explorer(
    title="A row of weights in few bits",
    controls=[
        Choice("form", list(FORMATS), label="format"),
        Slider("outlier", 0, 12, step=1, label="one weight in each row is"),
        Choice("weights", list(KINDS)),
    ],
)
def formats(form: str = "MXFP4", outlier: int = 6, weights: str = "normal") -> Scene:
    """Store a matrix in a format; see the levels that each block gets, and what they cost."""
    now = stored(form, weights, outlier)
    w = matrix(weights, outlier)
    rest = np.arange(COLUMNS) // now.block == LARGE // now.block  # the outlier's block
    rest[LARGE] = False
    inside, outside = (relative_error(now.back[:, c], w[:, c]) for c in (rest, ~rest))
    shared = f"{len(now.scales)} scales" if len(now.scales) > 1 else "one scale"
    text = (
        f"{form} stores these {_named(weights, outlier)} in {number(now.bits, 4)} bits each, scales"
        f" included, with an error of {number(100 * now.error)} %. The row shown has {shared}, and"
        f" {len(now.levels)} levels for each."
    )
    if now.block < COLUMNS:
        text += (
            f" The error is {number(100 * inside)} % for the neighbours of weight {LARGE + 1} in"
            f" its block, and {number(100 * outside)} % elsewhere."
        )
    rows = []
    for name in FORMATS:
        one = stored(name, weights, outlier)
        rows.append([name, one.block if one.block < COLUMNS else "all", one.bits, 100 * one.error])
    columns = ["format", "block", "bits per weight", "error %"]
    panels = [_row(w[0], now), _trade(form, weights, outlier)]
    return Scene(panels, text, Table(columns, rows, "INT4: groups of 32, scales in float16"))


def _named(weights: str, outlier: int) -> str:
    kind = {"normal": "normal weights", "heavy tails": "weights with heavy tails"}[weights]
    return f"{kind} with an outlier of {outlier}" if outlier else kind


def _row(w: Array, now: Stored) -> Panel:
    """The first row by position, and behind it the levels of each block, as far as they show."""
    reach = 1.08 * float(np.abs(w).max())
    x: list[float] = []
    y: list[float] = []
    for i, scale in enumerate(now.scales):
        left, right = i * now.block + 0.6, min((i + 1) * now.block, COLUMNS) + 0.4
        places = now.levels * scale
        places = np.unique(np.round(places[np.abs(places) < reach] / reach, 2)) * reach
        for place in places:  # levels closer than the eye can see are drawn once
            x += [left, right, np.nan]
            y += [float(place), float(place), np.nan]
    error = np.abs(now.back[0] - w)
    worst = int(np.argmax(error))
    marks: list[Mark] = [
        Line(x, y, "reference", width=1),
        Scatter(np.arange(1, COLUMNS + 1), w, "input", size=2.5, label="weight"),
        Scatter(np.arange(1, COLUMNS + 1), now.back[0], "output", size=1.5, label="stored as"),
        Scatter([worst + 1], [w[worst]], "error", size=5, label="largest error"),
    ]
    return Panel(marks, (0, COLUMNS + 1), (-reach, reach), "place in the row (lines: levels)",
                 title="One row, and the levels of each block", height=270)  # fmt: skip


def _trade(form: str, weights: str, outlier: int) -> Panel:
    """Error against bits: INT4 with groups of all sizes, and every format of about four bits."""
    runs = [stored("INT4", weights, outlier, group) for group in GROUPS]
    curve = Line([r.bits for r in runs], [100 * r.error for r in runs], "reference", dash=True)
    marks: list[Mark] = [curve]
    for name, (right, up, anchor) in SHOWN.items():
        one = stored(name, weights, outlier)
        role, size = ("output", 6) if name == form else ("input", 4)
        marks.append(Scatter([one.bits], [100 * one.error], role, size=size, label=name,
                             chooses=("form", name)))  # fmt: skip
        marks.append(Label(one.bits + right, 100 * one.error + up, name, anchor=anchor))
    return Panel(marks, (4.0, 5.05), (0, 36), "bits per weight (dashed: INT4, groups of 128 to 16)",
                 title="Error (%) of formats of about four bits", row=1, height=230)  # fmt: skip

"""A network that reads digits, with more and more of its weights set to 0."""

from copy import deepcopy
from functools import cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.explorers.quantization.digits import CALIBRATION, SIDE, reader
from ffnlib.figures import (
    Choice,
    HeatMap,
    Label,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.quantization import prune

SHARES = range(0, 91, 10)

METHODS = ("magnitude", "Wanda")

PATTERNS = ("any", "2:4")

UNITS = (3, 8, 21, 30)
"""Hidden units whose weights are shown, one image each."""


class Pruned(NamedTuple):
    """What is left of the network."""

    weights: Array
    """The first layer's, (48, 64)."""
    accuracy: float
    zeros: float
    """The share of all weights that are 0."""


@cache
def pruned(share: int, method: str, pattern: str) -> Pruned:
    """Prune both layers, first to last; each is calibrated with what the pruned ones give it."""
    base = reader()
    model, x = deepcopy(base.model), base.train.x[:CALIBRATION]
    for i, layer in enumerate(model.layers):
        seen = x if i == 0 else model.trace(x)[i - 1].a
        layer.W[...] = prune(layer.W, seen if method == "Wanda" else None, share / 100, pattern)
    zeros = sum(int((layer.W == 0).sum()) for layer in model.layers)
    total = sum(layer.W.size for layer in model.layers)
    right = float(np.mean(model.predict(base.test.x) == base.test.y))
    return Pruned(model.layers[0].W, right, zeros / total)


@explorer(
    title="Fewer weights",
    controls=[
        Slider("share", 0, 90, step=10, label="weights set to 0", unit="%"),
        Choice("method", METHODS, label="the least important by"),
        Choice("pattern", PATTERNS),
    ],
)
def sparsity(share: int = 70, method: str = "Wanda", pattern: str = "any") -> Scene:
    """Set a share of each output's weights to 0, and count the digits still read correctly."""
    base = reader()
    now = pruned(share, method, pattern)
    other = METHODS[1 - METHODS.index(method)]
    before = float(np.mean(base.said == base.test.y))
    chosen = "two of every four neighbours" if pattern == "2:4" else f"{share} % of each output’s"
    text = (
        f"With {chosen} weights set to 0, the least important by {method}, the network reads"
        f" {number(100 * now.accuracy)} % of the unseen digits correctly, against"
        f" {number(100 * pruned(share, other, pattern).accuracy)} % by {other} and"
        f" {number(100 * before)} % with all its weights."
    )
    rows: list[list[float | str]] = [
        [s, *(100 * pruned(s, m, "any").accuracy for m in METHODS)] for s in SHARES
    ]
    rows.append(["2:4", *(100 * pruned(50, m, "2:4").accuracy for m in METHODS)])
    columns = ["% set to 0", *(f"{m}, % correct" for m in METHODS)]
    panels = [_curves(share, method, pattern, before), _images(now.weights)]
    return Scene(panels, text, Table(columns, rows, f"All weights: {number(100 * before)} %"))


def _curves(share: int, method: str, pattern: str, before: float) -> Panel:
    marks: list[Mark] = [Rule(y=100 * before, label="all weights")]
    for name, role in zip(METHODS, ("reference", "output"), strict=True):
        right = [100 * pruned(s, name, "any").accuracy for s in SHARES]
        marks.append(Line(list(SHARES), right, role, name, width=3 if name == method else 1.5))
    place = 50 if pattern == "2:4" else share
    right_now = 100 * pruned(share, method, pattern).accuracy
    marks.append(Scatter([place], [right_now], "output", size=6, label=f"{method}, {pattern}"))
    return Panel(marks, (-3, 93), (0, 108), "% of weights set to 0 (grey: by magnitude)",
                 title="Digits read correctly (%)", height=240)  # fmt: skip


def _images(w: Array) -> Panel:
    """The weights of a few hidden units, as the images they look at; zeros are empty."""
    marks: list[Mark] = []
    limit = float(np.abs(reader().model.layers[0].W[list(UNITS)]).max())
    for place, unit in enumerate(UNITS):
        left = place * (SIDE + 2)
        image = w[unit].reshape(SIDE, SIDE)[::-1]
        marks.append(HeatMap(image, (left, left + SIDE), (0, SIDE), limit=limit))
        marks.append(Label(left + SIDE / 2, -1.6, f"unit {unit}", anchor="middle"))
    width = len(UNITS) * (SIDE + 2) - 1
    return Panel(marks, (-1, width), (-2.5, SIDE + 0.5), axes=False, row=1,
                 title="Weights of four hidden units, one per pixel", height=170)  # fmt: skip

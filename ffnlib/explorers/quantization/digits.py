"""A network that reads digits, with fewer and fewer bits per weight."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.datasets import Dataset, holdout
from ffnlib.datasets import digits as bundled
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
from ffnlib.nn import MLP
from ffnlib.quantization import model_nbytes, quantize_model
from ffnlib.training import Adam, fit

BITS = range(2, 9)


class Method(NamedTuple):
    """A way to round: how the library calls it, and how a sentence does."""

    name: str
    said: str


METHODS = {"nearest": Method("rtn", "to nearest"), "GPTQ": Method("gptq", "by GPTQ")}

GROUPS: dict[str, int | str] = {"matrix": "tensor", "row": "channel", "group of 16": 16}

CLIPS = {"largest": "absmax", "least error": "mse"}

REACHING = {"largest": "to the largest weight", "least error": "to the least error"}

CALIBRATION = 256

SHOWN = 6
"""Images that lose their reading and are shown."""

SIDE = 8


class Reader(NamedTuple):
    """A trained network, what it was trained on, and images it has not seen."""

    model: MLP
    train: Dataset
    test: Dataset
    said: NDArray[np.int64]
    """What it reads in the test images."""


@cache
def reader() -> Reader:
    """Train the network, when it is first wanted."""
    train, test = holdout(bundled(), 0.4, np.random.default_rng(0))
    model = MLP([64, 48, 10], rng=np.random.default_rng(1))
    fit(model, train, rng=np.random.default_rng(2), epochs=15, batch_size=128,
        optimizer=Adam(model.parameters(), 0.02))  # fmt: skip
    return Reader(model, train, test, model.predict(test.x))


class Reading(NamedTuple):
    """The digits that the network reads with rounded weights."""

    said: NDArray[np.int64]
    accuracy: float
    nbytes: int


@cache
def read(bits: int, method: str, shared: str, clip: str) -> Reading:
    """Quantize the network and let it read the test images."""
    base = reader()
    model = quantize_model(
        base.model, bits, GROUPS[shared], clip=CLIPS[clip], method=METHODS[method].name,
        calibration=base.train.x[:CALIBRATION], engine="numpy",
    )  # fmt: skip
    said = model.predict(base.test.x)
    return Reading(said, float(np.mean(said == base.test.y)), model_nbytes(model))


@explorer(
    title="Reading digits with few bits",
    controls=[
        Slider("bits", 2, 8, step=1, label="bits per weight", unit="bits"),
        Choice("method", list(METHODS), label="rounding"),
        Choice("shared", list(GROUPS), label="one scale per"),
        Choice("clip", list(CLIPS), label="levels reach to"),
    ],
)
def digits(
    bits: int = 3, method: str = "nearest", shared: str = "row", clip: str = "largest"
) -> Scene:
    """Quantize a trained network and count the digits it still reads correctly."""
    base, now = reader(), read(bits, method, shared, clip)
    other = next(name for name in METHODS if name != method)
    y, before = base.test.y, float(np.mean(base.said == base.test.y))
    lost = np.flatnonzero((base.said == y) & (now.said != y))
    gained = int(np.sum((base.said != y) & (now.said == y)))
    panels = [
        _curves(bits, method, shared, clip, before),
        _confusion(now.said, y),
        _lost(base.test.x, y, now.said, lost[:SHOWN]),
    ]
    share, share_of_other = (100 * read(bits, m, shared, clip).accuracy for m in (method, other))
    text = (
        f"{bits} bits, rounded {METHODS[method].said}, one scale per {shared}, levels"
        f" {REACHING[clip]}: the network reads {number(share)} % of {len(y)} unseen digits"
        f" correctly, against {number(100 * before)} % in float64; rounded {METHODS[other].said},"
        f" {number(share_of_other)} %. It now misreads {len(lost)} digits that it read before, and"
        f" reads {gained} that it misread. It takes {now.nbytes:,} bytes."
    )
    rows = []
    for b in BITS:
        runs = [read(b, name, shared, clip) for name in METHODS]
        rows.append([b, *(100 * run.accuracy for run in runs), runs[0].nbytes])
    columns = ["bits", *(f"{name}, % correct" for name in METHODS), "bytes"]
    return Scene(panels, text, Table(columns, rows, f"Not quantized: {number(100 * before)} %"))


def _curves(bits: int, method: str, shared: str, clip: str, before: float) -> Panel:
    marks: list[Mark] = [Rule(y=100 * (1 - before))]
    for name, role in (("nearest", "reference"), ("GPTQ", "output")):
        wrong = [100 * (1 - read(b, name, shared, clip).accuracy) for b in BITS]
        marks.append(Line(list(BITS), wrong, role, name, width=3 if name == method else 1.5))
        if name == method:
            marks.append(Scatter([bits], [wrong[bits - BITS[0]]], role, size=6, label=name))
    return Panel(marks, (1.8, 8.2), (1, 100), "bits per weight (dashed: float64)",
                 title="Digits misread (%)", log_y=True, height=250)  # fmt: skip


def _confusion(said: NDArray[np.int64], y: NDArray[np.int64]) -> Panel:
    """Return how often each digit was read as each other one.

    The diagonal, the right ones, left empty.
    """
    counts = np.zeros((10, 10))
    np.add.at(counts, (y, said), 1)
    np.fill_diagonal(counts, 0)
    ends = (-0.5, 9.5)
    marks: list[Mark] = [
        HeatMap(counts, ends, ends, signed=False, limit=10, scale=True),
        *(Line([k - 0.5, k + 0.5], [k - 0.5, k + 0.5], "reference", width=1) for k in range(10)),
        *(Label(k, -1.4, str(k), anchor="middle") for k in range(10)),
        *(Label(-1.1, k - 0.25, str(k), anchor="middle") for k in range(10)),
    ]
    return Panel(marks, (-1.6, 9.5), (-1.8, 9.5), axes=False, height=250,
                 title="It was ↑, it was read as →")  # fmt: skip


def _lost(
    x: Array, y: NDArray[np.int64], said: NDArray[np.int64], which: NDArray[np.int64]
) -> Panel:
    """Images that the float network reads correctly and this one does not, side by side."""
    marks: list[Mark] = []
    for place, i in enumerate(which):
        left = place * (SIDE + 2)
        image = x[i].reshape(SIDE, SIDE)[::-1]
        marks.append(HeatMap(image, (left, left + SIDE), (0, SIDE), signed=False, limit=1.0))
        marks.append(Label(left + SIDE / 2, -1.6, f"{y[i]} → {said[i]}", anchor="middle"))
    if not marks:
        marks.append(Label(SHOWN * (SIDE + 2) / 2, SIDE / 2, "none", anchor="middle"))
    return Panel(marks, (-1, SHOWN * (SIDE + 2) - 1), (-2.5, SIDE + 0.5), axes=False, row=1,
                 title="Now misread: the digit → the reading", height=130,
                 broad=True)  # fmt: skip

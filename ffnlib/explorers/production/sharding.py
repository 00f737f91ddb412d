"""A small layer on simulated devices: who holds what, what each adds, and splits that fail."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Arrows,
    Bars,
    Button,
    Choice,
    HeatMap,
    Label,
    Line,
    Mark,
    Panel,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import PRESETS, FeedForward
from ffnlib.production import MISTAKES, ShardedFeedForward, all_reduced, even_slices, wrong_split

D_MODEL, D_FF, MOST = 4, 8, 4

RIGHT: Final = "columns, then rows"

EARLY, CROSSED, ALONE = "activate before the sum", "gate and up cut differently", "no sum"

COLOURS = ("input", "second", "gradient", "third")
"""The colours of the devices."""

LARGE = PRESETS["LLaMA-7B"]


class Outcome(NamedTuple):
    """The devices' result for one input."""

    terms: list[Array]
    """What each adds, (D_MODEL,)."""
    bias: Array | None
    """What is added once, after the sum; None where each device has added it."""
    y: Array
    expected: Array
    sent: int
    """Bytes that all devices send."""


@cache
def _layer(variant: str) -> FeedForward:
    rng = np.random.default_rng(3)
    layer = FeedForward(D_MODEL, D_FF, variant, rng=rng, bias=True)
    for name, p in layer.named_parameters().items():  # biases start at 0, which would hide them
        if name.endswith("b"):
            p[...] = rng.normal(scale=0.2, size=p.shape)
    return layer


def computed(devices: int, split: str, variant: str, seed: int) -> Outcome:
    """Send one input through the layer, whole and split."""
    layer = _layer(variant)
    x = np.random.default_rng(seed).normal(scale=3.0, size=D_MODEL)
    if split == RIGHT:
        sharded = ShardedFeedForward(layer, devices)
        y = sharded.forward(x)
        assert sharded.forward_reduction is not None
        sent = sum(sharded.forward_reduction.sent)
        return Outcome(sharded.partial_outputs(x), sharded.b, y, layer.forward(x), sent)
    wrong = wrong_split(layer, x, devices, split)
    sent = 0 if split == ALONE else all_reduced(D_MODEL, D_FF, devices, 1, variant, 8)["forward"]
    return Outcome(wrong.terms, wrong.bias, wrong.y, wrong.expected, sent)


@explorer(
    title="One layer on several devices",
    controls=[
        Slider("devices", 1, MOST, step=1),
        Choice("split", [RIGHT, *MISTAKES]),
        Choice("variant", ["reglu", "geglu", "swiglu"]),
        Button("seed", label="Another input"),
    ],
)
def sharding(devices: int = 2, split: str = RIGHT, variant: str = "swiglu", seed: int = 0) -> Scene:
    """Split a feed-forward layer over devices, rightly or wrongly, and add up what they compute."""
    out = computed(devices, split, variant, seed)
    panels = [_matrices(devices, split, variant), _sums(out)]
    words = [*map(str, range(1, D_MODEL + 1))]
    rows: list[list[str | float]] = [
        [f"device {i + 1}", *term.tolist()] for i, term in enumerate(out.terms)
    ]
    if out.bias is not None:
        rows.append(["bias", *out.bias.tolist()])
    rows += [["sum", *out.y.tolist()], ["whole layer", *out.expected.tolist()]]
    return Scene(panels, _sentence(out, devices, split, variant), Table(["output", *words], rows))


def _sentence(out: Outcome, devices: int, split: str, variant: str) -> str:
    added = " + ".join(f"({number(t[0])})" if t[0] < 0 else number(t[0]) for t in out.terms)
    bias = "" if out.bias is None else f" and the bias {number(out.bias[0])}"
    several = "One device" if devices == 1 else f"{devices} devices"
    first = (
        f"{several}, {variant}: output 1 is {added}{bias}, which makes {number(out.y[0])}. The"
        f" whole layer's output 1 is {number(out.expected[0])}."
    )
    if split != RIGHT:
        error = np.linalg.norm(out.y - out.expected) / np.linalg.norm(out.expected)
        return f"{first} The mistake: {MISTAKES[split]}. The output vector is {_off(float(error))}."
    gap = float(np.max(np.abs(out.y - out.expected)))
    each = all_reduced(LARGE.d_model, LARGE.d_ff, devices, 1, LARGE.variant)["forward"]
    sends = (
        f"sends {out.sent} bytes; in a layer of {LARGE.name} in bf16 it would be {each:,} per token"
        if devices > 1
        else "sends nothing"
    )
    return f"{first} No output differs by more than {number(gap, 1)}. The all-reduce {sends}."


def _off(error: float) -> str:
    return f"wrong by {number(100 * error)} % of its length" if error > 1e-12 else "right even so"


GAP = 1.6
"""Between two matrices, in weights."""


def _matrices(devices: int, split: str, variant: str) -> Panel:
    """Draw the weights, inputs from above to below and outputs to the right, and their owners."""
    units, inputs = (_owners(n, devices) for n in (D_FF, D_MODEL))
    scattered = np.arange(D_FF) % devices
    marks: list[Mark] = []
    left = GAP
    for name, linear in _layer(variant).parts().items():
        w = linear.W.T  # (inputs, outputs)
        rows, columns = w.shape
        marks.append(HeatMap(w[::-1], (left, left + columns), (D_FF - rows, D_FF), limit=1.2))
        whole = name == "down" and split == EARLY
        marks.append(Label(left, D_FF + 1.5, f"{name}, on all" if whole else name))
        if name == "down":
            marks += [] if whole else _beside(units, left)
        elif split == EARLY:
            marks += _beside(inputs, left)
        else:
            marks += _above(scattered if name == "up" and split == CROSSED else units, left)
        left += columns + GAP
    return Panel(
        marks, x=(0, left), y=(-0.3, D_FF + 2.4), axes=False, height=270,
        title="Which device holds which weights",
    )  # fmt: skip


def _owners(length: int, devices: int) -> NDArray[np.int64]:
    """Return the device of each row or column of a matrix that is cut evenly."""
    sizes = [part.stop - part.start for part in even_slices(length, devices)]
    return np.repeat(np.arange(devices), sizes)


def _above(owners: NDArray[np.int64], left: float) -> list[Mark]:
    """One strip a column, in the colour of its device; its number where it begins."""
    marks: list[Mark] = []
    for i, device in enumerate(owners.tolist()):
        x, y = left + i, D_FF + 0.3
        marks.append(Line([x + 0.1, x + 0.9], [y, y], COLOURS[device], width=6))
        if i == 0 or owners[i - 1] != device:
            marks.append(Label(x + 0.5, y + 0.3, str(device + 1), anchor="middle"))
    return marks


def _beside(owners: NDArray[np.int64], left: float) -> list[Mark]:
    """One strip a row, in the colour of its device; its number where it begins."""
    marks: list[Mark] = []
    for i, device in enumerate(owners.tolist()):
        x, y = left - 0.3, D_FF - i
        marks.append(Line([x, x], [y - 0.9, y - 0.1], COLOURS[device], width=6))
        if i == 0 or owners[i - 1] != device:
            marks.append(Label(x - 0.4, y - 0.75, str(device + 1), anchor="end"))
    return marks


def _sums(out: Outcome) -> Panel:
    """Each output as a walk: one arrow a device, from where the last one ended."""
    steps = [*out.terms] if out.bias is None else [*out.terms, out.bias]
    roles = [*COLOURS[: len(out.terms)], "reference"][: len(steps)]
    at, reached = np.arange(D_MODEL, dtype=np.float64), np.zeros(D_MODEL)
    names = [str(j + 1) for j in range(D_MODEL)]
    marks: list[Mark] = [Bars([0] * D_MODEL, names, "reference", show_values=False)]
    for x, y in zip(at, out.expected, strict=True):
        marks.append(Line([x - 0.4, x + 0.4], [y, y], "output", width=3))
    ends = [reached, out.expected]
    for i, (step, role) in enumerate(zip(steps, roles, strict=True)):
        places = at + 0.14 * (i - (len(steps) - 1) / 2)
        there = step != 0
        marks.append(Arrows(places[there], reached[there], 0 * step[there], step[there], role))
        reached = reached + step
        ends.append(reached)
    for x, y, right in zip(at + 0.38, out.y, out.expected, strict=True):
        if abs(y - right) > 1e-9:
            marks.append(Line([x, x], [y, right], "error", dash=True))
    lo, hi = float(np.min(ends)), float(np.max(ends))
    room = 0.12 * (hi - lo)
    return Panel(
        marks, x=(-0.6, D_MODEL - 0.4), y=(lo - room, hi + room), x_label="output",
        title="What each device adds (bar: whole layer)", row=1, height=260,
    )  # fmt: skip

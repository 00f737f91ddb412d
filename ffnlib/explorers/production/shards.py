"""A small layer on simulated devices: who holds what, what each adds, and splits that fail."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib.arrays import Array
from ffnlib.configs import PRESETS
from ffnlib.explorer import Button, Choice, Slider, explorer
from ffnlib.ffn import FeedForward
from ffnlib.ring import even_slices
from ffnlib.scene import Arrows, Bars, HeatMap, Label, Line, Mark, Panel, Scene, Table, number
from ffnlib.sharding import ShardedFeedForward, all_reduced
from ffnlib.wrong_splits import MISTAKES, wrong_split

D_MODEL, D_FF, MOST = 4, 8, 4
RIGHT: Final = "columns, then rows"
EARLY, CROSSED, ALONE = "activate before the sum", "gate and up cut differently", "no sum"
COLOURS = ("input", "second", "gradient", "third")
"""Of the devices."""
LARGE = PRESETS["LLaMA-7B"]


class Outcome(NamedTuple):
    """What the devices come to for one input."""

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
        Choice("variant", ["relu", "gelu", "swiglu"]),
        Button("seed", label="Another input"),
    ],
)
def sharding(devices: int = 2, split: str = RIGHT, variant: str = "swiglu", seed: int = 0) -> Scene:
    """Cut a feed-forward layer over devices, rightly or wrongly, and add up what they compute."""
    out = computed(devices, split, variant, seed)
    panels = [*_matrices(devices, split, variant), _sums(out)]
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
        f"{several}, {variant}: {added}{bias} make output 1, {number(out.y[0])}; the whole layer"
        f" gives {number(out.expected[0])}."
    )
    if split != RIGHT:
        error = np.linalg.norm(out.y - out.expected) / np.linalg.norm(out.expected)
        return f"{first} Here {MISTAKES[split]}: all outputs together are {_off(float(error))}."
    gap = float(np.max(np.abs(out.y - out.expected)))
    each = all_reduced(LARGE.d_model, LARGE.d_ff, devices, 1, LARGE.variant)["forward"]
    sends = (
        f"sends {out.sent} bytes; for a layer of {LARGE.name} in bf16 {each:,} bytes a token"
        if devices > 1
        else "sends nothing"
    )
    return f"{first} No output differs by more than {number(gap, 1)}. The sum {sends}."


def _off(error: float) -> str:
    return f"wrong by {number(100 * error)} % of their length" if error > 1e-12 else "right even so"


# ---- who holds what


def _matrices(devices: int, split: str, variant: str) -> list[Panel]:
    """Draw the weights with inputs from above to below or from left to right, cut into parts."""
    parts, panels = _layer(variant).parts(), []
    owners = np.repeat(np.arange(devices), [s.stop - s.start for s in even_slices(D_FF, devices)])
    for name in parts:
        w = parts[name].W.T  # (inputs, outputs)
        if name == "down":
            own = None if split == EARLY else owners
            strips = _beside(own, D_FF)
        elif split == EARLY:
            inputs = [s.stop - s.start for s in even_slices(D_MODEL, devices)]
            strips = _beside(np.repeat(np.arange(devices), inputs), D_MODEL)
        else:
            strips = _above(
                np.arange(D_FF) % devices if name == "up" and split == CROSSED else owners
            )
        panels.append(_matrix(name, w, strips))
    return panels


def _matrix(name: str, w: Array, strips: list[Mark]) -> Panel:
    rows, columns = w.shape
    field = HeatMap(w[::-1], (0, columns), (0, rows), limit=1.2)
    return Panel(
        [field, *strips], x=(-1.2, 8.2), y=(rows - 8.2, rows + 1.4), axes=False, equal=True,
        title=f"{name}: {rows} in, {columns} out", height=250,
    )  # fmt: skip


def _above(owners: NDArray[np.int64]) -> list[Mark]:
    """One strip a column, in the colour of its device; its number where it begins."""
    marks: list[Mark] = []
    for i, device in enumerate(owners.tolist()):
        y = D_MODEL + 0.25
        marks.append(Line([i + 0.08, i + 0.92], [y, y], COLOURS[device], width=6))
        if i == 0 or owners[i - 1] != device:
            marks.append(Label(i + 0.3, y + 0.3, str(device + 1)))
    return marks


def _beside(owners: NDArray[np.int64] | None, rows: int) -> list[Mark]:
    """One strip a row; none where every device has the whole matrix."""
    if owners is None:
        return [Label(0, rows + 0.4, "whole, on every device")]
    marks: list[Mark] = []
    for i, device in enumerate(owners.tolist()):
        top = rows - i
        marks.append(Line([-0.25, -0.25], [top - 0.92, top - 0.08], COLOURS[device], width=6))
        if i == 0 or owners[i - 1] != device:
            marks.append(Label(-1.0, top - 0.75, str(device + 1)))
    return marks


# ---- what they add


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
        marks.append(Arrows(places, reached, np.zeros(D_MODEL), step, role))
        reached = reached + step
        ends.append(reached)
    for x, y, right in zip(at + 0.38, out.y, out.expected, strict=True):
        if abs(y - right) > 1e-9:
            marks.append(Line([x, x], [y, right], "error", dash=True))
    lo, hi = float(np.min(ends)), float(np.max(ends))
    room = 0.12 * (hi - lo)
    return Panel(
        marks, x=(-0.6, D_MODEL - 0.4), y=(lo - room, hi + room), x_label="output",
        title="What the devices add; bars: the whole layer", row=1, height=260,
    )  # fmt: skip

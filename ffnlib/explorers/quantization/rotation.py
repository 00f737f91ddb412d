"""A layer with two outlier channels, and four ways to keep its outputs right in few bits."""

from functools import cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
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
from ffnlib.quantization import (
    awq,
    dequantize,
    gptq,
    hadamard,
    quantize,
    relative_error,
    smoothquant_scales,
)

TOKENS, D_IN, D_OUT, HOT = 256, 64, 48, (10, 37)
"""The size of the layer, and its outlier channels."""

METHODS = {
    "nearest": "rounding to nearest",
    "SmoothQuant": "SmoothQuant",
    "AWQ": "AWQ",
    "GPTQ": "GPTQ",
    "rotation": "a rotation",
    "both": "a rotation with GPTQ",
}

SHORT = ["nearest", "Smooth", "AWQ", "GPTQ", "rotation", "both"]
"""The methods' names under bars, which are narrow on a phone."""

INPUTS = {"floats": None, "8 bits": 8, "4 bits": 4}


class Layer(NamedTuple):
    """A layer, inputs to calibrate with, and others to measure with."""

    seen: Array
    x: Array
    w: Array


@cache
def layer(hot: int) -> Layer:
    """Draw a layer two of whose channels are ``hot`` times as large as the others.

    Channels are correlated. The weights that meet the two are smaller, by the root of ``hot``.
    """
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(2 * TOKENS, 8)) @ rng.normal(size=(8, D_IN))
    x = 0.5 * shared + 0.7 * rng.normal(size=(2 * TOKENS, D_IN))
    w = rng.normal(size=(D_OUT, D_IN)) / np.sqrt(D_IN)
    x[:, HOT] *= hot
    w[:, HOT] /= np.sqrt(hot)
    return Layer(x[:TOKENS], x[TOKENS:], w)


class Prepared(NamedTuple):
    """Inputs and weights as a method hands them to be rounded, and the weights rounded."""

    x: Array
    w: Array
    rounded: Array


@cache
def prepared(hot: int, method: str) -> Prepared:
    """Apply a method to the layer; weights in 4 bits, one scale per output."""
    seen, x, w = layer(hot)
    if method in ("rotation", "both"):
        q = hadamard(D_IN, np.random.default_rng(1))
        seen, x, w = seen @ q, x @ q, w @ q
    elif method in ("SmoothQuant", "AWQ"):
        s = smoothquant_scales(seen, w) if method == "SmoothQuant" else awq(w, seen, 4).factors
        x, w = x / s, w * s
    if method in ("GPTQ", "both"):
        return Prepared(x, w, dequantize(gptq(w, seen, 4, "channel")))
    return Prepared(x, w, dequantize(quantize(w, 4)))


@cache
def error(hot: int, method: str, inputs: str) -> float:
    """Return the relative error of the outputs for inputs that no method has seen."""
    ready, bits = prepared(hot, method), INPUTS[inputs]
    x = ready.x if bits is None else dequantize(quantize(ready.x, bits))
    return relative_error(x @ ready.rounded.T, layer(hot).x @ layer(hot).w.T)


@explorer(
    title="Two outlier channels in four bits",
    controls=[
        Slider("hot", 1, 20, step=1, label="two channels are", unit="× as large"),
        Choice("method", list(METHODS)),
        Choice("inputs", list(INPUTS), label="inputs in"),
    ],
)
def rotation(hot: int = 10, method: str = "rotation", inputs: str = "4 bits") -> Scene:
    """Round a layer with outlier channels in six ways."""
    before, ready = layer(hot), prepared(hot, method)
    now, plain = error(hot, method, inputs), error(hot, "nearest", inputs)
    done = {
        "nearest": "leaves inputs and weights as they are",
        "GPTQ": "leaves the inputs as they are and rounds the weights column by column",
    }.get(
        method,
        f"brings the largest input from {number(np.abs(before.x).max())} to"
        f" {number(np.abs(ready.x).max())} and the largest weight from"
        f" {number(np.abs(before.w).max())} to {number(np.abs(ready.w).max())}",
    )
    beside = "" if method == "nearest" else f"; rounding to nearest, {number(100 * plain)} %"
    text = (
        f"Two channels {hot} times as large as the others, weights in 4 bits, inputs in {inputs}:"
        f" {METHODS[method]} {done}. The error of the outputs is {number(100 * now)} %{beside}."
    )
    values = [100 * error(hot, one, inputs) for one in METHODS]
    bars = Panel(
        [Bars(values, SHORT, "error", highlight=list(METHODS).index(method))],
        (-0.6, len(METHODS) - 0.4), (0, 1.15 * max(values)),
        title="Error of the outputs (%)", row=1, height=220, broad=True,
    )  # fmt: skip
    panels = [
        _peaks(before.x, ready.x, "input", "Largest input of each channel", (0.5, 200)),
        _peaks(before.w, ready.w, "output", "Largest weight of each channel", (0.02, 8)),
        bars,
    ]
    rows = [[one, *(100 * error(hot, one, kind) for kind in INPUTS)] for one in METHODS]
    columns = ["method", *(f"error %, inputs in {kind}" for kind in INPUTS)]
    return Scene(panels, text, Table(columns, rows, "Weights in 4 bits"))


def _peaks(before: Array, after: Array, role: str, title: str, y: tuple[float, float]) -> Panel:
    channels = np.arange(1, D_IN + 1)
    old, new = (np.abs(a).max(axis=0) for a in (before, after))
    hot = np.array(HOT)
    marks: list[Mark] = [
        Line(channels, old, "reference", dash=True, width=1.5),
        Line(channels, new, role, width=2),
        Scatter(hot + 1, new[hot], role, size=4, label="an outlier channel"),
    ]
    return Panel(marks, (0.5, D_IN + 0.5), y, "channel (dashed: before)", title=title,
                 log_y=True, height=200)  # fmt: skip

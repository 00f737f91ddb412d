"""What random weights do to a signal through many layers, forwards and back."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.analysis import Flow, gradient_flow, rms
from ffnlib.figures import (
    Area,
    Button,
    Choice,
    Line,
    Mark,
    Panel,
    Rule,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.figures._words import said
from ffnlib.nn import MLP, Linear, init_variance

WIDTH, BATCH, DEEPEST = 64, 20, 10

INITS: dict[str, str | float] = {
    "zeros": "zeros",
    "small": 0.01,
    "glorot": "glorot",
    "he": "he",
    "large": 1.0,
}
"""Small and large are standard deviations; a layer of this width wants about 0.12 to 0.18."""

RANDOM = tuple(name for name in INITS if name != "zeros")

BINS = 41

SIZES = (1e-12, 1e6)


class Trial(NamedTuple):
    """One random network: what its layers give, and the root mean squares on both ways."""

    model: MLP
    outputs: list[Array]
    flow: Flow


@lru_cache(maxsize=8)
def drawn(seed: int) -> tuple[NDArray[np.float64], ...]:
    """Draw inputs, gradients of the outputs, and the weights of all layers, of variance 1."""
    rng = np.random.default_rng([seed, 3])
    x, g = rng.normal(size=(2, BATCH, WIDTH))
    return x, g, rng.normal(size=(DEEPEST, WIDTH, WIDTH))


@lru_cache(maxsize=128)
def trial(init: str, activation: str, seed: int) -> Trial:
    """Send noise through a network with ten hidden layers, and a random gradient back."""
    x, g, weights = drawn(seed)
    std = np.sqrt(init_variance(INITS[init], WIDTH, WIDTH))
    layers = [Linear.from_arrays(std * w) for w in weights]
    model = MLP.from_layers(layers, activation, output=activation)
    steps = model.trace(x)
    return Trial(model, [x, *(step.a for step in steps)], gradient_flow(model, x, g, steps))


@lru_cache(maxsize=128)
def weight_gradients(init: str, activation: str, seed: int) -> NDArray[np.float64]:
    """Return the root mean square of the gradient of each layer's weights."""
    x, g, _ = drawn(seed)
    model = trial(init, activation, seed).model
    model.forward(x, training=True)
    model.backward(g / BATCH, inputs=False)
    return np.array([rms(layer.named_gradients()["W"]) for layer in model.layers])


@explorer(
    title="How large should random weights be?",
    controls=[
        Choice("init", list(INITS), label="initial weights"),
        Choice("activation", ["tanh", "relu"]),
        Slider("layer", 1, DEEPEST, step=1, label="layer of the last histogram"),
        Button("seed", label="Draw again"),
    ],
)
def initialization(
    init: str = "small", activation: str = "tanh", layer: int = 10, seed: int = 0
) -> Scene:
    """Show histograms of the outputs through depth, and the size of signal and gradient."""
    chosen = trial(init, activation, seed)
    shown = sorted({1, max(1, (layer + 1) // 2), layer})
    panels = [_histogram(chosen.outputs[k], k, activation) for k in shown]
    # With all weights 0 nothing arrives anywhere: no size that a logarithmic axis could show.
    flows = {name: trial(name, activation, seed).flow for name in INITS if name in (init, *RANDOM)}
    forwards = {name: flow.signal for name, flow in flows.items()}
    backwards = {name: flow.gradient[::-1] for name, flow in flows.items()}
    panels.append(_sizes(forwards, init, "The signal, forward", "layer", "output"))
    panels.append(
        _sizes(backwards, init, "The gradient, backward", "layers back from the output", "gradient")
    )
    weights = weight_gradients(init, activation, seed)
    text = _sentence(chosen, weights, init, activation, layer)
    return Scene(panels, text=text, table=_table(chosen, weights))


def _histogram(outputs: Array, k: int, activation: str) -> Panel:
    """Share of the outputs in each bin; what lies beyond the last bin is counted in it."""
    reach = (-1.05, 1.05) if activation == "tanh" else (-0.5, 4.0)
    edges = np.linspace(*reach, BINS + 1)
    counts = np.histogram(np.clip(outputs, edges[0], edges[-1]), edges)[0] / outputs.size
    x, y = np.repeat(edges, 2)[1:-1], np.repeat(100 * counts, 2)
    marks: list[Mark] = [Area(x, 0 * y, y, role="output"), Line(x, y, role="output", width=1)]
    return Panel(marks, x=reach, y=(0, 100), x_label="output", title=f"layer {k}, %", height=190)


def _sizes(
    curves: dict[str, NDArray[np.float64]], init: str, title: str, x_label: str, role: str
) -> Panel:
    marks: list[Mark] = [Rule(y=1.0)]
    layers = np.arange(DEEPEST + 1)
    for other, curve in curves.items():
        if other != init:
            marks.append(Line(layers, curve, role="reference", width=1, label=other, dash=True))
    marks.append(Line(layers, curves[init], role=role, width=3, label=init))
    return Panel(
        marks, x=(0, DEEPEST), y=SIZES, log_y=True, x_label=x_label, y_label="root mean square",
        title=title, row=1, height=270,
    )  # fmt: skip


def _sentence(
    chosen: Trial, weights: NDArray[np.float64], init: str, activation: str, layer: int
) -> str:
    outputs = chosen.outputs[layer]
    if init == "zeros":
        return (
            f"With all weights 0 every unit outputs the same number,"
            f" {number(float(outputs.max()))}, and the gradient of the first layer's weights is"
            f" {number(weights[0])}: nothing tells the units apart, now or later."
        )
    signal, gradient = chosen.flow.signal[layer], chosen.flow.gradient[0]
    text = (
        f"With {said(init)} initial weights and {said(activation)}, the root mean square of the"
        f" outputs is {number(chosen.flow.signal[1])} in layer 1 and {number(signal)} in layer"
        f" {layer}; a gradient of size 1 at the output is {number(gradient)} at the input."
    )
    if activation == "tanh":
        flat = float(np.mean(np.abs(outputs) > 0.99))
        if flat > 0.05:
            text += (
                f" {number(100 * flat, 2)} % of the outputs in layer {layer} are within 0.01 of ±1."
            )
    return text


def _table(chosen: Trial, weights: NDArray[np.float64]) -> Table:
    flow = chosen.flow
    rows = [
        [k, float(flow.signal[k]), float(flow.gradient[k]), float(weights[k - 1])]
        for k in range(1, DEEPEST + 1)
    ]
    columns = ["layer", "outputs", "gradient of outputs", "gradient of weights"]
    return Table(columns, rows, caption="Root mean squares")

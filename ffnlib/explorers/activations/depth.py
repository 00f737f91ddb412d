"""A gradient on its way through many layers."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import gradient_flow
from ffnlib.explorers.activations._facts import NAMES, reach, said
from ffnlib.figures import (
    Button,
    Choice,
    Label,
    Line,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import MLP, init_variance

WIDTH, BATCH, DEEPEST = 64, 32, 30


@explorer(
    title="A gradient on its way through many layers",
    controls=[
        Choice("f", NAMES, label="function"),
        Choice("init", ["glorot", "he"], label="initialisation"),
        Slider("gain", 0.25, 5, step=0.25, label="weights times"),
        Slider("layers", 1, DEEPEST, step=1, label="depth", unit="layers"),
        Button("seed", label="New draw"),
    ],
)
def depth(
    f: str = "sigmoid", init: str = "glorot", gain: float = 1.0, layers: int = 10, seed: int = 0
) -> Scene:
    """Send a batch through random layers of 64 units, and a gradient back."""
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=(2, BATCH, WIDTH))
    std = gain * float(np.sqrt(init_variance(init, WIDTH, WIDTH)))
    network = MLP([WIDTH] * (layers + 1), f, rng=rng, init=std, bias=False, output=f)
    flow = gradient_flow(network, x, g)
    gradient = flow.gradient / flow.gradient[-1]
    steepest = reach(f)[1].high
    places = np.arange(layers + 1)
    bound = steepest ** (layers - places).astype(np.float64)
    forward = Panel(
        [Line(places, flow.signal, "output"), Scatter(places, flow.signal, "output", size=3)],
        x=(0, DEEPEST), y=(1e-10, 1e10), x_label="layer", log_y=True,
        y_label="RMS of the outputs", title="Forward: the signal →",
    )  # fmt: skip
    backward = Panel(
        [
            Line(places, bound, "reference", dash=True),
            Line(places, gradient, "gradient"),
            Scatter(places, gradient, "gradient", size=3, label="gradient"),
            Label(DEEPEST - 0.5, 1e8, f"dashed: {number(steepest)} per layer", anchor="end"),
        ],
        x=(0, DEEPEST), y=(1e-20, 1e10), x_label="layer", log_y=True,
        y_label="RMS, 1 at the last layer", title="Back: ← the gradient",
    )  # fmt: skip
    each, slope = float(gradient[0] ** (1 / layers)), float(np.exp(np.log(flow.slope).mean()))
    text = (
        f"After {layers} {said(f)} layer{'s' if layers > 1 else ''} the gradient has"
        f" {number(gradient[0])} of its size: × {number(each)} per layer, from slopes of about"
        f" {number(slope)} and weights that multiply by {number(each / slope)}."
    )
    rows = [
        [int(i), float(flow.signal[i]), float(flow.slope[i - 1]) if i else "", float(gradient[i])]
        for i in places
    ]
    table = Table(["layer", "RMS of outputs", "RMS of slopes", "gradient"], rows, "Layer by layer")
    return Scene([forward, backward], text, table)

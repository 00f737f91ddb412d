"""Activations in layers: what depth does to a gradient, and how one step kills units."""

import numpy as np

from ffnlib.activations import ACTIVATIONS
from ffnlib.depth import gradient_flow
from ffnlib.dying import one_step_trial
from ffnlib.explorer import Button, Choice, Slider, Toggle, explorer
from ffnlib.explorers.activations.facts import NAMES, reach, said
from ffnlib.initialization import init_variance
from ffnlib.monitor import dead_units
from ffnlib.network import MLP
from ffnlib.scene import Area, Label, Line, Panel, Rule, Scatter, Scene, Table, number

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
            Label(DEEPEST - 0.5, 1e8, f"dashed: {number(steepest)} a layer", anchor="end"),
        ],
        x=(0, DEEPEST), y=(1e-20, 1e10), x_label="layer", log_y=True,
        y_label="RMS, 1 at the last layer", title="Back: ← the gradient",
    )  # fmt: skip
    each, slope = float(gradient[0] ** (1 / layers)), float(np.exp(np.log(flow.slope).mean()))
    text = (
        f"After {layers} {said(f)} layer{'s' if layers > 1 else ''} the gradient has"
        f" {number(gradient[0])} of its size: × {number(each)} a layer, from slopes of about"
        f" {number(slope)} and weights that multiply by {number(each / slope)}."
    )
    rows = [
        [int(i), float(flow.signal[i]), float(flow.slope[i - 1]) if i else "", float(gradient[i])]
        for i in places
    ]
    table = Table(["layer", "RMS of outputs", "RMS of slopes", "gradient"], rows, "Layer by layer")
    return Scene([forward, backward], text, table)


LOWEST = 3e-10
"""The smallest mean slope that is drawn; dead units stand below it."""


@explorer(
    title="Units that die",
    controls=[
        Choice("f", ["relu", "leaky_relu", "gelu", "silu"], label="function"),
        Slider("rate", 0, 4, step=0.1, label="learning rate"),
        Slider("shift", -4, 2, step=0.25, label="biases"),
        Toggle("centred", label="inputs with mean zero"),
        Button("seed", label="New draw"),
    ],
)
def dead(
    f: str = "relu", rate: float = 1.0, shift: float = 0.0, centred: bool = False, seed: int = 0
) -> Scene:
    """Take one step of gradient descent, and count the units that answer nothing any more."""
    function, rng = ACTIVATIONS[f], np.random.default_rng(seed)
    trial = one_step_trial(function, rate, rng=rng, shift=shift, centred=centred)
    z = trial.after.forward(trial.x)  # (batch, units)
    slope = np.abs(function.derivative(z))
    batch, units = z.shape
    gone = int(dead_units(slope).sum())
    edges = np.linspace(-10, 10, 61)
    middle = (edges[1:] + edges[:-1]) / 2
    old, new = (
        np.histogram(v, edges)[0] / v.size / (edges[1] - edges[0])
        for v in (trial.before.forward(trial.x), z)
    )
    histogram = Panel(
        [
            Label(-9.6, 0.62, "dashed: before the step"),
            Line(middle, old, "reference", dash=True),
            Area(middle, 0, new, "input"),
            Line(middle, new, "input", "after"),
            Rule(x=0),
        ],
        x=(-10, 10), y=(0, 0.68), x_label="pre-activation z", y_label="density",
        title="What the units receive",
    )  # fmt: skip
    mean_slope, rank = np.sort(slope.mean(axis=0)), np.arange(1, units + 1)
    unseen = int((mean_slope[gone:] < LOWEST).sum())
    below = f"{unseen} flatter than this axis shows" if unseen else ""
    alive = Panel(
        [
            Rule(y=LOWEST, label="below this line: slope 0 on every example" if gone else below),
            Scatter(rank[gone:], mean_slope[gone:], "gradient", label="alive"),
            Scatter(rank[:gone], np.full(gone, 1.7e-10), classes=np.full(gone, 3)),
        ],
        x=(0, units + 1), y=(1e-10, 3), x_label="unit, in order", log_y=True,
        y_label="mean |slope| over the batch", title="What they can learn from",
    )  # fmt: skip
    text = (
        f"{f'After one step with learning rate {number(rate)}' if rate else 'Before any step'},"
        f" {gone} of {units} {said(f)} units ({number(100 * gone / units)} %) have slope 0 on all"
        f" {batch} examples."
    )
    if gone < units:
        which = "of the others" if gone else "unit"
        text += f" The flattest {which} has a mean slope of {number(mean_slope[gone])}."
    return Scene([histogram, alive], text)

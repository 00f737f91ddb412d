"""Units that die."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import one_step_trial
from ffnlib.explorers.activations._facts import said
from ffnlib.figures import (
    Area,
    Button,
    Choice,
    Label,
    Line,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Toggle,
    explorer,
)
from ffnlib.nn import ACTIVATIONS
from ffnlib.training import dead_units

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

"""How much of the input saturates."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import share_inside
from ffnlib.explorers.activations._facts import FLAT, NAMES, flat, reach, said
from ffnlib.figures import (
    Area,
    Choice,
    Label,
    Line,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    explorer,
)
from ffnlib.nn import ACTIVATIONS


@explorer(
    title="How much of the input saturates",
    controls=[
        Choice("f", NAMES, label="function"),
        Slider("spread", 0.25, 6, step=0.25, label="spread"),
        Slider("centre", -6, 6, step=0.5, label="mean"),
    ],
)
def saturation(f: str = "sigmoid", spread: float = 3.0, centre: float = 0.0) -> Scene:
    """Lay a bell-shaped input over the slope and measure the part of it that learns slowly."""
    steepest = reach(f)[1].high
    grid = np.linspace(-12, 12, 121)
    slope = ACTIVATIONS[f].derivative(grid) / steepest
    bell = np.exp(-(((grid - centre) / spread) ** 2) / 2)
    is_flat = np.abs(slope) < FLAT
    share = share_inside(flat(f), centre, spread)
    spreads = np.linspace(0.25, 6, 24)
    shares = [share_inside(flat(f), centre, float(s)) for s in spreads]
    left = Panel(
        [
            Area(grid, 0, np.where(is_flat, 0, bell), "input"),
            Area(grid, 0, np.where(is_flat, bell, 0), "error"),
            Label(centre, 1.06, "input", "input", anchor="middle"),
            Line(grid, slope, "gradient", "slope"),
            Rule(y=FLAT, label="a tenth of the steepest"),
        ],
        x=(-12, 12), y=(-0.2, 1.25), x_label="x", y_label="relative to the largest",
        title="Input and slope",
    )  # fmt: skip
    right = Panel(
        [Line(spreads, shares, "error"), Scatter([spread], [share], "error", size=6, label="now")],
        x=(0, 6.25), y=(0, 1.05), x_label="standard deviation", y_label="share saturated",
        title="Share of the input on the flat", weight=0.7,
    )  # fmt: skip
    text = (
        f"For {number(100 * share)} % of an input with mean {number(centre)} and standard deviation"
        f" {number(spread)}, the slope of {said(f)} is below {number(FLAT * steepest)},"
        f" a tenth of its largest, {number(steepest)}."
    )
    return Scene([left, right], text)

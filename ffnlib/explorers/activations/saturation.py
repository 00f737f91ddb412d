"""How much of the input saturates."""

from statistics import NormalDist

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import share_inside
from ffnlib.explorers.activations._facts import FLAT, NAMES, flat, reach, said
from ffnlib.figures import (
    Area,
    Bars,
    Choice,
    Handle,
    Label,
    Line,
    Panel,
    Rule,
    Scene,
    Slider,
    explorer,
)
from ffnlib.nn import ACTIVATIONS

NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 2000) for i in range(2000)])
"""An even sample of the bell curve: the middles of 2,000 equally likely parts."""

TENTHS = np.round(np.arange(-2, 11) / 10, 1)
"""Where the bars of slopes begin and end: some activations fall before they rise."""


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
    inputs = centre + spread * NORMAL
    slopes = ACTIVATIONS[f].derivative(inputs)
    heights = 100 * np.histogram(slopes / steepest, TENTHS)[0] / len(inputs)
    names = [f"{low:.1f}".replace("-", "−") for low in TENTHS[:-1]]
    left = Panel(
        [
            Area(grid, 0, np.where(is_flat, 0, bell), "input"),
            Area(grid, 0, np.where(is_flat, bell, 0), "error"),
            Label(centre, 1.06, "input", "input", anchor="middle"),
            Line(grid, slope, "gradient", "slope"),
            Rule(y=FLAT, label="a tenth of the steepest"),
            Handle(centre, 1.0, param_x="centre", label="mean", role="input"),
        ],
        x=(-12, 12), y=(-0.2, 1.25), x_label="x", y_label="relative to the largest",
        title="Input and slope",
    )  # fmt: skip
    flattest = np.flatnonzero(np.abs(TENTHS[:-1] + 0.05) < FLAT)
    right = Panel(
        [
            Bars(heights, names, "gradient", show_values=False),
            Bars(np.where(np.isin(np.arange(len(names)), flattest), heights, 0.0), names, "error",
                 show_values=False),
        ],
        y=(0, 105), x_label="slope, as a part of the steepest (from)", y_label="% of the input",
        title="What the input sends back",
    )  # fmt: skip
    text = (
        f"For {number(100 * share)} % of an input with mean {number(centre)} and standard deviation"
        f" {number(spread)}, the slope of {said(f)} is below {number(FLAT * steepest)},"
        f" a tenth of its largest, {number(steepest)}. The mean slope is"
        f" {number(float(np.mean(slopes)))}."
    )
    return Scene([left, right], text)

"""Log-sum-exp is a maximum with a rounded corner."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.figures import (
    Handle,
    Line,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import logsumexp
from ffnlib.nn import softmax as probabilities

GRID = np.linspace(-5, 5, 61)


@explorer(
    title="Log-sum-exp is a maximum with a rounded corner",
    controls=[
        Slider("a", -5, 5, step=0.5),
        Slider("b", -5, 5, step=0.5),
        Slider("temperature", 0.1, 4, step=0.1, label="temperature T"),
    ],
)
def lse(a: float = 1.0, b: float = 0.0, temperature: float = 1.0) -> Scene:
    """Compare T log(e^(a/T) + e^(b/T)) with max(a, b); its slopes are the softmax of a and b."""
    t = temperature
    pairs = np.stack([GRID, np.full_like(GRID, b)], axis=-1)  # (points, 2)
    smooth, slopes = t * logsumexp(pairs / t), probabilities(pairs, temperature=t)
    here = t * float(logsumexp([a / t, b / t]))
    p = probabilities([a, b], temperature=t)
    values = Panel(
        [
            Line([-5.0, b, 5.0], [b, b, 5.0], "reference", "maximum", dash=True),
            Line(GRID, smooth, "output", "log-sum-exp"),
            Line([a, a], [max(a, b), here], "error", width=4),
            Handle(a, here, param_x="a", label="log-sum-exp at a"),
        ],
        x=(-5, 5), y=(-5.5, 8.5), x_label=f"a, with b = {number(b)}", title="Value",
    )  # fmt: skip
    steps = Panel(
        [
            Line(GRID, slopes[:, 0], "gradient", "by a"),
            Line(GRID, slopes[:, 1], "second", "by b"),
            Scatter([a], [p[0]], "gradient", size=6, label="softmax of a"),
            Scatter([a], [p[1]], "second", size=6, label="softmax of b"),
        ],
        x=(-5, 5), y=(-0.08, 1.08), x_label=f"a, with b = {number(b)}",
        title="Slopes: the softmax of a and b",
    )  # fmt: skip
    gap = here - max(a, b)
    text = (
        f"The smooth maximum of {number(a)} and {number(b)} is {number(here)},"
        f" {number(gap)} above the larger. The slopes here are {number(p[0])} and {number(p[1])}."
    )
    if a == b:
        text += f" Between equal numbers the gap is largest: T log 2 = {number(t * np.log(2))}."
    rows = [[float(x), max(float(x), b), float(y), *map(float, s)]
            for x, y, s in zip(GRID[::6], smooth[::6], slopes[::6], strict=True)]  # fmt: skip
    table = Table(["a", "maximum", "log-sum-exp", "slope by a", "slope by b"], rows)
    return Scene([values, steps], text, table)

"""Two activations and their slopes."""

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.numbers import number
from ffnlib.analysis import Extremum, share_inside
from ffnlib.explorers.activations._facts import NAMES, flat, mean, reach, said, turning_points
from ffnlib.figures import (
    Choice,
    Handle,
    Label,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import ACTIVATIONS


def _marked(found: list[Extremum], role: str, x: float, y: float, step: float) -> list[Mark]:
    """Mark extrema; their numbers stand in a column from (x, y) so that none covers another."""
    marks: list[Mark] = []
    for i, e in enumerate(found):
        words = f"{e.kind} {number(e.y, 4)} at {number(round(e.x, 4), 4)}"
        marks += [Scatter([e.x], [e.y], role, size=4.5, label=words)]
        marks += [Label(x, y + step * i, words, role)]
    return marks


@explorer(
    title="Two activations and their slopes",
    controls=[
        Choice("first", NAMES, label="function"),
        Choice("second", NAMES, label="compared with"),
        Slider("x", -5, 5, step=0.25, label="read at x"),
    ],
)
def gallery(first: str = "gelu", second: str = "relu", x: float = 1.0) -> Scene:
    """Show values on one side, derivatives on the other, with their extrema found and marked."""
    grid, at = np.linspace(-5, 5, 121), np.array([x])
    f, g = ACTIVATIONS[first], ACTIVATIONS[second]
    value, slope = float(f(at)[0]), float(f.derivative(at)[0])
    turns, slope_turns = turning_points(first)
    other = "" if g is f else said(second)
    values = Panel(
        [
            Line(grid, g(grid), "reference", other, dash=True),
            Line(grid, f(grid), "output", said(first)),
            *_marked(turns, "output", -4.8, -0.95, -0.5),
            Handle(x, value, param_x="x", label=f"{said(first)} at x"),
        ],
        x=(-5, 5), y=(-5.4 if first == "identity" else -1.6, 5.4),
        x_label="x", y_label="f(x)", title="Value",
    )  # fmt: skip
    slopes = Panel(
        [
            Line(grid, g.derivative(grid), "reference", other, dash=True),
            Line(grid, f.derivative(grid), "gradient", said(first)),
            *_marked(slope_turns, "gradient", -4.8, 1.1, 0.2),
            Scatter([x], [slope], "gradient", size=6, label="slope at x"),
        ],
        x=(-5, 5), y=(-0.3, 1.5), x_label="x", y_label="f′(x)", title="Slope",
    )  # fmt: skip
    text = f"At x = {number(x)}, {said(first)} is {number(value)} with slope {number(slope)}"
    if other:
        text += f"; {other} is {number(float(g(at)[0]))}"
        text += f" with slope {number(float(g.derivative(at)[0]))}"
    span, slope_span = reach(first)
    text += f". The values of {said(first)} lie in {span}, its slopes in {slope_span}."
    return Scene([values, slopes], text, _table([first, second], at))


def _table(names: list[str], at: NDArray[np.float64]) -> Table:
    rows = []
    for name in dict.fromkeys(names):
        f, (values, slopes), average = ACTIVATIONS[name], reach(name), round(mean(name), 6) + 0.0
        centred = "yes" if average == 0 else "no"
        saturated = share_inside(flat(name))
        here = [float(f(at)[0]), float(f.derivative(at)[0])]
        rows.append([said(name), str(values), str(slopes), average, centred, saturated, *here])
    columns = ["function", "values", "slopes", "mean output", "zero-centred", "share saturated"]
    columns += [f"value at {number(at[0])}", f"slope at {number(at[0])}"]
    caption = "For a standard normal input; saturated: slope below a tenth of the largest."
    return Table(columns, rows, caption)

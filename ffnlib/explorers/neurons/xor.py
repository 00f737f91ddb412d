"""XOR and one straight line."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.explorers.neurons._planes import Pairs, _across, grid
from ffnlib.figures import Handle, HeatMap, Line, Panel, Points, Scatter, Scene, Toggle, explorer
from ffnlib.nn import Linear, relu

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

ANSWERS = np.array([0, 1, 1, 0])

FOLD = Linear.from_arrays([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0])
"""A hidden layer that makes XOR separable: relu(x1 + x2) and relu(x1 + x2 - 1)."""

XOR_X, XOR_Y = (-0.75, 2.25), (-0.75, 1.75)

XOR_CELLS = 48


@explorer(
    title="XOR and one straight line",
    controls=[
        Toggle("hidden", label="two ReLUs before the line"),
        Points("line", n=2, x=XOR_X, y=XOR_Y, label="line"),
    ],
)
def xor(hidden: bool = False, line: Pairs = ((-0.5, 1.0), (1.0, -0.5))) -> Scene:
    """Let the reader lay a line, in the plane of the inputs or of two hidden ReLUs."""
    (x0, y0), (x1, y1) = line
    w = np.array([y0 - y1, x1 - x0])
    b = -float(w @ [x0, y0])

    def seen(x: Array) -> Array:
        return relu(FOLD.forward(x)) if hidden else x

    place = seen(CORNERS)
    if np.sum((place @ w + b > 0) == ANSWERS) < 2:  # the side called 1 is the better of the two
        w, b = -w, -b
    right = int(np.sum((place @ w + b > 0) == ANSWERS))
    field = np.where(seen(grid(XOR_X, XOR_Y, XOR_CELLS)) @ w + b > 0, 1.0, -1.0)
    held = [
        Handle(x, y, point=("line", i), label=f"end {i + 1} of the line", role="reference")
        for i, (x, y) in enumerate(line)
    ]
    x_name, y_name = ("h₁", "h₂") if hidden else ("x₁", "x₂")
    ends = Line(*_across(w, b, 6.0), role="reference")
    drawn = Panel(
        [ends, Scatter(place[:, 0], place[:, 1], classes=ANSWERS, size=7), *held],
        x=XOR_X, y=XOR_Y, x_label=x_name, y_label=y_name, title="Drag the line here",
    )  # fmt: skip
    result = Panel(
        [HeatMap(field.reshape(XOR_CELLS, XOR_CELLS), XOR_X, XOR_Y, limit=2.5),
         Scatter(CORNERS[:, 0], CORNERS[:, 1], classes=ANSWERS, size=7)],
        x=XOR_X, y=XOR_Y, x_label="x₁", y_label="x₂", title="The regions it makes",
    )  # fmt: skip
    where = "in the plane of two hidden ReLUs" if hidden else "in the plane of the inputs"
    end = "XOR is solved." if right == 4 else "XOR needs all four."
    return Scene(
        [drawn, result], text=f"The line {where} classifies {right} of 4 points correctly. {end}"
    )

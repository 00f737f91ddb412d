"""A neuron."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.explorers.neurons._planes import Pairs, _across, grid
from ffnlib.figures import (
    Arrows,
    Choice,
    Handle,
    HeatMap,
    Label,
    Line,
    Network,
    Panel,
    Points,
    Scene,
    Slider,
    explorer,
)
from ffnlib.nn import ACTIVATIONS, Linear

PLANE = (-3.0, 3.0)

CELLS = 33

LIMITS = {"sigmoid": 1.0, "tanh": 1.0}
"""Where the heat map is in full colour: one scale for all weights, to compare them by."""


def _diagram(layer: Linear, x: Array, z: float, a: float, activation: str) -> Panel:
    """Draw the neuron with its numbers; the words stand beside the line they belong to."""
    w1, w2, b = (float(v) for v in [*layer.W[0], layer.forward(np.zeros(2))[0]])
    network = Network(
        [[*x, 1.0], [z], [a]],
        [[[w1, w2, b]], [[1.0]]],
        labels=[["x₁", "x₂", "1"], [], []],
        titles=["inputs", "sum z", "output a"],
    )
    words = [
        Label(0.34, 0.735, f"w₁ = {number(w1)}", anchor="middle"),
        Label(0.225, 0.375, f"w₂ = {number(w2)}"),
        Label(0.37, 0.18, f"b = {number(b)}", anchor="middle"),
        Label(0.68, 0.49, activation, anchor="middle"),
    ]
    return Panel([network, *words], x=(0.0, 1.0), y=(0.0, 1.0), axes=False)


def _named(x: float, y: float, name: str) -> Label:
    """Write a name beside a point, away from the origin where there is room."""
    right = 0 <= x < 2.3 or x < -2.3
    return Label(x + (0.28 if right else -0.28), y - 0.1, name, anchor="start" if right else "end")


@explorer(
    title="A neuron",
    controls=[
        Slider("w1", -3, 3, step=0.25, label="weight w₁"),
        Slider("w2", -3, 3, step=0.25, label="weight w₂"),
        Slider("b", -3, 3, step=0.25, label="bias b"),
        Choice("activation", ["sigmoid", "tanh", "relu", "gelu", "identity"]),
        Points("point", n=1, x=PLANE, y=PLANE, label="input", step=0.25),
    ],
)
def neuron(
    w1: float = 1.5,
    w2: float = -1.0,
    b: float = 0.5,
    activation: str = "sigmoid",
    point: Pairs = ((2.0, 1.0),),
) -> Scene:
    """Show the numbers inside one neuron beside its output over the plane of inputs."""
    f = ACTIVATIONS[activation]
    layer = Linear.from_arrays([[w1, w2]], [b])
    x = np.array(point[0], dtype=np.float64)
    z = float(layer.forward(x)[0])
    a = float(f(z))
    field = f(layer.forward(grid(PLANE, PLANE, CELLS)))[:, 0]
    line_x, line_y = _across(layer.W[0], b, 9.0)
    plane = Panel(
        [
            HeatMap(field.reshape(CELLS, CELLS), PLANE, PLANE, limit=LIMITS.get(activation, 6.0)),
            Line(line_x, line_y, role="reference", label="z = 0"),
            Arrows([0.0], [0.0], [w1], [w2], role="gradient"),
            _named(w1, w2, "w"),
            _named(x[0], x[1], "x"),
            Handle(w1, w2, param_x="w1", param_y="w2", label="weights", role="gradient"),
            Handle(x[0], x[1], point=("point", 0), label="input", role="input"),
        ],
        x=PLANE,
        y=PLANE,
        x_label="x₁",
        y_label="x₂",
        title="Output a over the plane",
        equal=True,
    )
    x1, x2 = (number(v) if v >= 0 else f"({number(v)})" for v in x)
    said = (
        f"z = {number(w1)} × {x1} + {number(w2)} × {x2} + {number(b)}"
        f" = {number(z)}, and {activation} turns this into a = {number(a)}."
        f" Over this plane a runs from {number(field.min(), 4)} to {number(field.max(), 4)}."
    )
    return Scene([_diagram(layer, x, z, a, activation), plane], text=said.replace("+ −", "− "))

"""A neuron over the plane, what a matrix does to the plane, and XOR in two planes."""

from collections.abc import Sequence

import numpy as np

from ffnlib.activations import ACTIVATIONS, relu
from ffnlib.affine import PLANE_MAPS, from_corners, plane_map
from ffnlib.arrays import Array
from ffnlib.explorer import Choice, Points, Slider, Toggle, explorer
from ffnlib.network import Linear
from ffnlib.scene import (
    Arrows,
    Handle,
    HeatMap,
    Label,
    Line,
    Mark,
    Network,
    Panel,
    Range,
    Scatter,
    Scene,
    number,
)

Pairs = Sequence[Sequence[float]]


def grid(x: Range, y: Range, n: int) -> Array:
    """Lay n x n points over a rectangle, (n * n, 2), row by row from the bottom."""
    a, b = np.meshgrid(np.linspace(*x, n), np.linspace(*y, n))
    return np.column_stack([a.ravel(), b.ravel()])


def _across(w: Array, b: float, reach: float) -> tuple[Array, Array]:
    """Find points along the line w·x + b = 0; none where there is no line."""
    size = float(w @ w)
    if size == 0:
        return np.empty(0), np.empty(0)
    foot, along = -b * w / size, np.array([-w[1], w[0]]) / np.sqrt(size)
    points = foot + np.linspace(-reach, reach, 61)[:, None] * along
    return points[:, 0], points[:, 1]


# ---- one neuron

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
        f" = {number(z)}, and {activation} makes of it a = {number(a)}."
        f" Over this plane a runs from {number(field.min(), 4)} to {number(field.max(), 4)}."
    )
    return Scene([_diagram(layer, x, z, a, activation), plane], text=said.replace("+ −", "− "))


# ---- maps of the plane

REACH = (-3.0, 3.0)
FLAG = np.array([[0, 0], [0, 1], [0.7, 1], [0.7, 0.75], [0.25, 0.75], [0.25, 0.6], [0.55, 0.6],
                 [0.55, 0.4], [0.25, 0.4], [0.25, 0], [0, 0]])  # fmt: skip
TURN = np.linspace(0, 2 * np.pi, 61)
CIRCLE = np.column_stack([np.cos(TURN), np.sin(TURN)])
GAP = (np.nan, np.nan)
LATTICE = np.array(
    [p for k in range(-2, 3) for p in ((k, -2), (k, 2), GAP, (-2, k), (2, k), GAP)], dtype=float
)


def _shapes(layer: Linear, axes: Array) -> list[Mark]:
    """Draw the images of a lattice, the unit circle and the letter F, and two arrows."""
    drawn: list[Mark] = []
    for shape, role, width in ((LATTICE, "reference", 0.75), (CIRCLE, "second", 2.0),
                               (FLAG, "input", 2.5)):  # fmt: skip
        image = layer.forward(shape)
        drawn.append(Line(image[:, 0], image[:, 1], role=role, width=width))
    foot = layer.forward(np.zeros((2, 2)))
    return [*drawn, Arrows(foot[:, 0], foot[:, 1], axes[:, 0], axes[:, 1], role="gradient")]


@explorer(
    title="What a matrix does to the plane",
    controls=[
        Choice("kind", [*PLANE_MAPS, "by hand"], label="map"),
        Slider("t", 0, 1, step=0.05, label="how far"),
        Points("corners", n=3, x=REACH, y=REACH, label="corners"),
    ],
)
def plane(
    kind: str = "shear",
    t: float = 1.0,
    corners: Pairs = ((0.5, -0.5), (1.5, 0.0), (0.0, 1.0)),
) -> Scene:
    """Show the plane before and after y = x Wᵀ + b, with the singular values of W."""
    layer = from_corners(*corners) if kind == "by hand" else plane_map(kind, t)
    u, s, vt = np.linalg.svd(layer.W)
    s = np.where(s < 1e-12, 0.0, s)
    area = float(np.linalg.det(layer.W)) if s[1] else 0.0
    tips = layer.forward(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    names = ("image of (0, 0)", "image of (1, 0)", "image of (0, 1)")
    held = [
        Handle(tip[0], tip[1], point=("corners", i), label=names[i]) for i, tip in enumerate(tips)
    ]
    same = Linear.from_arrays(np.eye(2), np.zeros(2))
    before = Panel(_shapes(same, vt), x=REACH, y=REACH, equal=True, title="before")
    marks = [*_shapes(layer, (u * s).T), *(held if kind == "by hand" else [])]
    after = Panel(marks, x=REACH, y=REACH, equal=True, title="after")
    rows = ", ".join(f"[{number(row[0])}, {number(row[1])}]" for row in layer.W)
    mirrored = " and the letter is mirrored" if area < 0 else ""
    text = (
        f"W = [{rows}], b = [{number(tips[0, 0])}, {number(tips[0, 1])}]. The two arrows stay"
        f" perpendicular and become {number(s[0])} and {number(s[1])} long, the singular values;"
        f" areas change by the factor {number(abs(area))}{mirrored}."
    )
    return Scene([before, after], text=text)


# ---- XOR

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
        x=XOR_X, y=XOR_Y, x_label=x_name, y_label=y_name, title="Where the line is laid",
    )  # fmt: skip
    result = Panel(
        [HeatMap(field.reshape(XOR_CELLS, XOR_CELLS), XOR_X, XOR_Y, limit=2.5),
         Scatter(CORNERS[:, 0], CORNERS[:, 1], classes=ANSWERS, size=7)],
        x=XOR_X, y=XOR_Y, x_label="x₁", y_label="x₂", title="Its two sides among the inputs",
    )  # fmt: skip
    where = "in the plane of two hidden ReLUs" if hidden else "in the plane of the inputs"
    end = "XOR is solved." if right == 4 else "XOR needs all four."
    return Scene([drawn, result], text=f"The line {where} gets {right} of 4 points right. {end}")

"""Explorers with every kind of control and of mark, for the tests of the front end alone.

The sample page's build puts this file into its own copy of the package.
"""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.figures import (
    Area,
    Arrows,
    Bars,
    Button,
    Canvas,
    Choice,
    Drawing,
    Handle,
    HeatMap,
    Label,
    Line,
    Network,
    Number,
    Panel,
    Points,
    Rule,
    Scatter,
    Scene,
    Several,
    Sketch,
    Slider,
    Steps,
    Table,
    Text,
    Toggle,
    explorer,
)

X = np.linspace(-3, 3, 61)
GRID = np.linspace(-3, 3, 25)
CURVE = ((-1.0, 0.5), (-0.5, 0.2), (0.0, 0.0), (0.5, 0.2), (1.0, 0.5))


@explorer(
    title="Controls of every kind",
    controls=[
        Slider("w", -3, 3, 0.1, label="weight w", unit="px"),
        Slider("n", 1, 9, 1, label="units"),
        Choice("kind", ["sine", "cosine"], label="curve"),
        Choice("metal", ["iron", "copper", "silver", "gold", "tin", "lead"], label="metal"),
        Toggle("on", label="Show the band"),
        Button("seed", label="Draw again"),
        Number("x0", -5, 5, 0.5, label="shift"),
        Text("word", 12, label="word"),
    ],
)
def controls(w=1.0, n=3, kind="sine", metal="iron", on=True, seed=0, x0=0.0, word="plain") -> Scene:
    if x0 == 4:
        raise ValueError("A shift of 4 is refused here.")
    if x0 == 4.5:
        raise ZeroDivisionError("nothing to divide by")
    y = getattr(np, {"sine": "sin", "cosine": "cos"}[kind])(w * (X - x0)) * n / 9
    dots = np.random.default_rng(seed).normal(size=(2, 12))
    band = [Area(X, y - 0.2, y + 0.2)] if on else []
    return Scene(
        [
            Panel(
                [
                    *band,
                    Line(X, y, label=kind),
                    Line(X, 0 * X, role="reference", label="zero"),
                    Rule(y=1, label="one"),
                    Scatter(*dots, role="input", label="dot"),
                    Label(0, -1.5, word),
                    Label(0, 1.5, metal),
                ],
                x=(-3, 3),
                y=(-2, 2),
                x_label="x",
                y_label="height",
            )
        ],
        text=f"A {kind} of {metal} with weight {number(w)}, {n} units, shift {number(x0)}, draw"
        f" {seed}, {'in' if on else 'without'} a band, called {word}.",
        table=Table(["x", "y"], [[float(X[i]), float(y[i])] for i in (0, 30, 60)], "Three values"),
    )


@explorer(
    title="Handles",
    controls=[
        Slider("w", -3, 3, 0.1, label="weight w"),
        Slider("b", -3, 3, 0.1, label="bias b"),
        Points("kinks", 3, (-3, 3), (-2, 2), label="kinks"),
    ],
)
def handles(w=1.0, b=0.5, kinks=((-2.0, 0.0), (0.0, 1.0), (2.0, 0.0))) -> Scene:
    x, y = np.asarray(kinks).T
    field = np.tanh(w * GRID[None, :] + b * GRID[:, None])
    grips = [
        Handle(a, c, point=("kinks", i), label=f"kink {i + 1}") for i, (a, c) in enumerate(kinks)
    ]
    return Scene(
        [
            Panel([Line(x, y, label="bent"), *grips], x=(-3, 3), y=(-2, 2), y_label="a"),
            Panel(
                [
                    HeatMap(field, (-3, 3), (-3, 3)),
                    Arrows([0], [0], [w], [b]),
                    Handle(w, b, param_x="w", param_y="b", label="weights"),
                ],
                x=(-3, 3),
                y=(-3, 3),
                equal=True,
                x_label="x₁",
                y_label="x₂",
            ),
        ],
        text=f"Weights {number(w)} and {number(b)}; the middle kink is at {number(kinks[1][0])},"
        f" {number(kinks[1][1])}.",
    )


@explorer(
    title="Marks",
    controls=[
        Slider("k", 0, 5, 1, label="hidden value"),
        Points("curve", 5, (-1, 1), (0, 1), label="curve"),
    ],
)
def marks(k=2, curve=CURVE) -> Scene:
    x, y = np.asarray(curve).T
    layers, weights = [[1, 0.5], [k, 2.0], [1]], [[[1, -2], [0.3, -1]], [[1, -1]]]
    depth = np.arange(1, 9)
    return Scene(
        [
            Panel([Network(layers, weights, labels=[["a", "b"], [], ["out"]])], axes=False),
            Panel([Bars([1, k, -2, np.nan], ["p", "q", "r", "s"])], y_label="v"),
            Panel([Sketch("curve", x, y)], x=(-1, 1), y=(0, 1), x_label="x", y_label="y"),
            Panel([Line(depth, 10.0**-depth, label="falls")], y=(1e-9, 1), log_y=True, y_label="p"),
        ],
        text=f"The hidden value is {k}; the curve's middle is at {number(y[2])}.",
    )


@explorer(
    title="A run",
    controls=[
        Slider("rate", 0.1, 1, 0.1, label="rate"),
        Several("shown", ["loss", "error"], label="shown"),
        Steps("t", 60, stops_at=(0, 20, 40, 60), label="steps", views=("shown",)),
    ],
)
def run(rate=0.5, shown=("loss",), t=0) -> Scene:
    steps = np.arange(t + 1)
    curves = {"loss": np.exp(-rate * steps / 20), "error": np.exp(-rate * steps / 40)}
    lines = [Line(steps, curves[name], label=name) for name in shown]
    return Scene(
        [Panel(lines, x=(0, 60), y=(0, 1), x_label="steps")],
        text=f"After {t} steps at rate {number(rate)}: {' and '.join(shown)}.",
    )


@explorer(
    title="A walk",
    controls=[Steps("at", 5, stops_at=(0, 5), label="place", pace=10)],
)
def walk(at=0) -> Scene:
    return Scene([Panel([Bars([at, 5 - at], ["done", "left"])])], text=f"At place {at}.")


@explorer(title="A board", controls=[Drawing("drawn", 8, label="drawing", pen=0.6)])
def board(drawn="") -> Scene:
    cells = np.array([[int(c) for c in f"{int(row, 16):08b}"] for row in _pairs(drawn)])
    return Scene(
        [Panel([Canvas("drawn", cells, (0, 8), (0, 8))], (0, 8), (0, 8), equal=True, axes=False)],
        text=f"{cells.sum()} cells have ink, {cells[4].sum()} of them in the fifth row.",
    )


def _pairs(drawn: str) -> list[str]:
    return [drawn[i : i + 2] or "0" for i in range(0, 16, 2)]

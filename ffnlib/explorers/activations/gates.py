"""Gated units: an activation on one number decides how much of another passes."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.explorers.activations._facts import said
from ffnlib.figures import Choice, Handle, HeatMap, Line, Panel, Scene, Slider, explorer
from ffnlib.nn import ACTIVATIONS

GATES = {
    "bilinear": "identity", "glu": "sigmoid", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"
}  # fmt: skip
"""The activation on the gate of each gated unit: Dauphin et al. (2017), Shazeer (2020)."""


@explorer(
    title="A gated unit",
    controls=[
        Choice("kind", list(GATES), label="gate"),
        Slider("gate", -5, 5, step=0.25, label="gate u"),
        Slider("up", -5, 5, step=0.25, label="value v"),
    ],
)
def gates(kind: str = "swiglu", gate: float = 1.0, up: float = 2.0) -> Scene:
    """Show the product f(u) · v over the plane of its two inputs, and along u."""
    f = ACTIVATIONS[GATES[kind]]
    cells = np.linspace(-5, 5, 34)
    centres, grid = (cells[1:] + cells[:-1]) / 2, np.linspace(-5, 5, 81)
    through, tilt = (float(v(np.array([gate]))[0]) for v in (f, f.derivative))
    plane = Panel(
        [
            HeatMap(np.outer(centres, f(centres)), (-5, 5), (-5, 5), limit=12.0, scale=True),
            Handle(gate, up, param_x="gate", param_y="up", label="u and v"),
        ],
        x=(-5, 5), y=(-5, 5), x_label="gate u", y_label="value v", equal=True,
        title=f"{said(kind)}: f(u) · v",
    )  # fmt: skip
    curves = np.concatenate([f(grid), f.derivative(grid)]) * (up or 1.0)
    low, high = float(curves.min()), float(curves.max())
    room = 0.12 * (high - low)
    cut = Panel(
        [
            Line(grid, f(grid) * up, "output", "f(u) · v"),
            Line(grid, f.derivative(grid) * up, "gradient", "slope in u"),
            Handle(gate, through * up, param_x="gate", label="u"),
        ],
        x=(-5, 5), y=(low - room, high + room), x_label="gate u", y_label="output",
        title=f"At v = {number(up)}",
    )  # fmt: skip
    text = (
        f"At u = {number(gate)} and v = {number(up)} the {said(kind)} unit gives"
        f" {number(through * up)}. Its slope in v is f(u) = {number(through)}; its slope in u is"
        f" f′(u) · v = {number(tilt * up)}."
    )
    return Scene([plane, cut], text)

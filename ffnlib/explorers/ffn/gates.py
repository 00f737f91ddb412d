"""One gated hidden unit over a plane of inputs: its gate, its value, and what is left of it."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Arrows,
    Choice,
    Handle,
    HeatMap,
    Mark,
    Panel,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import ACTIVATION_OF, GATED, VARIANTS, Activation

NAMES = [variant for variant in VARIANTS if variant in GATED]

SIDE = 3.0

GAIN = 2.0
"""Length of the two weight vectors."""

CLOSED = 0.1
"""A gate counts as closed where less than this share of the value passes it."""

_edges = np.linspace(-SIDE, SIDE, 34)

_centres = (_edges[1:] + _edges[:-1]) / 2

_plane = np.stack(np.meshgrid(_centres, _centres), axis=-1)  # (rows, columns, 2)


def direction(turn: float) -> Array:
    """Return the weight vector that points this many degrees from the first axis, (2,)."""
    angle = np.deg2rad(turn)
    return GAIN * np.array([np.cos(angle), np.sin(angle)])


def closed_share(f: Activation, turn: float) -> float:
    """The share of the square on which |f(a)| < 0.1, so that almost nothing passes."""
    return float((np.abs(f(_plane @ direction(turn))) < CLOSED).mean())


@explorer(
    title="What a gate removes",
    controls=[
        Choice("variant", NAMES),
        Slider("gate_turn", 0, 350, step=10, label="gate looks towards", unit="°"),
        Slider("up_turn", 0, 350, step=10, label="value looks towards", unit="°"),
        Slider("x1", -3.0, 3.0, step=0.25, label="input x₁"),
        Slider("x2", -3.0, 3.0, step=0.25, label="input x₂"),
    ],
)
def gates(
    variant: str = "swiglu",
    gate_turn: int = 30,
    up_turn: int = 100,
    x1: float = 1.0,
    x2: float = 1.5,
) -> Scene:
    """Show one hidden unit f(g·x)·(u·x) over its two inputs, and the two streams it is made of."""
    f = ACTIVATION_OF[variant]
    g, u = direction(gate_turn), direction(up_turn)
    opened, value = f(_plane @ g), _plane @ u  # (rows, columns)
    x = np.array([x1, x2])
    a, b = float(g @ x), float(u @ x)
    passed = float(f(np.array([a]))[0])
    panels = [
        _field(opened, f"gate: {_said(variant)}", 6.0, x, g),
        _field(value, "value: u·x", 6.0, x, u),
        _field(opened * value, "unit: their product", 12.0, x),
    ]
    shut = 100 * closed_share(f, gate_turn)
    text = (
        f"At x = ({number(x1)}, {number(x2)}) the gate's sum is {number(a)}, so it lets"
        f" {number(passed)} × the value {number(b)} through: {number(passed * b)}. The gate turned"
        f" to {gate_turn}° removes nine tenths or more of the value on {number(shut, 2)} % of the"
        f" square."
    )
    rows = [
        [name, float(g @ p), float(f(np.array([g @ p]))[0]), float(u @ p),
         float(f(np.array([g @ p]))[0] * (u @ p))]
        for name, p in (("the point", x), ("the point × 2", 2 * x), ("minus the point", -x))
    ]  # fmt: skip
    table = Table(["input", "g·x", "f(g·x)", "u·x", "unit"], rows)
    return Scene(panels, text, table)


def _said(variant: str) -> str:
    name = ACTIVATION_OF[variant].name
    return "g·x" if name == "identity" else f"{name}(g·x)"


def _field(z: Array, title: str, limit: float, x: Array, arrow: Array | None = None) -> Panel:
    """A field over the square, the point, and the direction that the stream looks to."""
    marks: list[Mark] = [HeatMap(z, (-SIDE, SIDE), (-SIDE, SIDE), limit=limit)]
    if arrow is not None:
        marks.append(Arrows([0.0], [0.0], [arrow[0]], [arrow[1]], "gradient"))
    marks.append(Handle(x[0], x[1], param_x="x1", param_y="x2", label="input x"))
    return Panel(marks, x=(-SIDE, SIDE), y=(-SIDE, SIDE), equal=True, title=title, height=270)

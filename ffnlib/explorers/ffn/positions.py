"""One token moves: which outputs of a feed-forward block notice, and which of attention."""

from functools import cache

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Arrows,
    Bars,
    Choice,
    Handle,
    Label,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import VARIANTS, Attention, FeedForward

TOKENS = np.array([[-1.6, 0.9], [-0.7, -1.3], [0.2, 1.5], [1.2, -0.5], [1.6, 1.2], [0.1, -0.2]])
"""Six positions of a sequence, each a vector of two numbers, (seq, d_model)."""

SIDE = 2.2

UNITS = 24


@cache
def _block(variant: str) -> FeedForward:
    return FeedForward(2, UNITS, variant, rng=np.random.default_rng(5))


@cache
def _attention() -> Attention:
    """Each token looks for what is like it, and brings it turned by a quarter."""
    layer = Attention(2, 1, rng=np.random.default_rng(0), rope_base=None)
    for part, W in ((layer.query, np.eye(2)), (layer.key, np.eye(2)),
                    (layer.value, np.array([[0.0, -1.0], [1.0, 0.0]])),
                    (layer.output, np.eye(2))):  # fmt: skip
        part.W[...] = W
    return layer


@explorer(
    title="Move one token",
    controls=[
        Choice("token", list(range(1, len(TOKENS) + 1)), label="token moved"),
        Slider("x", -2.0, 2.0, step=0.1, label="to x₁", more=True),
        Slider("y", -2.0, 2.0, step=0.1, label="to x₂", more=True),
        Choice("variant", VARIANTS, label="feed-forward block", more=True),
    ],
)
def positions(token: int = 3, x: float = 1.0, y: float = -1.2, variant: str = "swiglu") -> Scene:
    """Move one of six tokens; see which outputs of the block move, and which of attention."""
    moved = TOKENS.copy()
    moved[token - 1] = x, y
    ffn, attention = _block(variant), _attention()
    own = ffn.forward(TOKENS), ffn.forward(moved)  # each (seq, d_model)
    mixed = attention.forward(TOKENS[None])[0], attention.forward(moved[None])[0]
    steps = [np.linalg.norm(after - before, axis=1) for before, after in (own, mixed)]
    panels = [
        _plane(moved, token),
        _bars(steps[0], "output", "Feed-forward", "output moved by"),
        _bars(steps[1], "gradient", "Causal attention", "output moved by"),
    ]
    went = float(np.linalg.norm(moved[token - 1] - TOKENS[token - 1]))
    text = (
        f"Token {token} was moved by {number(went, 2)}, to ({number(x)}, {number(y)})."
        f" After the feed-forward block {_moved(steps[0])}; after causal attention"
        f" {_moved(steps[1])}."
    )
    rows = [[str(i + 1), float(a), float(b)]
            for i, (a, b) in enumerate(zip(*steps, strict=True))]  # fmt: skip
    columns = ["token", "its output moved: feed-forward", "attention"]
    return Scene(panels, text, Table(columns, rows))


def _moved(steps: Array) -> str:
    """Name the outputs that moved."""
    which = [str(i + 1) for i in np.flatnonzero(steps > 1e-12)]
    if not which:
        return "no output moves"
    if len(which) == 1:
        return f"only output {which[0]} moves, by {number(float(steps.max()), 2)}"
    return f"outputs {', '.join(which[:-1])} and {which[-1]} move"


def _plane(moved: Array, token: int) -> Panel:
    """The tokens; the one that was moved can be dragged, and its place is marked."""
    x, y = moved[token - 1]
    was = TOKENS[token - 1]
    others = np.delete(moved, token - 1, axis=0)
    marks: list[Mark] = [
        Arrows([was[0]], [was[1]], [x - was[0]], [y - was[1]], "reference"),
        Scatter([was[0]], [was[1]], "reference", size=4, label=f"place of token {token}"),
        Scatter(others[:, 0], others[:, 1], "input", size=5, label="token"),
        Handle(x, y, param_x="x", param_y="y", label=f"token {token}", role="output"),
    ]
    marks += [
        Label(float(p[0]) + 0.14, float(p[1]) + 0.14, str(i + 1)) for i, p in enumerate(moved)
    ]
    return Panel(
        marks,
        x=(-SIDE, SIDE),
        y=(-SIDE, SIDE),
        equal=True,
        title="Six tokens: drag one",
        height=270,
    )


def _bars(steps: Array, role: str, title: str, y_label: str) -> Panel:
    """Return how far each output moved."""
    names = [str(i + 1) for i in range(len(steps))]
    top = max(1.0, float(np.ceil(steps.max())))  # whole, so that the axis seldom changes
    return Panel(
        [Bars(steps, names, role, show_values=False)], y=(0, top), title=title,
        y_label=y_label, x_label="token", height=270,
    )  # fmt: skip

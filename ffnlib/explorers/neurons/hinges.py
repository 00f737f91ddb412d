"""Every ReLU is a hinge."""

from collections.abc import Callable, Sequence

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.analysis import (
    evaluate,
    fit_hinges,
    through_points,
)
from ffnlib.figures import (
    Choice,
    Handle,
    Label,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    Sketch,
    Slider,
    Table,
    explorer,
)

Pairs = Sequence[Sequence[float]]

UNIT = (-1.0, 1.0)

SHOWN = (-1.08, 1.08)

DRAWN_X = np.linspace(-1, 1, 17)

DRAWN = tuple(
    (float(x), float(y)) for x, y in zip(DRAWN_X, 0.5 + 0.4 * np.cos(4 * DRAWN_X), strict=True)
)

MOST = 8

KINKS = tuple((x, 0.5) for x in (-1.0, 0.0, 0.5, -0.5, 0.25, -0.25, 0.75, -0.75, 1.0))
"""Where the kinks start: halving the interval again and again. The last is the right end."""

HALF = np.linspace(-1, 0, 121)

GRID = np.concatenate([HALF, HALF + 1])
"""0 stands in it twice, for the two sides of the step."""

TARGETS: dict[str, Callable[[Array], Array]] = {
    "|x|": np.abs,
    "sine": lambda x: 0.5 + 0.5 * np.sin(3 * x),
    "step": lambda x: np.where(np.arange(len(x)) > np.searchsorted(x, 0.0), 1.0, 0.0),
}


def _by_hand(points: Pairs, end: float) -> tuple[Array, float, Array]:
    """Return kinks, bias and weights of the hinges through the reader's points and right end."""
    heights = {round(float(x), 6): float(y) for x, y in points}
    heights.pop(1.0, None)
    kinks = np.array(sorted(heights) or [-1.0])
    values = [heights.get(float(k), end) for k in kinks]
    bias, weights = through_points([*kinks, 1.0], [*values, end])
    return kinks, bias, weights


@explorer(
    title="Every ReLU is a hinge",
    controls=[
        Choice("target", [*TARGETS, "drawn"]),
        Slider("units", 1, MOST, step=1),
        Choice("heights", ["least squares", "by hand"]),
        Points("kinks", n=MOST + 1, x=UNIT, y=(-0.5, 1.5), label="kinks"),
        Points("curve", n=len(DRAWN), x=UNIT, y=(-0.5, 1.5), label="drawn curve"),
    ],
)
def hinges(
    target: str = "sine",
    units: int = 3,
    heights: str = "least squares",
    kinks: Pairs = KINKS,
    curve: Pairs = DRAWN,
) -> Scene:
    """Fit a curve by a sum of ReLUs whose kinks the reader moves; the largest error is read out."""
    drawn_y = [float(p[1]) for p in curve]

    def goal_at(x: Array) -> Array:
        return np.interp(x, DRAWN_X, drawn_y) if target == "drawn" else TARGETS[target](x)

    moved = [float(p[0]) for p in kinks[:units]]
    by_hand, end = heights == "by hand", float(kinks[MOST][1])
    x = np.sort(np.concatenate([GRID, [k for k in moved if k not in GRID]]))
    goal = goal_at(x)
    if by_hand:
        at, bias, weights = _by_hand(kinks[:units], end)
    else:
        at = np.array(moved)
        bias, weights = fit_hinges(x, goal, at)
    gap = evaluate(x, at, bias, weights) - goal
    worst = int(np.argmax(np.abs(gap)))
    error = float(abs(gap[worst]))
    on_curve = evaluate(moved, at, bias, weights)
    held = [
        Handle(k, y, point=("kinks", i), label=f"kink {i + 1}")
        for i, (k, y) in enumerate(zip(moved, on_curve, strict=True))
    ]
    if by_hand:
        held.append(Handle(1.0, end, point=("kinks", MOST), label="right end"))
    knots = np.unique([-1.0, *at, 1.0])
    fit = Line(knots, evaluate(knots, at, bias, weights), width=2.5)
    goal_mark: Mark = Line(GRID[::2], goal_at(GRID)[::2], role="input", width=5)
    if target == "drawn":
        goal_mark = Sketch("curve", DRAWN_X, drawn_y, label="target")
    ends = [goal[worst], goal[worst] + gap[worst]]
    missed = Line([x[worst]] * 2, ends, role="error", width=4)
    names = [Label(-1.0, 1.42, "target", role="input"), Label(-0.6, 1.42, "network", role="output")]
    picture = Panel(
        [*names, goal_mark, fit, missed, *held],
        x=SHOWN, y=(-0.6, 1.6), x_label="x", title="Target and network", weight=1.3,
    )  # fmt: skip
    parts: list[Mark] = [
        Line([-1.0, k, 1.0], [0.0, 0.0, w * (1 - k)], role="second", width=1.5)
        for k, w in zip(at, weights, strict=True)
    ]
    adds = Panel(parts, x=SHOWN, y=(-4, 4), x_label="x", title="What each unit adds")
    how = "placed by hand" if by_hand else "with weights by least squares"
    size = f"{number(error, 4)}, at x = {number(x[worst])}"
    if error < 1e-12:
        size = f"0 up to rounding ({number(error, 2)})"
    text = f"{units} ReLU{'s' * (units > 1)} {how}: the largest error on [−1, 1] is {size}."
    rows = [[i + 1, float(k), float(w)] for i, (k, w) in enumerate(zip(at, weights, strict=True))]
    table = Table(["unit", "kink", "weight"], rows, caption=f"Output bias {number(bias, 4)}")
    return Scene([picture, adds], text=text, table=table)

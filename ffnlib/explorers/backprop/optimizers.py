"""Four optimizers start at one point of a landscape."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Choice,
    Handle,
    Line,
    Mark,
    Panel,
    Points,
    Range,
    Scatter,
    Scene,
    Slider,
    Steps,
    Table,
    explorer,
)
from ffnlib.training import OPTIMIZERS, Momentum, Optimizer

X, Y = (-2.0, 2.0), (-1.5, 1.5)

TURN = np.linspace(0, 2 * np.pi, 121)

LEVELS = (0.01, 0.06, 0.25, 0.6, 1.2, 2.5, 5.0, 10.0, 20.0, 40.0)
"""Heights at which a contour is drawn."""

LAST = 200

BAKED = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)

RATES = (0.003, 0.01, 0.03, 0.05, 0.1, 0.3)

ROLES = {"sgd": "second", "momentum": "third", "nesterov": "output", "adam": "gradient"}

NAMES = {"sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adam": "Adam"}

LOST = 1e6
"""Farther out than this a run counts as lost."""

GAPS: Range = (1e-8, 1e2)

Curve = tuple[Array, Array]


class Surface(NamedTuple):
    """A landscape whose lowest value is 0; points are (..., 2)."""

    height: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    contour: Callable[[float], list[Curve]]
    """Where it has a given height: closed curves, or such with gaps of nan."""
    lowest: tuple[tuple[float, float], ...]


def _points(a: Array, b: Array) -> Array:
    return np.stack([a, b], axis=-1)


def _bent(p: Array) -> Array:
    """Return how far a point lies above the floor of the bent valley, θ₂ = θ₁² − 1."""
    return np.asarray(p[..., 1] + 1 - p[..., 0] ** 2)


def _bent_contour(height: float) -> list[Curve]:
    x = 1 - np.sqrt(2 * height) * np.cos(TURN)
    return [(x, x**2 - 1 + np.sqrt(height / 5) * np.sin(TURN))]


def _saddle_contour(height: float) -> list[Curve]:
    square = 1 + 2 * np.sqrt(height) * np.sin(TURN)  # θ₂²
    y = np.sqrt(np.where(square < 0, np.nan, square))
    x = np.sqrt(2 * height) * np.cos(TURN)
    return [(x, y), (x, -y)]


SURFACES = {
    "valley": Surface(
        lambda p: (p[..., 0] ** 2 + 30 * p[..., 1] ** 2) / 2,
        lambda p: _points(p[..., 0], 30 * p[..., 1]),
        lambda h: [(np.sqrt(2 * h) * np.cos(TURN), np.sqrt(h / 15) * np.sin(TURN))],
        ((0.0, 0.0),),
    ),
    "bent valley": Surface(
        lambda p: ((1 - p[..., 0]) ** 2 + 10 * _bent(p) ** 2) / 2,
        lambda p: _points(p[..., 0] - 1 - 20 * p[..., 0] * _bent(p), 10 * _bent(p)),
        _bent_contour,
        ((1.0, 0.0),),
    ),
    "saddle": Surface(
        lambda p: p[..., 0] ** 2 / 2 + (p[..., 1] ** 2 - 1) ** 2 / 4,
        lambda p: _points(p[..., 0], p[..., 1] * (p[..., 1] ** 2 - 1)),
        _saddle_contour,
        ((0.0, -1.0), (0.0, 1.0)),
    ),
}


class Run:
    """One optimizer on its way; a run remembers its path, so it can be rewound."""

    def __init__(
        self, surface: str, optimizer: str, rate: float, momentum: float, start: tuple[float, float]
    ) -> None:
        self.surface = SURFACES[surface]
        self.at = np.array(start)
        kind = OPTIMIZERS[optimizer]
        settings = {"momentum": momentum} if issubclass(kind, Momentum) else {}
        self.optimizer: Optimizer = kind([self.at], rate, **settings)
        self.path: list[NDArray[np.float64]] = [self.at.copy()]

    def first(self, steps: int) -> NDArray[np.float64]:
        """Return the points after 0, 1, …, ``steps`` steps, (steps + 1, 2); nan once it is lost."""
        while len(self.path) <= steps:
            if np.abs(self.at).max() < LOST:
                self.optimizer.step([self.surface.gradient(self.at)])
                self.path.append(self.at.copy())
            else:
                self.path.append(np.full(2, np.nan))
        return np.array(self.path[: steps + 1])


@lru_cache(maxsize=32)
def begin(
    surface: str, optimizer: str, rate: float, momentum: float, start: tuple[float, float]
) -> Run:
    """Return the run with these settings, as far as it has come."""
    return Run(surface, optimizer, rate, momentum, start)


def gap(surface: str, path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height above the lowest point along a path."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(SURFACES[surface].height(path))


@explorer(
    title="Four optimizers, one start",
    controls=[
        Choice("surface", list(SURFACES)),
        Steps(
            "steps",
            LAST,
            stops_at=BAKED,
            views=("surface", "learning_rate", "momentum", "start"),
            pace=40,
        ),
        Choice("learning_rate", RATES, label="learning rate"),
        Slider("momentum", 0, 0.95, step=0.05, label="momentum β"),
        Points("start", n=1, x=X, y=Y, label="start"),
    ],
)
def optimizers(
    surface: str = "valley",
    steps: int = 30,
    learning_rate: float = 0.03,
    momentum: float = 0.9,
    start: Sequence[Sequence[float]] = ((-1.8, 1.0),),
) -> Scene:
    """Show the paths of four optimizers over a landscape, and how high each still is."""
    place = (float(start[0][0]), float(start[0][1]))
    beta = {"sgd": 0.0, "adam": 0.0}
    paths = {
        name: begin(surface, name, learning_rate, beta.get(name, momentum), place).first(steps)
        for name in NAMES
    }
    heights = {name: gap(surface, path) for name, path in paths.items()}
    landscape = _landscape(surface, paths, place)
    falls = Panel(
        [
            Line(np.arange(steps + 1), h, role=ROLES[name], label=NAMES[name], dash=name == "sgd")
            for name, h in heights.items()
        ],
        x=(0.0, max(float(steps), 10.0)),
        y=GAPS,
        log_y=True,
        x_label="step",
        y_label="height",
        title="Height of each",
    )
    return Scene([landscape, falls], text=_sentence(heights, steps), table=_table(paths, heights))


def _landscape(
    surface: str, paths: dict[str, NDArray[np.float64]], place: tuple[float, float]
) -> Panel:
    shape = SURFACES[surface]
    marks: list[Mark] = [
        Line(x, y, role="reference", width=0.75) for h in LEVELS for x, y in shape.contour(h)
    ]
    x, y = zip(*shape.lowest, strict=True)
    marks.append(Scatter(x, y, classes=[3] * len(x), size=5, label="lowest"))
    for name, path in paths.items():
        marks.append(Line(path[:, 0], path[:, 1], role=ROLES[name], dash=name == "sgd", width=1.5))
        last = path[-1:]
        marks.append(Scatter(last[:, 0], last[:, 1], role=ROLES[name], size=5, label=NAMES[name]))
    marks.append(Handle(*place, point=("start", 0), label="start", role="input"))
    return Panel(marks, x=X, y=Y, x_label="θ₁", y_label="θ₂", title="The way down", weight=1.2)


def _sentence(heights: dict[str, NDArray[np.float64]], steps: int) -> str:
    if steps == 0:
        return f"All four start at height {number(heights['sgd'][0])}."
    parts, lost = [], []
    for name, h in heights.items():
        if np.isfinite(h[-1]):
            parts.append(f"{NAMES[name]} {number(h[-1], 2)}")
        else:
            lost.append(NAMES[name])
    said = f"After {steps} step{'s' * (steps > 1)} the heights are {', '.join(parts)}."
    if lost:
        names = " and ".join([", ".join(lost[:-1])] * (len(lost) > 1) + lost[-1:])
        gone = f"{names} diverged: the learning rate is too large."
        said = f"{said} {gone}" if parts else gone
    return said


def _table(paths: dict[str, NDArray[np.float64]], heights: dict[str, NDArray[np.float64]]) -> Table:
    rows: list[Sequence[object]] = [
        [NAMES[name], *(float(v) for v in paths[name][-1]), float(heights[name][-1])]
        for name in NAMES
    ]
    return Table(["optimizer", "θ₁", "θ₂", "height"], rows)

"""The singular values of a gradient, brought near 1 by a polynomial round by round."""

from functools import cache

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Choice,
    HeatMap,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.training import COEFFICIENTS, orthogonalize

SIDE, ROUNDS = 16, range(9)

SPREADS = (1, 10, 100, 1000)


@cache
def gradient(spread: int) -> Array:
    """Draw a matrix whose largest singular value is ``spread`` times the smallest."""
    rng = np.random.default_rng(0)
    u, v = (np.linalg.qr(rng.normal(size=(SIDE, SIDE)))[0] for _ in range(2))
    return np.asarray((u * np.geomspace(1, 1 / spread, SIDE)) @ v.T)


def polynomial(s: Array, rounds: int) -> Array:
    """Return what ``rounds`` of the iteration make of singular values."""
    a, b, c = COEFFICIENTS
    for _ in range(rounds):
        s = a * s + b * s**3 + c * s**5
    return s


@explorer(
    title="A step of the same size in every direction",
    controls=[
        Slider("rounds", ROUNDS[0], ROUNDS[-1], step=1, label="rounds"),
        Choice("spread", list(SPREADS), label="largest over smallest"),
    ],
)
def muon(rounds: int = 5, spread: int = 100) -> Scene:
    """Apply Newton–Schulz rounds to a gradient, and look at its singular values."""
    g = gradient(spread)
    step = orthogonalize(g, rounds)
    before = np.linalg.svd(g / np.linalg.norm(g))[1]
    after = np.linalg.svd(step)[1]
    text = (
        f"Before, the singular values of this gradient, divided by its length, go from"
        f" {number(before[-1])} to {number(before[0])}. After {rounds} rounds they go from"
        f" {number(after.min())} to {number(after.max())}: the largest is"
        f" {number(after.max() / after.min())} times the smallest."
    )
    place = np.arange(1, SIDE + 1)
    x = np.linspace(0, 1, 401)
    values: list[Mark] = [
        Rule(y=1),
        Line(place, before, "reference", dash=True),
        Scatter(place, after, "output", size=5, label="after"),
    ]
    curve: list[Mark] = [
        Line(x, polynomial(x, rounds), "output"),
        Scatter(before, polynomial(before, rounds), "input", size=4, label="singular value"),
    ]
    limit = float(np.abs(step).max())
    panels = [
        Panel(values, (0.5, SIDE + 0.5), (0, 1.3), "number (dashed: before)",
              title="Singular values", height=230),
        Panel(curve, (0, 1), (0, 1.3), "singular value before", title="The rounds as a curve",
              height=230),
        Panel([HeatMap(g[::-1], (0, 1), (0, 1))], (0, 1), (0, 1), axes=False,
              title="The gradient", row=1, height=200),
        Panel([HeatMap(step[::-1], (0, 1), (0, 1), limit=limit)], (0, 1), (0, 1), axes=False,
              title="The step", row=1, height=200),
    ]  # fmt: skip
    rows = [[int(i), float(b), float(a)] for i, b, a in zip(place, before, after, strict=True)]
    return Scene(panels, text, Table(["number", "before", "after"], rows))

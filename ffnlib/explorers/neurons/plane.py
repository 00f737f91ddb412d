"""What a matrix does to the plane."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.analysis import PLANE_MAPS, from_corners, plane_map
from ffnlib.explorers.neurons._planes import Pairs
from ffnlib.figures import (
    Arrows,
    Choice,
    Handle,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    Slider,
    explorer,
)
from ffnlib.nn import Linear

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
        Slider("t", 0, 1, step=0.05, label="how far", needs=("kind", tuple(PLANE_MAPS))),
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
    W = np.where(np.abs(layer.W) < 1e-12, 0.0, layer.W)  # no 6 × 10⁻¹⁷ for a cosine of 90°
    rows = ", ".join(f"[{number(row[0])}, {number(row[1])}]" for row in W)
    mirrored = " and the letter is mirrored" if area < 0 else ""
    text = (
        f"W = [{rows}], b = [{number(tips[0, 0])}, {number(tips[0, 1])}]. The two arrows stay"
        f" perpendicular and become {number(s[0])} and {number(s[1])} long, the singular values;"
        f" areas change by the factor {number(abs(area))}{mirrored}."
    )
    return Scene([before, after], text=text)

"""What an explorer shows, as plain data.

A `Scene` is one or more panels of marks, a sentence in words and, where it helps, a table.
Nothing here draws: `ffnlib.figures` turns a scene into SVG, and tests read it as it is.

Coordinates are data coordinates. A ``role`` names a meaning and so a colour of `ffnlib.figures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Range = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A curve through ``(x[i], y[i])``; it breaks where a value is not finite."""

    x: ArrayLike
    y: ArrayLike
    role: str = "output"
    label: str = ""
    dash: bool = False
    width: float = 2.0


@dataclass(frozen=True)
class Area:
    """The region between two curves ``y0`` and ``y1`` over ``x``."""

    x: ArrayLike
    y0: ArrayLike
    y1: ArrayLike
    role: str = "reference"
    label: str = ""


@dataclass(frozen=True)
class Bars:
    """One bar a value, at x = 0, 1, 2, …; ``labels`` stand under them, ``highlight`` picks one."""

    values: ArrayLike
    labels: Sequence[str] = ()
    role: str = "output"
    highlight: int | None = None
    show_values: bool = True


@dataclass(frozen=True)
class HeatMap:
    """A field ``z`` of shape (rows, columns), row 0 at the bottom, over the ranges ``x`` and ``y``.

    ``signed`` fields go from the input colour through the page's background to the output colour,
    with the same ``limit`` on both sides (by default the largest magnitude). With ``scale`` a small
    bar above the panel says which colour is which number.
    """

    z: ArrayLike
    x: Range
    y: Range
    signed: bool = True
    limit: float | None = None
    scale: bool = False


@dataclass(frozen=True)
class Scatter:
    """Points; ``classes`` (0, 1, 2, …) give each its colour and its shape.

    A click on one sets what ``chooses`` says: a control and one of its options.
    """

    x: ArrayLike
    y: ArrayLike
    role: str = "input"
    classes: ArrayLike | None = None
    size: float = 4.0
    label: str = ""
    chooses: tuple[str, str] | None = None


@dataclass(frozen=True)
class Arrows:
    """Arrows from ``(x, y)`` by ``(dx, dy)``."""

    x: ArrayLike
    y: ArrayLike
    dx: ArrayLike
    dy: ArrayLike
    role: str = "gradient"
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """A straight line across the panel, at one ``x`` or at one ``y``."""

    x: float | None = None
    y: float | None = None
    role: str = "reference"
    label: str = ""


@dataclass(frozen=True)
class Label:
    """Text at a point. ``anchor`` is ``"start"``, ``"middle"`` or ``"end"``."""

    x: float
    y: float
    text: str
    role: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Handle:
    """A point the reader may drag or move with the arrow keys.

    It sets the parameters ``param_x`` and ``param_y``, or entry ``point=("kinks", 2)`` of a
    `Points` control.
    """

    x: float
    y: float
    param_x: str | None = None
    param_y: str | None = None
    point: tuple[str, int] | None = None
    label: str = ""
    role: str = "output"


@dataclass(frozen=True)
class Sketch:
    """A curve the reader draws: the pointer sets the y of the points of control ``param``."""

    param: str
    x: ArrayLike
    y: ArrayLike
    role: str = "input"
    label: str = ""


@dataclass(frozen=True)
class Canvas:
    """A field (rows, columns), row 0 at the top, that the reader draws on: it sets ``param``.

    The values are from 0 to 1; ``param`` is a `Drawing`, whose cells fill the ranges ``x``, ``y``.
    """

    param: str
    z: ArrayLike
    x: Range
    y: Range


@dataclass(frozen=True)
class Network:
    """A network diagram: one column of nodes a layer, one line a weight.

    ``layers[l]`` holds the values shown in the nodes of layer l; ``weights[l]`` has the shape
    (nodes of layer l + 1, nodes of layer l). Colour is the sign, width the size of a weight.
    ``maps[l]``, (nodes, rows, columns), shows a field in each node instead of a value.

    With ``picks``, a `Picked` control, a click on a map puts its unit's name, from ``names[l]``,
    into the list or takes it out; the units in ``off`` are crossed out.
    """

    layers: Sequence[ArrayLike]
    weights: Sequence[ArrayLike]
    labels: Sequence[Sequence[str]] = ()
    titles: Sequence[str] = ()
    maps: Sequence[ArrayLike | None] = ()
    picks: str = ""
    names: Sequence[Sequence[str]] = ()
    off: Sequence[str] = ()


@dataclass(frozen=True)
class Node:
    """A box of a `Graph`: a few rows of text in column ``column``, at height ``place`` (0 to 1)."""

    name: str
    rows: Sequence[str]
    column: int
    place: float = 0.5
    role: str = ""


@dataclass(frozen=True)
class Graph:
    """Boxes joined by arrows: from left to right, or on a phone from top to bottom.

    ``edges`` are pairs of names; those in ``lit`` are drawn in their colour, in the direction in
    which they are named there. ``said`` is words on edges: from, to, words.
    """

    nodes: Sequence[Node]
    edges: Sequence[tuple[str, str]]
    lit: Sequence[tuple[str, str]] = ()
    role: str = "output"
    said: Sequence[tuple[str, str, str]] = ()


Mark = (
    Line | Area | Bars | Canvas | HeatMap | Scatter | Arrows | Rule | Label | Handle | Sketch
    | Network | Graph
)  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """One set of axes: its marks, drawn in order, and the ranges they are seen in.

    A range left out is taken from the marks; give it where the axes should stand still while
    the reader moves a control. ``equal`` draws both axes to one scale; ``log_x`` and ``log_y``
    space an axis by powers of ten, and what is not positive lies below its lower end.

    On a wide page the panels of one ``row`` share its width by their ``weight``; ``height`` is
    in pixels, 0 for the usual. On a phone more than two stand in pairs, save for ``broad`` ones.
    """

    marks: Sequence[Mark]
    x: Range | None = None
    y: Range | None = None
    x_label: str = ""
    y_label: str = ""
    title: str = ""
    equal: bool = False
    axes: bool = True
    weight: float = 1.0
    log_y: bool = False
    row: int = 0
    height: float = 0.0
    log_x: bool = False
    broad: bool = False

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            if getattr(self, name) is None:
                continue
            lo, hi = getattr(self, name)
            if not (np.isfinite(lo) and np.isfinite(hi) and lo < hi):
                raise ValueError(
                    f"Panel {name} must be a range (lo, hi) with lo < hi, got {lo, hi}"
                )
            if getattr(self, f"log_{name}") and getattr(self, name)[0] <= 0:
                raise ValueError(
                    f"Panel {name} must be positive when log_{name} is set, got {lo, hi}"
                )
        for flag in ("log_x", "log_y"):
            if getattr(self, flag) and self.equal:
                raise ValueError(f"Panel can be equal or {flag}, not both")


@dataclass(frozen=True)
class Table:
    """Numbers to be read off, one row a sequence as long as ``columns``."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    caption: str = ""

    def __post_init__(self) -> None:
        for i, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Table row {i} has {len(row)} cells, but there are {len(self.columns)} columns"
                )


@dataclass(frozen=True)
class Scene:
    """Panels, the sentence that says what is seen in them, and an optional table."""

    panels: Sequence[Panel]
    text: str
    table: Table | None = None

    def __post_init__(self) -> None:
        if not self.panels:
            raise ValueError("Scene needs at least one panel")
        if not self.text.strip():
            raise ValueError("Scene text must say in words what is seen; it is empty")


def plain(value: Any) -> Any:
    """A scene, or any part of one, as lists, dicts, numbers and strings that JSON can hold.

    Not-a-number and the infinities become the strings ``"nan"``, ``"inf"`` and ``"-inf"``.
    """
    if is_dataclass(value) and not isinstance(value, type):
        content = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        return {"kind": type(value).__name__, **content}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value

"""How each mark is drawn: one function a mark, from data to a few SVG elements.

Every function returns a list of complete elements inside the plot area of a `Frame`. Marks carry
their data coordinates in ``data-`` attributes, so that a pointer or a key can read them out.
"""

import html
import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.numbers import number
from ffnlib.figures._axes import Frame
from ffnlib.figures._palette import ROLES
from ffnlib.figures._png import OPAQUE, data_url, heat_rgba
from ffnlib.figures._scene import (
    Area,
    Arrows,
    Bars,
    Canvas,
    Handle,
    HeatMap,
    Label,
    Line,
    Rule,
    Scatter,
    Sketch,
)

CLASS_ROLES = ("input", "output", "gradient", "error", "second", "third")
FINGER = 22
"""Radius in pixels of what a finger can hit: 44 across."""

LETTER = 6.6
"""Width in pixels of an average letter at size 13; a picture cannot measure its own text."""

SWATCHES, SWATCH = 9, 6.0
"""How many colours a colour scale shows, and how many pixels wide each is."""

LINE = 15.0
"""Pixels from one line of words to the next."""


escape = lru_cache(maxsize=4096)(html.escape)
"""The words of a picture are nearly always those of the one before."""


def colour(role: str) -> str:
    """The colour of a role; text without a role keeps the page's ink."""
    if not role:
        return "currentColor"
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}, got {role!r}")
    return ROLES[role]


def short(value: float) -> str:
    """A pixel coordinate to a tenth, without trailing zeros."""
    return f"{value:.1f}".removesuffix(".0")


def coordinates(x: ArrayLike, y: ArrayLike) -> str:
    """The attributes with a mark's data coordinates, four significant digits each."""
    xs, ys = (_written(np.asarray(v, dtype=np.float64).tobytes()) for v in (x, y))
    return f' data-xs="{xs}" data-ys="{ys}"'


@lru_cache(maxsize=128)
def _written(numbers: bytes) -> str:
    """Write float64 numbers; those of the x axis are mostly the same from picture to picture."""
    values = np.frombuffer(numbers).tolist()
    return " ".join(["%.4g"] * len(values)) % tuple(values)


def path(px: NDArray[np.float64], py: NDArray[np.float64]) -> str:
    """The ``d`` of a path through the points, lifted where one is not finite."""
    seen = np.isfinite(px + py)
    if seen.all():
        letters = _START + _ON * (len(px) - 1) if len(px) else ""
        return letters % tenths(px, py)
    starts = seen & ~np.concatenate([[False], seen[:-1]])
    letters = "".join([_START if first else _ON for first in starts[seen].tolist()])
    return letters % tenths(px[seen], py[seen])


_START, _ON = "M%.5g,%.5g", "L%.5g,%.5g"  # one formatting for all points: far quicker than one each


def tenths(px: NDArray[np.float64], py: NDArray[np.float64]) -> tuple[float, ...]:
    """All coordinates in turn, x then y, to a tenth of a pixel."""
    places = np.empty((len(px), 2))
    places[:, 0], places[:, 1] = px, py
    return tuple((places.round(1) + 0.0).ravel().tolist())


def line(mark: Line, frame: Frame) -> list[str]:
    """A curve."""
    d = path(frame.px(mark.x), frame.py(mark.y))
    dash = ' stroke-dasharray="6 4"' if mark.dash else ""
    name = f' data-name="{escape(mark.label)}"' if mark.label else ""
    return [
        f'<path d="{d}" fill="none" stroke="{colour(mark.role)}" stroke-width="{mark.width:g}"'
        f' stroke-linejoin="round"{dash}{name}{coordinates(mark.x, mark.y)}/>'
    ]


def area(mark: Area, frame: Frame) -> list[str]:
    """A filled band."""
    x = np.asarray(mark.x, dtype=np.float64)
    y0, y1 = (np.broadcast_to(np.asarray(y, np.float64), x.shape) for y in (mark.y0, mark.y1))
    d = path(frame.px(np.concatenate([x, x[::-1]])), frame.py(np.concatenate([y0, y1[::-1]])))
    return [f'<path d="{d}Z" fill="{colour(mark.role)}" fill-opacity="0.25"/>']


def bars(mark: Bars, frame: Frame) -> list[str]:
    """One bar a value; a value that is not finite is said in words where its bar would stand."""
    drawn = []
    base = frame.y_of(min(max(0.0, frame.y[0]), frame.y[1]))
    width, pitch = (frame.x_of(w) - frame.x_of(0.0) for w in (0.7, 1.0))
    for i, value in enumerate(np.atleast_1d(np.asarray(mark.values, np.float64)).tolist()):
        x = frame.x_of(i)
        top = frame.y_of(value) if math.isfinite(value) else base
        name = mark.labels[i] if i < len(mark.labels) else str(i)
        strong = mark.highlight is None or mark.highlight == i
        drawn.append(
            f'<rect x="{short(x - width / 2)}" y="{short(min(top, base))}" width="{short(width)}"'
            f' height="{short(max(abs(top - base), 0.5))}" fill="{colour(mark.role)}"'
            f' fill-opacity="{1 if strong else 0.45}" data-tip="{escape(name)}: {number(value)}"/>'
        )
        words = next((w for d in (3, 2) if length(w := number(value, d)) < pitch), "")
        if mark.show_values and width >= 26 and words:
            above = max(min(top, base) - 5, 12) if value >= 0 or math.isnan(value) else top + 14
            drawn.append(text(x, above, words, anchor="middle", size=12))
    return drawn


def heat_map(mark: HeatMap, frame: Frame) -> list[str]:
    """A field as one small picture, stretched without smoothing."""
    z = np.asarray(mark.z, dtype=np.float64)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"HeatMap z must be a (rows, columns) array, got shape {z.shape}")
    limit = full(mark)
    left, right = (frame.x_of(v) for v in mark.x)
    bottom, top = (frame.y_of(v) for v in mark.y)
    return [
        f'<image x="{short(left)}" y="{short(top)}" width="{short(right - left)}"'
        f' height="{short(bottom - top)}" preserveAspectRatio="none"'
        f' style="image-rendering:pixelated" data-full="{limit / OPAQUE:.6g}"'
        f' href="{data_url(heat_rgba(z[::-1], signed=mark.signed, limit=limit))}"/>'
    ]


def canvas(mark: Canvas, frame: Frame) -> list[str]:
    """A field to draw on, by pointer or by keys: a transparent sheet over it catches both."""
    ink = np.asarray(mark.z, dtype=np.float64)
    left, right = (frame.x_of(v) for v in mark.x)
    bottom, top = (frame.y_of(v) for v in mark.y)
    sheet = (
        f'x="{short(left)}" y="{short(top)}" width="{short(right - left)}"'
        f' height="{short(bottom - top)}"'
    )
    return [
        *heat_map(HeatMap(ink[::-1], mark.x, mark.y, signed=False, limit=1.0), frame),
        f'<rect class="ffn-canvas" {sheet} fill="transparent" stroke="currentColor"'
        f' stroke-opacity="0.4" data-canvas="{escape(mark.param)}" tabindex="0" role="application"'
        f' aria-label="drawing area: the arrow keys move the pen, the space bar puts it down or'
        f' lifts it"/>',
    ]


def full(mark: HeatMap) -> float:
    """Return the magnitude that a map draws in full colour."""
    z = np.asarray(mark.z, dtype=np.float64)
    finite = np.abs(z[np.isfinite(z)])
    limit = mark.limit if mark.limit is not None else (float(finite.max()) if finite.size else 1.0)
    return limit if limit > 0 else 1.0


def colour_scale(mark: HeatMap, right: float, y: float) -> list[str]:
    """Return a small bar that ends at ``right``: which colour of a map is which number."""
    limit = full(mark)
    low, high = number(-limit if mark.signed else 0.0, 2), number(limit, 2)
    steps = np.linspace(-1 if mark.signed else 0, 1, SWATCHES)
    x = right - LETTER * len(high) - 4 - SWATCH * SWATCHES
    drawn = [
        text(x - 4, y, low, anchor="end", size=11),
        text(right, y, high, anchor="end", size=11),
    ]
    for i, share in enumerate(steps.tolist()):
        ink = colour("output" if share >= 0 else "input")
        drawn.append(
            f'<rect x="{short(x + SWATCH * i)}" y="{short(y - 9)}" width="{SWATCH:g}" height="9"'
            f' fill="{ink}" fill-opacity="{OPAQUE * abs(share):.2f}"/>'
        )
    outline = f'width="{SWATCH * SWATCHES:g}" height="9" fill="none" class="ffn-grid"'
    return [*drawn, f'<rect x="{short(x)}" y="{short(y - 9)}" {outline}/>']


def scatter(mark: Scatter, frame: Frame) -> list[str]:
    """Points: discs, squares, then crosses, so that classes differ in shape as in colour."""
    x, y = np.asarray(mark.x, np.float64).ravel(), np.asarray(mark.y, np.float64).ravel()
    if mark.classes is None:
        groups = [(mark.role, 0, np.ones(len(x), dtype=bool), mark.label)]
    else:
        classes = np.asarray(mark.classes).ravel()
        groups = [
            (CLASS_ROLES[int(c) % len(CLASS_ROLES)], int(c), classes == c, f"class {int(c)}")
            for c in np.unique(classes)
        ]
    drawn = []
    for role, kind, chosen, name in groups:
        chosen = chosen & np.isfinite(x) & np.isfinite(y)
        d = _dots(frame.px(x[chosen]), frame.py(y[chosen]), kind, mark.size)
        cap = ("round", "square", "butt")[min(kind, 2)]
        width = 2.0 if kind > 1 else 2 * mark.size * (1.0 if kind == 0 else 0.85)
        common = f'd="{d}" fill="none" stroke-linecap="{cap}"'
        drawn.append(f'<path class="ffn-halo" {common} stroke-width="{width + 2:g}"/>')
        drawn.append(
            f'<path {common} stroke-width="{width:g}" stroke="{colour(role)}" data-near="xy"'
            f' data-name="{escape(name)}"{coordinates(x[chosen], y[chosen])}/>'
        )
        if mark.chooses is not None:
            control, option = map(escape, mark.chooses)
            drawn.append(
                f'<path class="ffn-choose" d="{d}" fill="none" stroke="transparent"'
                f' stroke-linecap="round" stroke-width="{FINGER}" data-control="{control}"'
                f' data-option="{option}"/>'
            )
    return drawn


def _dots(px: NDArray[np.float64], py: NDArray[np.float64], kind: int, size: float) -> str:
    """A stroke of no length is a dot as wide as the pen; from class 2 on, a cross."""
    s = short(size * 0.9)
    s2 = short(2 * float(s))
    shape = "h0" if kind < 2 else f"m-{s},-{s}l{s2},{s2}m0,-{s2}l-{s2},{s2}"
    return (_START + shape) * len(px) % tenths(px, py)


def arrows(mark: Arrows, frame: Frame) -> list[str]:
    """Draw arrows with a small head."""
    x, y = np.atleast_1d(np.asarray(mark.x, np.float64)), np.atleast_1d(np.asarray(mark.y, float))
    x1, y1 = frame.px(x + np.asarray(mark.dx)), frame.py(y + np.asarray(mark.dy))
    d = []
    ends = (ends.tolist() for ends in (frame.px(x), frame.py(y), x1, y1))
    for a, b, c, e in zip(*ends, strict=True):
        d.append(f"M{short(a)},{short(b)}L{short(c)},{short(e)}")
        angle = math.atan2(e - b, c - a)
        for turn in (2.6, -2.6):
            hx, hy = c + 8 * math.cos(angle + turn), e + 8 * math.sin(angle + turn)
            d.append(f"M{short(c)},{short(e)}L{short(hx)},{short(hy)}")
    ink = f'stroke="{colour(mark.role)}" stroke-width="2" stroke-linecap="round"'
    return [f'<path d="{"".join(d)}" fill="none" {ink}/>']


_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""The share of a text that stands before its place."""


def _whole(x: float, wide: float, anchor: str, frame: Frame) -> float:
    """Return where a text must stand to be seen whole, if its place is seen at all."""
    before = _BEFORE[anchor] * wide
    if not 0 <= x <= frame.width:
        return x
    return max(min(x, frame.width - 2 - wide + before), before + 2)


Taken = list[tuple[float, float, float]]
"""Where words stand in a panel: their left and right ends and their line, in pixels."""


def free(left: float, right: float, y: float, frame: Frame, taken: Taken) -> float:
    """Return the line nearest to y on which no other words are in the way, and take it."""
    away = (0.0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE)
    lines = [y + d for d in away if d == 0 or LINE - 3 < y + d < frame.height - 3]
    for line in lines:
        if all(
            right <= a + 3 or left >= b - 3 or abs(line - other) >= LINE - 3
            for a, b, other in taken
        ):
            y = line
            break
    taken.append((left, right, y))
    return y


def rule(mark: Rule, frame: Frame, taken: Taken) -> list[str]:
    """A dashed line across the panel, with its label at the end."""
    if mark.x is not None and mark.y is None:
        a = frame.x_of(mark.x)
        d, place = f"M{short(a)},0V{short(frame.height)}", (a + 5, 13.0, "start")
        left, right = place[0] - 10, frame.width - place[0]
        if right < 0.25 * frame.width or right < min(left, LETTER * len(mark.label)):
            place = (left, 13.0, "end")
    elif mark.y is not None and mark.x is None:
        b = frame.y_of(mark.y)
        d, place = (
            f"M0,{short(b)}H{short(frame.width)}",
            (4.0, b - 5 if b > 20 else b + 14, "start"),
        )
    else:
        raise ValueError("Rule needs either x or y, not both and not neither")
    ink = f'stroke="{colour(mark.role)}" stroke-width="1.5" stroke-dasharray="4 4"'
    drawn = [f'<path d="{d}" fill="none" {ink}/>']
    if mark.label:
        wide = length(mark.label)
        x = _whole(place[0], wide, place[2], frame)
        start = x - _BEFORE[place[2]] * wide
        y = free(start, start + wide, place[1], frame, taken)
        drawn.append(text(x, y, mark.label, anchor=place[2], size=12))
    return drawn


def label(mark: Label, frame: Frame, taken: Taken) -> list[str]:
    """Text at a point; a role is shown by a coloured stroke under the words, never by their ink.

    Where other words stand, it moves a line up or down.
    """
    x, y = frame.x_of(mark.x), frame.y_of(mark.y)
    wide = length(mark.text)
    before = _BEFORE[mark.anchor] * wide
    x = _whole(x, wide, mark.anchor, frame)
    if 0 <= y <= frame.height:
        y = min(max(y, 11.0), frame.height - 3)
    y = free(x - before, x - before + wide, y, frame, taken)
    drawn = [text(x, y, mark.text, anchor=mark.anchor)]
    if mark.role:
        wide = LETTER * len(mark.text)
        start = x - _BEFORE[mark.anchor] * wide
        d = f"M{short(start)},{short(y + 4)}h{short(wide)}"
        drawn.append(f'<path d="{d}" stroke="{colour(mark.role)}" stroke-width="2"/>')
    return drawn


def sketch(mark: Sketch, frame: Frame) -> list[str]:
    """A curve to draw on: a wide invisible band catches the pointer."""
    d = path(frame.px(mark.x), frame.py(mark.y))
    return [
        f'<rect class="ffn-sketch" width="{short(frame.width)}" height="{short(frame.height)}"'
        f' fill="transparent" data-sketch="{escape(mark.param)}"/>',
        f'<path d="{d}" fill="none" stroke="{colour(mark.role)}" stroke-width="2.5"'
        f' data-name="{escape(mark.label or mark.param)}"{coordinates(mark.x, mark.y)}'
        f' pointer-events="none"/>',
    ]


def handle(mark: Handle, frame: Frame, plot: int) -> str:
    """A point to drag or to move with the arrow keys, with room for a finger."""
    x, y = frame.x_of(mark.x), frame.y_of(mark.y)
    if mark.point is not None:
        target = f'data-point="{escape(mark.point[0])} {mark.point[1]}"'
    elif mark.param_x or mark.param_y:
        target = "".join(
            f' data-param-{axis}="{escape(name)}"'
            for axis, name in (("x", mark.param_x), ("y", mark.param_y))
            if name
        )
    else:
        raise ValueError("Handle needs param_x, param_y or point: what should dragging it set?")
    said = escape(f"{mark.label or 'point'}: {number(mark.x)}, {number(mark.y)}")
    return (
        f'<g class="ffn-handle" tabindex="0" role="button" aria-roledescription="movable point"'
        f' aria-label="{said}" data-plot="{plot}"'
        f' {target.strip()} transform="translate({short(frame.left + x)},{short(frame.top + y)})">'
        f'<circle r="{FINGER}" fill="transparent"/>'
        f'<circle class="ffn-grip" r="7" fill="{colour(mark.role)}"/></g>'
    )


def length(words: str) -> float:
    """Return about how many pixels wide words of size 13 are, rather more than less."""
    return 1.12 * LETTER * len(words) + 3.0 * sum(c in "mwMW%@" for c in words)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 13, bold: bool = False
) -> str:
    """One line of text in the page's ink."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{short(x)}" y="{short(y)}" font-size="{size}" text-anchor="{anchor}"'
        f' fill="currentColor"{weight}>{escape(words)}</text>'
    )

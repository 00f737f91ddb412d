"""The one renderer: a `Scene` becomes the text of an SVG picture.

The same picture stands in a page without scripts, in Jupyter, in the live page and in print.
It has two widths: beside running text (`WIDE`, panels side by side) and on a phone (`NARROW`,
panels one under another).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np

from ffnlib._base.numbers import number, power
from ffnlib.figures import _diagram as diagram
from ffnlib.figures import _graph_drawing as graph_drawing
from ffnlib.figures import _marks as marks
from ffnlib.figures import _scene as scene
from ffnlib.figures._axes import Frame, log_ticks, ranges, ticks
from ffnlib.figures._marks import escape, short, text
from ffnlib.figures._scene import Panel, Scene, Table

WIDE: Final = 720
NARROW: Final = 360
WIDTHS: Final[dict[str, int]] = {"wide": WIDE, "narrow": NARROW}

_DRAW: Final[dict[type, Callable[[Any, Frame], list[str]]]] = {
    scene.Line: marks.line,
    scene.Area: marks.area,
    scene.Bars: marks.bars,
    scene.Canvas: marks.canvas,
    scene.HeatMap: marks.heat_map,
    scene.Scatter: marks.scatter,
    scene.Arrows: marks.arrows,
    scene.Rule: marks.rule,
    scene.Label: marks.label,
    scene.Sketch: marks.sketch,
    scene.Network: diagram.network,
    scene.Graph: graph_drawing.graph,
}


def picture(shown: Scene, title: str, width: str = "wide") -> list[str]:
    """Draw a scene.

    Parameters
    ----------
    shown : Scene
    title : str
        Names the picture for a screen reader, before the scene's own sentence.
    width : {"wide", "narrow"}

    Returns
    -------
    list of str
        The pieces of one ``<svg>`` element, in order; joined they are the picture. Pieces that do
        not change from one frame of a sweep to the next are equal, and need storing once.

    Raises
    ------
    ValueError
        If ``width`` is neither of the two.
    """
    if width not in WIDTHS:
        raise ValueError(f"width must be 'wide' or 'narrow', got {width!r}")
    panels = sorted(shown.panels, key=lambda panel: panel.row)
    places, height = _layout(panels, WIDTHS[width])
    body: list[str] = []
    handles: list[str] = []
    for index, (panel, place) in enumerate(zip(panels, places, strict=True)):
        frame = _frame(panel, *place)
        body += _panel(panel, frame, index)
        held = [mark for mark in panel.marks if isinstance(mark, scene.Handle)]
        handles += [marks.handle(mark, frame, index) for mark in held]
    # A picture with things to take hold of is a group: the inside of an img is not read out.
    role = "group" if handles else "img"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ffn-svg" role="{role}"'
        f' viewBox="0 0 {WIDTHS[width]} {short(height)}" aria-label="{escape(title)}">'
    )
    return [head, *body, *handles, "</svg>"]


def svg(shown: Scene, title: str, width: str = "wide") -> str:
    """The picture of a scene as one string."""
    return "".join(picture(shown, title, width))


Box = tuple[float, float, float, float]


def _layout(panels: Any, width: int) -> tuple[list[Box], float]:
    """Left, top, width and height of each panel, and the height of the picture."""
    if width == NARROW:
        heights = [320.0 if p.equal else p.height or 270.0 for p in panels]
        tops = np.concatenate([[0.0], np.cumsum(heights)])
        boxes = [(0.0, float(t), float(width), h) for t, h in zip(tops, heights, strict=False)]
        return boxes, float(tops[-1])
    boxes, top = [], 0.0
    for row in sorted({p.row for p in panels}):
        beside = [p for p in panels if p.row == row]
        height = max(p.height for p in beside) or (400.0 if len(panels) == 1 else 350.0)
        left = 0.0
        for panel in beside:
            share = panel.weight / sum(p.weight for p in beside) * width
            boxes.append((left, top, share, height))
            left += share
        top += height
    return boxes, top


def _frame(panel: Panel, left: float, top: float, width: float, height: float) -> Frame:
    """The plot area inside a panel's box, once its words have their room."""
    x, y = ranges(panel)
    above = 8 + 20 * bool(panel.title) + (18 if panel.axes and panel.y_label else 4)
    below = (24 + 18 * bool(panel.x_label)) if panel.axes else 6
    before, after = (48, 14) if panel.axes else (6, 6)
    w, h = width - before - after, height - above - below
    left, top = left + before, top + above
    if panel.equal:
        scale = min(w / (x[1] - x[0]), h / (y[1] - y[0]))
        fit_w, fit_h = scale * (x[1] - x[0]), scale * (y[1] - y[0])
        left, top, w, h = left + (w - fit_w) / 2, top + (h - fit_h) / 2, fit_w, fit_h
    return Frame(left, top, w, h, x, y, panel.log_y, panel.log_x)


def _panel(panel: Panel, frame: Frame, index: int) -> list[str]:
    drawn = []
    title_y = frame.top - (26 if panel.axes and panel.y_label else 10)
    if panel.title:
        drawn.append(text(frame.left, title_y, panel.title, size=14, bold=True))
    if panel.axes:
        drawn += _axes(panel, frame)
    (x0, x1), (y0, y1) = frame.x, frame.y
    names = f' data-x-name="{escape(panel.x_label)}" data-y-name="{escape(panel.y_label)}"'
    logs = " ".join(axis for axis in "xy" if getattr(panel, f"log_{axis}"))
    log = f' data-log="{logs}"' if logs else ""
    drawn.append(
        f'<svg class="ffn-plot" x="{short(frame.left)}" y="{short(frame.top)}"'
        f' width="{short(frame.width)}" height="{short(frame.height)}" data-plot="{index}"'
        f' data-x="{x0:.6g} {x1:.6g}" data-y="{y0:.6g} {y1:.6g}"'
        f"{log}{names if panel.axes else ''}>"
    )
    # Something to hit everywhere, so that values can be read between the marks too.
    size = f'width="{short(frame.width)}" height="{short(frame.height)}"'
    drawn.append(f'<rect {size} fill="transparent"/>')
    for mark in panel.marks:
        if not isinstance(mark, scene.Handle):
            drawn += _DRAW[type(mark)](mark, frame)
    drawn += _line_labels(panel, frame)
    drawn.append("</svg>")
    return drawn


def _axes(panel: Panel, frame: Frame) -> tuple[str, ...]:
    """Ticks, grid and names, under which the bars' own names stand where there are bars."""
    bars = next((mark for mark in panel.marks if isinstance(mark, scene.Bars)), None)
    names = tuple(bars.labels) if bars else ()
    return (*_x_axis(frame, panel.x_label, names), *_y_axis(frame, panel.y_label))


# Most moves of a control leave the axes as they are, so they are drawn once and remembered.
@lru_cache(maxsize=256)
def _x_axis(frame: Frame, name: str, bars: tuple[str, ...]) -> tuple[str, ...]:
    """Light lines at round numbers, the zero line stronger; or a name under each bar."""
    drawn = []
    right, bottom = frame.left + frame.width, frame.top + frame.height
    found = (log_ticks if frame.log_x else ticks)(*frame.x, max(2, int(frame.width / 70)))
    values = range(len(bars)) if bars else found
    for value, px in zip(values, frame.px(list(values)).tolist(), strict=True):
        x = frame.left + px
        if not bars:
            kind = "ffn-zero" if value == 0 else "ffn-grid"
            d = f"M{short(x)},{short(frame.top)}V{short(bottom)}"
            drawn.append(f'<path class="{kind}" d="{d}"/>')
        words = bars[int(value)] if bars else power(value) if frame.log_x else number(value)
        drawn.append(text(x, bottom + 16, words, anchor="middle", size=12))
    if name:
        drawn.append(text(right, bottom + 34, name, anchor="end", size=13))
    return tuple(drawn)


@lru_cache(maxsize=256)
def _y_axis(frame: Frame, name: str) -> tuple[str, ...]:
    drawn = []
    right = frame.left + frame.width
    values = (log_ticks if frame.log_y else ticks)(*frame.y, max(2, int(frame.height / 48)))
    for value, py in zip(values, frame.py(values).tolist(), strict=True):
        y = frame.top + py
        kind = "ffn-zero" if value == 0 else "ffn-grid"
        drawn.append(f'<path class="{kind}" d="M{short(frame.left)},{short(y)}H{short(right)}"/>')
        words = power(value) if frame.log_y else number(value)
        drawn.append(text(frame.left - 6, y + 4, words, anchor="end", size=12))
    if name:
        drawn.append(text(frame.left - 40, frame.top - 9, name, size=13))
    return tuple(drawn)


def _line_labels(panel: Panel, frame: Frame) -> list[str]:
    """The names of the curves at their right ends, moved apart where they would overlap."""
    ends = []
    for mark in panel.marks:
        if isinstance(mark, scene.Line) and mark.label:
            px, py = frame.px(mark.x), frame.py(mark.y)
            seen = np.flatnonzero(
                (px >= 0) & (px <= frame.width) & (py >= 0) & (py <= frame.height)
            )
            if seen.size:
                last = seen[np.argmax(px[seen])]
                ends.append((float(py[last]), float(px[last]), mark))
    drawn, above = [], -np.inf
    for y, x, mark in sorted(ends, key=lambda end: end[0]):
        y = max(min(max(y - 7, 13), frame.height - 5), above + 16)
        above = y
        x = min(x, frame.width - 4)
        ink = f'stroke="{marks.colour(mark.role)}" stroke-width="3"'
        dash = ' stroke-dasharray="4 3"' if mark.dash else ""
        width = marks.LETTER * len(mark.label)
        drawn.append(f'<path d="M{short(x - width - 16)},{short(y - 4)}h11" {ink}{dash}/>')
        drawn.append(text(x, y, mark.label, anchor="end"))
    return drawn


def table_html(table: Table | None) -> str:
    """A table as HTML, or nothing."""
    if table is None:
        return ""
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(v))}</td>" for v in row) + "</tr>"
        for row in table.rows
    )
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    return number(float(value), 4) if isinstance(value, float | np.floating) else str(value)

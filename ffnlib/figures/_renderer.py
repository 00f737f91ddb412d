"""The one renderer: a `Scene` becomes the text of an SVG picture.

The same picture stands in a page without scripts, in Jupyter, in the live page and in print.
It has two widths: beside running text (`WIDE`, panels side by side) and on a phone (`NARROW`,
panels one under another).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from textwrap import wrap
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
TALLEST: Final = 450.0
"""The most a picture is high: with its bar and controls it must fit a screen 720 or 844 high."""

_NAME: Final[dict[type, Callable[[Any, Frame, marks.Taken], list[str]]]] = {
    scene.Rule: marks.rule,
    scene.Label: marks.label,
}
"""Marks whose words must not stand on others."""

_DRAW: Final[dict[type, Callable[[Any, Frame], list[str]]]] = {
    scene.Line: marks.line,
    scene.Area: marks.area,
    scene.Bars: marks.bars,
    scene.Canvas: marks.canvas,
    scene.HeatMap: marks.heat_map,
    scene.Scatter: marks.scatter,
    scene.Arrows: marks.arrows,
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
        body += _panel(panel, frame, index, place[0], place[2])
        points = [mark for mark in panel.marks if isinstance(mark, scene.Handle)]
        handles += [marks.handle(mark, frame, index) for mark in points]
    # A picture with things to take hold of is a group: the inside of an img is not read out.
    held = bool(handles) or any(
        isinstance(mark, scene.Network) and mark.picks for p in panels for mark in p.marks
    )
    role = "group" if held else "img"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ffn-svg" role="{role}"'
        f' viewBox="0 0 {WIDTHS[width]} {short(height)}" aria-label="{escape(title)}">'
    )
    return [head, *body, *handles, "</svg>"]


def svg(shown: Scene, title: str, width: str = "wide") -> str:
    """The picture of a scene as one string."""
    return "".join(picture(shown, title, width))


STAGGER: Final = 13.0
"""Pixels between two lines of names under bars."""

BOLD: Final = 8.2
"""Width in pixels of an average letter of a panel's title."""

Box = tuple[float, float, float, float]


def _layout(panels: Sequence[Panel], width: int) -> tuple[list[Box], float]:
    """Left, top, width and height of each panel, and the height of the picture."""
    if width == NARROW:
        rows = _on_a_phone(panels)
    else:
        rows = [
            [k for k, p in enumerate(panels) if p.row == row]
            for row in sorted({p.row for p in panels})
        ]
    usual = 270.0 if width == NARROW else 400.0 if len(panels) == 1 else 350.0
    heights = [max(_height(panels[k], width) for k in row) or usual for row in rows]
    shrunk = min(1.0, TALLEST / sum(heights))
    boxes: dict[int, Box] = {}
    top = 0.0
    for row, height in zip(rows, heights, strict=True):
        left = 0.0
        weights = [1.0 if width == NARROW else panels[k].weight for k in row]
        for k, weight in zip(row, weights, strict=True):
            share = weight / sum(weights) * width
            boxes[k] = (left, top, share, shrunk * height)
            left += share
        top += shrunk * height
    return [boxes[k] for k in range(len(panels))], top


def _height(panel: Panel, width: int) -> float:
    return 320.0 if width == NARROW and panel.equal else panel.height


def _on_a_phone(panels: Sequence[Panel]) -> list[list[int]]:
    """Two panels one below the other; of more, the broad ones alone and the others in pairs."""
    if len(panels) <= 2:
        return [[k] for k in range(len(panels))]
    alone = [k for k, panel in enumerate(panels) if panel.broad]
    others = [k for k, panel in enumerate(panels) if not panel.broad]
    if len(others) % 2:
        alone.append(others.pop(0))
    rows = [[k] for k in alone] + [others[i : i + 2] for i in range(0, len(others), 2)]
    return sorted(rows)


def _frame(panel: Panel, left: float, top: float, width: float, height: float) -> Frame:
    """The plot area inside a panel's box, once its words have their room."""
    x, y = ranges(panel)
    lines = len(_title_lines(panel, width))
    names = panel.axes * len(_name_lines(panel.y_label, width))
    above = 8 + 17 * lines + 3 * bool(lines) + (3 + 15 * names if names else 4)
    above += 16 * (_scaled(panel) is not None and not names)
    below = 24.0 + 18 * len(_name_lines(panel.x_label, width)) if panel.axes else 6.0
    below += STAGGER * _staggered(panel, width - 62)
    before, after = (48, 14) if panel.axes else (6, 6)
    w, h = width - before - after, height - above - below
    left, top = left + before, top + above
    if panel.equal:
        scale = min(w / (x[1] - x[0]), h / (y[1] - y[0]))
        fit_w, fit_h = scale * (x[1] - x[0]), scale * (y[1] - y[0])
        left, top, w, h = left + (w - fit_w) / 2, top + (h - fit_h) / 2, fit_w, fit_h
    return Frame(left, top, w, h, x, y, panel.log_y, panel.log_x)


def _title_lines(panel: Panel, width: float) -> list[str]:
    """A title in as many lines as the panel's width asks for."""
    return wrap(panel.title, int((width - 12) / BOLD)) if panel.title else []


def _name_lines(name: str, width: float) -> tuple[str, ...]:
    """An axis' name in as many lines as the panel's width asks for."""
    return tuple(wrap(name, int((width - 10) / marks.LETTER))) if name else ()


def _panel(panel: Panel, frame: Frame, index: int, left: float, width: float) -> list[str]:
    drawn = []
    lines = _title_lines(panel, width)
    names = panel.axes * len(_name_lines(panel.y_label, width))
    title_y = frame.top - (11 + 15 * names if names else 10) - 17 * (len(lines) - 1)
    title_y -= 16 * (_scaled(panel) is not None and not names)
    start = max(frame.left - 40, left + 8) if panel.axes else left + 8
    longest = max(map(len, lines), default=0)
    start = max(min(start, left + width - 4 - BOLD * longest), left + 8)
    for i, line in enumerate(lines):
        drawn.append(text(start, title_y + 17 * i, line, size=14, bold=True))
    if panel.axes:
        drawn += _axes(panel, frame, width)
    (x0, x1), (y0, y1) = frame.x, frame.y
    named = f' data-x-name="{escape(panel.x_label)}" data-y-name="{escape(panel.y_label)}"'
    logs = " ".join(axis for axis in "xy" if getattr(panel, f"log_{axis}"))
    log = f' data-log="{logs}"' if logs else ""
    drawn.append(
        f'<svg class="ffn-plot" x="{short(frame.left)}" y="{short(frame.top)}"'
        f' width="{short(frame.width)}" height="{short(frame.height)}" data-plot="{index}"'
        f' data-x="{x0:.6g} {x1:.6g}" data-y="{y0:.6g} {y1:.6g}"'
        f"{log}{named if panel.axes else ''}>"
    )
    # Something to hit everywhere, so that values can be read between the marks too.
    size = f'width="{short(frame.width)}" height="{short(frame.height)}"'
    drawn.append(f'<rect {size} fill="transparent"/>')
    taken: marks.Taken = []
    for mark in panel.marks:
        if name := _NAME.get(type(mark)):
            drawn += name(mark, frame, taken)
        elif not isinstance(mark, scene.Handle):
            drawn += _DRAW[type(mark)](mark, frame)
    drawn += _line_labels(panel, frame, taken)
    drawn.append("</svg>")
    if scaled := _scaled(panel):
        drawn += marks.colour_scale(scaled, frame.left + frame.width, frame.top - 7)
    return drawn


def _scaled(panel: Panel) -> scene.HeatMap | None:
    """Return the panel's map whose colours are explained, if there is one."""
    return next((m for m in panel.marks if isinstance(m, scene.HeatMap) and m.scale), None)


def _axes(panel: Panel, frame: Frame, width: float) -> tuple[str, ...]:
    """Ticks, grid and names, under which the bars' own names stand where there are bars."""
    lower = STAGGER * _staggered(panel, frame.width)
    x_name, y_name = (_name_lines(name, width) for name in (panel.x_label, panel.y_label))
    return (*_x_axis(frame, x_name, _bar_names(panel), lower), *_y_axis(frame, y_name))


def _bar_names(panel: Panel) -> tuple[str, ...]:
    bars = next((mark for mark in panel.marks if isinstance(mark, scene.Bars)), None)
    return tuple(bars.labels) if bars and panel.axes else ()


def _staggered(panel: Panel, width: float) -> bool:
    """Whether the names under bars are too long for one line."""
    names, (lo, hi) = _bar_names(panel), ranges(panel)[0]
    return bool(names) and _length(max(names, key=len)) > width / (hi - lo)


def _length(words: str) -> float:
    """About how many pixels wide words of size 12 are, and the gap to the next."""
    return 7.2 * len(words) + 5


# Most moves of a control leave the axes as they are, so they are drawn once and remembered.
@lru_cache(maxsize=256)
def _x_axis(
    frame: Frame, name: tuple[str, ...], bars: tuple[str, ...], lower: float
) -> tuple[str, ...]:
    """Light lines at round numbers, the zero line stronger; or a name under each bar.

    Names too long for one line stand in two, by turns, ``lower`` pixels apart.
    """
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
        down = 16 + lower * (bool(bars) and int(value) % 2)
        drawn.append(text(x, bottom + down, words, anchor="middle", size=12))
    for i, line in enumerate(name):
        drawn.append(text(right, bottom + lower + 34 + 15 * i, line, anchor="end", size=13))
    return tuple(drawn)


@lru_cache(maxsize=256)
def _y_axis(frame: Frame, name: tuple[str, ...]) -> tuple[str, ...]:
    drawn = []
    right = frame.left + frame.width
    values = (log_ticks if frame.log_y else ticks)(*frame.y, max(2, int(frame.height / 48)))
    for value, py in zip(values, frame.py(values).tolist(), strict=True):
        y = frame.top + py
        kind = "ffn-zero" if value == 0 else "ffn-grid"
        drawn.append(f'<path class="{kind}" d="M{short(frame.left)},{short(y)}H{short(right)}"/>')
        words = power(value) if frame.log_y else number(value)
        drawn.append(text(frame.left - 6, y + 4, words, anchor="end", size=12))
    for i, words in enumerate(reversed(name)):
        drawn.append(text(frame.left - 40, frame.top - 9 - 15 * i, words, size=13))
    return tuple(drawn)


def _line_labels(panel: Panel, frame: Frame, taken: marks.Taken) -> list[str]:
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
    ends.sort(key=lambda end: end[0])
    fit = max(int((frame.height - 4) / 16), 1)
    if len(ends) > fit:  # the others are named where the pointer reads them
        ends = [ends[i] for i in np.linspace(0, len(ends) - 1, fit).round().astype(int)]
    lines: list[float] = []
    for y, *_ in ends:
        lines.append(max(y - 7, 13, lines[-1] + 16 if lines else 0.0))
    limit = frame.height - 5
    for i in reversed(range(len(lines))):
        lines[i] = min(lines[i], limit)
        limit = lines[i] - 16
    drawn = []
    for (_, x, mark), line in zip(ends, lines, strict=True):
        wide = marks.length(mark.label) + 18
        x = min(max(x, wide), frame.width - 4)
        y = marks.free(x - wide, x, line, frame, taken)
        ink = f'stroke="{marks.colour(mark.role)}" stroke-width="3"'
        dash = ' stroke-dasharray="4 3"' if mark.dash else ""
        drawn.append(f'<path d="M{short(x - wide + 2)},{short(y - 4)}h11" {ink}{dash}/>')
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

"""How a graph of boxes and arrows is drawn: a computation, one box a number."""

import math

from ffnlib.figures._axes import Frame
from ffnlib.figures._marks import LETTER, colour, short, text
from ffnlib.figures._scene import Graph, Node

ROW = 14.5
"""Height of a row of text in pixels."""
PADDING = 4.0
Place = tuple[float, float]


def graph(mark: Graph, frame: Frame) -> list[str]:
    """Draw boxes in columns, joined by arrows; in a tall frame the columns become rows."""
    upright = frame.height > frame.width
    columns = 1 + max(node.column for node in mark.nodes)
    along, across = (
        (frame.height, frame.width) if upright else (frame.width, frame.height)
    )  # where the columns follow each other, and within one
    rows = max(len(node.rows) for node in mark.nodes)
    high = rows * ROW + 2 * PADDING
    most = max(sum(n.column == c for n in mark.nodes) for c in range(columns))
    wide = min(84.0, frame.width / most - 6) if upright else min(96.0, along / columns - 22)
    room = (high if upright else wide) / 2 + 4
    ends = [room + 2, along - room - 2]
    gap = (ends[1] - ends[0]) / max(columns - 1, 1)
    margin = (wide if upright else high) / 2 + 3

    def place(node: Node) -> Place:
        a = ends[0] + gap * node.column
        b = margin + node.place * (across - 2 * margin)
        return (b, a) if upright else (a, b)

    places = {node.name: place(node) for node in mark.nodes}
    drawn = []
    for start, end in mark.edges:
        if (start, end) not in mark.lit and (end, start) not in mark.lit:
            drawn.append(_arrow(places[start], places[end], wide, high, "reference", 1.5))
    for start, end in mark.lit:
        drawn.append(_arrow(places[start], places[end], wide, high, mark.role, 3))
    for node in mark.nodes:
        drawn += _box(node, places[node.name], wide, high)
    for start, end, words in mark.said:
        drawn.append(_beside(words, places[start], places[end], wide, high))
    return drawn


def _beside(words: str, start: Place, end: Place, wide: float, high: float) -> str:
    """Words on an arrow; where the boxes leave no room between them, above or beside it."""
    (x0, y0), (x1, y1) = start, end
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    if abs(y1 - y0) < high and abs(x1 - x0) < wide + LETTER * len(words):
        return text(x, min(y0, y1) - high / 2 - 5, words, anchor="middle", size=11)
    if abs(x1 - x0) < wide and abs(y1 - y0) < high + ROW:
        return text(x + 8, y + 4, words, size=11)
    return text(x, y + 4, words, anchor="middle", size=11)


def _arrow(start: Place, end: Place, wide: float, high: float, role: str, width: float) -> str:
    """An arrow from the edge of one box to the edge of another."""
    (x0, y0), (x1, y1) = start, end
    x0, y0 = _edge(x0, y0, x1 - x0, y1 - y0, wide, high)
    x1, y1 = _edge(x1, y1, start[0] - x1, start[1] - y1, wide, high)
    d = f"M{short(x0)},{short(y0)}L{short(x1)},{short(y1)}"
    angle = math.atan2(y1 - y0, x1 - x0)
    for turn in (2.6, -2.6):
        hx, hy = x1 + 7 * math.cos(angle + turn), y1 + 7 * math.sin(angle + turn)
        d += f"M{short(x1)},{short(y1)}L{short(hx)},{short(hy)}"
    ink = f'stroke="{colour(role)}" stroke-width="{width:g}" stroke-linecap="round"'
    return f'<path d="{d}" fill="none" {ink}/>'


def _edge(x: float, y: float, dx: float, dy: float, wide: float, high: float) -> Place:
    """Return where the way from the middle of a box in a direction leaves it, and two pixels on."""
    reach = min((wide / 2) / abs(dx) if dx else math.inf, (high / 2) / abs(dy) if dy else math.inf)
    reach += 2 / max(math.hypot(dx, dy), 1e-9)
    return x + reach * dx, y + reach * dy


def _box(node: Node, place: Place, wide: float, high: float) -> list[str]:
    x, y = place
    left, top = x - wide / 2, y - high / 2
    ink = colour(node.role) if node.role else "currentColor"
    weight = 3 if node.role else 1
    drawn = [
        f'<rect class="ffn-node" x="{short(left)}" y="{short(top)}" width="{short(wide)}"'
        f' height="{short(high)}" rx="6" stroke="{ink}" stroke-width="{weight}"/>'
    ]
    for i, row in enumerate(node.rows):
        if row:
            down = top + PADDING + ROW * (i + 0.78)
            drawn.append(text(x, down, row, anchor="middle", size=12, bold=i == 0))
    return drawn

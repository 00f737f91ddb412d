"""How a network diagram is drawn: columns of units joined by their weights."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.numbers import number
from ffnlib.figures._axes import Frame
from ffnlib.figures._marks import colour, escape, short, text
from ffnlib.figures._png import data_url, heat_rgba
from ffnlib.figures._scene import Network


def network(mark: Network, frame: Frame) -> list[str]:
    """Draw columns of nodes joined by their weights; negative weights are dashed."""
    layers = [np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in mark.layers]
    if len(mark.weights) != len(layers) - 1:
        raise ValueError(
            f"Network needs one weight matrix between neighbouring layers: {len(layers) - 1},"
            f" got {len(mark.weights)}"
        )
    places = _node_places([len(v) for v in layers], frame, bool(mark.titles))
    drawn = []
    for k, given in enumerate(mark.weights):
        w = np.asarray(given, dtype=np.float64)  # (nodes of layer k + 1, nodes of layer k)
        drawn += _edges(w, places[k], places[k + 1])
    radius = min(20.0, 0.42 * min(_gap(p, frame.height) for p in places))
    for k, values in enumerate(layers):
        names = mark.labels[k] if k < len(mark.labels) else ()
        maps = mark.maps[k] if k < len(mark.maps) else None
        if maps is None:
            drawn += _nodes(values, names, places[k], radius)
        else:
            field = np.asarray(maps, dtype=np.float64)
            drawn += _maps(field, names, places[k], radius)
            if mark.picks and k < len(mark.names):
                drawn += _switches(mark, k, places[k], radius)
        drawn += _names(names, places[k], radius, last=k == len(layers) - 1)
        if k < len(mark.titles):
            drawn.append(text(places[k][0][0], 14, mark.titles[k], anchor="middle", bold=True))
    return drawn


Places = list[tuple[float, float]]


def _gap(places: Places, height: float) -> float:
    return places[1][1] - places[0][1] if len(places) > 1 else height / 2


def _node_places(sizes: Sequence[int], frame: Frame, titled: bool) -> list[Places]:
    margin, top = 60.0, 30.0 if titled else 4.0
    columns = np.linspace(margin, frame.width - margin, len(sizes)) if len(sizes) > 1 else [margin]
    room = frame.height - top
    return [
        [(float(x), top + room * (i + 0.5) / size) for i in range(size)]
        for x, size in zip(columns, sizes, strict=True)
    ]


def _edges(w: NDArray[np.float64], sources: Places, targets: Places) -> list[str]:
    size = np.where(np.isfinite(w), np.abs(w), 0.0)
    largest = float(size.max(initial=0.0)) or 1.0
    widths, values = (0.4 + 5 * size / largest).tolist(), w.tolist()
    starts = [f"M{short(x)},{short(y)}" for x, y in sources]
    drawn = []
    for j, (x, y) in enumerate(targets):
        end = f"L{short(x)},{short(y)}"
        for start, width, value in zip(starts, widths[j], values[j], strict=True):
            role, dash = ("output", "") if value >= 0 else ("input", ' stroke-dasharray="5 4"')
            if not math.isfinite(value):
                role, dash = "error", ' stroke-dasharray="1 4"'
            drawn.append(
                f'<path d="{start}{end}" stroke="{colour(role)}" stroke-width="{width:.2g}"'
                f' stroke-opacity="0.75"{dash} data-tip="weight {number(value)}"/>'
            )
    return drawn


def _said(names: Sequence[str], i: int) -> str:
    """Return a unit's name for a read-out, escaped."""
    return escape(names[i]) if i < len(names) and names[i] else f"unit {i + 1}"


def _nodes(
    values: NDArray[np.float64], names: Sequence[str], places: Places, radius: float
) -> list[str]:
    """Discs with their value, the more coloured the larger it is."""
    largest = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    drawn = []
    for i, ((x, y), value) in enumerate(zip(places, values.tolist(), strict=True)):
        tip = f"{_said(names, i)}: {number(value)}"
        fill, opacity = colour("output" if value >= 0 else "input"), 0.6 * abs(value) / largest
        opacity = opacity if math.isfinite(opacity) else 0.0
        drawn.append(
            f'<circle class="ffn-node" cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"'
            f' stroke="currentColor" data-tip="{tip}"/>'
        )
        drawn.append(
            f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" fill="{fill}"'
            f' fill-opacity="{opacity:.2f}" pointer-events="none"/>'
        )
        if radius >= 13:
            drawn.append(text(x, y + 4, number(value, 2), anchor="middle", size=11))
    return drawn


def _maps(
    maps: NDArray[np.float64], names: Sequence[str], places: Places, radius: float
) -> list[str]:
    """Return each unit's output over the plane, as a small heat map in place of a disc."""
    drawn = []
    side = short(2 * radius)
    for i, ((x, y), z) in enumerate(zip(places, maps, strict=True)):
        box = f'x="{short(x - radius)}" y="{short(y - radius)}" width="{side}" height="{side}"'
        limit = float(np.nanmax(np.abs(np.where(np.isfinite(z), z, 0.0)), initial=0.0)) or 1.0
        url = data_url(heat_rgba(z[::-1], signed=True, limit=limit))
        drawn.append(f'<rect class="ffn-node" {box} stroke="currentColor"/>')
        drawn.append(
            f'<image {box} preserveAspectRatio="none" href="{url}"'
            f' data-tip="{_said(names, i)}: up to {number(limit)} in size"/>'
        )
    return drawn


def _switches(mark: Network, layer: int, places: Places, radius: float) -> list[str]:
    """A place to click for each unit of a layer that can be picked; a cross over those that are."""
    drawn = []
    for name, (x, y) in zip(mark.names[layer], places, strict=False):
        if not name:
            continue
        off = name in mark.off
        r, s = short(radius), short(2 * radius)
        cross = f'<path d="M-{r},-{r}l{s},{s}M-{r},{r}l{s},-{s}" stroke="currentColor"'
        drawn.append(
            f'<g class="ffn-pick" tabindex="0" role="button" aria-pressed="{str(off).lower()}"'
            f' aria-label="switch {escape(name)} {"on" if off else "off"}"'
            f' data-control="{escape(mark.picks)}" data-name="{escape(name)}"'
            f' transform="translate({short(x)},{short(y)})">'
            f'<rect x="-{r}" y="-{r}" width="{s}" height="{s}" fill="transparent"/>'
            + (f'{cross} stroke-width="2.5"/>' if off else "")
            + "</g>"
        )
    return drawn


def _names(names: Sequence[str], places: Places, radius: float, *, last: bool) -> list[str]:
    """The names of a layer's units, outside the diagram where it is its last layer."""
    drawn = []
    for name, (x, y) in zip(names, places, strict=False):
        side = (x + radius + 5, "start") if last else (x - radius - 5, "end")
        drawn.append(text(side[0], y + 4, name, anchor=side[1], size=12))
    return drawn

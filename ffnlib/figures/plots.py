"""One Matplotlib style for the course, and figures as SVG that follow the page's colours.

Matplotlib is imported here and nowhere else in the package. Use it as

    use_style()
    fig, ax = plt.subplots()
    ...
    show(fig, alt="What the figure says, for those who cannot see it")

The ink (text, axes, ticks) is one neutral colour. ``show`` puts ``currentColor`` in its place: dark
on a light page, light on a dark one. Marks take their colours from ``ffnlib.figures``, which stand
on both.
"""

import hashlib
import html
import io
import re
from typing import Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib import rcsetup
from matplotlib.figure import Figure

from ffnlib.figures._palette import ROLES

INK: Final[str] = "#767678"
"""The ink of a saved file; readable on white and near black, and used for nothing else."""

STYLE: Final[dict[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": rcsetup.cycler(
        color=[ROLES[role] for role in ("output", "input", "gradient", "second", "error", "third")]
    ),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.figsize": (7.0, 3.2),
    "font.family": "sans-serif",
    "font.size": 11,
    "grid.alpha": 0.25,
    "grid.color": INK,
    "grid.linewidth": 0.8,
    "image.cmap": "cividis",
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 2,
    "patch.edgecolor": INK,
    "savefig.facecolor": "none",
    "savefig.format": "svg",
    "savefig.transparent": True,
    "svg.fonttype": "none",  # text stays text, in the page's font
    "svg.hashsalt": "ffnlib",  # the same figure gives the same file
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def use_style() -> None:
    """Make the course's style the current one, for every figure made from now on."""
    mpl.rcdefaults()
    settings: Any = mpl.rcParams  # typed by its keys, one by one
    settings.update(STYLE)


class Picture:
    """A finished figure, shown by a notebook as inline SVG with its text alternative."""

    def __init__(self, svg: str, alt: str) -> None:
        self.svg = svg
        self.alt = alt

    def _repr_html_(self) -> str:
        return f'<figure class="ffn-figure">{self.svg}</figure>'

    def __repr__(self) -> str:
        return f"<picture: {self.alt}>"


def show(fig: Figure, alt: str) -> Picture:
    """Turn a figure into SVG in the page's ink, close it, and give it to the notebook.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        One or two sentences that say what the figure shows.

    Returns
    -------
    Picture
        Displayed when it is the last expression of a cell. The same figure gives the same text.

    Raises
    ------
    ValueError
        If ``alt`` is empty.
    """
    if not alt.strip():
        raise ValueError("alt must say in words what the figure shows, got an empty text")
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ffnlib"}):
        fig.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    plt.close(fig)
    return Picture(_inline(buffer.getvalue(), alt), alt)


def _inline(svg: str, alt: str) -> str:
    svg = svg[svg.index("<svg") :]  # without the XML declaration
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    # Matplotlib's own rule is for every element of the page; its place is the root of this picture
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r"font-family: 'DejaVu Sans', [^;\"]*", "font-family: inherit", svg)
    # several pictures share one page: their ids must differ
    prefix = "f" + hashlib.sha256((svg + alt).encode()).hexdigest()[:8] + "-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", svg)
    label = html.escape(alt, quote=True)
    width = re.search(r'\bwidth="([\d.]+)pt"', svg)
    limit = f"max-width:{float(width[1]) * 4 / 3:.0f}px;" if width else ""
    svg = re.sub(r'\s(width|height)="[\d.]+pt"', "", svg, count=2)
    style = f"width:100%;{limit}height:auto;stroke-linejoin:round;stroke-linecap:butt"
    attributes = f'<svg role="img" aria-label="{label}" style="{style}"'
    return svg.replace("<svg", attributes, 1).strip()

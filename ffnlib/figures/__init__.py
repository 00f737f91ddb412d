"""How figures are described and drawn: scenes, controls, explorers, one SVG renderer, plots.

Nothing here knows the mathematics of the course. An explorer is a pure function from parameters to
a ``Scene``; the renderer turns a scene into SVG for the page, for Jupyter and for print.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.figures._axes import Frame as Frame
    from ffnlib.figures._axes import log_ticks as log_ticks
    from ffnlib.figures._axes import ranges as ranges
    from ffnlib.figures._axes import ticks as ticks
    from ffnlib.figures._controls import Button as Button
    from ffnlib.figures._controls import Card as Card
    from ffnlib.figures._controls import Choice as Choice
    from ffnlib.figures._controls import Control as Control
    from ffnlib.figures._controls import Drawing as Drawing
    from ffnlib.figures._controls import Number as Number
    from ffnlib.figures._controls import Picked as Picked
    from ffnlib.figures._controls import Points as Points
    from ffnlib.figures._controls import Several as Several
    from ffnlib.figures._controls import Slider as Slider
    from ffnlib.figures._controls import Steps as Steps
    from ffnlib.figures._controls import Text as Text
    from ffnlib.figures._controls import Toggle as Toggle
    from ffnlib.figures._explorer import Explorer as Explorer
    from ffnlib.figures._explorer import answer_json as answer_json
    from ffnlib.figures._explorer import explorer as explorer
    from ffnlib.figures._explorer import find as find
    from ffnlib.figures._explorer import sweep as sweep
    from ffnlib.figures._explorer import write_sweeps as write_sweeps
    from ffnlib.figures._marks import FINGER as FINGER
    from ffnlib.figures._marks import LETTER as LETTER
    from ffnlib.figures._palette import ROLES as ROLES
    from ffnlib.figures._png import OPAQUE as OPAQUE
    from ffnlib.figures._png import heat_rgba as heat_rgba
    from ffnlib.figures._png import png as png
    from ffnlib.figures._renderer import NARROW as NARROW
    from ffnlib.figures._renderer import WIDE as WIDE
    from ffnlib.figures._renderer import WIDTHS as WIDTHS
    from ffnlib.figures._renderer import picture as picture
    from ffnlib.figures._renderer import svg as svg
    from ffnlib.figures._renderer import table_html as table_html
    from ffnlib.figures._scene import Area as Area
    from ffnlib.figures._scene import Arrows as Arrows
    from ffnlib.figures._scene import Bars as Bars
    from ffnlib.figures._scene import Canvas as Canvas
    from ffnlib.figures._scene import Graph as Graph
    from ffnlib.figures._scene import Handle as Handle
    from ffnlib.figures._scene import HeatMap as HeatMap
    from ffnlib.figures._scene import Label as Label
    from ffnlib.figures._scene import Line as Line
    from ffnlib.figures._scene import Mark as Mark
    from ffnlib.figures._scene import Network as Network
    from ffnlib.figures._scene import Node as Node
    from ffnlib.figures._scene import Panel as Panel
    from ffnlib.figures._scene import Range as Range
    from ffnlib.figures._scene import Rule as Rule
    from ffnlib.figures._scene import Scatter as Scatter
    from ffnlib.figures._scene import Scene as Scene
    from ffnlib.figures._scene import Sketch as Sketch
    from ffnlib.figures._scene import Table as Table
    from ffnlib.figures._scene import plain as plain
    from ffnlib.figures._widget import ExplorerWidget as ExplorerWidget
    from ffnlib.figures.plots import show as show
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_axes": (
                "Frame",
                "log_ticks",
                "ranges",
                "ticks",
            ),
            "_controls": (
                "Button",
                "Card",
                "Choice",
                "Control",
                "Drawing",
                "Number",
                "Picked",
                "Points",
                "Several",
                "Slider",
                "Steps",
                "Text",
                "Toggle",
            ),
            "_explorer": (
                "Explorer",
                "answer_json",
                "explorer",
                "find",
                "sweep",
                "write_sweeps",
            ),
            "_marks": (
                "FINGER",
                "LETTER",
            ),
            "_palette": ("ROLES",),
            "plots": ("show",),
            "_png": (
                "OPAQUE",
                "heat_rgba",
                "png",
            ),
            "_renderer": (
                "NARROW",
                "WIDE",
                "WIDTHS",
                "picture",
                "svg",
                "table_html",
            ),
            "_scene": (
                "Area",
                "Arrows",
                "Bars",
                "Canvas",
                "Graph",
                "Handle",
                "HeatMap",
                "Label",
                "Line",
                "Mark",
                "Network",
                "Node",
                "Panel",
                "Range",
                "Rule",
                "Scatter",
                "Scene",
                "Sketch",
                "Table",
                "plain",
            ),
            "_widget": ("ExplorerWidget",),
        },
    )

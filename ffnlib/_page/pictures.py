"""A Matplotlib backend for the page: ``plt.show()`` puts the open figures under the cell."""

import sys
from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ffnlib._page.display import figure_html


def take_open() -> list[str]:
    """Return the open figures as HTML, in the order they were made, and close them."""
    plt: Any = sys.modules.get("matplotlib.pyplot")
    if plt is None:
        return []
    numbers = plt.get_fignums()
    try:
        return [figure_html(plt.figure(number)) for number in numbers]
    finally:
        plt.close("all")


class FigureManager(FigureManagerBase):
    """Shows figures through the ``display`` of the session."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Show all open figures, and close them."""
        del block
        from ffnlib._page.session import current

        for html in take_open():
            current().show({"text/html": html, "text/plain": "<Figure>"})


class FigureCanvas(FigureCanvasAgg):
    """Agg's canvas, with the page's manager."""

    manager_class = FigureManager

"""What a value looks like under its cell: the same kinds of output as in Jupyter."""

import base64
import pprint
import sys
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final

from ffnlib.checks.guard import lifted
from ffnlib.figures import Explorer, find

EXPLORER: Final = "application/vnd.ffn.explorer"
WIDTH: Final = 79
MOST: Final = 100_000
"""Characters of one text; what is longer is cut, with a word that says so."""
METHODS: Final = (
    ("text/html", "_repr_html_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
)


def bundle(value: object) -> dict[str, Any]:
    """Return what a page can show of a value, by mime type; ``text/plain`` is always there.

    An object that fails while it describes itself raises what it raises.
    """
    text = {"text/plain": cut(pretty(value))}
    if isinstance(value, type):  # its methods describe its instances
        return text
    if isinstance(value, Explorer):
        return text | {"text/html": value.figure_html(), EXPLORER: _asked_as(value)}
    if callable(own := getattr(value, "_repr_mimebundle_", None)):
        given = own()
        given = given[0] if isinstance(given, tuple) else given
        return text | {mime: _plain(data) for mime, data in (given or {}).items()}
    if (module := sys.modules.get("matplotlib.figure")) and isinstance(value, module.Figure):
        return text | {"text/html": figure_html(value)}
    for mime, method in METHODS:
        if callable(own := getattr(value, method, None)) and (data := own()) is not None:
            text[mime] = _plain(data)
    return text


def _asked_as(shown: Explorer) -> dict[str, Any]:
    """Say whether the library has the explorer, so that any Python can answer for it."""
    try:
        known = find(shown.name).function is shown.function
    except ValueError:
        known = False
    return {"name": shown.name, "library": known}


def _plain(data: Any) -> Any:
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


def pretty(value: object) -> str:
    """Return a value's text as a notebook writes it: long containers over several lines."""
    if isinstance(value, type):
        builtin = value.__module__ == "builtins"
        return value.__qualname__ if builtin else f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, FunctionType | BuiltinFunctionType):
        return f"<function {value.__module__}.{value.__qualname__}>"
    if type(value) in (dict, list, tuple, set, frozenset):
        return pprint.pformat(value, width=WIDTH, sort_dicts=False)
    return repr(value)


def cut(text: str, most: int = MOST) -> str:
    """Return a text, or as much of it as a page can bear and how much is missing."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n… {len(text) - most:,} more characters are not shown."


def figure_html(figure: Any) -> str:
    """Return a Matplotlib figure as a picture that follows the page's colours."""
    with lifted():  # an exercise's cells may draw, too
        from ffnlib.figures import plots

    shown = plots.show(figure, alt="A figure that this cell has drawn")
    return shown._repr_html_()

"""Explorers: one pure function from parameters to a `Scene`, and everything that shows it.

.. code-block:: python

    @explorer(title="Overflow in softmax", controls=[Slider("shift", 0, 1200, step=10)])
    def overflow(shift=0) -> Scene: ...

The same object answers in a notebook (through `ffnlib.figures`), gives the book its starting
picture and sweeps, and runs in the page itself. It needs NumPy and nothing else.
"""

import hashlib
import importlib
import inspect
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from ffnlib._base.patience import limited
from ffnlib.errors import UnfinishedError
from ffnlib.figures._controls import (
    Button,
    Card,
    Choice,
    Control,
    Drawing,
    Number,
    Picked,
    Points,
    Several,
    Slider,
    Steps,
    Text,
    Toggle,
)
from ffnlib.figures._renderer import WIDTHS, picture, svg, table_html
from ffnlib.figures._scene import Scene

__all__ = [
    "Button",
    "Card",
    "Choice",
    "Drawing",
    "Explorer",
    "Number",
    "Picked",
    "Points",
    "Several",
    "Slider",
    "Steps",
    "Text",
    "Toggle",
    "answer_json",
    "explorer",
    "find",
    "sweep",
    "write_sweeps",
]


class Explorer:
    """A function with controls. Call it for the scene; leave it on a cell's last line to see it.

    Attributes
    ----------
    name : str
        Module stem and function, ``"softmax.overflow"``.
    title : str
    controls : dict of str to Control
        One for each parameter, in the order shown.
    start : dict of str to object
        The values the explorer starts from: the function's defaults, or those given to `show`.
    """

    def __init__(
        self,
        function: Callable[..., Scene],
        title: str,
        controls: Sequence[Control],
        start: Mapping[str, Any] | None = None,
        cards: Sequence[Card] = (),
    ) -> None:
        self.cards = tuple(cards)
        self.function = function
        self.__doc__, self.__module__ = function.__doc__, function.__module__
        self.name = f"{_stem(function.__module__)}.{function.__name__}"
        self.title = title
        self.controls = {control.name: control for control in controls}
        parameters = inspect.signature(function).parameters
        if set(parameters) != set(self.controls):
            raise ValueError(
                f"explorer {self.name}: the controls {sorted(self.controls)} and the parameters"
                f" {sorted(parameters)} must have the same names"
            )
        defaults = {name: parameters[name].default for name in self.controls}
        for name, value in defaults.items():
            if value is inspect.Parameter.empty:
                raise ValueError(f"explorer {self.name}: parameter {name} needs a default")
        self.start = defaults
        self.start, notes = self.clean(dict(start or {}))
        if notes:
            raise ValueError(f"explorer {self.name} cannot start there: {' '.join(notes)}")
        for card in self.cards:
            if self.clean(card.params)[1]:
                raise ValueError(f"explorer {self.name}: card {card.name!r} is out of range")

    def clean(self, params: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """All parameters, those not given at their start, each as its control allows.

        Returns
        -------
        params : dict
        notes : list of str
            One sentence for each value that had to be changed.

        Raises
        ------
        ValueError
            If a name is unknown, or a value is of a kind its control cannot take.
        """
        unknown = [name for name in params if name not in self.controls]
        if unknown:
            names = ", ".join(self.controls)
            raise ValueError(f"{self.title} has no control {unknown[0]!r}; it has {names}.")
        cleaned, notes = {}, []
        for name, control in self.controls.items():
            cleaned[name], note = control.check(params.get(name, self.start[name]))
            if note:
                notes.append(note)
        for name, control in self.controls.items():
            if isinstance(control, Steps):
                cleaned[name] = min(cleaned[name], control.end(cleaned))
        return cleaned, notes

    def __call__(self, **params: Any) -> Scene:
        """The scene for these parameters; those left out are at their start."""
        return self.function(**self.clean(params)[0])

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.start.items())
        return f"<Explorer {self.name}({values})>"

    def show(self, **start: Any) -> "Explorer":
        """The same explorer with another start."""
        return Explorer(self.function, self.title, tuple(self.controls.values()), start, self.cards)

    @property
    def key(self) -> str:
        """The name of the explorer and its start: two starts of one explorer have two keys."""
        defaults = Explorer(self.function, self.title, tuple(self.controls.values())).start
        base = self.name.replace(".", "-")
        if self.start == defaults:
            return base
        digest = hashlib.sha256(json.dumps(self.start, sort_keys=True).encode()).hexdigest()
        return f"{base}-{digest[:8]}"

    def spec(self) -> dict[str, Any]:
        """Return what the front end needs: names, controls, start."""
        return {
            "name": self.name,
            "key": self.key,
            "title": self.title,
            "controls": [control.spec() for control in self.controls.values()],
            "start": self.start,
            **({"cards": [asdict(card) for card in self.cards]} if self.cards else {}),
        }

    def answer(self, params: Mapping[str, Any], width: str = "wide") -> dict[str, Any]:
        """Return what the front end shows for some parameters: picture, sentence, table, notes.

        A mistake in the parameters, or in the computation, comes back as ``{"error": sentence}``,
        so that the page can keep the last good picture and say why.
        """
        try:
            cleaned, notes = self.clean(params)
            shown = self.function(**cleaned)
            return {
                "svg": svg(shown, self.title, width),
                "text": shown.text,
                "table": table_html(shown.table),
                "params": cleaned,
                "notes": notes,
            }
        except UnfinishedError:
            raise
        except Exception as problem:  # whatever happens, the reader gets a sentence
            said = str(problem) or type(problem).__name__
            return {"error": said if isinstance(problem, ValueError) else f"This failed: {said}"}

    def figure_html(self) -> str:
        """The starting picture, its sentence, and the state from which a page brings it to life."""
        shown = self.function(**self.start)
        state = json.dumps(self.spec(), separators=(",", ":")).replace("</", "<\\/")
        table = table_html(shown.table)
        details = f"<details><summary>The numbers</summary>{table}</details>" if table else ""
        return (
            f'<figure class="ffn-explorer" id="{self.key}" data-explorer="{self.name}"'
            f" data-key=\"{self.key}\" data-start='{escape(json.dumps(self.start))}'>"
            f'<p class="ffn-title">{escape(self.title)}</p>'
            f'<div class="ffn-picture"><div class="ffn-wide">{svg(shown, self.title)}</div>'
            f'<div class="ffn-narrow" hidden>{svg(shown, self.title, "narrow")}</div></div>'
            f'<script type="application/json" class="ffn-spec">{state}</script>{details}'
            f'<figcaption class="ffn-text">{escape(shown.text)}</figcaption></figure>'
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        html = self.figure_html()
        try:
            from ffnlib.figures._widget import ExplorerWidget
        except ImportError:  # without the widgets extra there is still the picture
            return {"text/html": html, "text/plain": repr(self)}
        bundle = ExplorerWidget(self)._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": html, "text/plain": repr(self)}, metadata


def _stem(module: str) -> str:
    """Name the topic of an explorer's module, which may be a package of its own."""
    inside = module.removeprefix("ffnlib.explorers.")
    return inside.split(".")[0] if inside != module else module.rsplit(".", 1)[-1]


def explorer(
    title: str, controls: Sequence[Control], cards: Sequence[Card] = ()
) -> Callable[[Callable[..., Scene]], Explorer]:
    """Make an `Explorer` of a function from parameters to a `Scene`.

    Parameters
    ----------
    title : str
        A few words above the picture.
    controls : sequence of Control
        One for each parameter of the function, whose default is where it starts.
    cards : sequence of Card
        States worth seeing, to be set by one press.
    """
    return lambda function: Explorer(function, title, controls, cards=cards)


def find(name: str) -> Explorer:
    """The explorer called ``"stem.function"``, for instance ``"neurons.neuron"``.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    stem, _, function = name.partition(".")
    if stem.isidentifier() and function.isidentifier():
        try:
            found = getattr(importlib.import_module(f"ffnlib.explorers.{stem}"), function, None)
        except ModuleNotFoundError as problem:
            if problem.name != f"ffnlib.explorers.{stem}":
                raise
            found = None
        if isinstance(found, Explorer):
            return found
    raise ValueError(f"there is no explorer {name!r}; names look like 'neurons.neuron'")


def answer_json(name: str, params: str, width: str, seconds: float = math.inf) -> str:
    """`Explorer.answer` for callers that speak JSON: the worker of the live page.

    A run that takes longer than ``seconds`` is answered by ``{"unfinished": share}``: asked again,
    it goes on.
    """
    try:
        with limited(seconds):
            return json.dumps(find(name).answer(json.loads(params), width))
    except UnfinishedError as so_far:
        return json.dumps({"unfinished": so_far.share})


def sweep(shown: Explorer, control: Control, width: str) -> dict[str, Any]:
    """One control through all its stops, the others at their start.

    Returns
    -------
    dict
        ``stops``, and for each of them a ``text``, a ``table`` and a ``frame``: which of the
        ``parts`` make up its picture. Parts that frames share are stored once.
    """
    parts: dict[str, int] = {}
    frames, texts, tables = [], [], []
    for value in control.stops():
        scene = shown.function(**{**shown.start, control.name: value})
        pieces = picture(scene, shown.title, width)
        frames.append([parts.setdefault(piece, len(parts)) for piece in pieces])
        texts.append(scene.text)
        tables.append(table_html(scene.table))
    stops = control.stops()
    return {
        "stops": stops,
        "parts": list(parts),
        "frames": frames,
        "texts": texts,
        "tables": tables,
    }


def write_sweeps(shown: Explorer, start: Mapping[str, Any], key: str, folder: Path) -> None:
    """Write the sweeps of every control as ``<key>.<control>.<width>.json`` into a folder.

    Parameters
    ----------
    shown : Explorer
    start : dict
        Where the explorer on the page starts.
    key : str
        The figure's key on the page.
    folder : Path
        Made if it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    begun = shown.show(**start)
    for control in begun.controls.values():
        if not control.stops():
            continue
        for width in WIDTHS:
            content = json.dumps(sweep(begun, control, width), separators=(",", ":"))
            (folder / f"{key}.{control.name}.{width}.json").write_text(content)

"""What every explorer must do wherever its controls stand: one home for the checks of all chapters.

``tests/explorers/test_every_explorer.py`` calls these functions. Every stop of every control is
computed and drawn once for either width, as the book does it, and all checks look at the same
scenes.
"""

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from ffnlib.figures import (
    WIDTHS,
    Control,
    Explorer,
    Handle,
    Line,
    Points,
    Scatter,
    Scene,
    find,
    svg,
    sweep,
)

GAPS = ("", "lifts", "holes", "anywhere")
"""Where numbers of curves may be missing, each allowing more than the one before.

Nowhere; where the pen is lifted (x and y both); also behind the first point, and at a point that
flew away; anywhere.
"""


def each(explorers: Sequence[Explorer]) -> pytest.MarkDecorator:
    """Run a test of ``shown`` for each explorer, under its name."""
    return pytest.mark.parametrize("shown", explorers, ids=lambda shown: shown.name)


def marks(scene: Scene, kind: type, panel: int | None = None) -> list[Any]:
    """Marks of a kind, in all panels or in one."""
    panels = scene.panels if panel is None else [scene.panels[panel]]
    return [mark for found in panels for mark in found.marks if isinstance(mark, kind)]


# ---- every stop, once


@dataclass(frozen=True)
class Swept:
    """A control through all its stops: the scenes, and what the book stores for either width."""

    control: Control
    scenes: list[Scene]
    stored: dict[str, dict[str, Any]]


@cache
def swept(shown: Explorer) -> list[Swept]:
    """Every control that has stops; the scenes of the second width must be those of the first."""
    found = []
    for control in shown.controls.values():
        if not control.stops():
            continue
        scenes: dict[str, list[Scene]] = {}
        stored = {}
        for width in WIDTHS:
            recorded, scenes[width] = recording(shown)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                stored[width] = sweep(recorded, control, width)
        one, two = scenes.values()
        for value, *both in zip(control.stops(), one, two, strict=True):
            assert same(*both), f"{shown.name}: another scene at the second {control.name}={value}"
        found.append(Swept(control, one, stored))
    return found


def recording(shown: Explorer) -> tuple[Explorer, list[Scene]]:
    """The same explorer, and the list to which each scene is added that it computes."""
    scenes: list[Scene] = []

    def function(**params: Any) -> Scene:
        cleaned, notes = shown.clean(params)
        assert (cleaned, notes) == (params, []), f"{shown.name} cannot stand at its own stop"
        scenes.append(shown.function(**params))
        return scenes[-1]

    recorded = copy(shown)
    recorded.function = function
    return recorded, scenes


def same(one: Any, two: Any) -> bool:
    """Whether two scenes, or parts of them, are the same to the last bit."""
    if is_dataclass(one):
        return type(one) is type(two) and all(
            same(getattr(one, f.name), getattr(two, f.name)) for f in fields(one)
        )
    if isinstance(one, np.ndarray):
        return (
            isinstance(two, np.ndarray)
            and one.dtype == two.dtype
            and np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
        )
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two or (one != one and two != two))


# ---- one scene


def numbers(value: Any) -> Iterator[np.ndarray]:
    """All numbers in a mark or in a part of one."""
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, list | tuple) and not all(isinstance(v, int | float) for v in value):
        for part in value:
            yield from numbers(part)
    elif value is not None and not isinstance(value, str):
        yield np.asarray(value, dtype=np.float64)


def is_finite(mark: Any, gaps: str = "") -> bool:
    """Whether a mark has all its numbers, but for those that may be missing."""
    assert gaps in GAPS
    if not gaps or not isinstance(mark, Line | Scatter):
        return all(np.isfinite(found).all() for found in numbers(mark))
    points = np.array([mark.x, mark.y], dtype=np.float64)  # (2, points)
    lost = np.isnan(points)
    if gaps == "lifts":
        kept = bool(np.all(lost[0] == lost[1])) if isinstance(mark, Line) else not lost.any()
    else:
        kept = gaps == "anywhere" or isinstance(mark, Scatter) or not lost[:, :1].any()
    return kept and not np.isinf(points).any()


def is_sound(shown: Explorer, scene: Scene, gaps: str = "", undefined: bool = False) -> None:
    """Assert that the sentence and the marks have their numbers, and that handles can be seen.

    Where the lesson is that a formula gives no number, ``undefined`` lets the sentence say so.
    """
    words = () if undefined else ("nan", "not a number", "∞ of")
    assert not [word for word in words if word in scene.text], (shown.name, scene.text)
    for panel in scene.panels:
        for mark in panel.marks:
            assert is_finite(mark, gaps), (shown.name, mark)
            if isinstance(mark, Handle) and panel.x and panel.y:  # what is unseen cannot be dragged
                assert panel.x[0] <= mark.x <= panel.x[1], (shown.name, mark)
                assert panel.y[0] <= mark.y <= panel.y[1], (shown.name, mark)


def has_numbers(picture: str, gaps: str = "", undefined: bool = False) -> bool:
    """Whether an SVG picture, or a part of one, has no ``nan`` in it but where it may."""
    kept = re.sub(r'base64,[^"]*', "", picture)  # an image's letters may spell anything
    if gaps:  # what a curve carries to be read out
        begun = "" if gaps == "anywhere" else "(?!nan)"
        kept = re.sub(rf' data-[xy]s="{begun}[^"]*"', "", kept)
    if undefined:
        kept = kept.replace(">nan</text>", "")
    return "nan" not in kept.lower()


# ---- what the tests call


def is_drawn(shown: Explorer, setting: Mapping[str, Any], **allowed: Any) -> Scene:
    """Assert that a setting gives a sound scene and a picture of either width."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scene = shown(**setting)
        is_sound(shown, scene, **allowed)
        for width in WIDTHS:
            assert has_numbers(svg(scene, shown.title, width), **allowed), (shown.name, setting)
    return scene


def places(control: Points) -> Iterator[list[list[float]]]:
    """All points in each corner, at each edge and in the middle; then apart from one another."""
    (x0, x1), (y0, y1) = control.x, control.y
    for x in (x0, min(max(0.0, x0), x1), x1):
        for y in (y0, min(max(0.0, y0), y1), y1):
            yield [[x, y]] * control.n
    yield [[x1, y1], *[[x0, y0]] * (control.n - 1)]
    yield [[x0, y0], [x1, y1]] * (control.n // 2) + [[x1, y0]] * (control.n % 2)


def draws_everywhere(
    shown: Explorer, extremes: Iterable[Mapping[str, Any]] = (), **allowed: Any
) -> None:
    """Assert that every setting gives a sound scene and pictures, without a warning.

    These are the start, every stop of every control, points at the ends of their ranges, and the
    ``extremes``, which must reach every other control that has no stops. ``allowed`` is what
    `is_sound` may be told.
    """
    extremes = list(extremes)
    settings: list[dict[str, Any]] = [{}]
    for name, control in shown.controls.items():
        if isinstance(control, Points):
            settings += [{name: place} for place in places(control)]
        elif not control.stops():
            assert any(name in setting for setting in extremes), f"nothing is tried for {name}"
    for setting in settings:
        scene = is_drawn(shown, setting, **allowed)
        assert same(scene, shown(**setting)), (shown.name, setting)
    for setting in extremes:
        is_drawn(shown, setting, **allowed)
    for moved in swept(shown):
        for scene in moved.scenes:
            is_sound(shown, scene, **allowed)
        for width, stored in moved.stored.items():
            for part in stored["parts"]:
                assert has_numbers(part, **allowed), (shown.name, moved.control.name, width, part)
    for width in WIDTHS:
        one, two = (svg(shown(), shown.title, width) for _ in range(2))
        assert one == two


def is_named_and_light(
    shown: Explorer,
    stem: str,
    *,
    heaviest: int,
    most_controls: int = 5,
    most_stops: int = 41,
) -> None:
    """Assert that an explorer is found by its name and is soon loaded.

    ``heaviest`` is how many letters the pictures of one control may have; with its sentences and
    tables, as it is stored, it may have a third more.
    """
    assert find(shown.name) is shown
    assert shown.name.startswith(f"{stem}.")
    assert len(shown.controls) <= most_controls
    for moved in swept(shown):
        name, stored = moved.control.name, moved.stored["wide"]
        assert len(stored["stops"]) <= most_stops, name
        assert sum(map(len, stored["parts"])) < heaviest, name
        assert len(json.dumps(stored)) < heaviest * 4 // 3, name


def says_every_stop(shown: Explorer, repeats: Mapping[str, int] | None = None) -> None:
    """Assert that every stop of every control has a sentence of its own, the start's among them.

    ``repeats`` names the controls some of whose stops say what another said, and how many do.
    """
    repeats = dict(repeats or {})
    for moved in swept(shown):
        texts = [scene.text for scene in moved.scenes]
        expected = len(texts) - repeats.pop(moved.control.name, 0)
        assert len(set(texts)) == expected, moved.control.name
        assert shown().text in texts, moved.control.name
    assert not repeats, f"{shown.name} has no such control"

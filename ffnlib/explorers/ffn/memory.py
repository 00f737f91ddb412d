"""A unit of a trained block as a memory: what it fires at, and what it writes."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import Bars, Choice, Label, Mark, Panel, Scene, Slider, Table, Text, explorer
from ffnlib.language import TinyDecoder, load_tiny_decoder
from ffnlib.language import key_value_memory as reading
from ffnlib.nn import FeedForward

STRONGEST = 40
"""Units of a layer that can be chosen: those that help most on the text."""

PLACES, BEFORE = 7, 22
"""Places of the text shown for a unit, and letters shown before each."""

MOST = 5
"""Characters named that a unit pushes most."""

UP, DOWN = 8, 4
"""Characters shown that a unit pushes most, and least."""

LONGEST = 32


class Layer(NamedTuple):
    """The activity of one block's units on the held-out text."""

    activity: Array
    """Coefficients, (characters, units)."""
    order: NDArray[np.int64]
    """Units, first the one that pushes the character that comes next most, on the average."""
    fires: Array
    """Share of the places at which each unit's coefficient is above 0, (units,)."""


@cache
def _tiny() -> TinyDecoder:
    return load_tiny_decoder()


def _block(layer: int) -> FeedForward:
    block = _tiny().model.blocks[layer].ffn
    assert isinstance(block, FeedForward)
    return block


@cache
def _layer(layer: int) -> Layer:
    tiny = _tiny()
    m = reading.activity(tiny.model, tiny.held_out, layer)  # (characters, units)
    assert tiny.model.vocabulary is not None
    came = tiny.model.vocabulary.encode(tiny.held_out)  # (characters,)
    pushes = reading.pull(tiny.model, reading.values(_block(layer)))  # (units, vocabulary)
    help_given = (m * pushes[:, came].T).mean(axis=0)
    order = np.argsort(-help_given, kind="stable").astype(np.int64)
    return Layer(m, order, (m > 0).mean(axis=0))


@explorer(
    title="What a hidden unit remembers",
    controls=[
        Choice("layer", [1, 2], label="block"),
        Slider("rank", 1, STRONGEST, step=1, label="unit, ranked"),
        Text("text", max_length=LONGEST, label="text to read"),
    ],
)
def memory(layer: int = 2, rank: int = 1, text: str = "the next layer has the weights") -> Scene:
    """Pick a unit of a small trained model: where it fires in a text, and what it then writes."""
    tiny, found = _tiny(), _layer(layer - 1)
    unit = int(found.order[rank - 1])
    pushed = reading.pull_of_unit(tiny.model, layer - 1, unit)
    places = _places(found.activity[:, unit], tiny.held_out)
    shown = [*range(UP), *range(len(pushed.characters) - DOWN, len(pushed.characters))]
    writes = Panel(
        [Bars([pushed.logits[i] for i in shown], [_name(pushed.characters[i]) for i in shown],
              "output", show_values=False)],
        y_label="change of the logit", title="What it writes", height=250,
    )  # fmt: skip
    panels = [_keys(places), writes]
    read = "".join(c for c in text if c in pushed.characters)
    m = _coefficients(read, layer, unit)
    if read:
        panels.append(_reading(read, m, float(found.activity[:, unit].max())))
    best = ", ".join(f"“{_name(c)}”" for c in pushed.characters[:MOST])
    hits = sum(following in pushed.characters[:MOST] for _, following, _ in places)
    said = (
        f"Unit {unit} of block {layer} is active at {number(100 * found.fires[unit], 2)} % of the"
        f" places of a held-out text. It raises the logits of {best} most. At {hits} of its"
        f" {len(places)} strongest places one of these comes next."
    )
    rows = [[f"…{before}", _name(following), m] for before, following, m in places]
    table = Table(["read", "came next", "coefficient"], rows, caption=f"Strongest of unit {unit}")
    return Scene(panels, said + _at(read, m), table)


def _places(m: Array, text: str) -> list[tuple[str, str, float]]:
    """The strongest places with different words before them: text, next character, coefficient."""
    found: list[tuple[str, str, float]] = []
    seen = set()
    for t in np.argsort(-m, kind="stable"):
        before = text[max(0, t - BEFORE) : t].replace("\n", " ")
        if m[t] <= 0 or len(found) == PLACES:
            break
        if before[-6:] not in seen:
            seen.add(before[-6:])
            found.append((before, text[t], float(m[t])))
    return found


def _keys(places: list[tuple[str, str, float]]) -> Panel:
    marks: list[Mark] = []
    for row, (before, following, m) in enumerate(places):
        marks += [
            Label(0.74, -row, f"{before} ▸", anchor="end"),
            Label(0.76, -row, _name(following), "gradient"),
            Label(1.0, -row, number(m, 2), anchor="end"),
        ]
    return Panel(
        marks, x=(0, 1), y=(-PLACES + 0.4, 0.8), axes=False, height=250, weight=1.2,
        title="Where it is active ▸ what came next", broad=True,
    )  # fmt: skip


def _coefficients(read: str, layer: int, unit: int) -> Array:
    """Return how much the unit writes after each character read, (len(read),)."""
    model = _tiny().model
    assert model.vocabulary is not None
    if not read:
        return np.empty(0)
    trace = model.trace(model.vocabulary.encode(read)[None])
    return reading.coefficients(_block(layer - 1), trace.blocks[layer - 1].ffn_input)[0, :, unit]


def _reading(read: str, m: Array, most: float) -> Panel:
    """A bar for what the unit writes after each character; ``most`` it wrote anywhere."""
    top = max(most, float(m.max())) or 1.0
    names = [_name(c) for c in read]
    return Panel(
        [Bars(m, names, "input", show_values=False)], y=(0, 1.05 * top), row=1, height=170,
        y_label="coefficient after each character", title="While it reads your text", broad=True,
    )  # fmt: skip


def _at(read: str, m: Array) -> str:
    if not read:
        return " None of the characters you typed is in its vocabulary."
    if m.max() <= 0:
        return " It is not active in your text."
    t = int(m.argmax())
    return f" In your text it writes most after “{read[: t + 1][-8:]}”, with {number(m[t], 2)}."


def _name(character: str) -> str:
    return {" ": "␣", "\n": "↵"}.get(character, character)

"""A game: divide the tokens evenly among three experts by moving their biases."""

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.explorers.moe.polygons import clip, filled
from ffnlib.figures import (
    Area,
    Bars,
    Label,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    Toggle,
    explorer,
)

EXPERTS = 3
TOKENS = 90
FULL = 33
"""Tokens that an expert may get: a tenth more than an equal share."""
DRAWS = 12
REACH = 1.2
END, STEP = 1.0, 0.05
"""Of the sliders of the biases, from -END to END."""
COLOURS = ("gradient", "second", "third")

Biases = tuple[float, ...]


class Draw(NamedTuple):
    """Tokens, and for each expert the point of the plane that it computes best."""

    x: Array  # (TOKENS, 2)
    centres: Array  # (EXPERTS, 2)

    @property
    def loss(self) -> Array:
        """What each expert loses on each token, (TOKENS, EXPERTS): the distance squared."""
        squared: Array = ((self.x[:, None] - self.centres) ** 2).sum(axis=2)
        return squared


class Division(NamedTuple):
    """Which expert each token gets, and what comes of it."""

    expert: NDArray[np.intp]  # (TOKENS,)
    load: tuple[int, ...]
    loss: float


@cache
def draw(number: int) -> Draw:
    """Draw experts around the middle, and a crowd of tokens that leans to one of them."""
    rng = np.random.default_rng(number)
    turn = 2 * np.pi * (np.arange(EXPERTS) / EXPERTS + rng.uniform())
    centres = 0.6 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    share = rng.permutation([0.55, 0.3, 0.15])
    home = rng.choice(EXPERTS, TOKENS, p=share)
    x = 0.8 * centres[home] + rng.normal(scale=0.3, size=(TOKENS, 2))
    return Draw(np.clip(x, -REACH, REACH), centres)


def divide(number: int, biases: Biases) -> Division:
    """Return which expert has the largest logit: minus what it loses, plus its bias."""
    loss = draw(number).loss
    expert = np.argmax(-loss + np.array(biases), axis=1)
    load = np.bincount(expert, minlength=EXPERTS)
    return Division(expert, tuple(load.tolist()), float(loss[np.arange(TOKENS), expert].mean()))


@cache
def best(number: int) -> Biases:
    """Return the sliders' setting with the lowest loss of those that fill no expert too far.

    Brute force. Only differences of biases matter, so that one of them stays 0.
    """
    loss = draw(number).loss
    stops = np.round(np.arange(-END, END + STEP / 2, STEP), 10) + 0.0
    pairs = np.array(list(product(stops, stops)))  # (settings, 2)
    biases = np.column_stack([np.zeros(len(pairs)), pairs])  # (settings, EXPERTS)
    expert = np.argmax(biases[:, None] - loss, axis=2)  # (settings, TOKENS)
    load = np.stack([(expert == e).sum(axis=1) for e in range(EXPERTS)], axis=1)
    total = np.where(load.max(axis=1) <= FULL, loss[np.arange(TOKENS), expert].mean(axis=1), np.inf)
    return tuple(biases[np.argmin(total)].tolist())


@explorer(
    title="Balance the router by hand",
    controls=[
        *(Slider(f"b{e}", -END, END, step=STEP, label=f"bias of expert {e}")
          for e in range(1, EXPERTS + 1)),
        Slider("tokens", 1, DRAWS, step=1, label="draw"),
        Toggle("reveal", label="show the best biases"),
    ],
)  # fmt: skip
def by_hand(
    b1: float = 0.0, b2: float = 0.0, b3: float = 0.0, tokens: int = 1, reveal: bool = False
) -> Scene:
    """Move the experts' biases until none has too many tokens, at the lowest loss."""
    biases: Biases = (b1, b2, b3)
    free, mine = divide(tokens, (0.0,) * EXPERTS), divide(tokens, biases)
    over = [str(e + 1) for e, n in enumerate(mine.load) if n > FULL]
    text = (
        f"Draw {tokens}, biases {', '.join(number(b) for b in biases)}: the experts get"
        f" {', '.join(map(str, mine.load))} tokens, and "
        + (f"expert {over[0]} has more than the {FULL} allowed" if len(over) == 1
           else f"experts {' and '.join(over)} have more than the {FULL} allowed" if over
           else f"none has more than the {FULL} allowed")
        + f". The loss is {number(mine.loss)}; without biases, {number(free.loss)}."
    )  # fmt: skip
    shown = {"no bias": free, "yours": mine}
    if reveal:
        top = best(tokens)
        shown["best"] = divide(tokens, top)
        text += (
            f" The lowest loss within the limit is {number(shown['best'].loss)}, with biases"
            f" {', '.join(number(b) for b in top)} (or all of them raised by as much)."
        )
    rows = [[name, *division.load, division.loss] for name, division in shown.items()]
    columns = ["", *(f"expert {e + 1}" for e in range(EXPERTS)), "loss"]
    return Scene([_plane(tokens, biases), _loads(mine), _losses(shown)], text, Table(columns, rows))


def _plane(tokens: int, biases: Biases) -> Panel:
    """The tokens, over the regions in which each expert has the largest logit."""
    x, centres = draw(tokens)
    square = (-REACH, REACH)
    marks: list[Mark] = []
    for e in range(EXPERTS):
        corners: Array = REACH * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        for other in range(EXPERTS):  # -|x - c_e|² + b_e ≥ -|x - c_o|² + b_o: a straight border
            if other != e and len(corners):
                offset = (centres[other] ** 2).sum() - (centres[e] ** 2).sum()
                offset += biases[e] - biases[other]
                corners = clip(corners, 2 * (centres[e] - centres[other]), float(offset))
        if len(corners) > 2:
            marks.append(filled(corners, COLOURS[e]))
    marks.append(Scatter(x[:, 0], x[:, 1], "input", size=3))
    for e, (x1, x2) in enumerate(centres.tolist()):
        marks.append(Label(x1, x2, str(e + 1), anchor="middle"))
    return Panel(marks, square, square, equal=True, height=300, weight=1.3,
                 title="Which expert a token gets")  # fmt: skip


def _loads(mine: Division) -> Panel:
    names = [str(e + 1) for e in range(EXPERTS)]
    marks: list[Mark] = [Bars([0] * EXPERTS, names, "reference", show_values=False), Rule(y=FULL)]
    for e, count in enumerate(mine.load):
        x = [e - 0.36, e + 0.36]
        marks.append(Area(x, [0, 0], [count] * 2, COLOURS[e]))
        marks.append(Line([x[0], *x, x[1]], [0, count, count, 0], COLOURS[e], width=1.5))
        marks.append(Label(e, count + 2, str(count), anchor="middle"))
    return Panel(marks, (-0.6, EXPERTS - 0.4), (0, TOKENS + 5), "expert", height=300,
                 title="Load (dashed: limit)")  # fmt: skip


def _losses(shown: dict[str, Division]) -> Panel:
    values = [division.loss for division in shown.values()]
    return Panel([Bars(values, list(shown), "output")], (-0.6, 2.6), (0, 0.8), height=300,
                 title="Loss")  # fmt: skip

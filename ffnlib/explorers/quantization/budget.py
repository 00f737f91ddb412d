"""A game: a budget of bytes, three layers, and how many bits each of them shall get."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib.datasets import Dataset, holdout
from ffnlib.datasets import digits as bundled
from ffnlib.figures import (
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
from ffnlib.nn import MLP, Linear, relu
from ffnlib.quantization import dequantize, quantize
from ffnlib.training import Adam, fit

SIZES = [64, 48, 32, 10]
LAYERS = ("first", "second", "last")
BITS = range(2, 9)
NETWORKS = 12
BUDGETS = (2600, 2300, 2900, 2100)
"""Bytes, for one network after the other."""

Bits = tuple[int, ...]
"""The bits per weight of each layer."""


class Spent(NamedTuple):
    """What a choice costs, and what the network then misreads."""

    nbytes: int
    misread: int
    """Of the images that the choice is made with."""
    unseen: int
    """Of as many images that nobody has looked at."""


class Rounded(NamedTuple):
    """A layer with rounded weights, and the bytes they take."""

    layer: Linear
    nbytes: int


class Game(NamedTuple):
    """One trained network, its layers rounded to each number of bits, and two sets of images."""

    model: MLP
    rounded: list[dict[int, Rounded]]
    chosen_with: Dataset
    unseen: Dataset


@cache
def game(network: int) -> Game:
    """Train a network and round each of its layers: one scale per row, nearest level."""
    train, rest = holdout(bundled(), 0.4, np.random.default_rng(0))
    chosen_with, unseen = holdout(rest, 0.5, np.random.default_rng(1))
    model = MLP(SIZES, rng=np.random.default_rng(network))
    fit(model, train, rng=np.random.default_rng(network), epochs=15, batch_size=128,
        optimizer=Adam(model.parameters(), 0.02))  # fmt: skip
    rounded: list[dict[int, Rounded]] = []
    for layer in model.layers:
        packed = {b: quantize(layer.W, b, "channel", scale_dtype=np.float16) for b in BITS}
        rounded.append(
            {
                b: Rounded(Linear.from_arrays(dequantize(q), layer.b), q.packed_nbytes)
                for b, q in packed.items()
            }
        )
    return Game(model, rounded, chosen_with, unseen)


@cache
def every_choice(network: int) -> dict[Bits, Spent]:
    """Return the outcome of each of the 7³ choices: brute force, each product computed once."""
    g = game(network)
    sets = [g.chosen_with, g.unseen]
    found: dict[Bits, Spent] = {}

    def choose(bits: Bits, nbytes: int, inputs: list[Array]) -> None:
        i = len(bits)
        if i == len(SIZES) - 1:
            wrong = [
                int(np.sum(z.argmax(axis=1) != d.y)) for z, d in zip(inputs, sets, strict=True)
            ]
            found[bits] = Spent(nbytes, *wrong)
            return
        for b, (layer, size) in g.rounded[i].items():
            z = [layer.forward(x) for x in inputs]
            last = i == len(SIZES) - 2
            choose((*bits, b), nbytes + size, z if last else [relu(one) for one in z])

    choose((), 0, [d.x for d in sets])
    return found


def allowed(network: int) -> int:
    """Return the budget of a network, in bytes."""
    return BUDGETS[(network - 1) % len(BUDGETS)]


def best(network: int) -> Bits:
    """Return the choice within the budget that misreads least; of equal ones, the smallest."""
    budget = allowed(network)
    within = {
        bits: spent for bits, spent in every_choice(network).items() if spent.nbytes <= budget
    }
    return min(within, key=lambda bits: (within[bits].misread, within[bits].nbytes, bits))


def alone(network: int, layer: int) -> list[int]:
    """Return how many digits are misread with this layer rounded and the others as trained."""
    g = game(network)
    wrong = []
    for b in BITS:
        x = g.chosen_with.x
        for i, trained in enumerate(g.model.layers):
            z = (g.rounded[i][b].layer if i == layer else trained).forward(x)
            x = z if i == len(LAYERS) - 1 else relu(z)
        wrong.append(int(np.sum(x.argmax(axis=1) != g.chosen_with.y)))
    return wrong


@explorer(
    title="Spend the bits",
    controls=[
        *(Slider(name, BITS[0], BITS[-1], step=1, label=f"{name} layer", unit="bits")
          for name in LAYERS),
        Slider("network", 1, NETWORKS, step=1),
        Toggle("reveal", label="show the best choice"),
    ],
)  # fmt: skip
def budget(
    first: int = 3, second: int = 3, last: int = 3, network: int = 1, reveal: bool = False
) -> Scene:
    """Divide a budget of bytes among the layers so that the network misreads the fewest digits."""
    mine: Bits = (first, second, last)
    spent = every_choice(network)[mine]
    g = game(network)
    n = len(g.chosen_with.y)
    trained = int(np.sum(g.model.predict(g.chosen_with.x) != g.chosen_with.y))
    left = allowed(network) - spent.nbytes
    text = (
        f"Network {network}, {allowed(network):,} bytes: {first}, {second} and {last} bits take"
        f" {spent.nbytes:,} bytes, " + (f"{-left:,} too many" if left < 0 else f"{left:,} to spare")
        + f". The network misreads {spent.misread} of {n} digits; before rounding, {trained}."
    )  # fmt: skip
    rows = [[name, *(g.rounded[i][b].nbytes for b in BITS)] for i, name in enumerate(LAYERS)]
    caption = "Bytes of a layer, by bits per weight"
    if reveal:
        top = best(network)
        its = every_choice(network)[top]
        text += (
            f" The best of all {len(every_choice(network))} choices is {top[0]}, {top[1]} and"
            f" {top[2]} bits: {its.nbytes:,} bytes and {its.misread} misread. Of {n} images that"
            f" played no part in the choice, it misreads {its.unseen}, and yours"
            f" {spent.unseen}."
        )
    panels = [
        _bytes(g, mine, allowed(network)),
        _alone(network, mine, trained),
        _choices(network, mine, reveal, n),
    ]
    return Scene(panels, text, Table(["layer", *(f"{b} bits" for b in BITS)], rows, caption))


def _bytes(g: Game, mine: Bits, budget: int) -> Panel:
    sizes = [g.rounded[i][b].nbytes for i, b in enumerate(mine)]
    marks: list[Mark] = [
        Bars([*sizes, sum(sizes)], [*LAYERS, "all"], "input", highlight=3),
        Rule(y=budget),
    ]
    return Panel(marks, (-0.6, 3.6), (0, 4200), title="Bytes (dashed: budget)", height=230)


def _alone(network: int, mine: Bits, trained: int) -> Panel:
    marks: list[Mark] = [Rule(y=trained)]
    roles = ("input", "output", "gradient")
    for i, (name, role) in enumerate(zip(LAYERS, roles, strict=True)):
        wrong = alone(network, i)
        at = BITS.index(mine[i])
        marks += [
            Line(list(BITS), wrong, role),
            Label(8, 190 / 1.7**i, name, role, anchor="end"),
            Scatter([mine[i]], [wrong[at]], role, size=6),
        ]
    return Panel(marks, (1.8, 8.2), (3, 300), "bits per weight", log_y=True, height=230,
                 title="Misread, one layer rounded")  # fmt: skip


def _choices(network: int, mine: Bits, reveal: bool, n: int) -> Panel:
    every = every_choice(network)
    uniform = [every[(b,) * len(LAYERS)] for b in BITS]
    marks: list[Mark] = [Rule(x=allowed(network), label="budget")]
    if reveal:
        marks.append(_points(list(every.values()), "reference", "all choices", 2))
    marks.append(_points(uniform, "third", "the same bits everywhere", 5))
    if reveal:
        marks.append(_points([every[best(network)]], "gradient", "best", 8))
    marks.append(_points([every[mine]], "output", "yours", 6))
    marks.append(
        Label(
            uniform[-1].nbytes, 1.6 * uniform[-1].misread, "the same bits everywhere", anchor="end"
        )
    )
    marks.append(Label(every[mine].nbytes + 60, 1.1 * every[mine].misread, "yours"))
    return Panel(marks, (1200, 5600), (3, n), "bytes", log_y=True, row=1, height=230,
                 title="Digits misread", broad=True)  # fmt: skip


def _points(spent: list[Spent], role: str, label: str, size: float) -> Scatter:
    x: NDArray[np.int64] = np.array([s.nbytes for s in spent])
    y: NDArray[np.int64] = np.array([s.misread for s in spent])
    return Scatter(x, y, role, size=size, label=label)

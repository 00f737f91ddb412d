"""The broken network: gradients under test against finite differences, array by array."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Choice,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    Toggle,
    explorer,
)
from ffnlib.training import FAULTS, TwoLayer, gradcheck

D_IN, HIDDEN = 3, 4

NETWORKS = 100
SEED = 7


def deal(seed: int, networks: int = NETWORKS) -> list[str]:
    """Return which fault each network has, ``"none"`` for a sound one.

    All faults, and none, occur equally often (to within one), in an order that depends on the seed.

    Parameters
    ----------
    seed, networks : int
    """
    cases = ["none", *FAULTS]
    rng = np.random.default_rng(seed)
    rounds = [rng.permutation(len(cases)) for _ in range(-(-networks // len(cases)))]
    return [cases[i] for i in np.concatenate(rounds)[:networks]]


HIDDEN_IN = dict(enumerate(deal(SEED), start=1))
"""Which fault each network has."""


class Compared(NamedTuple):
    """The gradient of one array, entry by entry: what the code gives and what differences give."""

    given: NDArray[np.float64]
    expected: NDArray[np.float64]
    error: float
    """The largest relative error."""


Arrays = dict[str, Compared]


def batch(examples: int, classes: int) -> tuple[Array, NDArray[np.int64]]:
    """Draw a batch, x (examples, 3) and classes y (examples,), of which each occurs in turn."""
    rng = np.random.default_rng([examples, classes])
    return rng.normal(size=(examples, D_IN)), np.arange(examples) % classes


def compare(
    fault: str | None, examples: int, classes: int, again: bool, network: int = 0
) -> Arrays:
    """Check every entry of every gradient of a network with central differences.

    Parameters
    ----------
    fault : str or None
        A name from ``FAULTS``.
    examples, classes : int
    again : bool
        Whether to take the gradients of a second call.
    network : int
        Each has weights of its own.
    """
    model = TwoLayer(D_IN, HIDDEN, classes, np.random.default_rng([5, classes, network]), fault)
    x, y = batch(examples, classes)
    given = model.gradients(x, y)
    if again:
        given = model.gradients(x, y)
    result = {}
    for name, array in model.parameters().items():
        entries = []
        gradient = np.asarray(given[name], dtype=np.float64).reshape(-1)
        for flat in range(array.size):
            one = {name: array.reshape(-1)[flat : flat + 1]}  # a view: moving it moves the network
            got = {name: gradient[flat : flat + 1]}
            entries.append(gradcheck(lambda _: model.loss(x, y), one, analytic=got).worst)
        result[name] = Compared(
            np.array([e.analytic for e in entries]),
            np.array([e.numeric for e in entries]),
            max(e.error for e in entries),
        )
    return result


@explorer(
    title="The broken network",
    controls=[
        Slider("network", 1, NETWORKS, step=1),
        Choice("examples", [1, 2, 4, 8, 16], label="examples in the batch"),
        Slider("classes", 2, 5, step=1),
        Toggle("again", label="second call"),
    ],
)
def hunt(network: int = 1, examples: int = 8, classes: int = 3, again: bool = False) -> Scene:
    """Plot the gradients of a network that may be wrong against finite differences."""
    hidden = HIDDEN_IN[network]
    arrays = compare(None if hidden == "none" else hidden, examples, classes, again, network)
    panels = [_panel(name, c, row=i // 2) for i, (name, c) in enumerate(arrays.items())]
    batch = f"{examples} {'example' if examples == 1 else 'examples'}"
    call = ", second call" if again else ""
    said = _sentence(f"Network {network} on {batch} of {classes} classes{call}", arrays)
    return Scene(panels, text=said, table=_table(arrays))


def _panel(name: str, c: Compared, row: int) -> Panel:
    reach = 1.15 * max(float(np.abs(c.expected).max()), float(np.abs(c.given).max()), 1e-3)
    diagonal = Line([-reach, reach], [-reach, reach], role="reference", dash=True, width=1.5)
    right = c.error <= 1e-6
    marks: list[Mark] = [diagonal]
    points = (c.expected, c.given)
    marks.append(
        Scatter(*points, role="gradient", size=4)
        if right
        else Scatter(*points, role="error", classes=np.full(len(c.given), 3), size=4)
    )
    verdict = "agrees" if right else "wrong"
    return Panel(
        marks,
        x=(-reach, reach),
        y=(-reach, reach),
        x_label="finite difference",
        y_label="the code's gradient",
        title=f"{name}: {verdict}",
        row=row,
        height=230,
    )


def _sentence(subject: str, arrays: dict[str, Compared]) -> str:
    wrong = {name: c for name, c in arrays.items() if c.error > 1e-6}
    if not wrong:
        return f"{subject}: all four gradients agree with the finite differences here."
    said = f"{subject}: {' and '.join(wrong)} {'are' if len(wrong) > 1 else 'is'} wrong."
    factors = {name: _factor(c) for name, c in wrong.items()}
    common = {round(f, 6) for f in factors.values() if f is not None}
    if None not in factors.values() and len(common) == 1:
        said += f" Every entry is {number(common.pop(), 4)} times what it should be."
    return said


def _factor(c: Compared) -> float | None:
    """The one factor between the two, if there is one."""
    size = float(c.expected @ c.expected)
    factor = float(c.given @ c.expected) / size if size else 0.0
    close = np.allclose(c.given, factor * c.expected, rtol=1e-5, atol=1e-8)
    return factor if close else None


def _table(arrays: dict[str, Compared]) -> Table:
    rows = []
    for name, c in arrays.items():
        factor = _factor(c)
        rows.append([name, c.given.size, c.error, "none" if factor is None else number(factor, 4)])
    return Table(["array", "entries", "largest relative error", "common factor"], rows)


# ---- the game: what a guess is worth, and what speaks against it

PLACES = {
    "all": "in δ₂, so in all four gradients",
    "hidden": "in δ₁, so in W₁ and b₁",
    "one": "in the gradient of one array",
    "none": "nowhere: the network is sound",
}
TESTS = ((8, 3, False), (16, 3, False), (8, 5, False), (8, 3, True))
"""Batches that tell the faults apart: examples, classes, whether it is a second call."""
ARRAYS = {"W1": "W₁", "b1": "b₁", "W2": "W₂", "b2": "b₂"}


def place(fault: str) -> str:
    """Return where a fault begins: one of ``PLACES``."""
    if fault == "none":
        return "none"
    return {4: "all", 2: "hidden", 1: "one"}[len(FAULTS[fault].where)]


def against(guess: str, truth: str) -> str:
    """Return the evidence against a wrong guess, in a sentence.

    First the arrays that only one of the two faults spoils, then a common factor that only one of
    them has, last how long the gradients typically are.

    Parameters
    ----------
    guess, truth : str
        ``"none"`` or a name from ``FAULTS``; not the same.

    Raises
    ------
    ValueError
        If nothing tells them apart.
    """
    runs = [(_on(*test), _run(guess, *test), _run(truth, *test)) for test in TESTS]
    for speaks in (_spoiled, _factors):
        for on, mine, real in runs:
            for name, written in ARRAYS.items():
                if said := speaks(mine[name], real[name], written, guess == "none"):
                    return f"{on}, {said}."
    for name, written in ARRAYS.items():
        mine_is, real_is = (_typical_length(fault, name) for fault in (guess, truth))
        if abs(mine_is - real_is) > 0.05 * real_is:
            return (
                f"Both spoil the same arrays without a common factor. With that fault the gradient"
                f" of {written} is typically {number(mine_is)} times as long as it should be, with"
                f" the one here {number(real_is)} times."
            )
    raise ValueError(f"nothing tells {guess} from {truth}")


@cache
def _run(fault: str, examples: int, classes: int, again: bool, network: int = 0) -> Arrays:
    return compare(None if fault == "none" else fault, examples, classes, again, network)


def _on(examples: int, classes: int, again: bool) -> str:
    return f"On {examples} examples of {classes} classes{', at a second call' if again else ''}"


def _spoiled(mine: Compared, real: Compared, written: str, sound: bool) -> str:
    """Say that only one of the two is wrong."""
    wrong, is_wrong = mine.error > 1e-6, real.error > 1e-6
    if wrong == is_wrong:
        return ""
    if sound:
        return f"{written} is wrong, so the network is not sound"
    if wrong:
        return f"that fault would spoil {written}, and here it is right"
    return f"that fault would leave {written} right, and here it is wrong"


def _factors(mine: Compared, real: Compared, written: str, sound: bool) -> str:
    """Say how the common factors of two wrong gradients differ."""
    a, b = (None if c.error <= 1e-6 else _factor(c) for c in (mine, real))
    if sound or a == b:
        return ""
    if a is None:
        return f"all entries of {written} share one factor, and that fault would leave none"
    would = (
        f"that fault would make all entries of {written} {number(a, 4)} times what they should be"
    )
    if b is None:
        return f"{would}, and here they share no factor"
    return "" if np.isclose(a, b, rtol=1e-5) else f"{would}, and here the factor is {number(b, 4)}"


def _typical_length(fault: str, name: str) -> float:
    """Return the median over networks of how many times too long a gradient is."""
    examples, classes, again = TESTS[0]
    found = [_run(fault, examples, classes, again, network)[name] for network in range(1, 12)]
    lengths = [np.linalg.norm(c.given) / np.linalg.norm(c.expected) for c in found]
    return float(np.median(lengths))

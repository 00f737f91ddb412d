"""The broken network: gradients under test against finite differences, array by array."""

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

LETTERS = "ABCDEFGHIJKLM"

HIDDEN_IN = dict(
    zip(
        LETTERS,
        np.random.default_rng(7).permutation(np.array(["none", *FAULTS])).tolist(),
        strict=True,
    )
)
"""Which fault each network has. One has none."""


class Compared(NamedTuple):
    """The gradient of one array, entry by entry: what the code gives and what differences give."""

    given: NDArray[np.float64]
    expected: NDArray[np.float64]
    error: float
    """The largest relative error."""


def batch(examples: int, classes: int) -> tuple[Array, NDArray[np.int64]]:
    """Draw a batch, x (examples, 3) and classes y (examples,), of which each occurs in turn."""
    rng = np.random.default_rng([examples, classes])
    return rng.normal(size=(examples, D_IN)), np.arange(examples) % classes


def compare(fault: str | None, examples: int, classes: int, again: bool) -> dict[str, Compared]:
    """Check every entry of every gradient of a network with central differences.

    Parameters
    ----------
    fault : str or None
        A name from ``FAULTS``.
    examples, classes : int
    again : bool
        Whether to take the gradients of a second call.
    """
    network = TwoLayer(D_IN, HIDDEN, classes, np.random.default_rng([5, classes]), fault)
    x, y = batch(examples, classes)
    given = network.gradients(x, y)
    if again:
        given = network.gradients(x, y)
    result = {}
    for name, array in network.parameters().items():
        entries = []
        gradient = np.asarray(given[name], dtype=np.float64).reshape(-1)
        for flat in range(array.size):
            one = {name: array.reshape(-1)[flat : flat + 1]}  # a view: moving it moves the network
            got = {name: gradient[flat : flat + 1]}
            entries.append(gradcheck(lambda _: network.loss(x, y), one, analytic=got).worst)
        result[name] = Compared(
            np.array([e.analytic for e in entries]),
            np.array([e.numeric for e in entries]),
            max(e.error for e in entries),
        )
    return result


@explorer(
    title="The broken network",
    controls=[
        Choice("network", list(LETTERS)),
        Choice("examples", [1, 2, 4, 8, 16], label="examples in the batch"),
        Slider("classes", 2, 5, step=1),
        Toggle("again", label="second call"),
        Toggle("answer", label="show the answer"),
    ],
)
def hunt(
    network: str = "A",
    examples: int = 8,
    classes: int = 3,
    again: bool = False,
    answer: bool = False,
) -> Scene:
    """Plot the gradients of a network that may be wrong against finite differences."""
    hidden = HIDDEN_IN[network]
    arrays = compare(None if hidden == "none" else hidden, examples, classes, again)
    panels = [_panel(name, c, row=i // 2) for i, (name, c) in enumerate(arrays.items())]
    batch = f"{examples} {'example' if examples == 1 else 'examples'}"
    said = _sentence(f"Network {network} on {batch} of {classes} classes", arrays)
    if answer:
        truth = "There is no fault." if hidden == "none" else FAULTS[hidden].text
        said += f" Answer: {truth}"
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

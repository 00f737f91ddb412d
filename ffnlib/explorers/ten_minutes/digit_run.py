"""The network of the opening chapter: 64 pixels, 16 hidden units, ten digits, and its training."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.datasets import Dataset, digits, holdout
from ffnlib.nn import MLP, cross_entropy, softmax
from ffnlib.training import Adam, train_step

SIDE: Final = 8
"""Pixels along each side of an image."""
CANVAS: Final = 32
"""Cells along each side of a drawing: four for each pixel, as where the images come from."""
HIDDEN: Final = 16
STEPS: Final = 400
BATCH: Final = 64
IMAGES: Final = 40
"""How many of the held-out images the reader may choose from."""


@cache
def data() -> tuple[Dataset, Dataset]:
    """Return the images that the network learns from, and those held out."""
    return holdout(digits(), 0.4, np.random.default_rng(0))


class Measured(NamedTuple):
    """What a network is worth."""

    loss: float
    """On the images it learns from."""
    test_loss: float
    """On the held-out images."""
    accuracy: float
    """The share of the held-out images that it reads correctly."""


def measure(model: MLP) -> Measured:
    """Measure a network as it is now."""
    train, test = data()
    loss, test_loss = (float(cross_entropy(model.forward(d.x), d.y)) for d in (train, test))
    return Measured(loss, test_loss, float(np.mean(model.predict(test.x) == test.y)))


@cache
def _weights() -> list[list[Array]]:
    """Train the network once; its parameters before each step and after the last."""
    train = data()[0]
    rng = np.random.default_rng(1)
    model = MLP([SIDE * SIDE, HIDDEN, 10], rng=rng)
    optimizer = Adam(model.parameters(), 0.01)
    weights = [[p.copy() for p in model.parameters()]]
    for _ in range(STEPS):
        rows = rng.integers(0, len(train.x), BATCH)
        train_step(model, optimizer, train.x[rows], train.y[rows])
        weights.append([p.copy() for p in model.parameters()])
    return weights


def network(step: int = STEPS) -> MLP:
    """Return the network as it was after ``step`` steps: by default the trained one."""
    model = MLP([SIDE * SIDE, HIDDEN, 10], rng=np.random.default_rng(0))
    for p, w in zip(model.parameters(), _weights()[step], strict=True):
        p[...] = w
    return model


@cache
def history(every: int) -> list[Measured]:
    """Return what was measured after 0, ``every``, 2 ``every``, … steps."""
    return [measure(network(step)) for step in range(0, STEPS + 1, every)]


def probabilities(model: MLP, image: Array) -> Array:
    """Return the ten probabilities, (10,), that a network gives an image, (64,)."""
    shares: Array = softmax(model.forward(image[None]))[0]
    return shares


def percent(share: float) -> str:
    """Return a probability in per cent; one that only rounding makes certain is not called so."""
    return "more than 99.9 %" if 0.999 < share < 1 else f"{number(100 * share)} %"


def bitmap(drawn: str) -> NDArray[np.bool_]:
    """Return a drawing, hexadecimal digits of four cells each, as a (32, 32) array of cells."""
    rows = [int(drawn[i : i + 8], 16) for i in range(0, len(drawn), 8)]
    return np.array([[bool(row >> (CANVAS - 1 - j) & 1) for j in range(CANVAS)] for row in rows])


def as_image(cells: NDArray[np.bool_]) -> Array:
    """Turn a drawing into what the network was trained on: 64 numbers from 0 to 1.

    The drawing is scaled until it fills the square and centred; then the ink in each 4 × 4 block is
    counted. The images of the dataset were made in this way (Alpaydin and Kaynak, 1998).

    Parameters
    ----------
    cells : (32, 32) bool array
        True where there is ink; at least one cell.

    Returns
    -------
    (64,) float64 array
    """
    rows, columns = np.flatnonzero(cells.any(1)), np.flatnonzero(cells.any(0))
    cut = cells[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longest = max(cut.shape)
    height, width = (max(1, round(n * CANVAS / longest)) for n in cut.shape)
    filled = np.zeros((CANVAS, CANVAS))
    top, left = (CANVAS - height) // 2, (CANVAS - width) // 2
    across = np.arange(width) * cut.shape[1] // width
    down = np.arange(height) * cut.shape[0] // height
    filled[top : top + height, left : left + width] = cut[down][:, across]
    block = CANVAS // SIDE
    counted: Array = filled.reshape(SIDE, block, SIDE, block).mean((1, 3))
    return counted.ravel()

"""The training playground: a small network on points of the plane, one epoch at a time.

Everything that happens follows from the settings and their seed, so a run can be repeated,
rewound and shared.
"""

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib import datasets
from ffnlib._base.arrays import Array
from ffnlib.nn import MLP, cross_entropy
from ffnlib.training import OPTIMIZERS, carry_over, gradient_norms, train_step

POINTS: Final = 500
"""Half of them to learn from, half to test on."""
REACH: Final = 1.0
"""The points lie within [-REACH, REACH] on both axes."""
MAX_LAYERS: Final = 5
MAX_WIDTH: Final = 10

FEATURES: Final = {
    "x₁": lambda x: x[:, 0],
    "x₂": lambda x: x[:, 1],
    "x₁²": lambda x: x[:, 0] ** 2,
    "x₂²": lambda x: x[:, 1] ** 2,
    "x₁x₂": lambda x: x[:, 0] * x[:, 1],
    "sin x₁": lambda x: np.sin(5 * x[:, 0]),
    "sin x₂": lambda x: np.sin(5 * x[:, 1]),
}
"""What the network may be shown of a point; the plane is 2 wide, so the sines turn over in it."""

DATASETS: Final = ("spirals", "circles", "xor", "moons", "blobs")


class Settings(NamedTuple):
    """Everything a run depends on."""

    data: str = "spirals"
    noise: float = 0.0
    features: tuple[str, ...] = ("x₁", "x₂")
    hidden: tuple[int, ...] = (8, 8)
    activation: str = "tanh"
    init: str = "glorot"
    optimizer: str = "adam"
    learning_rate: float = 0.1
    batch_size: int = 125
    dropout: float = 0.0
    weight_decay: float = 0.0
    seed: int = 0


class Epoch(NamedTuple):
    """The measurements before the first epoch and after each one."""

    loss: float
    """On the points learnt from, without dropout."""
    accuracy: float
    test_loss: float
    test_accuracy: float
    gradient_norms: tuple[float, ...]
    """The norm of each layer's gradient in the epoch's last step."""


class Part(NamedTuple):
    """The points learnt from, or those tested on."""

    plane: Array
    """Where they are, (n, 2)."""
    x: Array
    """What the network sees of them, (n, number of features)."""
    y: NDArray[np.int64]


@dataclass
class Run:
    """A network in training: its points, its optimizer and what has been measured."""

    settings: Settings
    train: Part
    test: Part
    model: MLP
    optimizer: Any
    rng: np.random.Generator
    epochs: list[Epoch] = field(default_factory=list)


def parse_widths(text: str) -> tuple[int, ...]:
    """Read the hidden widths from text such as ``"8, 8"``; empty text means no hidden layer.

    Raises
    ------
    ValueError
        In words for the reader, if it is not a list of at most `MAX_LAYERS` whole numbers from 1
        to `MAX_WIDTH`.
    """
    parts = text.replace(",", " ").split()
    if len(parts) > MAX_LAYERS or not all(
        p.isdecimal() and 1 <= int(p) <= MAX_WIDTH for p in parts
    ):
        raise ValueError(
            f"Hidden layers: write at most {MAX_LAYERS} widths from 1 to {MAX_WIDTH}, such as 8, 8;"
            f" got {text!r}."
        )
    return tuple(int(p) for p in parts)


def points(data: str, n: int, noise: float, rng: np.random.Generator) -> datasets.Dataset:
    """Draw ``n`` points of two classes, scaled into the square [-REACH, REACH]²."""
    if data == "blobs":
        drawn = datasets.blobs(n, noise=0.5 + 2 * noise, rng=rng, classes=2)
    elif data == "xor":
        x = rng.uniform(-1, 1, (n, 2))
        y = (x[:, 0] * x[:, 1] < 0).astype(np.int64)
        drawn = datasets.Dataset(x + rng.normal(0, noise, x.shape), y, ("0", "1"))
    elif data == "spirals":
        drawn = datasets.spirals(n, noise=noise / 2, rng=rng, turns=1.75)
    else:
        drawn = getattr(datasets, data)(n, noise=noise, rng=rng)
    centre = (drawn.x.max(axis=0) + drawn.x.min(axis=0)) / 2
    size = np.abs(drawn.x - centre).max() / (0.95 * REACH)
    return drawn._replace(x=(drawn.x - centre) / size)


def inputs(x: Array, features: tuple[str, ...]) -> Array:
    """Return what the network sees of points ``x`` (n, 2): (n, number of features)."""
    return np.stack([FEATURES[name](x) for name in features], axis=1)


def begin(settings: Settings) -> Run:
    """Draw the points and the initial weights of a run."""
    s = settings
    rng = np.random.default_rng(s.seed)
    drawn = points(s.data, POINTS, s.noise, rng)
    order = rng.permutation(POINTS)
    half = POINTS // 2
    train, test = (
        Part(drawn.x[part], inputs(drawn.x[part], s.features), drawn.y[part])
        for part in (order[:half], order[half:])
    )
    sizes = (len(s.features), *s.hidden, 2)
    model = MLP(sizes, s.activation, rng=rng, init=s.init, dropout=s.dropout)
    optimizer = OPTIMIZERS[s.optimizer](
        model.parameters(), learning_rate=s.learning_rate, weight_decay=s.weight_decay
    )
    run = Run(s, train, test, model, optimizer, rng)
    measure(run, (0.0,) * len(model.layers))
    return run


def copy(run: Run) -> Run:
    """An independent run that continues exactly like this one."""
    other = begin(run.settings)
    carry_over(run.model, run.optimizer, other.model, other.optimizer)
    other.rng = deepcopy(run.rng)
    other.epochs = list(run.epochs)
    return other


def step(run: Run) -> None:
    """Train for one epoch: every point once, in a fresh order, one batch at a time."""
    order = run.rng.permutation(len(run.train.y))
    # A rate that is too large ends in inf and nan: the playground shows that itself.
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(order), run.settings.batch_size):
            batch = order[start : start + run.settings.batch_size]
            train_step(
                run.model, run.optimizer, run.train.x[batch], run.train.y[batch], rng=run.rng
            )
        measure(run, tuple(float(norm) for norm in gradient_norms(run.model)))


def measure(run: Run, norms: tuple[float, ...]) -> None:
    """Add one `Epoch` to the run."""
    logits = run.model.forward(np.concatenate([run.train.x, run.test.x]))  # (POINTS, 2)
    half = len(run.train.y)
    loss, accuracy = _score(logits[:half], run.train.y)
    test_loss, test_accuracy = _score(logits[half:], run.test.y)
    run.epochs.append(Epoch(loss, accuracy, test_loss, test_accuracy, norms))


def _score(logits: Array, y: NDArray[np.int64]) -> tuple[float, float]:
    """Loss (nan when the outputs have overflowed) and share of right answers."""
    loss = cross_entropy(logits, y) if np.isfinite(logits).all() else float("nan")
    return loss, float(np.mean(logits.argmax(axis=1) == y))


def without(run: Run, off: Collection[tuple[int, int]]) -> Run:
    """Return the run with some hidden units silenced: nothing that follows hears them.

    Parameters
    ----------
    run : Run
    off : collection of (int, int)
        Hidden layer and unit, both counted from 0. What does not exist is left out.
    """
    other = copy(run)
    for layer, unit in off:
        if layer + 1 < len(other.model.layers) and unit < other.model.layers[layer + 1].W.shape[1]:
            other.model.layers[layer + 1].W[:, unit] = 0.0
    measure(other, other.epochs[-1].gradient_norms)
    return other


class Maps(NamedTuple):
    """Every unit's answer over the square, row 0 at the bottom."""

    units: list[Array]
    """Features, then each hidden layer: (units, side, side)."""
    output: Array
    """Probability of class 1 less that of class 0, (side, side)."""


def maps(run: Run, side: int) -> Maps:
    """Evaluate the network on a grid of ``side`` × ``side`` points."""
    axis = np.linspace(-REACH, REACH, side)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    seen = inputs(grid, run.settings.features)
    with np.errstate(over="ignore", invalid="ignore"):
        trace = run.model.trace(seen)
    columns = [seen, *(layer.a for layer in trace[:-1])]
    logits = trace[-1].a
    output = np.tanh((logits[:, 1] - logits[:, 0]) / 2)  # = p₁ - p₀ of the softmax
    return Maps(
        [column.T.reshape(-1, side, side) for column in columns], output.reshape(side, side)
    )

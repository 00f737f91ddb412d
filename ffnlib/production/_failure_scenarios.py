"""Trainings in which something happens, to watch what a monitor would have said, and when.

A small network reads the bundled digits. Five trainings differ in their activation, their rate and
in one event: a few batches whose pixels nobody divided by 16, or a rate that keeps growing because
its warm-up never ends. Everything follows from the settings and their seed.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from ffnlib.datasets import Dataset, digits, holdout
from ffnlib.nn import MLP
from ffnlib.production._telemetry import Reading, watched_step
from ffnlib.training import OPTIMIZERS, Constant, Optimizer, Schedule

SIZES: Final = (64, 32, 32, 10)
BATCH: Final = 64
PROBE: Final = 128
"""Unseen digits that are looked at after every step."""
BAD: Final = range(80, 90)
"""Steps, counted from 0, whose batch comes with pixels from 0 to 16 instead of 0 to 1."""
CLIP: Final = 1.0
"""Longest gradient, where gradients are clipped."""


class Training(NamedTuple):
    """The set-up of one kind of training."""

    activation: str
    init: str
    optimizer: str
    rate: Schedule
    event: str
    """The event, in words."""
    bad_batches: bool = False


_UNSCALED: Final = "from step 81 on, ten batches come unscaled"
TRAININGS: Final[dict[str, Training]] = {
    "healthy": Training("relu", "he", "momentum", Constant(0.02), "nothing happens"),
    "half dies": Training("relu", "he", "momentum", Constant(0.02), _UNSCALED, True),
    "dies": Training("relu", "he", "momentum", Constant(0.05), _UNSCALED, True),
    "explodes": Training(
        "leaky_relu", "he", "momentum", lambda n: 0.02 * 1.05**n, "the rate grows by 5 % a step"
    ),
    "saturates": Training(
        "tanh", "glorot", "adam", lambda n: 0.005 * 1.02**n, "the rate grows by 2 % a step"
    ),
}


@dataclass
class Run:
    """A network in training and all that was read off."""

    training: Training
    clip: bool
    model: MLP
    optimizer: Optimizer
    rng: np.random.Generator
    readings: list[Reading] = field(default_factory=list)
    """One a step."""
    accuracy: list[float] = field(default_factory=list)
    """Share of the probe that is read right: before the first step, and after each."""


@cache
def _data() -> tuple[Dataset, Dataset]:
    """Return digits to learn from and others to look at."""
    train, test = holdout(digits(), 0.4, np.random.default_rng(0))
    return train, Dataset(test.x[:PROBE], test.y[:PROBE], test.classes, test.image_shape)


def begin(name: str, clip: bool = False, seed: int = 0) -> Run:
    """Draw the initial weights of a training.

    Parameters
    ----------
    name : str
        A key of ``TRAININGS``.
    clip : bool
        Whether gradients are shortened to a norm of ``CLIP``.
    seed : int

    Raises
    ------
    ValueError
        If there is no training of this name.
    """
    if name not in TRAININGS:
        raise ValueError(f"name must be one of {', '.join(TRAININGS)}, got {name!r}")
    training, rng = TRAININGS[name], np.random.default_rng(seed)
    model = MLP(SIZES, training.activation, rng=rng, init=training.init)
    optimizer = OPTIMIZERS[training.optimizer](model.parameters(), learning_rate=training.rate)
    run = Run(training, clip, model, optimizer, rng)
    _score(run)
    return run


def step(run: Run) -> None:
    """Take one step and read everything off."""
    train, probe = _data()
    chosen = run.rng.integers(0, len(train.x), BATCH)
    x = train.x[chosen]
    if run.training.bad_batches and len(run.readings) in BAD:
        x = 16 * x
    clip = CLIP if run.clip else 0.0
    reading = watched_step(run.model, run.optimizer, x, train.y[chosen], probe.x, clip=clip)
    run.readings.append(reading)
    _score(run)


def _score(run: Run) -> None:
    probe = _data()[1]
    with np.errstate(over="ignore", invalid="ignore"):
        run.accuracy.append(float(np.mean(run.model.predict(probe.x) == probe.y)))

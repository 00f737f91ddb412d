"""Training with a look at the test accuracy every few steps, until it has reached the target."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from ffnlib._base.parameters import Model
from ffnlib.datasets import Dataset
from ffnlib.experiments._settings import Recipe, Settings
from ffnlib.training import (
    Adam,
    Augment,
    Cosine,
    Distort,
    Shift,
    batches,
    count_steps,
    evaluate,
    train_step,
)

AUGMENT: Final[dict[str, Augment | None]] = {
    "as they are": None,
    "jittered": Distort(degrees=4, scale=0.04, shear=0.04, pixels=0.25, bend=0),
    "shifted": Shift(1),
    "distorted": Distort(),
}
"""What can be done to the images of a batch before it is learned from."""


class Learned(NamedTuple):
    """The steps and the time that a training took."""

    steps: int
    to_target: int | None
    """Steps after which the target was first seen to be reached; None if never, or not looked."""
    seconds: float
    """Of the whole training on a machine that may have been busy; looks at the test set left out.
    """


def optimizer(model: Model, recipe: Recipe, steps: int) -> Adam:
    """Return what takes the steps of a recipe."""
    return Adam(model.parameters(), Cosine(recipe.rate, steps, warmup=steps // 50))


def step(model: Model, adam: Adam, images: str, batch: Dataset, rng: np.random.Generator) -> None:
    """Change a batch of images as the recipe says, and learn from it."""
    augment = AUGMENT[images]
    x = batch.x if augment is None else np.asarray(augment(batch.x, rng))
    train_step(model, adam, x, batch.y, rng=rng)


def learn(
    model: Model,
    recipe: Recipe,
    settings: Settings,
    train: Dataset,
    test: Dataset,
    seed: int,
    tick: Callable[[], object],
) -> Learned:
    """Train a model in place.

    Parameters
    ----------
    model : Model
    recipe : Recipe
    settings : Settings
        For the batch, the target and how often it is looked at.
    train, test : Dataset
        Nothing is chosen by the test images: they only tell when the target is reached.
    seed : int
        Of the order of the examples and what is done to them.
    tick : callable
        Called after each step.
    """
    rng = np.random.default_rng([seed, 1])
    steps = count_steps(len(train.x), settings.batch, recipe.epochs)
    adam = optimizer(model, recipe, steps)
    reached, paused = None, 0.0
    start = time.perf_counter()
    for _ in range(recipe.epochs):
        for chosen in batches(len(train.x), settings.batch, rng):
            batch = train._replace(x=train.x[chosen], y=train.y[chosen])
            step(model, adam, recipe.images, batch, rng)
            tick()
            if recipe.timed and reached is None and adam.steps % settings.every == 0:
                before = time.perf_counter()
                if evaluate(model, test).accuracy >= settings.target:
                    reached = adam.steps
                paused += time.perf_counter() - before
    return Learned(steps, reached, time.perf_counter() - start - paused)

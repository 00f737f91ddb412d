"""Train on MNIST in pure NumPy and print the curves: three recipes, one core.

    python benchmarks/mnist.py                      # all recipes with all their seeds
    python benchmarks/mnist.py small --seeds 1      # one of them, once
    python benchmarks/mnist.py small --choose       # for choosing: 5,000 training images held out

Without ``--choose`` the network learns from all 60,000 training images, and the test set is looked
at once, when everything is over. With it, the test set is not even read: choices are made there.
MNIST is looked for in the folder FFN_DATA. Networks trained on all of it are kept in
_build/models, where the other benchmarks find them (``trained``).
"""

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it

import numpy as np
from interleave.table import need_mnist, note

from ffnlib.datasets import Dataset, holdout, mnist
from ffnlib.nn import MLP
from ffnlib.training import (
    Adam,
    Augment,
    Cosine,
    Distort,
    History,
    Shift,
    count_steps,
    evaluate,
    fit,
)


class Recipe(NamedTuple):
    hidden: tuple[int, ...]
    epochs: int
    rate: float
    augment: Augment | None
    seeds: int
    aim: float  # mean test accuracy, in percent


RECIPES = {
    "small": Recipe((256, 128), 10, 2e-3, Shift(1), 3, 98.7),
    "dense": Recipe((1024, 400), 10, 1e-3, None, 3, 98.4),
    "augmented": Recipe((1024, 400), 25, 1e-3, Distort(), 1, 99.2),
}
BATCH = 128
HELD_OUT = 5000
KEPT = Path(__file__).parents[1] / "_build" / "models"


def untrained(recipe: Recipe, rng: np.random.Generator) -> MLP:
    return MLP([784, *recipe.hidden, 10], rng=rng, dtype=np.float32)


def trained(name: str, seed: int = 0) -> MLP:
    """Return the network of a recipe: kept, or trained on all of MNIST and kept now."""
    path = KEPT / f"{name}-{seed}.npz"
    if not path.exists():
        model = train(RECIPES[name], mnist("train"), None, seed)
        KEPT.mkdir(parents=True, exist_ok=True)
        model.save(path)
    model = untrained(RECIPES[name], np.random.default_rng(seed))
    model.load(path)
    return model


def train(recipe: Recipe, data: Dataset, held_out: Dataset | None, seed: int) -> MLP:
    rng = np.random.default_rng(seed)
    model = untrained(recipe, rng)
    steps = count_steps(len(data.x), BATCH, recipe.epochs)

    def report(epoch: int, history: History) -> None:
        line = f"  epoch {epoch + 1:2d}  loss {history.loss[-1]:.4f}"
        line += f"  training accuracy {100 * history.accuracy[-1]:6.2f} %"
        if held_out is not None:
            line += f"  held out {100 * history.validation_accuracy[-1]:6.2f} %"
        print(f"{line}  {history.seconds[-1]:5.1f} s", flush=True)

    fit(
        model,
        data,
        rng=rng,
        epochs=recipe.epochs,
        batch_size=BATCH,
        optimizer=Adam(model.parameters(), Cosine(recipe.rate, steps, warmup=steps // 50)),
        validation=held_out,
        augment=recipe.augment,
        after_epoch=report,
    )
    return model


def run(name: str, seeds: int | None, choose: bool) -> None:
    recipe = RECIPES[name]
    data, judge = mnist("train"), None
    if choose:
        data, judge = holdout(data, HELD_OUT / len(data.x), np.random.default_rng(0))
    models, seconds = [], []
    for seed in range(recipe.seeds if seeds is None else seeds):
        print(f"{name}, seed {seed}: {recipe}", flush=True)
        start = time.perf_counter()
        model = train(recipe, data, judge, seed)
        seconds.append(time.perf_counter() - start)
        models.append(model)
        if not choose:
            KEPT.mkdir(parents=True, exist_ok=True)
            model.save(KEPT / f"{name}-{seed}.npz")
    final = judge if judge is not None else mnist("test")
    scores = [100 * evaluate(model, final).accuracy for model in models]
    what = "held-out" if choose else "test"
    print(
        f"{name}: {models[0].num_parameters:,} parameters, {what} accuracy "
        f"{', '.join(f'{s:.2f}' for s in scores)}; mean {statistics.mean(scores):.2f} % "
        f"(aim {recipe.aim} %), {statistics.mean(seconds):.0f} s a training",
        flush=True,
    )
    mean = statistics.mean(scores)
    note(f"MNIST {what}, {name}, %", f"{mean:.2f}", ratio=mean, least=recipe.aim)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", metavar="recipe", help=", ".join(RECIPES))
    parser.add_argument("--seeds", type=int, help="how many trainings of each")
    parser.add_argument("--choose", action="store_true", help="hold images out; leave the test set")
    arguments = parser.parse_args()
    unknown = set(arguments.recipes) - set(RECIPES)
    if unknown:
        parser.error(f"recipe must be one of {', '.join(RECIPES)}, got {', '.join(unknown)}")
    need_mnist()
    for chosen in arguments.recipes or RECIPES:
        run(chosen, arguments.seeds, arguments.choose)

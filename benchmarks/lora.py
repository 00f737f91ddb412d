"""Adapt a trained MNIST network to other data by low-rank updates: cost and accuracy, one core.

    python benchmarks/lora.py                        # everything
    python benchmarks/lora.py rotated --ranks 1 16   # one task, fewer ranks
    python benchmarks/lora.py --choose               # for choosing: 10,000 training images held out
    python benchmarks/lora.py speed                  # what an adapter costs a single example

The base is 784-1024-400-10, trained on MNIST (``mnist.py``, recipe "dense", 98.5 %). The updates
are on its two hidden layers, and its last layer stays. Each way gets three epochs and the same
schedule. The test set is looked at once for each row, after training; rates were chosen with
``--choose``, which does not read it.
"""

import argparse
import os
import time
from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it

import numpy as np
from interleave import time_in_turns
from interleave.table import need_mnist, note
from mnist import trained

from ffnlib.datasets import Dataset, fashion_mnist, holdout, mnist
from ffnlib.lora import Frozen, adapt, lora_layers
from ffnlib.nn import MLP
from ffnlib.training import Adam, Cosine, count_steps, evaluate, fit

RANKS = (1, 2, 4, 8, 16, 32)
HIDDEN = ("layers.0", "layers.1")
EPOCHS, BATCH = 3, 128
TASKS = ("rotated", "fashion")
RATES = {"lora": 1e-2, "head": 1e-2, "full": 3e-3}


class Way(NamedTuple):
    """One way to get a model for the new data."""

    name: str
    rate: float
    make: Callable[[], MLP]


def turned(data: Dataset) -> Dataset:
    """Turn every image by a right angle."""
    images = data.x.reshape(-1, *data.image_shape)
    return data._replace(x=np.rot90(images, axes=(1, 2)).reshape(data.x.shape).copy())


def read(task: str, split: str) -> Dataset:
    return turned(mnist(split)) if task == "rotated" else fashion_mnist(split)


def ways(base: MLP, ranks: list[int], rates: dict[str, float]) -> list[Way]:
    def with_rank(rank: int) -> MLP:
        return adapt(deepcopy(base), rank, 2 * rank, rng=np.random.default_rng(rank), layers=HIDDEN)

    def head() -> MLP:
        *hidden, last = base.layers
        return MLP.from_layers([*map(Frozen, hidden), deepcopy(last)], base.activation)

    def scratch() -> MLP:
        return MLP(base.sizes, rng=np.random.default_rng(100), dtype=np.float32)

    return [
        Way("last layer only", rates["head"], head),
        *(Way(f"LoRA, r = {r}", rates["lora"], lambda r=r: with_rank(r)) for r in ranks),
        Way("everything", rates["full"], lambda: deepcopy(base)),
        Way("from scratch", rates["full"], scratch),
    ]


def train(way: Way, data: Dataset) -> tuple[MLP, float]:
    model = way.make()
    steps = count_steps(len(data.x), BATCH, EPOCHS)
    optimizer = Adam(model.parameters(), Cosine(way.rate, steps, warmup=steps // 50))
    start = time.perf_counter()
    fit(
        model,
        data,
        rng=np.random.default_rng(1),
        epochs=EPOCHS,
        batch_size=BATCH,
        optimizer=optimizer,
    )
    return model, time.perf_counter() - start


def sweep(task: str, ranks: list[int], choose: bool, scales: list[float]) -> None:
    base = trained("dense")
    total = base.num_parameters
    kept = [layer.W.tobytes() for layer in base.layers]
    data, judge = read(task, "train"), None
    if choose:
        data, judge = holdout(data, 1 / 6, np.random.default_rng(0))
    final = read(task, "test") if judge is None else judge
    said = "held-out" if choose else "test"
    print(f"{task}: base before {100 * evaluate(base, final).accuracy:.2f} %", flush=True)
    print(f"  {'trained':18} {'rate':>7} {'parameters':>11} {'share':>7} {said + ' %':>11}   time")
    for scale in scales:
        rates = {name: scale * rate for name, rate in RATES.items()}
        for way in ways(base, ranks, rates):
            model, seconds = train(way, data)
            right = 100 * evaluate(model, final).accuracy
            count = model.num_parameters
            print(
                f"  {way.name:18} {way.rate:7.4f} {count:11,} {count / total:7.2%} {right:11.2f}"
                f" {seconds:6.1f} s",
                flush=True,
            )
            note(f"{task}, {way.name}: {said}, %", f"{right:.2f}")
            frozen = [layer.base.W.tobytes() for layer in lora_layers(model).values()]
            if frozen != kept[: len(frozen)]:
                raise AssertionError(f"{way.name}: the base has changed")


def speed() -> None:
    """Time one example through the base, the adapted and the merged network."""
    base = trained("dense")
    adapted = adapt(deepcopy(base), 16, 32, rng=np.random.default_rng(0), layers=HIDDEN)
    merged = deepcopy(adapted)
    for layer in lora_layers(merged).values():
        layer.merge()
    formed = [*lora_layers(adapted).values()]
    x = mnist("test").x[:1]

    def product_each_time() -> None:
        a = x
        for layer in formed:
            a = np.maximum(a @ layer.W.T + layer.b, 0)  # W forms B A anew
        adapted.layers[-1].forward(a)

    timings = time_in_turns(
        {
            "base": lambda: base.forward(x),
            "adapter merged": lambda: merged.forward(x),
            "adapter beside, r = 16": lambda: adapted.forward(x),
            "B A formed at each call": product_each_time,
        },
        51,
        5,
    )
    print("one example through 784-1024-400-10, float32, one thread")
    for name, timing in timings.items():
        shown, ratio = f"{1e6 * timing.median:,.0f} µs", 1 / timing.speedup["base"]
        print(f"  {name:26} {shown:>12}   {ratio:6.2f} x base")
        note(f"one example, {name}: time", shown, "base", ratio)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"{', '.join(TASKS)}, speed")
    parser.add_argument("--ranks", type=int, nargs="+", default=list(RANKS))
    parser.add_argument("--choose", action="store_true", help="hold images out; leave the test set")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0], help="times the rates")
    arguments = parser.parse_args()
    unknown = set(arguments.tasks) - {*TASKS, "speed"}
    if unknown:
        parser.error(f"task must be one of {', '.join(TASKS)}, speed, got {', '.join(unknown)}")
    need_mnist()
    for task in arguments.tasks or (*TASKS, "speed"):
        if task == "speed":
            speed()
        else:
            sweep(task, arguments.ranks, arguments.choose, arguments.scales)

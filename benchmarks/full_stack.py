"""How small and how fast can the MNIST network get? Every row measured in one run, one thread.

    python benchmarks/full_stack.py            # MNIST is looked for in the folder FFN_DATA

1. The 1.2 million weights of the plain network ("dense" in benchmarks/mnist.py), in fewer bits.
2. The one trained on distorted images ("augmented"), its two large layers factored without any
   further training (ffnlib.nn._factored), stored by GPTQ in INT4 and unpacked when loaded.

All choices (ranks, the order of GPTQ) are made on training images held out from calibration. The
networks have seen them in training, so it is not their accuracy that is looked at but what each
choice changes. The test set is read once, when all is chosen. Wanted of the last row: 99.2 % on the
test set, at most 0.15 MB, one example at least 4.7 times as fast as the dense float32 network.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from interleave import time_in_turns
from interleave.table import need_mnist, note
from mnist import trained

from ffnlib._base.arrays import Array
from ffnlib.datasets import Dataset, holdout, mnist
from ffnlib.experiments import size_of
from ffnlib.nn import MLP, factor
from ffnlib.production import SingleExample
from ffnlib.quantization import (
    SkippingLinear,
    model_nbytes,
    quantize_model,
    relative_error,
    unpack_model,
)
from ffnlib.training import evaluate

CALIBRATION = 8192  # images that GPTQ and the factors see
EXAMPLES = 30  # timed one by one
RANKS = [(96, 64), (64, 48), (48, 48), (48, 32), (32, 24)]
WANTED = 4.7  # times as fast as the dense one
LOST = 0.2  # points of accuracy on held-out images that the factors may cost
GROUP = 128
DENSE = "dense, float32"
STACK = "low rank + GPTQ INT4, unpacked"


class Row(NamedTuple):
    model: MLP
    stored: int  # bytes
    against: MLP  # what its logits are compared with


def compressed(
    model: MLP, bits: int, x: Array, judge: Dataset, method: str, symmetric: bool = True
) -> MLP:
    """Quantize by GPTQ in the order of columns that keeps the held-out logits best; or round."""
    if method == "rtn":
        return quantize_model(model, bits, "channel" if bits == 8 else GROUP, symmetric)
    exact = model.forward(judge.x)
    found = [
        quantize_model(
            model, bits, GROUP, symmetric, method="gptq", calibration=x, clip="mse", order=order
        )
        for order in ("given", "activity")
    ]
    return min(found, key=lambda each: relative_error(each.forward(judge.x), exact))


def plain_rows(model: MLP, x: Array, judge: Dataset) -> dict[str, Row]:
    rows = {DENSE: Row(model, model_nbytes(model), model)}
    skipping = MLP.from_layers([SkippingLinear.from_linear(layer) for layer in model.layers])
    rows["dense, zeros skipped"] = Row(skipping, model_nbytes(model), model)
    for bits in (8, 4, 3, 2):
        for method in ("rtn", "gptq"):
            if (bits, method) != (8, "gptq"):
                small = compressed(model, bits, x, judge, method)
                rows[f"{method.upper()} INT{bits}"] = Row(small, model_nbytes(small), model)
    by_row = quantize_model(model, 2)
    rows["RTN INT2, a step for each row"] = Row(by_row, model_nbytes(by_row), model)
    affine = compressed(model, 2, x, judge, "gptq", symmetric=False)
    rows["GPTQ INT2, affine"] = Row(affine, model_nbytes(affine), model)
    return rows


def factored(model: MLP, x: Array, ranks: tuple[int, int]) -> MLP:
    """Return the network with its first two layers in two factors each."""
    first, second, last = model.layers
    hidden = model.trace(x)[0].a
    return MLP.from_layers([factor(first, x, ranks[0]), factor(second, hidden, ranks[1]), last])


def stack_rows(model: MLP, x: Array, judge: Dataset) -> dict[str, Row]:
    """Choose the smallest ranks that cost less than LOST points on held-out images."""
    exact = 100 * evaluate(model, judge).accuracy
    print(f"held-out images, full network: {exact:.2f} %")
    chosen = factored(model, x, RANKS[0])
    for ranks in RANKS:
        thin = factored(model, x, ranks)
        right = 100 * evaluate(thin, judge).accuracy
        print(f"  ranks {ranks}: {thin.num_parameters:,} parameters, {right:.2f} %")
        if right < exact - LOST:
            break
        chosen = thin
    small = compressed(chosen, 4, x, judge, "gptq")
    rounded = compressed(chosen, 4, x, judge, "rtn")
    return {
        "dense, float32, distorted images": Row(model, model_nbytes(model), model),
        "low rank, float32": Row(chosen, model_nbytes(chosen), model),
        "low rank + RTN INT4, packed": Row(rounded, model_nbytes(rounded), model),
        "low rank + GPTQ INT4, packed": Row(small, model_nbytes(small), model),
        STACK: Row(unpack_model(small), model_nbytes(small), model),
    }


def active(model: MLP, x: Array) -> int:
    """How many of them an example meets, on average: all, unless zeros are skipped."""
    if not isinstance(model.layers[0], SkippingLinear):
        return size_of(model).total
    inputs = [x, *(step.a for step in model.trace(x)[:-1])]
    used = [
        (a != 0).sum(axis=1).mean() * layer.d_out + layer.d_out
        for a, layer in zip(inputs, model.layers, strict=True)
    ]
    return int(sum(used))


def timed(model: MLP, examples: list[Array]) -> Callable[[], object]:
    """Return what is timed: float networks without all that can be done once and for all."""
    if model.num_parameters < size_of(model).total or isinstance(model.layers[0], SkippingLinear):
        return lambda: [model.forward(x) for x in examples]
    run = SingleExample(model)
    return lambda: [run(x) for x in examples]


def report(rows: dict[str, Row], test: Dataset) -> None:
    examples = list(test.x[:EXAMPLES])
    timings = time_in_turns(
        {name: timed(row.model, examples) for name, row in rows.items()}, rounds=15
    )
    print(f"{'':34}{'parameters':>11}{'active':>11}{'stored':>8}{'memory':>8}{'test':>8}{'logits':>8}"
          f"{'µs':>9}{'speed':>8}{'1/bytes':>9}")  # fmt: skip
    for name, (model, stored, against) in rows.items():
        logits = model.forward(test.x)
        right = 100 * np.mean(logits.argmax(axis=1) == test.y)
        off = relative_error(logits, against.forward(test.x))
        time = timings[name]
        memory, total = model_nbytes(model), size_of(model).total
        print(
            f"{name:34}{total:11,}{active(model, test.x[:1000]):11,}{stored / 1e6:8.3f}"
            f"{memory / 1e6:8.3f}{right:7.2f}%{off:8.4f}{time.median * 1e6 / EXAMPLES:9.1f}"
            f"{time.speedup[DENSE]:7.2f}x{rows[DENSE].stored / stored:8.1f}x",
            flush=True,
        )
        if name != DENSE:
            least = WANTED if name == STACK else None
            shown = f"{time.median * 1e6 / EXAMPLES:.1f} µs"
            note(f"one example, {name}: speed", shown, DENSE, time.speedup[DENSE], least=least)
            note(f"{name}: bytes", f"{stored:,}", DENSE, rows[DENSE].stored / stored)
        note(f"{name}: MNIST test, %", f"{right:.2f}")


if __name__ == "__main__":
    need_mnist()
    learn, judge = holdout(mnist("train"), 1 / 6, np.random.default_rng(0))
    x = learn.x[:CALIBRATION]
    rows = plain_rows(trained("dense"), x, judge)
    rows |= stack_rows(trained("augmented"), x, judge)
    report(rows, mnist("test"))

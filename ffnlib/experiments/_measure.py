"""What is measured of a finished network: numbers, bytes, accuracy and time."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.parameters import Model
from ffnlib.datasets import Dataset
from ffnlib.experiments._learn import optimizer, step
from ffnlib.experiments._rows import ROWS, merge
from ffnlib.experiments._settings import Settings
from ffnlib.lora import LoRALinear
from ffnlib.moe import MoE, MoEClassifier
from ffnlib.nn import dense_slots
from ffnlib.production import SingleExample, SingleMixture, time_in_turns
from ffnlib.quantization import QuantizedLinear, unpack_model

EXAMPLES: Final = 20
"""Images that are timed one by one."""
BATCH: Final = 1000
TRAINING: Final = 8
"""Steps of training that are timed in a turn."""


class Size(NamedTuple):
    """The size of a network."""

    total: int
    """Numbers it consists of, in however many bits."""
    active: int
    """The parameters that one example uses."""
    stored: int
    """Bytes of all it keeps."""


def size_of(model: Model) -> Size:
    """Count the numbers and the bytes of a model of dense layers, adapters included."""
    slots = dense_slots(model)
    numbers = {path: _numbers(slot.layer) for path, slot in slots.items()}
    total = sum(numbers.values())
    stored = sum(_nbytes(slot.layer) for slot in slots.values())
    idle = 0
    if isinstance(model, MoEClassifier):
        idle = _idle(model.moe)
    return Size(total, total - idle, stored)


def _numbers(layer: Any) -> int:
    bias = 0 if layer.b is None else layer.d_out
    adapters = layer.num_parameters if isinstance(layer, LoRALinear) else 0
    return int(layer.d_in * layer.d_out + bias + adapters)


def _nbytes(layer: Any) -> int:
    if isinstance(layer, QuantizedLinear):
        return layer.nbytes
    itemsize = np.dtype(layer.dtype).itemsize
    return _numbers(layer) * int(itemsize)


def _idle(moe: MoE) -> int:
    """Count the numbers of the experts that an example does not use; all experts are alike."""
    (expert, *_) = moe.experts
    each = sum(_numbers(slot.layer) for slot in dense_slots(expert).values())
    return (len(moe.experts) - moe.policy.top_k) * each


def plain_form(model: Model) -> Model:
    """Return the same network with its weights unpacked and its adapters merged."""
    return merge(unpack_model(model))


def step_of(name: str, settings: Settings, train: Dataset) -> Callable[[], object] | None:
    """Return a few steps of a row's training, to be timed; None if not trained from scratch."""
    row = ROWS[name]
    if row.recipe is None or row.base is not None:
        return None
    recipe, rng = row.recipe(settings), np.random.default_rng(0)
    model = row.begin(settings, 0, None)
    adam = optimizer(model, recipe, TRAINING * (settings.rounds + 1))
    size = settings.batch
    some = [
        train._replace(x=train.x[i : i + size], y=train.y[i : i + size])
        for i in range(0, TRAINING * size, size)
    ]

    def run() -> None:
        for batch in some:
            step(model, adam, recipe.images, batch, rng)

    return run


def time_all(
    models: Mapping[str, Model], settings: Settings, train: Dataset, test: Dataset
) -> dict[str, Any]:
    """Time the networks of all rows in turns: one example, a batch, a step of training.

    Returns
    -------
    dict
        For each kind of time and each row the median ``seconds`` (of one example, one batch, one
        step) and, if there is a row "dense", ``speedup``: how many times as fast as that. "one" and
        "batch" compute from what is stored; "one, plain" and "batch, plain" from plain weights, one
        example with all prepared that can be.
    """
    plain = {name: plain_form(model) for name, model in models.items()}
    ready = {name: prepared(model) for name, model in plain.items()}
    one, batch = list(test.x[:EXAMPLES, None]), test.x[:BATCH]
    single = list(test.x[:EXAMPLES])
    steps = {name: step_of(name, settings, train) for name in models}
    kinds: dict[str, tuple[dict[str, Callable[[], object]], int]] = {
        "one": ({n: _each(m.forward, one) for n, m in models.items()}, EXAMPLES),
        "one, plain": ({n: _each(run, single) for n, run in ready.items()}, EXAMPLES),
        "batch": ({n: _each(m.forward, [batch]) for n, m in models.items()}, 1),
        "batch, plain": ({n: _each(m.forward, [batch]) for n, m in plain.items()}, 1),
        "step": ({n: run for n, run in steps.items() if run is not None}, TRAINING),
    }
    found: dict[str, Any] = {}
    for kind, (candidates, parts) in kinds.items():
        if not candidates:
            continue
        timings = time_in_turns(candidates, settings.rounds)
        found[kind] = {
            name: {"seconds": timing.median / parts}
            | ({"speedup": timing.speedup["dense"]} if "dense" in timing.speedup else {})
            for name, timing in timings.items()
        }
    return found


def prepared(model: Any) -> SingleExample | SingleMixture:
    """Return what computes a network of plain weights for one example, with nothing done twice."""
    if isinstance(model, MoEClassifier):
        return SingleMixture(model)
    return SingleExample(model)


def _each(run: Callable[[Array], object], inputs: list[Array]) -> Callable[[], object]:
    return lambda: [run(x) for x in inputs]

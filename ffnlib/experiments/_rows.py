"""The rows of the table: for each, how its network is begun, trained and finished.

A row that starts from another one's trained network names it as its ``base``. What training changes
is kept, so that a study that was interrupted goes on; what ``finish`` does to it (factors, few
bits) follows from that alone, and is done again when it is needed.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.parameters import Model
from ffnlib.experiments._settings import CLASSES, Mixture, Recipe, Settings
from ffnlib.lora import Frozen, adapt
from ffnlib.moe import MoEClassifier
from ffnlib.nn import MLP, Linear, dense_slots, factor
from ffnlib.quantization import quantize_model

Begin = Callable[[Settings, int, Model | None], Model]
Finish = Callable[[Settings, Model, Array], Model]


@dataclass(frozen=True)
class Row:
    """One way to get a network."""

    title: str
    said: str
    """What it is, in words."""
    begin: Begin
    """From settings, seed and the base's trained network to the one that is trained."""
    recipe: Callable[[Settings], Recipe] | None = None
    """None if nothing is trained."""
    base: str | None = None
    finish: Finish | None = None
    """From settings, the trained network and training images to the one that is measured."""


# ---- how networks are begun


def begin_dense(settings: Settings, seed: int, base: Model | None = None) -> MLP:  # noqa: ARG001
    """Return the dense network."""
    sizes = [settings.d_in, *settings.hidden, CLASSES]
    return MLP(sizes, rng=np.random.default_rng(seed), dtype=np.float32)


def begin_small(settings: Settings, seed: int, base: Model | None = None) -> MLP:  # noqa: ARG001
    """Return the small dense network."""
    sizes = [settings.d_in, *settings.small, CLASSES]
    return MLP(sizes, rng=np.random.default_rng(seed), dtype=np.float32)


def begin_mixture(which: str) -> Begin:
    """Return what makes the mixture of that name in the settings."""

    def begin(settings: Settings, seed: int, base: Model | None = None) -> MoEClassifier:  # noqa: ARG001
        sizes: Mixture = getattr(settings, which)
        rng = np.random.default_rng(seed)
        return MoEClassifier(settings.d_in, CLASSES, *sizes, rng=rng, dtype=np.float32)

    return begin


def begin_adapted(settings: Settings, seed: int, base: Model | None) -> Model:
    """Put adapters on a copy of the base: on all its dense layers but the last and the router."""
    model = deepcopy(_given(base))
    *layers, _ = (path for path in dense_slots(model) if not path.endswith("router"))
    rng = np.random.default_rng([seed, 2])
    return adapt(model, settings.rank, 2 * settings.rank, rng=rng, layers=layers)


def begin_as_is(settings: Settings, seed: int, base: Model | None) -> Model:  # noqa: ARG001
    """Return the base."""
    return _given(base)


def _given(base: Model | None) -> Model:
    if base is None:
        raise ValueError("base must be a trained network for this row, got None")
    return base


# ---- how they are finished


def merge(model: Model) -> Model:
    """Return a copy of an adapted model in plain layers, the updates added to the weights."""
    copy = deepcopy(model)
    for slot in dense_slots(copy).values():
        if isinstance(slot.layer, Frozen):
            slot.fill(Linear.from_arrays(np.array(slot.layer.W), slot.layer.b))
    return copy


def to_int4(settings: Settings, model: Model, x: Array) -> Model:
    """Round all dense layers to 4 bits by GPTQ; merge adapters before that, if there are any."""
    plain = merge(model)
    return quantize_model(
        plain, 4, settings.group, method="gptq", calibration=x, clip="mse", order="activity"
    )


def to_thin_int4(settings: Settings, model: Model, x: Array) -> Model:
    """Factor the layers of an MLP for its inputs, all but the last; then 4 bits by GPTQ."""
    if not isinstance(model, MLP):
        raise TypeError(f"model must be an MLP, got {type(model).__name__}")
    *wide, last = model.layers
    inputs = [x, *(traced.a for traced in model.trace(x))]
    thin = [
        factor(layer, a, rank) for layer, a, rank in zip(wide, inputs, settings.thin, strict=False)
    ]
    return to_int4(settings, MLP.from_layers([*thin, last], model.activation), x)


# ---- recipes


def _usual(settings: Settings) -> Recipe:
    return Recipe(settings.epochs, settings.rate, settings.images)


def _adapters(settings: Settings) -> Recipe:
    return Recipe(settings.adapter_epochs, settings.adapter_rate, settings.images, timed=False)


ROWS: Final[dict[str, Row]] = {
    "plain": Row(
        "dense, images as they are", "the dense network, trained on the images as they are",
        begin_dense, lambda s: Recipe(s.epochs, s.rate, "as they are"),
    ),
    "dense": Row("dense", "the dense network", begin_dense, _usual),
    "moe": Row(
        "mixture, 2 of 4 experts", "a mixture of four experts, two for each example",
        begin_mixture("four"), _usual,
    ),
    "moe-8": Row(
        "mixture, 2 of 8 experts", "a mixture of eight smaller experts, two for each example",
        begin_mixture("eight"), _usual,
    ),
    "small": Row(
        "small dense", "a plain network with a fifth of the weights",
        begin_small, lambda s: Recipe(s.epochs, s.small_rate, s.images),
    ),
    "lora": Row(
        "dense + LoRA", "the first row's network, frozen, with adapters trained on changed images",
        begin_adapted, _adapters, base="plain",
    ),
    "gptq": Row(
        "dense + GPTQ INT4", "the dense network in 4 bits a weight",
        begin_as_is, base="dense", finish=to_int4,
    ),
    "stack": Row(
        "mixture + LoRA + GPTQ INT4",
        "the mixture of four, adapted, merged and rounded to 4 bits: the full stack",
        begin_adapted, _adapters, base="moe", finish=to_int4,
    ),
    "small-gptq": Row(
        "small dense + GPTQ INT4", "the small network in 4 bits a weight",
        begin_as_is, base="small", finish=to_int4,
    ),
    "thin": Row(
        "dense, low rank + GPTQ INT4", "the dense network, its layers factored, in 4 bits a weight",
        begin_as_is, base="dense", finish=to_thin_int4,
    ),
    "distorted": Row(
        "dense, distorted images", "the dense network, trained longer on distorted images",
        begin_dense, lambda s: Recipe(s.distorted_epochs, s.rate, "distorted"),
    ),
    "thin-distorted": Row(
        "distorted, low rank + GPTQ INT4",
        "the network trained on distorted images, its layers factored, in 4 bits a weight",
        begin_as_is, base="distorted", finish=to_thin_int4,
    ),
}  # fmt: skip
"""By the name that ``--rows`` takes, each after its base."""


def names(settings: Settings) -> list[str]:
    """Return the names of the rows that there are for a collection."""
    wanted = settings.distorted_epochs > 0
    return [name for name in ROWS if wanted or not name.endswith("distorted")]


def with_bases(chosen: list[str], settings: Settings) -> list[str]:
    """Add the rows that the chosen ones start from, and give all in their order.

    ValueError for a name that is none of a row of this collection.
    """
    known = names(settings)
    needed = set(chosen)
    for name in chosen:
        if name not in known:
            raise ValueError(f"rows must be among {', '.join(known)}; got {name!r}")
        base = ROWS[name].base
        needed |= {base} if base else set()
    return [name for name in known if name in needed]

r"""LoRA: adapt a trained model by training a low-rank update of its weights, and nothing else.

The update is in ``ffnlib.lora``, the layer that carries it in ``ffnlib.lora``. Here are
the functions that put such layers into a whole model, switch them, and keep them in files. Hu et
al. (2021, arXiv:2106.09685).
"""

from collections.abc import Iterable
from os import PathLike
from typing import TypeVar

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.checkpoint import read_arrays, write_arrays
from ffnlib._base.parameters import Trainable
from ffnlib.errors import UnreadableFileError
from ffnlib.lora._adapter import Adapter, check_alpha, check_rank
from ffnlib.lora._layer import DEFAULT, Frozen, LoRALinear
from ffnlib.nn import Slot, dense_slots

__all__ = [
    "Adapter", "Frozen", "LoRALinear", "adapt", "load_adapter", "lora_layers", "save_adapter",
    "use_adapter",
]  # fmt: skip

M = TypeVar("M", bound=Trainable)


def adapt(
    model: M,
    rank: int,
    alpha: float | None = None,
    *,
    rng: np.random.Generator,
    layers: Iterable[str] | None = None,
    name: str = DEFAULT,
) -> M:
    """Put adapters on dense layers of a model, in place, and freeze the other layers.

    ``model.named_parameters()`` then gives the active adapters alone, so ``ffnlib.training.fit``
    trains nothing else. Called again, it adds adapters to more layers, or more by another name.

    Parameters
    ----------
    model : Model
        Made of dense layers, as ``MLP`` and ``FeedForward`` are.
    rank, alpha
        As ``LoRALinear``; the same for each layer chosen.
    rng : numpy.random.Generator
    layers : iterable of str, optional
        Names as in ``named_parameters()`` without the last part: ``"layers.0"``, ``"up"``. All
        dense layers if not given.
    name : str
        Of the adapter, which becomes the active one.

    Returns
    -------
    Model
        The one given.

    Raises
    ------
    TypeError, ValueError
        If the model has parameters outside dense layers, there is no layer of such a name, or the
        rank does not fit a layer, which is named. The model is then as it was.
    """
    slots = dense_slots(model)
    strays = [p for p in model.named_parameters() if p.rpartition(".")[0] not in slots]
    if strays:
        raise ValueError(f"model must be made of dense layers; it also trains {', '.join(strays)}")
    chosen = list(slots if layers is None else layers)
    for path in chosen:
        if path not in slots:
            raise ValueError(f"layers must be among {', '.join(slots)}; got {path!r}")
        layer = slots[path].layer
        check_alpha(alpha, check_rank(rank, layer.d_in, layer.d_out, path))
        if isinstance(layer, LoRALinear) and name in layer.adapters:
            raise ValueError(f"{path} already has an adapter {name!r}; choose another name")
    _refuse_if_merged(model)
    for path, slot in slots.items():
        if path in chosen:
            _put(slot, rank, alpha, rng, name)
        elif not isinstance(slot.layer, Frozen):
            slot.fill(Frozen(slot.layer))
    if chosen:
        use_adapter(model, name)
    return model


def lora_layers(model: Trainable) -> dict[str, LoRALinear]:
    """Return the layers of a model that carry adapters, by name."""
    found = {path: slot.layer for path, slot in dense_slots(model).items()}
    return {path: layer for path, layer in found.items() if isinstance(layer, LoRALinear)}


def use_adapter(model: Trainable, name: str | None) -> None:
    """Switch all layers of a model to the adapters of one name, or to none.

    ValueError if no layer has one of this name, RuntimeError while one is merged.
    """
    layers = lora_layers(model)
    names = sorted({known for layer in layers.values() for known in layer.adapters})
    if name is not None and name not in names:
        raise ValueError(f"name must be None or one of {names}, got {name!r}")
    _refuse_if_merged(model)
    for layer in layers.values():
        layer.use(name if name in layer.adapters else None)


def save_adapter(model: Trainable, path: str | PathLike[str], name: str = DEFAULT) -> None:
    """Write the adapters of one name to an ``.npz`` file, and nothing of the base.

    ValueError if there are none of this name; OSError as ``Trainable.save``.
    """
    arrays: dict[str, Array] = {}
    for place, layer in lora_layers(model).items():
        if name in layer.adapters:
            adapter = layer.adapters[name]
            arrays |= {f"{place}.A": adapter.A, f"{place}.B": adapter.B}
            arrays[f"{place}.alpha"] = np.array(adapter.alpha)
    if not arrays:
        raise ValueError(f"the model has no adapter named {name!r}")
    write_arrays(path, arrays)


def load_adapter(model: M, path: str | PathLike[str], name: str = DEFAULT) -> M:
    """Put the adapters of a file on a model under a new name, and use them.

    Errors as ``adapt``, and ``UnreadableFileError`` (a ValueError) if the file is damaged, holds
    something else, or does not fit the model; the model is then as it was.
    """
    stored = read_arrays(path)
    slots = dense_slots(model)
    places = sorted({key.rpartition(".")[0] for key in stored})
    for place in places:
        A, B, alpha = (stored.get(f"{place}.{part}") for part in ("A", "B", "alpha"))
        if place not in slots or A is None or B is None or alpha is None or alpha.size != 1:
            raise UnreadableFileError(f"{path} holds no adapter for this model: see {place!r}")
        layer = slots[place].layer
        fits = A.ndim == B.ndim == 2 and A.shape[1] == layer.d_in and B.shape[0] == layer.d_out
        if not fits or len(A) != B.shape[1] or A.dtype.kind != "f" or B.dtype.kind != "f":
            raise UnreadableFileError(
                f"{path} is of another model: {place} has {layer.d_in} inputs and {layer.d_out} "
                f"outputs, and its A and B have the shapes {A.shape} and {B.shape}"
            )
    rng = np.random.default_rng(0)  # every number it draws is written over
    for place in places:
        factors = [stored[f"{place}.{part}"] for part in ("A", "B")]
        adapt(model, len(factors[0]), float(stored[f"{place}.alpha"]), rng=rng, layers=[place],
              name=name)  # fmt: skip
        adapter = lora_layers(model)[place].adapters[name]
        for target, source in zip((adapter.A, adapter.B), factors, strict=True):
            np.copyto(target, source, casting="same_kind")
    return model


def _put(slot: Slot, rank: int, alpha: float | None, rng: np.random.Generator, name: str) -> None:
    layer = slot.layer
    if isinstance(layer, LoRALinear):
        layer.add_adapter(name, rank, alpha, rng=rng)
    else:
        base = layer.base if isinstance(layer, Frozen) else layer
        slot.fill(LoRALinear(base, rank, alpha, rng=rng, name=name))


def _refuse_if_merged(model: Trainable) -> None:
    for path, layer in lora_layers(model).items():
        if layer.merged:
            raise RuntimeError(f"the adapter of {path} is merged: call its unmerge() first")

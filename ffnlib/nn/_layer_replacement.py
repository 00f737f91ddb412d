"""The places in a model where dense layers stand, so that other layers can be put there.

An adapter, a quantized layer or a recorder takes the place of a dense layer, whatever the model is
that holds it.
"""

from typing import Any

from ffnlib._base.parameters import Trainable
from ffnlib.nn._factored import FactoredLinear
from ffnlib.nn._linear import Linear


class Slot:
    """A place in a model where a dense layer stands."""

    def __init__(self, holder: Any, key: str | int, layer: Linear) -> None:
        self.holder, self.key, self.layer = holder, key, layer

    def fill(self, layer: Linear) -> None:
        """Put another layer there."""
        if isinstance(self.key, int):
            self.holder[self.key] = layer
        else:
            setattr(self.holder, self.key, layer)
        self.layer = layer


def dense_slots(model: Trainable) -> dict[str, Slot]:
    """Return the places of a model's dense layers under the names that its parameters have.

    A ``FactoredLinear`` counts as the two layers it is made of.
    """
    slots: dict[str, Slot] = {}
    for name, value in vars(model).items():
        entries: list[tuple[Any, str | int, Any, str]] = [(model, name, value, name)]
        if isinstance(value, list):
            entries = [(value, i, entry, f"{name}.{i}") for i, entry in enumerate(value)]
        for holder, key, entry, path in entries:
            if isinstance(entry, Linear) and not isinstance(entry, FactoredLinear):
                slots[path] = Slot(holder, key, entry)
            elif isinstance(entry, Trainable):
                slots |= {f"{path}.{below}": slot for below, slot in dense_slots(entry).items()}
    return slots

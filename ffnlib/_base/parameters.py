"""What everything that can be trained has in common: named arrays and their gradients."""

from collections.abc import Mapping
from os import PathLike
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array
from ffnlib._base.checkpoint import copy_into, write_arrays

Step = TypeVar("Step")


def last_step(step: Step | None) -> Step:
    """Return what the last training step kept for the backward pass; RuntimeError without one."""
    if step is None:
        raise RuntimeError("there is no step to go back: call forward(x, training=True) first")
    return step


class Trainable:
    """A model with parameters; a subclass writes ``named_parameters`` and ``named_gradients``."""

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays that training changes, by name; the arrays themselves, not copies."""
        raise NotImplementedError

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        raise NotImplementedError

    def parameters(self) -> list[Array]:
        """Return the arrays that training changes, in a fixed order; not copies."""
        return list(self.named_parameters().values())

    def gradients(self) -> list[Array]:
        """Return the gradients in the order of ``parameters()``; not copies."""
        return list(self.named_gradients().values())

    @property
    def num_parameters(self) -> int:
        """The number of parameters that training may change; a Python integer."""
        return sum(p.size for p in self.parameters())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the parameters to an ``.npz`` file, in place of what was there.

        OSError if the folder does not exist or cannot be written; the old file is then still there.
        """
        write_arrays(path, self.named_parameters())

    def load(self, path: str | PathLike[str]) -> None:
        """Read the parameters from a file that ``save`` wrote, into the arrays there are.

        ``ffnlib._base.checkpoint.UnreadableFileError`` (a ValueError) if the file is damaged,
        something else, or of a model with other names or shapes; the model is then as it was.
        """
        copy_into(path, self.named_parameters())


class Model(Trainable):
    """A model as a training loop uses it: a forward and a backward pass."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        raise NotImplementedError

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the output; in training, keep what ``backward`` needs."""
        raise NotImplementedError

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Fill the gradients, given that of the output; give that of the inputs if wanted."""
        raise NotImplementedError


class Composite(Model):
    """A model made of named parts, whose arrays it names ``part.array``."""

    def parts(self) -> Mapping[str, Trainable]:
        """Return the parts by name, in a fixed order; the parts themselves."""
        raise NotImplementedError

    def named_parameters(self) -> dict[str, Array]:
        """Return the parts' arrays by name, ``up.W`` for example; not copies."""
        return {
            f"{part}.{name}": array
            for part, model in self.parts().items()
            for name, array in model.named_parameters().items()
        }

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        return {
            f"{part}.{name}": array
            for part, model in self.parts().items()
            for name, array in model.named_gradients().items()
        }

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters and of everything computed in training."""
        return self.parameters()[0].dtype

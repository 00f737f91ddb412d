"""A table of vectors, looked up by number."""

import numpy as np
from numpy.typing import DTypeLike

from ffnlib._base.arrays import Array, Ids, as_count, as_rng
from ffnlib._base.parameters import Trainable


class Embedding(Trainable):
    """A table with a vector for each character: ``W`` (characters, d_model), variance 1 / d_model.

    Raises TypeError or ValueError for sizes that are not whole numbers above 0.
    """

    def __init__(
        self,
        characters: int,
        d_model: int,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float64,
    ) -> None:
        shape = as_count(characters, "characters"), as_count(d_model, "d_model")
        self.W: Array = as_rng(rng).normal(0, shape[1] ** -0.5, shape).astype(dtype)
        self.dW: Array | None = None

    def forward(self, ids: Ids) -> Array:
        """Look up: (batch, seq) to (batch, seq, d_model)."""
        vectors: Array = self.W[ids]
        return vectors

    def fill_gradients(self, ids: Ids, g: Array) -> None:
        """Write ``dW``: a row gets the sum over all places where its character stood."""
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, ids.ravel(), g.reshape(-1, self.W.shape[1]))

    def named_parameters(self) -> dict[str, Array]:
        """Return the table by its name, ``W``; not a copy."""
        return {"W": self.W}

    def named_gradients(self) -> dict[str, Array]:
        """Return the table's gradient; RuntimeError if there is none yet."""
        if self.dW is None:
            raise RuntimeError("there are no gradients yet: call forward and backward first")
        return {"W": self.dW}

"""Parameters in pieces that fit the processor's cache.

An update reads and writes each number several times. Done on whole arrays, every pass fetches them
from memory again; done on one block after another, only the first does. Small arrays share a
block, so a small network is updated by few NumPy calls.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from ffnlib.arrays import Array

SIZE: Final[int] = 16384
"""Numbers in a block, at most."""


class Piece(NamedTuple):
    """A run of numbers within one parameter."""

    number: int
    """Which parameter."""
    part: slice
    """Where in it, counted along its last axis first."""
    values: Array
    """The numbers themselves, (n,), not a copy."""
    place: slice
    """Where they lie in the block."""
    decays: bool
    """Whether it is of a weight matrix."""


class Block:
    """A few pieces, with what the optimizer remembers about them and room to compute."""

    def __init__(self, pieces: list[Piece], memory: int, shapes: list[tuple[int, ...]]) -> None:
        size = pieces[-1].place.stop
        dtype = pieces[0].values.dtype
        self.pieces = pieces
        self.memory = [np.zeros(size, dtype) for _ in range(memory)]
        self.room: Array = np.empty(size, dtype)
        self._gradient: Array = np.empty(size, dtype)
        self._shapes = shapes

    def check(self, gradients: Sequence[Array]) -> None:
        """Raise ValueError unless there is a gradient of the right shape for each parameter."""
        shapes = [g.shape for g in gradients]
        if shapes != self._shapes:
            raise ValueError(
                f"gradients must have the parameters' shapes {self._shapes}, got {shapes}"
            )

    def gather(self, gradients: Sequence[Array]) -> Array:
        """Give this block's gradient, (n,); it is not to be changed."""
        if len(self.pieces) == 1:
            piece = self.pieces[0]
            return gradients[piece.number].reshape(-1)[piece.part]
        for piece in self.pieces:
            self._gradient[piece.place] = gradients[piece.number].reshape(-1)[piece.part]
        return self._gradient

    def subtract(self, change: Array) -> None:
        """Take a step: subtract ``change``, (n,), from the parameters."""
        for piece in self.pieces:
            np.subtract(piece.values, change[piece.place], out=piece.values)

    def add_weights(self, g: Array, factor: float) -> Array:
        """Give ``g`` plus ``factor`` times the weights, (n,); biases are left out."""
        total = self._gradient
        if g is not total:
            total[...] = g
        for piece in self.pieces:
            if piece.decays:
                total[piece.place] += factor * piece.values
        return total

    def scale_weights(self, factor: float) -> None:
        """Multiply the weights by ``factor``; biases stay."""
        for piece in self.pieces:
            if piece.decays:
                np.multiply(piece.values, factor, out=piece.values)


def split_into_blocks(parameters: Sequence[Array], memory: int) -> list[Block]:
    """Cut parameters into blocks of at most ``SIZE`` numbers, ``memory`` remembered for each.

    TypeError or ValueError if a parameter is not a float32 or float64 array that can be changed
    in place, or they differ in dtype.
    """
    parameters = list(parameters)
    for i, p in enumerate(parameters):
        if not isinstance(p, np.ndarray) or p.dtype not in (np.float32, np.float64):
            given = getattr(p, "dtype", type(p).__name__)
            raise TypeError(f"parameters[{i}] must be a float32 or float64 array, got {given}")
        if not (p.flags.c_contiguous and p.flags.writeable):
            raise ValueError(f"parameters[{i}] must be C-contiguous and writable to be changed")
        if p.dtype != parameters[0].dtype:
            raise TypeError(
                f"parameters must have one dtype, got {parameters[0].dtype} and {p.dtype}"
            )
    shapes = [p.shape for p in parameters]
    return [Block(pieces, memory, shapes) for pieces in _fill(parameters)]


def _fill(parameters: list[Array]) -> Iterator[list[Piece]]:
    """Pack runs of the parameters, in order, into lists of ``SIZE`` numbers."""
    pieces: list[Piece] = []
    filled = 0
    for number, p in enumerate(parameters):
        start = 0
        while start < p.size:
            n = min(SIZE - filled, p.size - start)
            part, place = slice(start, start + n), slice(filled, filled + n)
            pieces.append(Piece(number, part, p.reshape(-1)[part], place, p.ndim >= 2))
            start, filled = start + n, filled + n
            if filled == SIZE:
                yield pieces
                pieces, filled = [], 0
    if pieces:
        yield pieces

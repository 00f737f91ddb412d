"""Parameters in pieces that fit the processor's cache.

An update reads and writes each number several times. Done on whole arrays, every pass fetches them
from memory again; done on one block after another, only the first does. Small arrays share a
block, so a small network is updated by few NumPy calls.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from ffnlib._base.arrays import Array

SIZE: Final[int] = 24576
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
    change: Array
    """What is subtracted from them: their part of the block's room, (n,)."""
    decays: bool
    """Whether it is of a weight matrix."""


class Block:
    """A few pieces, with what the optimizer remembers about them.

    ``room`` is where their change is computed, (n,); all blocks share it, and ``gathered``, where a
    gradient is put together. ``memory`` holds arrays of that shape, zeros at first.
    """

    def __init__(self, pieces: list[Piece], room: Array, gathered: Array, memory: int) -> None:
        size = pieces[-1].place.stop
        self.pieces = pieces
        self.room = room[:size]
        self.memory = [np.zeros_like(self.room) for _ in range(memory)]
        self._gradient: Array = gathered[:size]

    def gather(self, gradients: Sequence[Array]) -> Array:
        """Return this block's gradient, (n,), valid until the next block's; not to be changed."""
        if len(self.pieces) == 1:
            piece = self.pieces[0]
            return gradients[piece.number].reshape(-1)[piece.part]
        for piece in self.pieces:
            self._gradient[piece.place] = gradients[piece.number].reshape(-1)[piece.part]
        return self._gradient

    def subtract_change(self) -> None:
        """Take a step: subtract what is in ``room`` from the parameters."""
        for piece in self.pieces:
            np.subtract(piece.values, piece.change, out=piece.values)

    def add_weights(self, g: Array, factor: float) -> Array:
        """Return ``g`` plus ``factor`` times the weights, (n,); biases are left out."""
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
    if not parameters:
        return []
    room = np.empty(SIZE, parameters[0].dtype)  # one for all, so that it stays in the cache
    gathered = np.empty_like(room)
    return [Block(pieces, room, gathered, memory) for pieces in _fill(parameters, room)]


def _fill(parameters: list[Array], room: Array) -> Iterator[list[Piece]]:
    """Pack runs of the parameters, in order, into lists of ``SIZE`` numbers."""
    pieces: list[Piece] = []
    filled = 0
    for number, p in enumerate(parameters):
        start = 0
        while start < p.size:
            n = min(SIZE - filled, p.size - start)
            part, place = slice(start, start + n), slice(filled, filled + n)
            values = p.reshape(-1)[part]
            pieces.append(Piece(number, part, values, place, room[place], p.ndim >= 2))
            start, filled = start + n, filled + n
            if filled == SIZE:
                yield pieces
                pieces, filled = [], 0
    if pieces:
        yield pieces

"""Tokens sorted by expert: one contiguous run of rows for each, and how to undo it.

A loop over tokens would multiply one row at a time. Sorted, each expert multiplies one matrix that
holds all rows it was chosen for; that is where the speed of a mixture of experts comes from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, Scratch, as_float
from ffnlib.moe._balancing import Indices
from ffnlib.moe._router import Routing
from ffnlib.nn import FeedForward


class Groups:
    """Where each of the batch·k places (a token at one of its experts) is after sorting.

    Parameters
    ----------
    indices : array, (batch, k) int64
        The experts each token was sent to.
    kept : bool array, (batch, k)
        Whether the place was given; the others are sorted behind all experts.
    num_experts : int

    Attributes
    ----------
    rows : list of slice
        For each expert its rows among the sorted places.
    filled : int
        How many places were given.
    tokens : array, (batch·k,)
        Which token stands in each sorted place.
    position : array, (batch, k)
        Where each place went.
    """

    def __init__(self, indices: Indices, kept: NDArray[np.bool_], num_experts: int) -> None:
        batch, k = indices.shape
        expert = np.where(kept, indices, num_experts).reshape(-1)  # (batch·k,)
        order = np.argsort(expert, kind="stable")
        counts = np.bincount(expert.astype(np.intp, copy=False), minlength=num_experts + 1)
        ends = np.cumsum(counts).tolist()
        self.rows = [slice(a, b) for a, b in zip([0, *ends], ends[:num_experts], strict=False)]
        self.filled: int = ends[num_experts - 1]
        self.tokens = order // k
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        self.position = position.reshape(batch, k)

    def gather(self, x: Array, out: Array) -> Array:
        """Write the row of ``x``, (batch, d), of each sorted place to ``out``, (batch·k, d)."""
        gathered: Array = np.take(x, self.tokens, axis=0, out=out, mode="clip")
        return gathered

    def sort(self, values: Array) -> Array:
        """Put one number for each place, (batch, k), in sorted order, (batch·k,)."""
        sorted_values = np.empty(values.size, values.dtype)
        sorted_values[self.position] = values
        return sorted_values

    def combine(self, rows: Array, weights: Array | None, scratch: Scratch) -> Array:
        r"""Return :math:`\sum_j w_{bj}\, r_{bj}`, (batch, d), of the sorted rows, (batch·k, d)."""
        total: Array = np.take(rows, self.position[:, 0], axis=0)
        if weights is not None:
            total *= weights[:, :1]
        term = scratch.take("term", total.shape, total.dtype)
        for j in range(1, self.position.shape[1]):
            np.take(rows, self.position[:, j], axis=0, out=term, mode="clip")
            if weights is not None:
                term *= weights[:, j : j + 1]
            total += term
        return total


def run_experts(
    experts: Sequence[FeedForward], groups: Groups, rows: Array, outputs: Array, *, training: bool
) -> None:
    """Write what each expert makes of its ``rows`` to ``outputs``, both (batch·k, d).

    An expert without rows is not called; rows of places that were not given become 0.
    """
    for expert, own in zip(experts, groups.rows, strict=True):
        if own.start < own.stop:
            outputs[own] = expert.forward(rows[own], training=training)
    outputs[groups.filled :] = 0


def run_one(experts: Sequence[FeedForward], x: Array, routing: Routing) -> Array:
    """Compute the chosen experts of a single token x, (1, d), where there is nothing to sort."""
    total = np.zeros_like(x)
    for i, gate, kept in zip(*(part[0] for part in routing[1:]), strict=True):
        if kept:
            term = experts[i].forward(x)
            term *= gate
            total += term
    return total


def send_back(
    experts: Sequence[FeedForward], groups: Groups, rows: Array, *, inputs: bool = True
) -> None:
    """Fill the experts' gradients, given that of their outputs, ``rows`` (batch·k, d).

    If that of their inputs is wanted, it is written in its place. An expert without rows gets the
    gradients of an empty batch, which are 0.
    """
    for expert, own in zip(experts, groups.rows, strict=True):
        if own.start < own.stop:
            dx = expert.backward(rows[own], inputs=inputs)
            if dx is not None:
                rows[own] = dx
            continue
        for layer in expert.parts().values():
            layer.fill_gradients(np.empty((0, layer.d_in)), np.empty((0, layer.d_out)))
    rows[groups.filled :] = 0


def token_rows(x: ArrayLike, d_model: int) -> Array:
    """Return tokens, (…, d_model), as the rows of one array, (tokens, d_model).

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold real numbers, its last axis is not ``d_model`` long, or there is no
        token in it.
    """
    a = as_float(x, "x")
    if a.ndim == 0 or a.shape[-1] != d_model or a.size == 0:
        raise ValueError(
            f"x must hold at least one token of d_model={d_model} numbers in its last axis, got"
            f" shape {a.shape}"
        )
    return a.reshape(-1, d_model)


def gradient_rows(g: ArrayLike, x: Array) -> Array:
    """Return the gradient of a mixture's output in the shape and dtype of its rows ``x``.

    Raises
    ------
    TypeError, ValueError
        If ``g`` does not hold real numbers, or is not of the output's shape.
    """
    given = as_float(g, "g")
    if given.size != x.size or given.shape[-1:] != x.shape[-1:]:
        raise ValueError(
            f"g must have the shape of the output, {len(x)} tokens of d_model={x.shape[1]} numbers,"
            f" got {given.shape}"
        )
    return given.reshape(x.shape).astype(x.dtype, copy=False)

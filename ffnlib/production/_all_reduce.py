r"""The ring all-reduce: every device ends with the sum of what all had, and every byte is counted.

N devices stand in a ring, each with an array of S bytes cut into N chunks. In N − 1 steps each
passes a chunk on and adds the one it gets, until every chunk is summed somewhere (reduce-scatter);
in N − 1 more the sums go round (all-gather). A device sends one chunk a step, so with equal chunks

.. math:: 2\,\frac{N-1}{N}\,S \text{ bytes a device,} \qquad 2\,(N-1)\,S \text{ in all,}

the least that any all-reduce can do with (Patarasuk & Yuan 2009, doi:10.1016/j.jpdc.2008.09.002,
sections 3 and 4).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float


class Message(NamedTuple):
    """One chunk on its way from a device to the next."""

    step: int
    """From 0; the first N − 1 steps add, the others copy."""
    source: int
    target: int
    chunk: int
    """Which of the N parts of the array."""
    nbytes: int
    adds: bool
    """Whether the receiver adds it to its own, or takes it in place of its own."""


class Reduced(NamedTuple):
    """Outcome of an all-reduce."""

    arrays: list[Array]
    """The arrays of the devices afterwards: equal to the last bit, each with its own memory."""
    messages: list[Message]
    """All that was sent, in order."""

    @property
    def sent(self) -> list[int]:
        """The bytes that each device sent."""
        total = [0] * len(self.arrays)
        for message in self.messages:
            total[message.source] += message.nbytes
        return total


def even_slices(length: int, parts: int) -> list[slice]:
    """Cut ``length`` things into consecutive parts whose sizes differ by at most one, large first.

    TypeError or ValueError if either is no whole number, ``length`` below 0 or ``parts`` below 1.
    """
    length, parts = as_count(length, "length", least=0), as_count(parts, "parts")
    small, larger = divmod(length, parts)
    ends = [i * small + min(i, larger) for i in range(parts + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]


def ring_bytes(numbers: int, n_devices: int, bytes_per_number: int = 8) -> list[int]:
    """Count the bytes that each device sends when an array is all-reduced round a ring.

    Parameters
    ----------
    numbers : int
        Length of the array; one that ``n_devices`` does not divide makes chunks of two sizes.
    n_devices : int
    bytes_per_number : int

    Returns
    -------
    list of int
        One a device; they add up to ``2 (n_devices - 1) numbers bytes_per_number``.

    Raises
    ------
    TypeError, ValueError
        If one is no whole number, or below 1 (``numbers``: below 0).

    Notes
    -----
    Device i begins with chunk i: it sends all chunks but i + 1 in the first half, and all but i + 2
    in the second.
    """
    numbers, n = as_count(numbers, "numbers", least=0), as_count(n_devices, "n_devices")
    size = as_count(bytes_per_number, "bytes_per_number")
    chunks = [part.stop - part.start for part in even_slices(numbers, n)]
    return [
        size * (2 * numbers - chunks[(i + 1) % n] - chunks[(i + 2) % n]) if n > 1 else 0
        for i in range(n)
    ]


def ring_all_reduce(arrays: Sequence[ArrayLike]) -> Reduced:
    """Sum one array a device round a ring, chunk by chunk.

    Parameters
    ----------
    arrays : sequence of array_like
        What each device has, all of one shape and dtype; they stay as they are.

    Returns
    -------
    Reduced
        The sums and the messages; no message for one device.

    Raises
    ------
    TypeError, ValueError
        If there is no array, one does not hold real numbers, or shapes or dtypes differ.
    """
    own = [np.array(as_float(a, f"arrays[{i}]"), order="C") for i, a in enumerate(arrays)]
    if not own:
        raise ValueError("arrays must hold one array a device, got none")
    for i, a in enumerate(own):
        if (a.shape, a.dtype) != (own[0].shape, own[0].dtype):
            raise ValueError(
                f"arrays must have one shape and dtype: arrays[0] has {own[0].shape} "
                f"{own[0].dtype}, arrays[{i}] has {a.shape} {a.dtype}"
            )
    n = len(own)
    flat = [a.reshape(-1) for a in own]
    chunks = even_slices(own[0].size, n)
    messages = []
    for step in range(2 * (n - 1)):
        adds = step < n - 1
        for i in range(n):  # all at once: no device sends the chunk that it gets in this step
            c = (i - step + (0 if adds else n)) % n
            j, part = (i + 1) % n, chunks[c]
            if adds:
                flat[j][part] += flat[i][part]
            else:
                flat[j][part] = flat[i][part]
            messages.append(Message(step, i, j, c, flat[i][part].nbytes, adds))
    return Reduced(own, messages)

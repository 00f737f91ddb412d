r"""Whole numbers of few bits, stored side by side in bytes.

A byte holds two numbers of 4 bits: the first in its low half, the second in its high half. A
negative number :math:`q` of b bits is kept as :math:`q + 2^b` (two's complement), so -8 … 7 become
0 … 15.

.. math:: \text{byte}_i = (q_{2i} \bmod 16) + 16\,(q_{2i+1} \bmod 16)
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import as_count


def pack_int4(q: ArrayLike) -> NDArray[np.uint8]:
    """Store numbers from -8 to 7 two to a byte, along the last axis.

    Parameters
    ----------
    q : array_like of integers, (…, n)

    Returns
    -------
    array of uint8, (…, ceil(n / 2))
        Of an odd number, the last byte's high half is 0.

    Raises
    ------
    TypeError
        If ``q`` does not hold integers.
    ValueError
        If one of them needs more than 4 bits, or ``q`` has no axis.
    """
    numbers = _checked(q, 4)
    if numbers.shape[-1] % 2:
        numbers = np.concatenate([numbers, np.zeros_like(numbers[..., :1])], axis=-1)
    halves = numbers.astype(np.uint8) & np.uint8(15)  # (…, n) two's complement, cut
    low, high = halves[..., ::2], halves[..., 1::2]
    packed: NDArray[np.uint8] = np.bitwise_or(low, high << np.uint8(4))
    return packed


def unpack_int4(packed: ArrayLike, n: int) -> NDArray[np.int8]:
    """Return what ``pack_int4`` stored.

    Parameters
    ----------
    packed : array_like of uint8, (…, ceil(n / 2))
    n : int
        How many numbers the last axis held: from the bytes alone an odd count cannot be told.

    Returns
    -------
    array of int8, (…, n)

    Raises
    ------
    TypeError, ValueError
        If ``packed`` is not of uint8, or its last axis has not the length for ``n`` numbers.
    """
    stored, n = _checked_bytes(packed, n, 4)
    wide = stored.astype(np.uint16)  # a byte 0xHL to two, 0x0L and 0x0H
    wide |= wide << np.uint16(4)
    wide &= np.uint16(0x0F0F)
    q = wide.astype("<u2", copy=False).view(np.int8)  # the low byte first
    q ^= 8  # 0 … 15 to the numbers they stand for, 0 … 7, -8 … -1
    q -= 8
    return q[..., :n]


def pack(q: ArrayLike, bits: int) -> NDArray[np.uint8]:
    """Store numbers of ``bits`` bits, 2 to 8, without gaps along the last axis.

    The lowest bit of the first number is the lowest bit of the first byte: four numbers of 2 bits
    fill a byte, eight of 3 bits three bytes; with 4 bits it is ``pack_int4``.

    Parameters
    ----------
    q : array_like of integers, (…, n)
        From ``-2**(bits - 1)`` to ``2**(bits - 1) - 1``.
    bits : int, 2 to 8

    Returns
    -------
    array of uint8, (…, ceil(n · bits / 8))

    Raises
    ------
    TypeError, ValueError
        As ``pack_int4``; or if ``bits`` is out of its range.
    """
    bits = as_bits(bits)
    if bits == 4:
        return pack_int4(q)
    numbers = _checked(q, bits).astype(np.uint8)  # (…, n)
    if bits == 8:
        return numbers
    each = np.unpackbits(numbers[..., None], axis=-1, count=bits, bitorder="little")
    row = each.reshape(*numbers.shape[:-1], numbers.shape[-1] * bits)  # (…, n · bits)
    return np.packbits(row, axis=-1, bitorder="little")


def unpack(packed: ArrayLike, n: int, bits: int) -> NDArray[np.int8]:
    """Return what ``pack`` stored, (…, n) int8; parameters and errors as ``unpack_int4``."""
    bits = as_bits(bits)
    if bits == 4:
        return unpack_int4(packed, n)
    stored, n = _checked_bytes(packed, n, bits)
    if bits == 8:
        return stored.view(np.int8)
    lead, groups = stored.shape[:-1], -(-n // 8)  # eight numbers fill ``bits`` bytes
    whole = np.zeros((*lead, groups, 8), np.uint8)
    room = np.zeros((*lead, groups * bits), np.uint8)
    room[..., : stored.shape[-1]] = stored
    whole[..., :bits] = room.reshape(*lead, groups, bits)
    word = whole.view("<u8")  # (…, groups, 1)
    spread = np.zeros_like(word)
    for k in range(8):  # number k from bit k · bits to byte k
        number = word << np.uint64((8 - bits) * k)
        number &= np.uint64((2**bits - 1) << 8 * k)
        spread |= number
    q = spread.view(np.int8).reshape(*lead, 8 * groups)[..., :n]
    sign = np.int8(2 ** (bits - 1))
    q = q ^ sign
    q -= sign
    return q


def packed_size(n: int, bits: int) -> int:
    """Return how many bytes ``n`` numbers of ``bits`` bits take."""
    return (n * bits + 7) // 8


def as_bits(bits: object) -> int:
    """Return ``bits`` as an int from 2 to 8; raise TypeError or ValueError otherwise."""
    count = as_count(bits, "bits")
    if not 2 <= count <= 8:
        raise ValueError(f"bits must be a whole number from 2 to 8, got {bits}")
    return count


def _checked(q: ArrayLike, bits: int) -> NDArray[Any]:
    numbers = np.asarray(q)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"q must hold integers, got dtype {numbers.dtype}")
    if numbers.ndim == 0:
        raise ValueError("q must have at least one axis, got a single number")
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if numbers.size and (numbers.min() < least or numbers.max() > most):
        raise ValueError(
            f"q must lie between {least} and {most} to fit into {bits} bits, got numbers from "
            f"{numbers.min()} to {numbers.max()}"
        )
    return numbers


def _checked_bytes(packed: ArrayLike, n: int, bits: int) -> tuple[NDArray[np.uint8], int]:
    stored, n = np.asarray(packed), as_count(n, "n", least=0)
    if stored.dtype != np.uint8:
        raise TypeError(f"packed must be of dtype uint8, got {stored.dtype}")
    needed = packed_size(n, bits)
    if stored.ndim == 0 or stored.shape[-1] != needed:
        raise ValueError(
            f"packed must have {needed} bytes in its last axis for n={n} numbers of {bits} bits, "
            f"got shape {stored.shape}"
        )
    return stored, n

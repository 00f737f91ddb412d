"""Compiled products of packed weights with one vector; numba (extra ``fast``) makes them.

A vector reads each weight once, so the time is that of reading the weights, and packed ones are
fewer bytes, *if* they are unpacked on the way: in the processor's registers, never in memory. NumPy
cannot do that. The loops below are plain; the compiler turns them into vector instructions
because they run over one contiguous slice and because sums may be reordered (``fastmath``).

Steps are stored in float16, which numba does not know. Shifted into place, the bits of a positive
float16 are those of a float32 that is 2**112 times too small.
"""

from typing import Any, Final

import numba
import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.compiling import bits_of, compiler, from_bits
from ffnlib._base.vectors import (
    BYTES,
    LANES,
    add_last_products,
    add_products,
    add_scaled,
    has_vnni,
    load,
    subtract,
    total,
    zeros,
)

OPTIONS: Final[Any] = {"fastmath": True, "boundscheck": False, "error_model": "numpy"}
compiled = numba.njit(**OPTIONS, cache=True)
in_order = compiler()
VNNI: Final = has_vnni()
TO_FLOAT32: Final = np.float32(2.0**112)
LOW: Final = np.float32(2.0**-28)
HIGH: Final = np.float32(2.0**-4)


def serves(layer: Any, x: NDArray[Any], y: Array) -> bool:
    """Tell whether there is a kernel for this layer and these inputs."""
    pairs = layer.bits == 4 and (layer.group_size % 2 == 0 or layer.scale.shape[1] == 1)
    return (
        (layer.bits == 8 or pairs)
        and layer.scale.dtype == np.float16
        and x.dtype in (np.float32, np.int8)
        and y.dtype == np.float32
    )


def multiply(layer: Any, x: NDArray[Any], y: Array) -> None:
    """Write x W^T to y, (n, d_out), for a layer of packed weights and x (n, d_in)."""
    scale = layer.scale if len(layer.scale) > 1 else np.repeat(layer.scale, layer.d_out, axis=0)
    steps, size = scale.view(np.uint16), layer.group_size
    if x.dtype == np.int8 and VNNI:
        multiply_whole(layer, x, steps, y)
    else:
        multiply_tokens(layer, x.astype(np.int16) if x.dtype == np.int8 else x, steps, y)
    if layer.zero_point is not None:
        starts = np.arange(0, layer.d_in, size)
        sums = np.add.reduceat(x, starts, axis=1, dtype=np.float64)  # (n, groups)
        y -= sums.astype(np.float32) @ (scale.astype(np.float32) * layer.zero_point).T


def multiply_whole(layer: Any, x: NDArray[Any], steps: NDArray[Any], y: Array) -> None:
    """Multiply inputs in int8, all tokens while a row of weights is at hand."""
    x = np.ascontiguousarray(x)
    q, part, low, high = layer.packed.view(np.int8), layer.group_size, x, x
    if layer.bits == 4:
        q, part = layer.packed, -(-part // 2)
        low, high = halves(x)
    unmoved = np.zeros((len(x), steps.shape[1], LANES), np.int32)
    packed_products(q.reshape(-1), part, steps, low, high, unmoved, y)


def multiply_tokens(layer: Any, x: NDArray[Any], steps: NDArray[Any], y: Array) -> None:
    """Multiply one token after the other, floats or int16."""
    weights, size = layer.packed.view(np.int8), layer.group_size
    for token, result in zip(x, y, strict=True):
        if layer.bits == 8:
            times_int8(weights, steps, size, np.ascontiguousarray(token), result)
            continue
        even, odd = halves(token)
        if x.dtype == np.float32:
            even *= LOW
            odd *= HIGH
        product = float_int4 if x.dtype == np.float32 else whole_int4
        product(weights, steps, -(-size // 2), even, odd, result)


def halves(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the inputs of the first and of the second weight of each byte, (…, bytes)."""
    if x.shape[-1] % 2:
        x = np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)
    return x[..., ::2].copy(), x[..., 1::2].copy()


def round_tokens(x: Array, bits: int) -> tuple[NDArray[np.int8], Array]:
    """Do what ``ffnlib.quantization.round_tokens`` does, for float32, in one pass for all of it."""
    p, step = np.empty(x.shape, np.int8), np.empty((len(x), 1), np.float32)
    if not round_each(np.ascontiguousarray(x), MOST[bits], p, step):
        raise ValueError("x must be finite for its activations to be quantized, got inf or nan")
    return p, step


MOST: Final = {bits: np.float32(2 ** (bits - 1) - 1) for bits in range(2, 9)}
TINY: Final = np.finfo(np.float32).smallest_subnormal
INFINITE: Final = np.int32(0x7F800000)


@in_order
def round_each(x, most, p, step):  # type: ignore[no-untyped-def]
    """Write whole numbers and steps; False if there is a number without end.

    The bits of positive floats, read as whole numbers, are in the order of the floats; inf and nan
    come last.
    """
    for t in range(len(x)):
        top = np.int32(0)
        for c in range(x.shape[1]):
            top = max(top, np.int32(bits_of(abs(x[t, c]))))
        if top >= INFINITE:
            return False
        peak = from_bits(np.int64(top), most)
        least = peak / most
        least = TINY if least < TINY else least
        step[t, 0] = least if top > 0 else np.float32(1)
        for c in range(x.shape[1]):
            p[t, c] = np.int8(np.rint(x[t, c] / step[t, 0]))
    return True


@compiled
def times_int8(q, steps, size, x, y):  # type: ignore[no-untyped-def]
    """Multiply inputs x (d_in,) by weights q (d_out, d_in) to y (d_out,), steps (d_out, groups).

    Four rows at a time: an input is read once for all of them. The last row may be done again.
    """
    scale, last = np.empty((4, steps.shape[1]), np.float32), len(q) - 1
    for i in range(0, len(q), 4):
        j, k, m = min(i + 1, last), min(i + 2, last), min(i + 3, last)
        read_steps(steps[i], scale[0])
        read_steps(steps[j], scale[1])
        read_steps(steps[k], scale[2])
        read_steps(steps[m], scale[3])
        yi = yj = yk = ym = np.float32(0)
        for g in range(steps.shape[1]):
            start, stop = g * size, min((g + 1) * size, len(x))
            qi, qj, qk, qm = q[i, start:stop], q[j, start:stop], q[k, start:stop], q[m, start:stop]
            sums = row_sums(qi, qj, qk, qm, x[start:stop])  # type: ignore[no-untyped-call]
            pi, pj, pk, pm = sums
            yi += scale[0, g] * np.float32(pi)
            yj += scale[1, g] * np.float32(pj)
            yk += scale[2, g] * np.float32(pk)
            ym += scale[3, g] * np.float32(pm)
        y[i], y[j], y[k], y[m] = yi, yj, yk, ym


def row_sums(qi, qj, qk, qm, xs):  # type: ignore[no-untyped-def]
    """Four rows' products with the inputs, added up: ``float_sums`` or ``whole_sums``."""


@overload(row_sums, jit_options=OPTIONS)
def _row_sums(qi, qj, qk, qm, xs):  # type: ignore[no-untyped-def]  # noqa: ARG001
    return whole_sums if isinstance(xs.dtype, numba.types.Integer) else float_sums


def float_sums(qi, qj, qk, qm, xs):  # type: ignore[no-untyped-def]
    """Float32 inputs."""
    pi = pj = pk = pm = np.float32(0)
    for c in range(len(xs)):
        pi += np.float32(qi[c]) * xs[c]
        pj += np.float32(qj[c]) * xs[c]
        pk += np.float32(qk[c]) * xs[c]
        pm += np.float32(qm[c]) * xs[c]
    return pi, pj, pk, pm


def whole_sums(qi, qj, qk, qm, xs):  # type: ignore[no-untyped-def]
    """Whole inputs, int16: products are added up in int32, two at once."""
    pi = pj = pk = pm = np.int32(0)
    for c in range(len(xs)):
        v = np.int32(xs[c])
        pi = np.int32(pi + np.int32(np.int16(qi[c])) * v)
        pj = np.int32(pj + np.int32(np.int16(qj[c])) * v)
        pk = np.int32(pk + np.int32(np.int16(qk[c])) * v)
        pm = np.int32(pm + np.int32(np.int16(qm[c])) * v)
    return pi, pj, pk, pm


@compiled
def float_int4(pairs, steps, half, even, odd, y):  # type: ignore[no-untyped-def]
    """Multiply floats by two weights a byte: the low halves meet ``even``, the high ones ``odd``.

    A half stays where it is in its word, 2**28 or 2**4 times too large; the inputs are as much too
    small (``LOW``, ``HIGH``). Powers of two round nothing.
    """
    scale = np.empty(steps.shape[1], np.float32)
    for i in range(len(pairs)):
        read_steps(steps[i], scale)
        total = np.float32(0)
        for g in range(len(scale)):
            ps = pairs[i, g * half : (g + 1) * half]
            low, high = even[g * half : (g + 1) * half], odd[g * half : (g + 1) * half]
            part = np.float32(0)
            for c in range(len(ps)):
                pair = np.int32(ps[c])
                part += np.float32(np.int32(pair << 28)) * low[c]
                part += np.float32(pair & np.int32(-16)) * high[c]
            total += scale[g] * part
        y[i] = total


@compiled
def whole_int4(pairs, steps, half, even, odd, y):  # type: ignore[no-untyped-def]
    """The same for whole numbers, int16; given out as ``whole_sums``, the inner loop is slower."""
    scale = np.empty(steps.shape[1], np.float32)
    for i in range(len(pairs)):
        read_steps(steps[i], scale)
        total = np.float32(0)
        for g in range(len(scale)):
            ps = pairs[i, g * half : (g + 1) * half]
            low, high = even[g * half : (g + 1) * half], odd[g * half : (g + 1) * half]
            part = np.int32(0)
            for j in range(len(ps)):
                pair = np.int16(ps[j])
                first, second = np.int16(np.int16(pair << 12) >> 12), np.int16(pair >> 4)
                part = np.int32(part + np.int32(first) * np.int32(low[j]))
                part = np.int32(part + np.int32(second) * np.int32(high[j]))
            total += scale[g] * np.float32(part)
        y[i] = total


@compiled
def packed_products(q, part, steps, low, high, unmoved, y):  # type: ignore[no-untyped-def]
    """Multiply whole inputs by packed weights, ``part`` bytes a group, with VPDPBUSD.

    ``low`` and ``high``, (n, bytes), are the inputs that meet the bytes of a row. The instruction
    wants the weights moved up (``ffnlib._base.vectors``). What comes of that is what a row of zeros
    gives; it is kept in ``unmoved``, (n, groups, 16), which starts with zeros, and subtracted. Four
    rows at a time, as in ``times_int8``.
    """
    (n, width), groups, last = low.shape, steps.shape[1], len(steps) - 1
    lows, highs, moved = low.ctypes.data, high.ctypes.data, unmoved.ctypes.data
    nothing, kind = np.zeros(width, q.dtype), q.dtype
    row = nothing.ctypes.data
    for t in range(n):
        for g in range(groups):
            at, size = g * part, min(part, width - g * part)
            sums, x = moved + BYTES * (t * groups + g), t * width + at
            found = group_products(
                load(sums), kind, row + at, row + at, row + at, row + at, lows + x, highs + x, size
            )
            subtract(sums, found[0])
    row = q.ctypes.data
    for i in range(0, len(steps), 4):
        j, k, m = min(i + 1, last), min(i + 2, last), min(i + 3, last)
        qi, qj, qk, qm = row + i * width, row + j * width, row + k * width, row + m * width
        for t in range(n):
            yi = yj = yk = ym = zeros()
            for g in range(groups):
                at, size = g * part, min(part, width - g * part)
                sums, x = moved + BYTES * (t * groups + g), t * width + at
                pi, pj, pk, pm = group_products(
                    load(sums), kind, qi + at, qj + at, qk + at, qm + at, lows + x, highs + x, size
                )
                yi = add_scaled(yi, pi, steps[i, g])
                yj = add_scaled(yj, pj, steps[j, g])
                yk = add_scaled(yk, pk, steps[k, g])
                ym = add_scaled(ym, pm, steps[m, g])
            y[t, i], y[t, j], y[t, k], y[t, m] = total(yi), total(yj), total(yk), total(ym)


@numba.njit(inline="always", **OPTIONS)
def group_products(sums, kind, qi, qj, qk, qm, low, high, size):  # type: ignore[no-untyped-def]
    """Add to ``sums`` the products of ``size`` bytes of four rows; all that is given: addresses."""
    pi = pj = pk = pm = sums
    whole = size - size % BYTES
    for c in range(0, whole, BYTES):
        pi = add_products(pi, kind, qi + c, low + c, high + c)
        pj = add_products(pj, kind, qj + c, low + c, high + c)
        pk = add_products(pk, kind, qk + c, low + c, high + c)
        pm = add_products(pm, kind, qm + c, low + c, high + c)
    if whole < size:
        c, rest = whole, size - whole
        pi = add_last_products(pi, kind, qi + c, low + c, high + c, rest)
        pj = add_last_products(pj, kind, qj + c, low + c, high + c, rest)
        pk = add_last_products(pk, kind, qk + c, low + c, high + c, rest)
        pm = add_last_products(pm, kind, qm + c, low + c, high + c, rest)
    return pi, pj, pk, pm


@compiled
def read_steps(steps, scale):  # type: ignore[no-untyped-def]
    """Turn float16, given as uint16 (groups,), into float32, (groups,)."""
    bits = scale.view(np.uint32)
    for g in range(len(steps)):
        bits[g] = np.uint32(steps[g]) << np.uint32(13)
    for g in range(len(steps)):
        scale[g] *= TO_FLOAT32


@compiled
def add_columns(columns, x, y):  # type: ignore[no-untyped-def]
    """Add x_j times its column, columns (d_in, d_out), to y (d_out,) for every x_j other than 0."""
    used = np.empty(len(x), np.int64)
    count = 0
    for j in range(len(x)):
        used[count] = j
        count += x[j] != 0
    whole = count - count % 4
    for k in range(0, whole, 4):  # four at a time: y is read and written a quarter as often
        a, b, c, d = used[k], used[k + 1], used[k + 2], used[k + 3]
        xa, xb, xc, xd = x[a], x[b], x[c], x[d]
        wa, wb, wc, wd = columns[a], columns[b], columns[c], columns[d]
        for i in range(len(y)):
            y[i] += xa * wa[i] + xb * wb[i] + xc * wc[i] + xd * wd[i]
    for k in range(whole, count):
        xa, wa = x[used[k]], columns[used[k]]
        for i in range(len(y)):
            y[i] += xa * wa[i]

"""Hidden cases of the assignment ``quantization``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.

Numbers to be rounded are made from their results: a whole number of steps and less than 0.4 of one,
so that no case comes near a tie.
"""

import math
from fractions import Fraction

import numpy as np


def near(rng, q):
    """Whole numbers, each moved by less than 0.4, but by something."""
    return q + rng.uniform(0.05, 0.4, size=q.shape) * rng.choice([-1, 1], size=q.shape)


def symmetric(rng, shape, most, sign):
    """Numbers in steps, and their whole numbers; the largest in size has a sign of its own."""
    q = rng.integers(-most + 1, most, size=shape)
    q[np.abs(q) < 2] = 2
    v = near(rng, q)
    at = tuple(rng.integers(n) for n in shape)
    q[at] = v[at] = sign * most
    return v, q


def quantize_symmetric(rng):
    cases = []
    for shape, sign in [((2, 3), 1), ((4, 5), -1), ((1, 6), -1), ((6, 1), 1), ((7, 8), -1)]:
        v, q = symmetric(rng, shape, 127, sign)
        scale = float(10 ** rng.uniform(-3, 1.5))
        # one sign dominates, so that the other end of the range is another number
        keep = (q * sign > 0) | (np.abs(q) < 90)
        v, q = np.where(keep, v, 0.0), np.where(keep, q, 0)
        cases.append(({"w": v * scale}, (q, scale)))
    return cases


def quantize_affine(rng):
    cases = []
    for shape, low in [
        ((3, 4), -50), ((2, 6), -200), ((1, 7), -120), ((5, 3), -7), ((4, 4), 0), ((3, 3), -255),
        ((2, 5), -90),
    ]:  # fmt: skip
        scale = float(10 ** rng.uniform(-3, 1.5))
        inside = 0 < -low < 255
        # the ends are 255 steps apart, both as far from whole numbers
        part = float(rng.uniform(0.1, 0.4)) * (-1) ** len(cases) if inside else 0.0
        v = near(rng, rng.integers(low + 2, low + 253, size=shape))
        if low == 0:
            v = np.abs(v)
        v.flat[0], v.flat[-1] = low + part, low + 255 + part
        if not inside:  # the end at 0 is not one of the numbers
            v.flat[0 if low == 0 else -1] = low + 100.2
        zero_point = -128 - low
        q = [[math.floor(x + 0.5) + zero_point for x in row] for row in v.tolist()]
        cases.append(({"w": v * scale}, (q, scale, zero_point)))
    return cases


def byte(first, second):
    return int(f"{second & 15:04b}{first & 15:04b}", 2)


# every byte there is
EVERY = [number for low in range(-8, 8) for high in range(-8, 8) for number in (low, high)]


def pack_int4(rng):
    cases = []
    lists = []
    for n in (6, 3, 2, 7, 12, 17, 24):
        q = rng.integers(-8, 8, size=n).tolist()
        q[0] = int(rng.integers(-8, 0))  # a sign in a low half
        if n > 3:
            q[3], q[2] = int(rng.integers(-8, 0)), int(rng.integers(1, 8))
        lists.append(q)
    for q in (*lists, EVERY, [*EVERY, -5], [-8], [7], [0, 0, 0]):
        n = len(q)
        whole = [*q, 0] if n % 2 else q
        packed = [byte(*whole[i : i + 2]) for i in range(0, n, 2)]
        cases.append(({"q": q}, packed))
    return cases


def unpack_int4(rng):
    cases = []
    lists = []
    for n in (6, 3, 2, 7, 12, 17, 24):
        q = rng.integers(-8, 8, size=n).tolist()
        q[0], q[1] = int(rng.integers(-8, 0)), int(rng.integers(1, 8))
        if n > 3:
            q[3], q[2] = int(rng.integers(-8, 0)), int(rng.integers(1, 8))
        lists.append(q)
    for q in (*lists, EVERY, [*EVERY, -5], [-8], [7], [0, 0, 0]):
        n = len(q)
        # what stands beside the last number of an odd count is nobody's
        whole = [*q, int(rng.integers(1, 8))] if n % 2 else q
        packed = [byte(*whole[i : i + 2]) for i in range(0, n, 2)]
        cases.append(({"packed": packed, "n": n}, q))
    return cases


def quantize_groups(rng):
    cases = []
    for rows, groups, size in [(2, 2, 4), (3, 2, 3), (4, 4, 2), (1, 3, 8), (5, 1, 4), (6, 3, 6)]:
        w, q = np.zeros((rows, groups, size)), np.zeros((rows, groups, size), dtype=int)
        scale = np.ones((rows, groups))
        for i in range(rows):
            for j in range(groups):
                v, q[i, j] = symmetric(rng, (size,), 7, rng.choice([-1, 1]))
                scale[i, j] = 10 ** rng.uniform(-2, 1)
                w[i, j] = v * scale[i, j]
        if rows > 3 and groups > 1:
            i, j = rng.integers(rows), rng.integers(groups)
            w[i, j], q[i, j], scale[i, j] = 0.0, 0, 1.0
        flat = (rows, groups * size)
        cases.append(({"w": w.reshape(flat), "size": size}, (q.reshape(flat), scale)))
    # groups that are not 0, though they sum to 0, begin with 0, or hold tiny numbers
    w = [[3.5, -3.5, 0.0, 0.7, 0.0, 0.0], [7e-6, -2.2e-6, 0.0, -1.4e-9, -6.3e3, 7e3]]
    q = [[7, -7, 0, 7, 0, 0], [7, -2, 0, -7, -6, 7]]
    scale = [[0.5, 0.1, 1.0], [1e-6, 2e-10, 1e3]]
    cases.append(({"w": w, "size": 2}, (q, scale)))
    cases.append(({"w": [[-0.7, 0.0, 1.4]], "size": 1}, ([[-7, 0, 7]], [[0.1, 1.0, 0.2]])))
    cases.append(({"w": [[0.0, 0.0], [0.0, -2.1]], "size": 2}, ([[0, 0], [0, -7]], [[1.0], [0.3]])))
    return cases


def smooth(rng):
    cases = []
    for n, d_in, d_out, alpha in [
        (3, 3, 3, 0.8), (5, 4, 3, 0.25), (4, 3, 2, 0.5), (6, 2, 5, 0.65), (1, 5, 2, 0.4),
        (7, 6, 4, 0.0), (4, 4, 4, 1.0),
    ]:  # fmt: skip
        x = rng.normal(size=(n, d_in)) * 10 ** rng.uniform(-1, 2, size=d_in)
        W = rng.normal(size=(d_out, d_in)) * rng.uniform(0.1, 3, size=d_in)
        # the largest of some channels are below 0
        x[0, 0] = -1.5 * np.abs(x[:, 0]).max()
        W[0, -1] = -1.5 * np.abs(W[:, -1]).max()
        s = []
        for channel, weights in zip(x.T.tolist(), W.T.tolist(), strict=True):
            most, weight = max(map(abs, channel)), max(map(abs, weights))
            s.append(math.exp(alpha * math.log(most) - (1 - alpha) * math.log(weight)))
        x_s = [[a / b for a, b in zip(row, s, strict=True)] for row in x.tolist()]
        W_s = [[a * b for a, b in zip(row, s, strict=True)] for row in W.tolist()]
        cases.append(({"x": x, "W": W, "alpha": alpha}, (s, x_s, W_s)))
    return cases


def layer_bytes(rng):
    cases = []
    for bits, group in [(4, 128), (8, 64), (3, 32), (2, 16), (4, 100), (5, 7), (6, 48), (7, 256)]:
        d_out = int(rng.integers(20, 5000))
        # the last group is not full, and with few bits a row ends within a byte
        d_in = 8 * group * int(rng.integers(1, 20))
        if cases:
            d_in += 2 * int(rng.integers(1, 4)) + 1
        total = 0
        total += d_out * math.ceil(Fraction(d_in * bits, 8))
        total += d_out * math.ceil(Fraction(d_in, group)) * 2
        total += d_out * 4
        full = 4 * d_out * d_in + 4 * d_out
        inputs = {"d_out": d_out, "d_in": d_in, "bits": bits, "group": group}
        cases.append((inputs, (total, full / total)))
    # a group that is wider than the row, as wide, or one narrower; single rows and columns
    for d_out, d_in, bits, group in [
        (3, 5, 4, 8), (2, 100, 8, 128), (7, 64, 3, 64), (7, 65, 5, 64), (1, 1, 2, 1),
        (9, 1, 7, 100), (1, 16, 6, 1), (4, 2, 4, 3),
    ]:  # fmt: skip
        row = math.ceil(Fraction(d_in * bits, 8)) + 2 * math.ceil(Fraction(d_in, group)) + 4
        total = d_out * row
        inputs = {"d_out": d_out, "d_in": d_in, "bits": bits, "group": group}
        cases.append((inputs, (total, 4 * d_out * (d_in + 1) / total)))
    return cases


CASES = {
    "quantize_symmetric": quantize_symmetric,
    "quantize_affine": quantize_affine,
    "pack_int4": pack_int4,
    "unpack_int4": unpack_int4,
    "quantize_groups": quantize_groups,
    "smooth": smooth,
    "layer_bytes": layer_bytes,
}

"""Hidden cases of the assignment ``ffn``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

import math
from fractions import Fraction

THREE = {"glu", "geglu", "swiglu", "reglu", "bilinear"}


def dot(row, x):
    return math.fsum(w * v for w, v in zip(row, x, strict=True))


def silu(z):
    return z / (1 + math.exp(-z))


def one_token(x, W_gate, W_up, W_down):
    """One token and one hidden unit at a time, in Python's own numbers."""
    hidden = [silu(dot(g, x)) * dot(u, x) for g, u in zip(W_gate, W_up, strict=True)]
    return [dot(row, hidden) for row in W_down]


def swiglu(rng):
    cases = []
    for n, d, h, scale in [
        (1, 1, 1, 1), (3, 2, 5, 1), (4, 3, 8, 1), (2, 5, 3, 2), (5, 3, 3, 1), (3, 4, 4, 3),
        (6, 2, 7, 0.3), (4, 4, 10, 1),
    ]:  # fmt: skip
        x = rng.normal(size=(n, d))
        matrices = [scale * rng.normal(size=s) for s in ((h, d), (h, d), (d, h))]
        wanted = [one_token(token, *(m.tolist() for m in matrices)) for token in x.tolist()]
        names = ("x", "W_gate", "W_up", "W_down")
        cases.append((dict(zip(names, (x, *matrices), strict=True)), wanted))
    # gates as far open and shut as the statement allows, and a token of zeros
    x = [[1.0, 0.0], [0.5, 1.0], [0.0, 0.0], [-1.0, 0.25]]
    gate, up = [[49.0, 1.0], [-48.0, 2.0], [25.0, -30.0]], [[1.0, 2.0], [3.0, -1.0], [0.5, 1.0]]
    down = [[1.0, 2.0, -1.0], [0.5, -1.0, 3.0]]
    wanted = [one_token(token, gate, up, down) for token in x]
    cases.append(({"x": x, "W_gate": gate, "W_up": up, "W_down": down}, wanted))
    return cases


def hidden_size(rng):
    cases = []
    for multiple in (1, 2, 8, 32, 64, 100, 128, 256, 256, 1024, 4096):
        for _ in range(3):
            d = int(rng.integers(multiple, 20_000))
            h = math.floor(Fraction(8 * d, 3))
            while h % multiple:
                h += 1
            cases.append(({"d_model": d, "multiple_of": multiple}, h))
    # a size that is a multiple already
    d = 3 * 128 * int(rng.integers(1, 40))
    cases.append(({"d_model": d, "multiple_of": 128}, 8 * d // 3))
    # multiples already, odd and even; large sizes, where 2.6667 is not 8/3; one above and below
    for d, multiple in [
        (24, 64), (48, 64), (72, 64), (96, 32), (30_000, 1), (300_001, 1), (3_000_000, 10),
        (1, 1), (1, 8), (2, 5), (25, 64), (23, 64), (375, 1000), (376, 1000), (750_001, 7),
    ]:  # fmt: skip
        h = math.ceil(Fraction(8 * d // 3, multiple)) * multiple
        cases.append(({"d_model": d, "multiple_of": multiple}, h))
    return cases


def ffn_counts(rng):
    cases = []
    # smaller and larger than the plain one
    for low, high in [(2.7, 5), (1.5, 2.6), (2.7, 5), (1.5, 2.6), (2.6, 2.7), (2.6, 2.7), (2, 5)]:
        d = int(rng.integers(8, 20_000))
        h = round(d * rng.uniform(low, high))
        plain, gated = d * 4 * d + 4 * d * d, d * h + d * h + h * d
        cases.append(({"d_model": d, "d_ff": h}, (plain, gated, gated - plain)))
    d, h = int(rng.integers(40_000, 60_000)), int(rng.integers(100_000, 200_000))
    cases.append(({"d_model": d, "d_ff": h}, (8 * d * d, 3 * d * h, 3 * d * h - 8 * d * d)))
    for d, h in [(1, 1), (1, 3), (7, 2), (3, 8), (100_000, 266_667)]:
        cases.append(({"d_model": d, "d_ff": h}, (8 * d * d, 3 * d * h, 3 * d * h - 8 * d * d)))
    return cases


def ffn_flops(rng):
    cases = []
    variants = ["relu", "gelu", *sorted(THREE)]
    for variant in [*variants, *variants]:
        n, d = int(rng.integers(2, 5000)), int(rng.integers(16, 9000))
        h = round(d * rng.uniform(2, 5))
        matrices = 3 if variant in THREE else 2
        flops = n * matrices * d * h * 2
        cases.append(({"tokens": n, "d_model": d, "d_ff": h, "variant": variant}, flops))
    return cases


def shares(first, second):
    whole = Fraction(first + second)
    return float(first / whole), float(second / whole)


def parameter_shares(rng):
    cases = []
    for heads, groups in [(8, 1), (16, 4), (32, 8), (64, 8), (12, 3), (40, 40), (16, 1)]:
        d = heads * int(rng.choice([32, 64, 96, 128]))
        h = round(d * rng.uniform(2, 5))
        size = d // heads
        attention = d * heads * size + 2 * d * groups * size + heads * size * d
        inputs = {"d_model": d, "d_ff": h, "heads": heads, "kv_heads": groups}
        cases.append((inputs, shares(attention, 3 * d * h)))
    return cases


def flops_shares(rng):
    cases = []
    for context in (1, 300, 2048, 4096, 20_000, 131_072, 1_000_000):
        d = 64 * int(rng.integers(4, 128))
        h = round(d * rng.uniform(2, 5))
        n = max(1, context - int(rng.integers(100)))
        attention = 2 * 4 * d * d + 2 * n * d + 2 * n * d
        cases.append(({"d_model": d, "d_ff": h, "context": n}, shares(attention, 2 * 2 * d * h)))
    return cases


CASES = {
    "swiglu": swiglu,
    "hidden_size": hidden_size,
    "ffn_counts": ffn_counts,
    "ffn_flops": ffn_flops,
    "parameter_shares": parameter_shares,
    "flops_shares": flops_shares,
}

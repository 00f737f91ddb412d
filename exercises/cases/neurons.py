"""Hidden cases of the assignment ``neurons``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

from itertools import pairwise

import numpy as np


def compose(rng):
    cases = []
    for n, m, k in [(2, 2, 2), (3, 3, 3), (1, 1, 1), (4, 2, 3), (2, 5, 1), (1, 3, 4), (5, 4, 5)]:
        A, a = rng.normal(size=(m, n)), rng.normal(size=m)
        B, b = rng.normal(size=(k, m)), rng.normal(size=k)
        # by what the maps do: columns are differences from the image of the origin
        c = B @ (A @ np.zeros(n) + a) + b
        C = np.stack([B @ (A @ e + a) + b - c for e in np.eye(n)], axis=1)
        cases.append(({"A": A, "a": a, "B": B, "b": b}, (C, c)))
    return cases


def count_parameters(rng):
    lists = [
        [1, 1],
        [int(n) for n in rng.integers(1, 50, size=2)],
        [int(n) for n in rng.integers(1, 200, size=5)],
        [int(n) for n in rng.integers(1, 9, size=60)],
        [int(n) for n in rng.integers(50_000, 90_000, size=4)],  # beyond 32 bits
        [3 * 10**6 + int(rng.integers(1, 9)), 7 * 10**6 + 1, 2],
    ]
    cases = []
    for sizes in lists:
        count = 0
        for before, after in pairwise(sizes):
            count += before * after + after
        cases.append(({"sizes": sizes}, count))
    return cases


def xor_network(_rng):
    return []  # the visible case is the whole function


def abs_network(_rng):
    return []  # the visible case is checked on the whole interval


def piecewise_network(rng):
    cases = []
    for knots, start in [(2, 0.0), (3, -1.0), (5, -4.0), (9, 2.5), (6, 40.0), (12, -60.0)]:
        x = start + np.concatenate([[0.0], np.cumsum(rng.uniform(0.25, 2.0, size=knots - 1))])
        y = rng.uniform(-5, 5, size=knots)
        points = np.sort(np.concatenate([x, (x[1:] + x[:-1]) / 2]))
        cases.append(({"x": x, "y": y}, (points, np.interp(points, x, y))))
    flat = np.array([-1.0, 0.0, 1.0, 2.0])  # a flat piece, then a straight line through a knot
    cases.append(({"x": flat, "y": np.array([2.0, 2.0, 3.0, 4.0])}, (flat, [2, 2, 3, 4])))
    return cases


CASES = {
    "compose": compose,
    "count_parameters": count_parameters,
    "xor_network": xor_network,
    "abs_network": abs_network,
    "piecewise_network": piecewise_network,
}

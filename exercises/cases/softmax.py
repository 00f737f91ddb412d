"""Hidden cases of the assignment ``softmax``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

import math

import numpy as np


def lse(line):
    """One line at a time, in Python's own numbers."""
    m = max(line)
    return m + math.log(math.fsum(math.exp(v - m) for v in line))


def log_line(line):
    total = lse(line)
    return [v - total for v in line]


def line_softmax(line):
    return [math.exp(v) for v in log_line(line)]


def lines(function, z, axis):
    return np.apply_along_axis(lambda line: np.array(function(line.tolist())), axis, z)


def softmax_steps(rng):
    cases = []
    for k in (2, 3, 5, 9, 1):
        z = rng.uniform(-6, 6, size=k)
        e = [math.exp(v) for v in z]
        cases.append(({"z": z}, (e, math.fsum(e), line_softmax(z.tolist()))))
    return cases


def softmax(rng):
    cases = []
    shapes = [((4,), 0), ((3, 5), 1), ((3, 5), 0), ((4, 4), 0), ((4, 4), 1), ((2, 3, 4), 1),
              ((2, 3, 4), 0), ((2, 3, 4), 2), ((3, 2), -2)]  # fmt: skip
    for size, axis in shapes:
        z = rng.uniform(-8, 8, size=size)
        cases.append(({"z": z, "axis": axis}, lines(line_softmax, z, axis)))
    return cases


def naive_and_shifted(rng):
    cases = []
    for z in (
        rng.uniform(-3, 3, size=4),
        rng.uniform(900, 905, size=3),
        rng.uniform(-1010, -1000, size=4),
        np.concatenate([rng.uniform(-2, 2, size=3), [rng.uniform(800, 900)]]),
        rng.permutation([720.0, 2000.0, 2001.5, -3.0, -2500.0]),
        np.array([-1e6, -1e6 + 1, -1e6 + 3]),
    ):
        cases.append(({"z": z}, line_softmax(z.tolist())))
    return cases


def everywhere(function):
    """Cases of a function of lines: all sizes of logits, and masks."""

    def make(rng):
        cases = []
        for size, axis in [((5,), 0), ((3, 4), 1), ((3, 4), 0), ((3, 3), 0), ((2, 3, 4), 1)]:
            for scale, move in [(2, 0), (50, 0), (1000, 0), (3, 5000), (3, -5000), (1e6, 0)]:
                z = move + scale * rng.normal(size=size)
                cases.append(({"z": z, "axis": axis}, lines(function, z, axis)))
        z = rng.normal(size=(3, 4)) + np.array([[2000.0], [0.0], [-2000.0]])
        cases.append(({"z": z, "axis": 1}, lines(function, z, 1)))
        z = z.copy()
        z[0, 1] = z[1, 3] = z[2, 0] = z[2, 2] = -np.inf
        cases.append(({"z": z, "axis": 1}, lines(function, z, 1)))
        return cases

    return make


def cross_entropy(rng):
    cases = []
    for m, k, scale, move in [
        (1, 3, 1, 0), (4, 3, 2, 0), (3, 5, 30, 0), (6, 4, 1000, 0), (5, 3, 2, 5000),
        (3, 4, 2, -5000), (2, 10, 1e6, 0), (8, 2, 1, 0),
    ]:  # fmt: skip
        z, t = move + scale * rng.normal(size=(m, k)), rng.integers(k, size=m)
        cases.append(({"z": z, "t": t}, mean_loss(z, t)))
    z = rng.normal(size=(3, 4)) + np.array([[1500.0], [0.0], [-1500.0]])
    cases.append(({"z": z, "t": [0, 1, 3]}, mean_loss(z, [0, 1, 3])))
    z = z.copy()
    z[0, 1] = z[1, 3] = z[2, 0] = -np.inf
    cases.append(({"z": z, "t": [0, 1, 3]}, mean_loss(z, [0, 1, 3])))
    return cases


def mean_loss(z, t):
    losses = [lse(row.tolist()) - row[i] for row, i in zip(z, t, strict=True)]
    return math.fsum(losses) / len(losses)


def softmax_at(rng):
    cases = []
    for T in [1.0, 0.5, 3.0, 0.01, 100.0, 1e-4, 1e5]:
        for scale, move in [(2, 0), (300, 0), (2, 2000)]:
            z = move + scale * rng.normal(size=4)
            top = z.max()
            # differences first: dividing large logits would cost digits
            p = line_softmax([(v - top) / T for v in z.tolist()])
            cases.append(({"z": z, "T": T}, p))
    return cases


CASES = {
    "softmax_steps": softmax_steps,
    "softmax": softmax,
    "naive_and_shifted": naive_and_shifted,
    "logsumexp": everywhere(lse),
    "log_softmax": everywhere(log_line),
    "cross_entropy": cross_entropy,
    "softmax_at": softmax_at,
}

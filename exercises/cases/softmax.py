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
    for line in ([20.0, -20.0, 12.5, 19.0], [-20.0, -18.0], [0.0, 0.0, 0.0], [15.0]):
        e = [math.exp(v) for v in line]
        cases.append(({"z": line}, (e, math.fsum(e), line_softmax(line))))
    return cases


# every axis of arrays with axes of length 1 and of different lengths, counted from either end
AXES = [
    (shape, axis)
    for shape in ((1,), (4,), (1, 3), (3, 1), (2, 3), (2, 1, 3), (1, 3, 2), (3, 2, 1))
    for axis in range(-len(shape), len(shape))
]


def softmax(rng):
    cases = []
    shapes = [((4,), 0), ((3, 5), 1), ((3, 5), 0), ((4, 4), 0), ((4, 4), 1), ((2, 3, 4), 1),
              ((2, 3, 4), 0), ((2, 3, 4), 2), ((3, 2), -2)]  # fmt: skip
    for size, axis in shapes:
        z = rng.uniform(-8, 8, size=size)
        cases.append(({"z": z, "axis": axis}, lines(line_softmax, z, axis)))
    for shape, axis in AXES:
        z = np.resize([15.0, 20.0, -12.0, 19.0, -20.0, 13.0, 20.0, -1.0], shape)
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
        # whichever logit is subtracted, it must be the largest; and float32 has neither the
        # range nor the digits
        np.array([1500.0, 700.0, -5.0]),
        np.array([-5.0, 700.0, 1500.0]),
        np.array([-800.0, 1500.0, 100.0, -3.0]),
        np.array([0.0, 0.0, 0.0, 3000.0]),
        np.array([3000.0, 0.0, 0.0, 0.0]),
        np.array([100.0, 101.0, 99.0]),
        np.array([-200.0, -201.0]),
        np.array([12345678.25, 12345677.5]),
        np.array([7.0]),
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
        for shape, axis in AXES:
            z = np.resize([2.0, -1000.0, 0.5, 1000.0, 3.0, -1.0, 999.0, 7.0], shape)
            cases.append(({"z": z, "axis": axis}, lines(function, z, axis)))
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
    # rows that spread beyond what exp bears, ties, and targets on either side
    for rows, targets in (
        ([[0.0, 800.0, 801.0], [900.0, 0.0, -900.0], [-5.0, 1.0, 3000.0]], [0, 1, 2]),
        ([[-800.0, -801.0, 2.0, 2.0]], [2]),
        ([[0.0, 0.0], [5.0, 5.0], [-3.0, 4.0]], [1, 0, 1]),
    ):
        cases.append(({"z": rows, "t": targets}, mean_loss(np.array(rows), targets)))
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
    # ties and near ties when it is cold, and large differences when it is hot
    for line, T in (
        ([3.0, 3.0, 1.0], 1e-4),
        ([1000.0, 1000.0001, 999.9999], 1e-4),
        ([-2.0, -2.0, -2.0], 0.005),
        ([0.5, 0.503, 0.49], 0.009),
        ([2e5, 0.0, -1e5], 1e5),
        ([1500.0, -2000.0, 800.0], 1e3),
        ([7.0], 0.5),
    ):
        p = line_softmax([(v - max(line)) / T for v in line])
        cases.append(({"z": line, "T": T}, p))
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

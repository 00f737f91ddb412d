"""Hidden cases of the assignment ``activations``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

import math

import numpy as np


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def normal(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def bell(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


GATES = {"gelu": (normal, bell), "silu": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x))}


def everywhere(function):
    """Cases of a function of arrays: several shapes, both tails."""

    def make(rng):
        inputs = [
            rng.normal(scale=2, size=7),
            rng.normal(scale=3, size=(3, 4)),
            rng.normal(size=(2, 3, 2)),
            rng.normal(size=(5, 1)),
            np.concatenate([rng.uniform(-1000, -15, size=4), rng.uniform(15, 1000, size=4)]),
            np.array([0.0, -1000.0, 1000.0, -1e-9, 1e-9]),
            # the same for every seed: one entry, a fine grid, both ends of exp, both zeros
            np.array([0.7]),
            np.array([[-0.3]]),
            np.linspace(-16, 16, 161).reshape(7, 23),
            np.array([[[-0.2], [-0.02], [-0.002]], [[0.002], [0.02], [0.2]]]),
            np.array([-746.0, -745.0, -710.0, -709.0, -38.0, -0.0, 38.0, 709.0, 710.0, 746.0]),
        ]
        cases = []
        for x in inputs:
            values = np.array([function(float(v)) for v in x.reshape(-1)]).reshape(x.shape)
            cases.append(({"x": x}, values))
        return cases

    return make


def value(name):
    gate, _ = GATES[name]
    return lambda x: x * gate(x)


def slope(name):
    gate, density = GATES[name]
    return lambda x: gate(x) + x * density(x)


def find_minimum(rng):
    cases = []
    for beta in [1.0, 0.25, 8.0, *rng.uniform(0.3, 7, size=2)]:
        for name in GATES:
            low, high = -3.0, 0.0  # the slope changes sign in between, for beta = 1
            for _ in range(80):
                middle = (low + high) / 2
                low, high = (middle, high) if slope(name)(middle) < 0 else (low, middle)
            x = (low + high) / 2
            expected = (x / beta, value(name)(x) / beta)
            cases.append(({"name": name, "beta": float(beta)}, expected))
    return cases


def dead_unit_rate(rng):
    cases = []
    for batch, d_in, units in [(5, 3, 8), (3, 4, 7), (9, 2, 5), (6, 6, 6), (20, 5, 16)]:
        for push in (-3.0, -1.0, 0.0):
            X, W = rng.normal(size=(batch, d_in)), rng.normal(size=(units, d_in))
            b = push + rng.normal(size=units)
            dead = sum(all(w @ x + shift <= 0 for x in X) for w, shift in zip(W, b, strict=True))
            cases.append(({"X": X, "W": W, "b": b}, dead / units))
    X = rng.integers(0, 3, size=(4, 3))  # whole numbers: some pre-activations are exactly 0
    W = np.concatenate([np.zeros((2, 3)), -np.ones((3, 3)), np.ones((1, 3))])
    cases.append(({"X": X, "W": W, "b": np.array([0, 1, 0, 0, -1, 1])}, 4 / 6))
    # on by a hair, for one example alone, the first, the last or the only one
    cases += [
        ({"X": [[1.0]], "W": [[1e-9], [-1e-9], [1.0]], "b": [0.0, 0.0, -1.0]}, 2 / 3),
        ({"X": [[5.0], [0.0], [0.0]], "W": [[1.0], [-1.0]], "b": [-1.0, -1.0]}, 1 / 2),
        ({"X": [[0.0], [0.0], [5.0]], "W": [[1.0], [-1.0]], "b": [-1.0, -1.0]}, 1 / 2),
        ({"X": [[1.0, 2.0]], "W": [[1.0, 1.0]], "b": [0.5]}, 0.0),
        ({"X": [[1.0, 2.0], [2.0, 1.0]], "W": [[1.0, 1.0]], "b": [-3.0]}, 1.0),
    ]
    return cases


def chain_gradient(rng):
    chains = []
    for layers in (1, 2, 3, 8, 20, 50):
        w = rng.uniform(0.5, 3, size=layers) * rng.choice([-1, 1], size=layers)
        b = rng.normal(size=layers)
        chains.append((float(rng.normal()), w.tolist(), b.tolist()))
    # pre-activations near 0, far below it, rather far above it, and two layers of the simplest kind
    chains += [
        (0.01, [1.0, 2.0], [0.0, -1.0]),
        (0.0, [3.0, -2.0], [-12.0, 0.5]),
        (1.0, [2.0, 6.0, -1.0], [5.0, 0.5, 0.2]),
        (-2.0, [0.5, 4.0], [1.0, -2.0]),
    ]
    cases = []
    for start, w, b in chains:
        a, gradient = start, 1.0
        for weight, bias in zip(w, b, strict=True):
            z = weight * a + bias
            a = sigmoid(z)
            gradient *= weight * sigmoid(z) * sigmoid(-z)
        cases.append(({"x": start, "w": w, "b": b}, gradient))
    return cases


CASES = {
    "gelu": everywhere(value("gelu")),
    "silu": everywhere(value("silu")),
    "gelu_derivative": everywhere(slope("gelu")),
    "silu_derivative": everywhere(slope("silu")),
    "find_minimum": find_minimum,
    "dead_unit_rate": dead_unit_rate,
    "chain_gradient": chain_gradient,
}

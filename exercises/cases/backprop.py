"""Hidden cases of the assignment ``backprop``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

import numpy as np


def slope_of(loss, arrays):
    """Gradients by complex steps: exact to rounding, with no backward pass at all."""
    found = []
    for which, array in enumerate(arrays):
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            moved = [np.array(a, dtype=complex) for a in arrays]
            moved[which][index] += 1e-30j
            gradient[index] = loss(*moved).imag / 1e-30
        found.append(gradient)
    return found


def mean_loss(z, t):
    rows = [np.log(np.exp(row - row.real.max()).sum()) + row.real.max() for row in z]
    return sum(lse - row[i] for lse, row, i in zip(rows, z, t, strict=True)) / len(t)


def dense_backward(rng):
    cases = []
    for m, d_in, d_out in [(1, 3, 2), (4, 3, 2), (5, 2, 4), (3, 3, 3), (6, 1, 5), (2, 4, 1)]:
        x, W = rng.normal(size=(m, d_in)), rng.normal(size=(d_out, d_in))
        g, b = rng.normal(size=(m, d_out)), np.zeros(d_out)
        # the gradients of sum(g * y)
        dx, dW, db = slope_of(lambda x, W, b, g=g: (g * (x @ W.T + b)).sum(), [x, W, b])
        cases.append(({"x": x, "W": W, "g": g}, (dx, dW, db)))
    return cases


def loss_gradient(rng):
    cases = []
    for m, k, scale, move in [
        (1, 3, 1, 0), (4, 3, 2, 0), (5, 2, 3, 0), (3, 3, 1, 0), (6, 10, 2, 0), (4, 3, 1, 2000),
        (3, 4, 1, -2000),
    ]:  # fmt: skip
        z, t = move + scale * rng.normal(size=(m, k)), rng.integers(k, size=m)
        (dz,) = slope_of(lambda z, t=t: mean_loss(z, t), [z])
        cases.append(({"z": z, "t": t}, dz))
    # rows that spread beyond what exp bears: no shift but the maximum will do
    z, t = np.array([[0.0, 800, 801], [900, 0, -900], [-5, 1, 3000], [-800, -801, 2]]), [0, 1, 0, 1]
    (dz,) = slope_of(lambda z: mean_loss(z, t), [z])
    cases.append(({"z": z, "t": t}, dz))
    return cases


def numeric_gradient(rng):
    p, q, r = rng.normal(size=4), rng.normal(size=(2, 3)), rng.uniform(0.5, 1.5, size=3)
    a = np.round(rng.normal(size=4), 2).tolist()
    e = np.exp(p)
    return [
        ({"f": f"sum(array({a}) * p**2)", "p": p}, 2 * np.array(a) * p),
        ({"f": "log(sum(exp(p)))", "p": p}, e / e.sum()),
        ({"f": "sum(p**3) / 6", "p": q}, q**2 / 2),
        ({"f": "p[0, 1] * sin(p[1, 2])", "p": q}, product(q)),
        ({"f": "prod(p)", "p": r}, r.prod() / r),
        ({"f": "sum(tanh(p)) ** 2", "p": r}, 2 * np.tanh(r).sum() / np.cosh(r) ** 2),
        ({"f": "100 * cos(p[0])", "p": r[:1]}, -100 * np.sin(r[:1])),
        # three dimensions, of different lengths; large and small entries
        (
            {"f": "sum(p * p * array([[[1, -2]], [[3, 4]], [[5, 0.5]]]))", "p": CUBE},
            2 * CUBE * [[[1, -2]], [[3, 4]], [[5, 0.5]]],
        ),
        ({"f": "p[0] * p[1]", "p": [200.0, -0.001]}, [-0.001, 200.0]),
    ]


CUBE = np.array([[[0.5, -1.0]], [[2.0, 0.1]], [[-0.3, 1.5]]])


def product(q):
    gradient = np.zeros(q.shape)
    gradient[0, 1] = np.sin(q[1, 2])
    gradient[1, 2] = q[0, 1] * np.cos(q[1, 2])
    return gradient


def network_gradients(rng):
    cases = []
    for m, d_in, hidden, k in [
        (4, 3, 2, 3),
        (5, 2, 4, 2),
        (3, 3, 3, 3),
        (1, 2, 3, 4),
        (7, 4, 5, 3),
    ]:
        x, t = rng.normal(size=(m, d_in)), rng.integers(k, size=m)
        W1, b1 = rng.normal(size=(hidden, d_in)), rng.normal(size=hidden)
        W2, b2 = rng.normal(size=(k, hidden)), rng.normal(size=k)

        def loss(W1, b1, W2, b2, x=x, t=t):
            return mean_loss(np.tanh(x @ W1.T + b1) @ W2.T + b2, t)

        weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        expected = tuple(slope_of(loss, list(weights.values())))
        cases.append(({"x": x, "t": t, **weights}, expected))
    return cases


def nesterov_step(rng):
    A = np.round(rng.normal(size=(3, 3)), 2).tolist()
    slopes = {
        f"array({A}) @ p": lambda p: np.array(A) @ p,
        "p**3 - p": lambda p: p**3 - p,
        "array([1, 10, 100]) * p": lambda p: np.array([1, 10, 100]) * p,
        "sin(p)": np.sin,
    }
    cases = []
    for text, slope in slopes.items():
        for momentum in (0.9, 0.5):
            p, v, rate = rng.normal(size=3), rng.normal(size=3), float(rng.uniform(0.01, 0.3))
            velocity = momentum * v + slope(p - rate * momentum * v)
            given = {"p": p, "v": v, "gradient": text, "rate": rate, "momentum": momentum}
            cases.append((given, (p - rate * velocity, velocity)))
    # a matrix, and no momentum at all
    p, v = np.array([[1.0, -2.0, 0.5], [0.3, 1.5, -1.0]]), np.array([[0.5, 1, -1], [2, 0, -0.5]])
    for momentum in (0.8, 0.0):
        velocity = momentum * v + np.sin(p - 0.1 * momentum * v)
        given = {"p": p, "v": v, "gradient": "sin(p)", "rate": 0.1, "momentum": momentum}
        cases.append((given, (p - 0.1 * velocity, velocity)))
    return cases


def adam_step(rng):
    cases = []
    for size in [(3,), (2, 3), (1,)]:
        for steps, betas, eps in [(1, (0.9, 0.999), 1e-8), (4, (0.8, 0.95), 1e-2)]:
            p, m, v = rng.normal(size=size), np.zeros(size), np.zeros(size)
            rate = float(rng.uniform(0.01, 0.2))
            gradients = rng.normal(size=(steps, *size))
            for t, g in enumerate(gradients, 1):
                names = ("p", "g", "m", "v", "t", "rate", "beta1", "beta2", "eps")
                given = dict(zip(names, (p, g, m, v, t, rate, *betas, eps), strict=True))
                # averages as the weighted sums that they are
                share1 = [(1 - betas[0]) * betas[0] ** (t - s) for s in range(1, t + 1)]
                share2 = [(1 - betas[1]) * betas[1] ** (t - s) for s in range(1, t + 1)]
                m = np.tensordot(share1, gradients[:t], 1)
                v = np.tensordot(share2, gradients[:t] ** 2, 1)
                mean, square = m / sum(share1), v / sum(share2)
                p = p - rate * mean / (np.sqrt(square) + eps)
                cases.append((given, (p, m, v)))
    names = ("p", "g", "m", "v", "t", "rate", "beta1", "beta2", "eps")
    for given in (
        # late steps, gradients of 0 from the start, and so small that eps counts
        ([1.0, -2.0], [0.5, -1.0], [0.2, 0.1], [0.3, 0.4], 30, 0.1, 0.95, 0.99, 1e-8),
        ([1.0, -2.0], [0.5, -1.0], [0.2, 0.1], [0.3, 0.4], 1000, 0.01, 0.9, 0.999, 1e-8),
        ([1.0, -2.0, 3.0], [0.0, 0.0, 1.0], [0.0] * 3, [0.0] * 3, 1, 0.1, 0.9, 0.999, 1e-8),
        ([1.0], [1e-8], [0.0], [0.0], 1, 0.5, 0.9, 0.999, 1e-8),
        ([[1.0], [2.0]], [[-1.0], [3.0]], [[0.1], [0.2]], [[1.0], [0.5]], 2, 0.3, 0.7, 0.6, 0.5),
    ):
        p, g, m, v, t, rate, beta1, beta2, eps = (
            np.array(part) if isinstance(part, list) else part for part in given
        )
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
        moved = p - rate * mean / (np.sqrt(square) + eps)
        cases.append((dict(zip(names, given, strict=True)), (moved, m, v)))
    return cases


def train_network(rng):
    cases = []
    for shuffle in rng.integers(1, 10**6, size=2).tolist():
        learn, test = ("training", shuffle), ("held out", shuffle)
        cases.append(({"x": learn, "y": learn, "seed": shuffle % 1000}, (test, test)))
    return cases


CASES = {
    "dense_backward": dense_backward,
    "loss_gradient": loss_gradient,
    "numeric_gradient": numeric_gradient,
    "network_gradients": network_gradients,
    "nesterov_step": nesterov_step,
    "adam_step": adam_step,
    "train_network": train_network,
}

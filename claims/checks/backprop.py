"""Checks of what is said about gradients, optimizers and the graph they flow through."""

from __future__ import annotations

import sys

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.datasets import blobs
from ffnlib.nn import MLP, cross_entropy, mse, sigmoid, softplus
from ffnlib.training import SGD, Momentum, Nesterov, TwoLayer, Value, gradcheck

Values = dict[str, float | int | str]


def relu_kink() -> Values:
    """Differentiate a small ReLU network away from its kinks, and one unit exactly at its kink."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    model = MLP([4, 8, 3], rng=rng)
    model.backward(cross_entropy.gradient(model.forward(x, training=True), t))
    check = gradcheck(
        lambda _: cross_entropy(model.forward(x), t),
        model.named_parameters(),
        analytic=model.named_gradients(),
    )
    assert check, str(check)
    z = Value(0.0)
    z.relu().backward()
    h = 1e-6
    central = (Value(h).relu().data - Value(-h).relu().data) / (2 * h)
    assert z.grad != central
    return {"error": check.worst.error, "chosen": z.grad, "central": central}


def half_mean_square() -> Values:
    """Compare the gradient of half the mean squared error with (Ŷ − Y)/m and with differences."""
    rng = np.random.default_rng(0)
    given, y = rng.normal(size=(2, 7, 3))
    assert np.array_equal(mse.gradient(given, y), (given - y) / 7)
    check = gradcheck(lambda p: (mse(p, y), mse.gradient(p, y)), given)
    assert check, str(check)
    return {"m": 7, "error": check.worst.error}


def output_gradient() -> Values:
    """Check (A − Y)/m by differences for softmax, for sigmoids and for linear outputs."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=(7, 3))
    classes = rng.integers(0, 3, 7)
    bits = rng.integers(0, 2, (7, 3)).astype(float)
    real = rng.normal(size=(7, 3))

    def binary(z: Array) -> float:
        return float(np.sum(softplus(z) - bits * z) / len(z))

    soft = gradcheck(lambda z: (cross_entropy(z, classes), cross_entropy.gradient(z, classes)), z)
    logistic = gradcheck(lambda z: (binary(z), (sigmoid(z) - bits) / len(z)), z)
    linear = gradcheck(lambda z: (mse(z, real), (z - real) / len(z)), z)
    assert soft, str(soft)
    assert logistic, str(logistic)
    assert linear, str(linear)
    return {"error": max(c.worst.error for c in (soft, logistic, linear))}


def hidden_gradient() -> Values:
    """Check the gradients below the output of a network with two hidden layers by differences."""
    rng = np.random.default_rng(2)
    x, t = rng.normal(size=(9, 4)), rng.integers(0, 3, 9)
    model = MLP([4, 6, 5, 3], "tanh", rng=rng, init="glorot")
    model.backward(cross_entropy.gradient(model.forward(x, training=True), t))
    check = gradcheck(
        lambda _: cross_entropy(model.forward(x), t),
        model.named_parameters(),
        analytic=model.named_gradients(),
    )
    assert check, str(check)
    return {"entries": check.checked, "error": check.worst.error}


def mean_taken_twice() -> Values:
    """Divide by m in the loss and again in dW; compare with differences, and train with both."""
    ratios = {}
    for m in (7, 32, 128):
        rng = np.random.default_rng(m)
        x, y = rng.normal(size=(m, 5)), rng.integers(0, 3, m)
        network = TwoLayer(5, 4, 3, rng, "mean_twice")
        given = network.gradients(x, y)
        check = gradcheck(lambda _, n=network, x=x, y=y: n.loss(x, y), network.parameters(), given)
        ratios[m] = check.worst.numeric / check.worst.analytic
        assert abs(ratios[m] / m - 1) < 1e-4
    losses = {}
    data = blobs(200, noise=0.5, rng=np.random.default_rng(0))
    for fault in (None, "mean_twice"):
        network = TwoLayer(2, 16, len(data.classes), np.random.default_rng(1), fault)
        names = list(network.parameters())
        optimizer = SGD(list(network.parameters().values()), 0.1)
        for _ in range(500):
            gradients = network.gradients(data.x, data.y)
            optimizer.step([gradients[name] for name in names])
        losses[fault] = network.loss(data.x, data.y)
    assert losses["mean_twice"] > 3 * losses[None]
    return {
        **{f"ratio_{m}": ratio for m, ratio in ratios.items()},
        "steps": 500,
        "m": 200,
        "right": losses[None],
        "wrong": losses["mean_twice"],
    }


CURVATURE = np.array([1.0, 30.0])


def _valley(theta: Array) -> float:
    return float(CURVATURE @ theta**2 / 2)


def average_is_not_nesterov() -> Values:
    """Run averaged gradients, the heavy ball and Nesterov on a quadratic valley."""
    rate, beta, steps = 0.03, 0.9, 50
    start = np.array([-1.8, 1.0])

    def run(kind: type[Momentum], rate: float) -> tuple[Array, Array]:
        theta = start.copy()
        optimizer, path = kind([theta], rate, beta), [theta.copy()]
        for _ in range(steps):
            optimizer.step([CURVATURE * theta])
            path.append(theta.copy())
        return theta, np.array(path)

    average, v = start.copy(), np.zeros(2)
    for _ in range(steps):
        v = beta * v + (1 - beta) * CURVATURE * average
        average = average - rate * v
    same, _ = run(Momentum, rate * (1 - beta))
    ball, _ = run(Momentum, rate)
    nesterov, path = run(Nesterov, rate)

    # Nesterov as published: the gradient is taken where the velocity would carry us.
    theta, v = start.copy(), np.zeros(2)
    apart = 0.0
    for point in path[:-1]:
        ahead = theta - rate * beta * v
        apart = max(apart, float(np.abs(ahead - point).max()))
        v = beta * v + CURVATURE * ahead
        theta = theta - rate * v
    difference = float(np.abs(average - same).max())
    assert difference < 1e-14
    assert apart < 1e-14
    assert _valley(nesterov) < _valley(ball) / 10
    assert _valley(nesterov) < _valley(average) / 10
    return {
        "difference": difference,
        "share": 1 - beta,
        "steps": steps,
        "average": _valley(average),
        "ball": _valley(ball),
        "nesterov": _valley(nesterov),
    }


def zero_gradients() -> Values:
    """Count the parameters of a ReLU layer whose gradient is exactly 0 for one example."""
    rng = np.random.default_rng(0)
    model = MLP([16, 64, 4], rng=rng)
    x = rng.normal(size=(1, 16))
    off = model.trace(x)[0].a[0] == 0
    model.backward(cross_entropy.gradient(model.forward(x, training=True), [0]))
    dW = model.named_gradients()["layers.0.W"]
    zero = np.all(dW == 0, axis=1)
    assert np.array_equal(zero, off)
    assert 0.2 < zero.mean() < 0.8
    return {"units": len(zero), "off": int(zero.sum()), "share": float(zero.mean())}


def recursion_limit() -> Values:
    """Sort the graph of one long sum by recursion and by a stack, and count its nodes."""
    sizes = (256, 512, 256, 128, 100)
    chain = sum(sizes[:-1])  # each layer's sums hang one term after another
    weights = [Value(0.01) for _ in range(chain)]
    x = Value(1.0)
    total = weights[0] * x
    for w in weights[1:]:
        total = total + w * x

    def visit(value: Value, seen: set[int]) -> None:
        if id(value) not in seen:
            seen.add(id(value))
            for v in value.inputs:
                visit(v, seen)

    limit, failed = sys.getrecursionlimit(), False
    sys.setrecursionlimit(1000)
    try:
        visit(total, set())
    except RecursionError:
        failed = True
    finally:
        sys.setrecursionlimit(limit)
    assert failed
    total.backward()
    assert all(w.grad == 1.0 for w in weights)
    nodes = len(total.topological_order())
    return {"depth": chain, "limit": 1000, "per_weight": round(nodes / chain)}

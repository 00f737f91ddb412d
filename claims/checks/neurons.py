"""Checks of what is said about neurons, layers, universal approximation and depth."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.analysis import (
    collapse,
    evaluate,
    fit_hinges,
    linear_pieces,
    tent_network,
    through_points,
)
from ffnlib.nn import ACTIVATIONS, MLP, Linear, relu, sigmoid

Values = dict[str, float | int | str]


def _bias(layer: Linear) -> Array:
    assert layer.b is not None  # a Linear may be made without one; none of ours is
    return layer.b


def layer_shapes() -> Values:
    """Compute a 4-3-2-1 network with examples as rows and again with examples as columns."""
    net = MLP([4, 3, 2, 1], rng=np.random.default_rng(5))
    x = np.random.default_rng(1).normal(size=(5, 4))
    column: Array = x.T  # (n_0, m): the first layer's input is the data itself
    for layer in net.layers[:-1]:
        column = relu(layer.W @ column + _bias(layer)[:, None])
    column = net.layers[-1].W @ column + _bias(net.layers[-1])[:, None]
    difference = float(np.max(np.abs(column.T - net.forward(x))))
    assert [layer.W.shape for layer in net.layers] == [(3, 4), (2, 3), (1, 2)]
    assert difference < 1e-12
    shapes = ", ".join(f"{layer.W.shape[0]}×{layer.W.shape[1]}" for layer in net.layers)
    return {"shapes": shapes, "rows": float(net.forward(x)[0, 0]), "columns": float(column[0, 0])}


def single_neuron() -> Values:
    """Add up one neuron by hand and compare with a layer that has one unit."""
    layer = Linear(3, 1, rng=np.random.default_rng(0))
    _bias(layer)[:] = 0.25
    x = np.array([0.5, -1.0, 2.0])
    z = _bias(layer)[0] + sum(w * v for w, v in zip(layer.W[0], x, strict=True))
    a = 1 / (1 + math.exp(-z))
    unit = float(sigmoid(layer.forward(x[None, :]))[0, 0])
    assert abs(a - unit) < 1e-14
    return {"z": float(z), "a": a, "unit": unit}


def affine_collapse() -> Values:
    """Multiply five affine layers together into one and compare their outputs."""
    rng = np.random.default_rng(0)
    layers = [Linear(4, 4, rng=rng) for _ in range(5)]
    x = rng.normal(size=(100, 4))
    y: Array = x
    for layer in layers:
        _bias(layer)[:] = rng.normal(size=4)
        y = layer.forward(y)
    one = collapse(layers)
    difference = float(np.max(np.abs(y - one.forward(x))))
    at_zero = float(np.linalg.norm(_bias(one)))
    assert difference < 1e-10
    assert at_zero > 0.1  # f(0) is not 0: affine, not linear
    return {"layers": len(layers), "difference": difference, "at_zero": at_zero}


def shear_singular_values() -> Values:
    """Take the singular values of the shear [[1, 1], [0, 1]]; rotate-and-scale has equal ones."""
    shear = np.array([[1.0, 1.0], [0.0, 1.0]])
    large, small = np.linalg.svd(shear, compute_uv=False)
    assert abs(large - (1 + math.sqrt(5)) / 2) < 1e-12
    assert abs(large * small - 1) < 1e-12
    projection = np.linalg.matrix_rank(np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert projection == 1
    return {"large": float(large), "small": float(small)}


def straight_boundary() -> Values:
    """Trace where a network's output is zero, without and with ReLUs, and fit a line to it."""

    def bend(activation: str) -> float:
        rng = np.random.default_rng(3)
        net = MLP([2, 8, 8, 1], activation=activation, rng=rng)
        for layer in net.layers:
            _bias(layer)[:] = rng.normal(size=layer.W.shape[0])
        angles = np.linspace(0, 2 * np.pi, 181)
        points = []
        for angle in angles:  # along each ray, the first change of sign
            direction = np.array([np.cos(angle), np.sin(angle)])
            t = np.linspace(0, 4, 401)
            f = net.forward(t[:, None] * direction)[:, 0]
            change = np.flatnonzero(f[:-1] * f[1:] < 0)
            if change.size:
                i = change[0]
                at = t[i] - f[i] * (t[i + 1] - t[i]) / (f[i + 1] - f[i])
                points.append(at * direction)
        centred = np.array(points) - np.mean(points, axis=0)
        return float(np.linalg.svd(centred, compute_uv=False)[1] / math.sqrt(len(points)))

    straight, bent = bend("identity"), bend("relu")
    assert straight < 1e-10 < 1e-2 < bent
    return {"straight": straight, "bent": bent}


def xor() -> Values:
    """Return XOR to 20,000 random lines, to least squares, and to two ReLUs."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0.0, 1.0, 1.0, 0.0])
    affine = np.column_stack([x, np.ones(4)])
    # f(0,0) - f(0,1) - f(1,0) + f(1,1) = 0 for every affine f; XOR would need it below 0
    assert np.all(np.array([1, -1, -1, 1]) @ affine == 0)
    lines = np.random.default_rng(0).normal(size=(3, 20_000))
    best = int(np.max(np.sum((affine @ lines > 0) == (y[:, None] > 0), axis=0)))
    fit = affine @ np.linalg.lstsq(affine, y, rcond=None)[0]
    s = x.sum(axis=1)
    error = float(np.max(np.abs(relu(s) - 2 * relu(s - 1) - y)))
    assert best == 3
    assert np.allclose(fit, 0.5)
    assert error == 0
    return {"best": best, "answer": float(fit[0]), "relu_error": error}


def _interpolate(f: Callable[[Array], Array], units: int, x: Array) -> Array:
    """Values at x of the network of ReLU hinges through f at evenly spaced knots of [-1, 1]."""
    knots = np.linspace(-1, 1, units + 1)
    bias, weights = through_points(knots, f(knots))
    return evaluate(x, knots[:-1], bias, weights)


def relu_approximation() -> Values:
    """Interpolate sin 3x on [-1, 1] with 16, 64 and 256 ReLU hinges and read the largest error."""
    x = np.linspace(-1, 1, 4001)

    def error(units: int) -> float:
        y = _interpolate(lambda t: np.sin(3 * t), units, x)
        return float(np.max(np.abs(y - np.sin(3 * x))))

    errors = {units: error(units) for units in (16, 64, 256)}
    assert errors[16] > 10 * errors[64] > 100 * errors[256]
    return {f"error_{units}": value for units, value in errors.items()}


def _sup_of_fit(x: Array, features: Array, target: Array) -> tuple[float, int]:
    """Largest error of the least-squares fit, and the rank of the features."""
    share = np.sqrt(np.gradient(x))  # trapezoid rule: the ends count half
    share[[0, -1]] *= math.sqrt(0.5)
    weights, _, rank, _ = np.linalg.lstsq(features * share[:, None], target * share, rcond=None)
    return float(np.max(np.abs(features @ weights - target))), int(rank)


def uat_square() -> Values:
    """Fit sin 3x with 4 and with 1,024 units whose activation is the square, and with 256 ReLUs."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 401)
    target = np.sin(3 * x)
    hidden = {n: np.square(np.outer(x, rng.normal(size=n)) + rng.normal(size=n)) for n in (4, 1024)}
    (narrow, narrow_rank), (wide, wide_rank) = (_sup_of_fit(x, h, target) for h in hidden.values())
    kinks = np.append(-1.0, rng.uniform(-1, 1, size=255))
    bias, weights = fit_hinges(x, target, kinks)
    rectified = float(np.max(np.abs(evaluate(x, kinks, bias, weights) - target)))
    # the best quadratic for an odd function is a line through 0; its error is convex in the slope
    low, high = -3.0, 3.0
    for _ in range(100):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        worse = np.max(np.abs(target - a * x)) > np.max(np.abs(target - b * x))
        low, high = (a, high) if worse else (low, b)
    best = float(np.max(np.abs(target - low * x)))
    assert narrow_rank == wide_rank == 3
    assert abs(narrow - wide) < 1e-6
    assert best > 0.6 > 0.01 > rectified
    return {"narrow": narrow, "wide": wide, "rank": wide_rank, "best": best, "relu": rectified}


def step_target() -> Values:
    """Approximate a jump from 0 to 1 by ever steeper pairs of ReLUs and read the largest error."""
    x = np.array([-1e-9, 1e-9, -1.0, 1.0])
    errors = []
    for width in (1e-1, 1e-3, 1e-6):
        ramp = relu(x / width + 0.5) - relu(x / width - 0.5)
        errors.append(float(np.max(np.abs(ramp - (x > 0)))))
    assert all(abs(error - 0.5) < 2e-3 for error in errors)
    return {"gentle": errors[0], "steep": errors[-1]}


def unbounded_domain() -> Values:
    """Fit x² on [-1, 1] with 64 ReLU hinges, then ask the same network for x = 10."""
    inside = np.linspace(-1, 1, 2001)
    error = float(np.max(np.abs(_interpolate(np.square, 64, inside) - inside**2)))
    at_ten = float(_interpolate(np.square, 64, np.array([10.0]))[0])
    assert error < 1e-3
    assert abs(at_ten - 100) > 50
    return {"inside": error, "at_ten": at_ten}


def polynomials_are_universal() -> Values:
    """Interpolate sin 3x on [-1, 1] by a polynomial of degree 15 in Chebyshev points."""
    chebyshev = np.polynomial.chebyshev
    x = np.linspace(-1, 1, 2001)
    points = chebyshev.chebpts1(16)
    coefficients = chebyshev.chebfit(points, np.sin(3 * points), 15)
    error = float(np.max(np.abs(chebyshev.chebval(x, coefficients) - np.sin(3 * x))))
    assert error < 1e-8
    return {"degree": 15, "error": error}


def hinges() -> Values:
    """Count the straight pieces of 200 random one-dimensional networks with eight ReLUs each."""
    rng = np.random.default_rng(0)
    units, most = 8, 0
    for _ in range(200):
        network = MLP([1, units, 1], rng=rng)
        _bias(network.layers[0])[:] = rng.normal(size=units)
        knots, _ = linear_pieces(network, -1e3, 1e3)
        most = max(most, knots.size - 1)
    assert most == units + 1
    return {"units": units, "pieces": most}


def depth_separation() -> Values:
    """Compose a tent map of two ReLUs ten times and count the straight pieces on [0, 1]."""
    depth = 10
    knots, _ = linear_pieces(tent_network(depth), 0.0, 1.0)
    pieces = knots.size - 1
    assert pieces == 2**depth
    return {"deep_units": 2 * depth, "pieces": pieces, "shallow_units": pieces - 1}


def initialization() -> Values:
    """Send noise through twenty ReLU layers of width 256 with He's and with Glorot's weights."""

    def mean_square(init: str) -> float:
        rng = np.random.default_rng(0)
        a: Array = np.random.default_rng(1).normal(size=(64, 256))
        for _ in range(20):
            a = relu(a @ Linear(256, 256, rng=rng, init=init).W.T)
        return float(np.mean(a**2))

    he, glorot = mean_square("he"), mean_square("glorot")
    assert 0.1 < he < 10
    assert glorot < 1e-5
    return {"layers": 20, "he": he, "glorot": glorot}


def value_ranges() -> Values:
    """Evaluate five activations on [-30, 30] and read the smallest and largest values."""
    x = np.linspace(-30, 30, 60_001)
    low = {name: float(np.min(ACTIVATIONS[name](x))) for name in ACTIVATIONS}
    high = {name: float(np.max(ACTIVATIONS[name](x))) for name in ACTIVATIONS}
    assert low["sigmoid"] >= 0
    assert high["sigmoid"] <= 1
    assert low["tanh"] < -0.99
    assert min(high["relu"], high["gelu"], high["silu"]) > 29
    return {"tanh_low": low["tanh"], "gelu_low": low["gelu"], "silu_low": low["silu"]}

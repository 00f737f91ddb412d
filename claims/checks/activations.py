"""Checks of what is said about activation functions, their slopes and their history."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.analysis import gradient_flow
from ffnlib.nn import MLP, Linear, gelu, gelu_tanh, leaky_relu, relu, sigmoid, silu, tanh
from ffnlib.training import dead_units

Values = dict[str, float | int | str]


def _minimum(f: Callable[[Array], Array], low: float, high: float) -> tuple[float, float]:
    """Place and value of the smallest value on [low, high], by ever finer grids."""
    for _ in range(4):
        x = np.linspace(low, high, 2001)
        i = int(np.argmin(f(x)))
        low, high = x[max(i - 1, 0)], x[min(i + 1, x.size - 1)]
    return float(x[i]), float(f(x)[i])


def _maximum(f: Callable[[Array], Array], low: float, high: float) -> tuple[float, float]:
    at, value = _minimum(lambda x: -f(x), low, high)
    return at, -value


def relu_slope() -> Values:
    """Take ReLU's difference quotients from both sides of 0 and its derivative at -1, 0 and 1."""
    h = 1e-6
    left, right = (float(relu(np.array([s]))[0] / s) for s in (-h, h))
    at = relu.derivative(np.array([-1.0, 0.0, 1.0]))
    assert (abs(left), right) == (0.0, 1.0)
    assert (at[0], at[2]) == (0.0, 1.0)
    assert 0 <= at[1] <= 1
    return {"left": abs(left), "right": right, "at_zero": float(at[1])}


def exact_zeros() -> Values:
    """Count the pre-activations that are exactly 0 when half of a batch is padding, biases 0."""
    rng = np.random.default_rng(0)
    layer = Linear(16, 32, rng=rng)
    assert not np.any(layer.b)
    x = rng.normal(size=(20, 16))
    x[10:] = 0  # padding
    zeros = layer.forward(x) == 0
    assert zeros[10:].all()
    assert not zeros[:10].any()
    return {"share": float(zeros.mean())}


def sigmoid_range() -> Values:
    """Evaluate the sigmoid far out and find its steepest place."""
    x = np.linspace(-30, 30, 6001)
    assert np.all((sigmoid(x) > 0) & (sigmoid(x) < 1))
    at, slope = _maximum(sigmoid.derivative, -5, 5)
    assert abs(at) < 1e-6
    assert abs(slope - 0.25) < 1e-12
    far = float(sigmoid.derivative(np.array([10.0]))[0])
    return {"slope": slope, "at_ten": far}


def depth_product() -> Values:
    """Send a gradient back through ten random sigmoid layers with weight gains 1 and 4."""
    layers, width, batch = 10, 128, 64

    def gain(scale: float) -> float:
        rng = np.random.default_rng(0)
        std = scale / math.sqrt(width)
        sizes = [width] * (layers + 1)
        network = MLP(sizes, "sigmoid", rng=rng, init=std, output="sigmoid")
        x, g = rng.normal(size=(2, batch, width))
        gradient = gradient_flow(network, x, g).gradient
        return float(gradient[0] / gradient[-1])

    one, four = gain(1.0), gain(4.0)
    assert one < 0.25**layers < 1e-4 < four
    return {"layers": layers, "product": 0.25**layers, "gain_1": one, "gain_4": four}


def tanh_range() -> Values:
    """Compare tanh with its formula, and average tanh and sigmoid over standard normal inputs."""
    x = np.linspace(-15, 15, 3001)
    formula = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    error = float(np.max(np.abs(tanh(x) - formula)))
    assert 0 < error < 1e-14
    assert np.all(np.abs(tanh(x)) < 1)
    z = np.random.default_rng(0).normal(size=100_000)
    mean, sigmoid_mean = float(np.mean(tanh(z))), float(np.mean(sigmoid(z)))
    assert abs(mean) < 0.01 < 0.49 < sigmoid_mean
    return {"tanh_mean": abs(mean), "sigmoid_mean": sigmoid_mean, "error": error, "far": x[-1]}


def slope_ranges() -> Values:
    """Find the steepest place of the sigmoid and of tanh, and tanh's slope at 5."""
    at_s, sigmoid_slope = _maximum(sigmoid.derivative, -5, 5)
    at_t, tanh_slope = _maximum(tanh.derivative, -5, 5)
    assert max(abs(at_s), abs(at_t)) < 1e-6
    assert abs(sigmoid_slope - 0.25) < 1e-12
    assert abs(tanh_slope - 1) < 1e-12
    far = float(tanh.derivative(np.array([5.0]))[0])
    assert 0 < far < 1e-3
    return {"sigmoid": sigmoid_slope, "tanh": tanh_slope, "tanh_at_five": far}


def gelu_slope() -> Values:
    """Search GELU's derivative for its extremes."""
    at_low, low = _minimum(gelu.derivative, -5, 5)
    at_high, high = _maximum(gelu.derivative, -5, 5)
    assert abs(at_low + math.sqrt(2)) < 1e-4
    assert abs(at_high - math.sqrt(2)) < 1e-4
    assert low < -0.12
    assert high > 1.12
    return {"low": low, "high": high, "at": at_high}


def gelu_minimum() -> Values:
    """Search GELU for its smallest value, and its derivative for the zero next to it."""
    at, value = _minimum(gelu, -5, 5)
    slope = float(gelu.derivative(np.array([at]))[0])
    assert value < -0.16
    assert abs(slope) < 1e-6
    assert gelu(np.array([-3.0]))[0] > value  # it rises again to the left: not monotone
    return {"at": at, "value": value}


def gelu_approximations() -> Values:
    """Compare the tanh form and x·σ(1.702x) with GELU on a fine grid."""
    x = np.linspace(-8, 8, 160_001)
    exact = gelu(x)
    tanh_error = np.abs(gelu_tanh(x) - exact)
    sigmoid_error = np.abs(x * sigmoid(1.702 * x) - exact)
    assert np.max(tanh_error) < 5e-4
    assert 1.9e-2 < np.max(sigmoid_error) < 2.1e-2
    return {
        "tanh": float(np.max(tanh_error)),
        "tanh_at": abs(float(x[np.argmax(tanh_error)])),
        "sigmoid": float(np.max(sigmoid_error)),
        "sigmoid_at": abs(float(x[np.argmax(sigmoid_error)])),
        "ratio": float(np.max(sigmoid_error) / np.max(tanh_error)),
    }


def dead_unit_revives() -> Values:
    """Fit 4x with h + u, h = relu(w x), u = relu(h - 2): u starts dead, only w is trained."""
    x = np.linspace(0.05, 1, 20)[:, None]
    w, steps = 1.0, 0

    def hidden(w: float) -> Array:
        h = relu(w * x)
        return np.hstack([h, relu(h - 2)])

    dead_at_start = bool(dead_units(hidden(w))[1])
    while dead_units(hidden(w))[1] and steps < 1000:
        h = relu(w * x)
        u = relu(h - 2)
        error = h + u - 4 * x
        slope = x * relu.derivative(w * x) * (1 + relu.derivative(h - 2))
        w -= 0.1 * float(np.mean(error * slope))
        steps += 1
    assert dead_at_start
    assert 0 < steps < 1000
    return {"steps": steps, "w": w}


def _flat_from(dtype: type[np.floating], start: float) -> float:
    """Largest x below which GELU's derivative rounds to 0 in this type."""
    x = np.linspace(start, -5, 200_001)
    rounded = gelu.derivative(x).astype(dtype)
    return float(x[np.flatnonzero(rounded == 0)[-1]])


def gelu_gradient_vanishes() -> Values:
    """Find where GELU's derivative is 0, and from where on float32 and float16 round it to 0."""
    at, _ = _minimum(gelu, -5, 5)
    single, half = _flat_from(np.float32, -20), _flat_from(np.float16, -20)
    far = float(gelu.derivative(np.array([-5.0]))[0])
    assert -15 < single < -14
    assert -6.5 < half < -5.5
    assert far < 0
    return {"at": at, "at_minus_five": far, "float32": single, "float16": half}


def slowest_activation() -> Values:
    """Time five activations of this course on 50,000 numbers and see which takes longest."""
    x = np.random.default_rng(0).normal(size=50_000)
    functions = {"relu": relu, "tanh": tanh, "sigmoid": sigmoid, "silu": silu, "gelu": gelu}
    times = {}
    for name, f in functions.items():
        runs = []
        for _ in range(5):
            start = time.perf_counter()
            f(x)
            runs.append(time.perf_counter() - start)
        times[name] = min(runs)
    assert max(times, key=times.__getitem__) == "gelu"
    return {"slowest": "GELU"}


def silu_minimum() -> Values:
    """Search SiLU for its smallest value."""
    at, value = _minimum(silu, -5, 5)
    assert abs(value + 0.278465) < 1e-6
    assert silu(np.array([1e6]))[0] == 1e6
    return {"at": at, "value": value}


def silu_slope() -> Values:
    """Search SiLU's derivative for its extremes and for its value far to the left."""
    at_low, low = _minimum(silu.derivative, -8, 8)
    at_high, high = _maximum(silu.derivative, -8, 8)
    zero, value = _minimum(silu, -5, 5)
    far = float(silu.derivative(np.array([-20.0]))[0])
    assert low < -0.099
    assert high > 1.099
    assert abs(at_low + at_high) < 1e-3
    assert abs(far) < 1e-6
    return {
        "low": low, "high": high, "at": at_high, "zero": zero, "value": value, "far": abs(far)
    }  # fmt: skip


def unbounded() -> Values:
    """Evaluate ReLU, GELU and SiLU at 1,000."""
    x = np.array([1000.0])
    values = [float(f(x)[0]) for f in (relu, gelu, silu)]
    assert values == [1000.0] * 3
    return {"value": values[0]}


def leaky_slope() -> Values:
    """Read the slope of the leaky ReLU to the left of 0."""
    slope = float(leaky_relu.derivative(np.array([-1.0]))[0])
    assert slope == 0.01
    return {"slope": slope}


def gelu_gate() -> Values:
    """Compare the share GELU lets through at 0 and 3 with the height of the bell curve there."""
    x = np.array([1e-9, 3.0])
    gate = gelu(x) / x
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    assert density[1] < 0.02 * density[0]
    assert gate[1] > 0.99 > 0.51 > gate[0]
    return {
        "gate_0": float(gate[0]),
        "gate_3": float(gate[1]),
        "density_ratio": float(density[1] / density[0]),
    }


def gelu_limits() -> Values:
    """Evaluate GELU at 3 and -3."""
    plus, minus = gelu(np.array([3.0, -3.0]))
    assert abs(plus - 3) < 0.005
    assert abs(minus) < 0.005
    return {"plus": float(plus), "minus": float(minus)}


def depth_alone() -> Values:
    """Send a gradient back through thirty ReLU layers with He's, Glorot's and doubled weights."""

    def kept(init: str, gain: float = 1.0) -> float:
        rng = np.random.default_rng(0)
        model = MLP([128] * 31, "relu", rng=rng, init=init)
        for layer in model.layers:
            layer.W *= gain
        x = rng.normal(size=(32, 128))
        model.forward(x, training=True)
        g = rng.normal(size=(32, 128))
        return float(np.mean(model.backward(g) ** 2) / np.mean(g**2))

    he, glorot, large = kept("he"), kept("glorot"), kept("he", 2.0)
    assert glorot < 1e-6 < 0.1 < he < 10 < 1e6 < large
    return {"layers": 30, "he": he, "glorot": glorot, "large": large}

"""Rounding with the errors made good, and difficulty moved from activations to weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.datasets import digits
from ffnlib.nn import MLP, Linear
from ffnlib.quantization import (
    cholesky_of_inverse,
    dequantize,
    fold_smoothing,
    gptq,
    gptq_steps,
    hessian,
    output_error,
    quantize,
    relative_error,
    smooth,
    smooth_model,
    smoothquant_scales,
)


def correlated(kind, n, d, rng):
    """Calibration sets whose columns know about each other."""
    if kind == "low rank":
        return rng.normal(size=(n, d // 6)) @ rng.normal(size=(d // 6, d)) + 0.1 * rng.normal(
            size=(n, d)
        )
    if kind == "chain":  # every column close to the last one
        x = rng.normal(size=(n, d))
        for j in range(1, d):
            x[:, j] = 0.9 * x[:, j - 1] + 0.4 * x[:, j]
        return x
    if kind == "shared":
        return rng.normal(size=(n, d)) + 2 * rng.normal(size=(n, 1))
    if kind == "relu":
        return np.maximum(rng.normal(size=(n, 20)) @ rng.normal(size=(20, d)), 0)
    if kind == "hot":
        x = correlated("chain", n, d, rng)
        x[:, :: d // 4] *= 50
        return x
    images = digits().x
    return images[rng.permutation(len(images))[:n]]  # 64 pixels, some of them always 0


KINDS = ["low rank", "chain", "shared", "relu", "hot", "digits"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [2, 3, 4])
@pytest.mark.parametrize(("group_size", "clip"), [("channel", "absmax"), (32, "mse")])
def test_beats_rounding_to_nearest_where_inputs_are_correlated(kind, bits, group_size, clip):
    rng = np.random.default_rng(bits)
    x, w = correlated(kind, 300, 64, rng), rng.normal(size=(24, 64))
    nearest = dequantize(quantize(w, bits, group_size, clip=clip))
    for order in ("given", "activity"):
        found = dequantize(gptq(w, x, bits, group_size, clip=clip, order=order))
        assert output_error(w, found, x) < output_error(w, nearest, x)
    test = correlated(kind, 300, 64, rng) if kind != "low rank" else x
    if kind in ("chain", "shared", "digits") and bits > 2:  # also for inputs it has not seen
        found = dequantize(gptq(w, x, bits, group_size, clip=clip))
        assert output_error(w, found, test) < output_error(w, nearest, test)


def obq(w, h, grid_step, most, columns):
    """Optimal brain quantization with an explicit inverse for each column: the definition."""
    w = w.copy()
    free = list(columns)
    for j in columns:
        inverse = np.linalg.inv(h[np.ix_(free, free)])  # of what is still free, column j first
        rounded = np.clip(np.rint(w[:, j] / grid_step), -most, most) * grid_step
        change = -np.outer((w[:, j] - rounded) / inverse[0, 0], inverse[0])
        w[:, free] += change
        w[:, j] = rounded
        free = free[1:]
    return w


@pytest.mark.parametrize("order", ["given", "activity"])
@pytest.mark.parametrize("bits", [2, 4])
def test_equals_the_direct_solution(order, bits):
    rng = np.random.default_rng(3)
    w, x = rng.normal(size=(5, 9)), correlated("chain", 40, 9, rng)
    h = hessian(x)
    damped = h + 0.01 * h.diagonal().mean() * np.eye(9)
    columns = np.arange(9) if order == "given" else np.argsort(-h.diagonal())
    most = 2 ** (bits - 1) - 1
    step = np.abs(w).max(axis=1) / most
    direct = obq(w, damped, step, most, columns)
    found = gptq(w, x, bits, "channel", order=order)
    assert_allclose(found.scale[:, 0], step)
    assert_allclose(dequantize(found), direct, atol=1e-12)


def test_each_step_is_the_least_squares_answer():
    """The free columns after a step are the best there are, given the rounded ones."""
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(4, 7)), correlated("chain", 60, 7, rng)
    for step in gptq_steps(w, x, 3, "channel", damping=0):
        free = ~step.rounded
        if free.any():
            missing = x @ (w - np.where(step.rounded, step.w, 0)).T  # what the free ones must give
            best, *_ = np.linalg.lstsq(x[:, free], missing, rcond=None)
            assert_allclose(step.w[:, free], best.T, atol=1e-9)


@pytest.mark.parametrize("order", ["given", "activity"])
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("group_size", ["tensor", "channel", 16, 50, 100])
def test_steps_end_where_the_blocks_end(group_size, symmetric, order):
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(6, 150)), correlated("chain", 200, 150, rng)
    options = {"clip": "mse", "order": order}
    found = gptq(w, x, 4, group_size, symmetric, **options)
    steps = list(gptq_steps(w, x, 4, group_size, symmetric, **options))
    assert_allclose(steps[-1].w, dequantize(found), atol=1e-12)
    assert sorted(step.column for step in steps) == list(range(150))
    assert [int(step.rounded.sum()) for step in steps] == list(range(1, 151))
    assert steps[-1].output_error == pytest.approx(output_error(w, steps[-1].w, x))
    assert steps[-1].weight_error == pytest.approx(relative_error(steps[-1].w, w))
    assert steps[0].w.shape == w.shape
    if order == "given":
        assert [step.column for step in steps[:3]] == [0, 1, 2]
    else:
        assert steps[0].column == np.argmax(hessian(x).diagonal())


def test_weight_error_grows_while_output_error_falls():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(64, 48)), correlated("low rank", 400, 48, rng)
    nearest, found = dequantize(quantize(w, 4)), dequantize(gptq(w, x, 4, "channel"))
    assert relative_error(found, w) > relative_error(nearest, w)
    assert output_error(w, found, x) < 0.6 * output_error(w, nearest, x)


def test_uncorrelated_inputs_leave_nothing_to_make_good():
    w = np.random.default_rng(0).normal(size=(8, 12))
    for x in (np.eye(12), np.zeros((5, 12))):
        found, nearest = gptq(w, x, 4, "channel"), quantize(w, 4)
        assert_array_equal(found.q, nearest.q)
        assert_array_equal(found.scale, nearest.scale)


def test_keeps_dtype_and_counts_as_quantize():
    rng = np.random.default_rng(0)
    w = rng.normal(size=(8, 40)).astype(np.float32)
    x = rng.normal(size=(10, 40)).astype(np.float32)  # fewer examples than columns
    found, nearest = gptq(w, x, 4, 16), quantize(w, 4, 16)
    assert found.scale.dtype == np.float32
    assert found.scale.shape == nearest.scale.shape == (8, 3)
    assert found.packed_nbytes == nearest.packed_nbytes
    assert gptq(w, x, 4, 16, scale_dtype=np.float16).scale.dtype == np.float16
    w[3] = 0
    w[4, 5] = 50
    x[:, 7] = 0
    with np.errstate(all="raise"):
        back = dequantize(gptq(w, x, 4, 16))
    assert_array_equal(back[3], 0)
    assert back[4, 5] == pytest.approx(50, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"w": np.ones(4)}, ValueError, r"w must have shape \(d_out, d_in\)"),
        ({"x": np.ones((3, 5))}, ValueError, r"x must have shape \(n, d_in\) with d_in=4"),
        ({"x": [[np.inf, 0, 0, 0]]}, ValueError, "x must be finite"),
        ({"w": [[np.nan, 0, 0, 0]]}, ValueError, "w must be finite"),
        ({"bits": 9}, ValueError, "bits must"),
        ({"damping": -1}, ValueError, "damping must be a number, 0 or more"),
        ({"damping": 0}, ValueError, "damping must be above 0 for this x"),
        ({"order": "random"}, ValueError, "order must be one of given, activity"),
        ({"clip": "best"}, ValueError, "clip must be"),
        ({"group_size": "row"}, ValueError, "group_size must"),
    ],
)
def test_mistakes_are_named(arguments, error, message):
    arguments = {"w": np.ones((2, 4)), "x": np.ones((3, 4)), **arguments}
    for function in (gptq, gptq_steps):
        with pytest.raises(error, match=message):
            function(**arguments)


def test_cholesky_factor_of_the_inverse():
    x = np.random.default_rng(0).normal(size=(30, 8))
    u = cholesky_of_inverse(hessian(x))
    assert_array_equal(u, np.triu(u))
    assert_allclose(u.T @ u, np.linalg.inv(hessian(x)), rtol=1e-10)


def test_hessian_is_the_second_derivative_of_the_output_error():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(20, 3)), rng.normal(size=3)
    h, step = hessian(x), 0.5  # the error is quadratic: any step is exact
    unit = step * np.eye(3)

    def error(change):
        return float(((x @ (w + change) - x @ w) ** 2).sum())

    for i in range(3):
        for j in range(3):
            second = (
                error(unit[i] + unit[j]) - error(unit[i] - unit[j])
                - error(unit[j] - unit[i]) + error(-unit[i] - unit[j])
            ) / (4 * step**2)  # fmt: skip
            assert second == pytest.approx(h[i, j], rel=1e-10)


def test_relative_and_output_error():
    assert relative_error([3.0, 4.0], [0.0, 0.0]) == np.inf
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([3.0, 5.0], [3.0, 4.0]) == pytest.approx(0.2)
    assert output_error(np.ones((2, 3)), np.ones((2, 3)) * 1.1, np.ones((4, 3))) == pytest.approx(
        0.1
    )
    with pytest.raises(ValueError, match="shape of exact"):
        relative_error([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"w must have shape \(d_out, d_in\) and x"):
        output_error(np.ones((2, 3)), np.ones((2, 3)), np.ones((4, 2)))


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 1.0])
def test_smoothing_formula_and_identity(alpha):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(30, 16)), rng.normal(size=(8, 16))
    x[:, 3] *= 80
    s = smoothquant_scales(x, w, alpha)
    assert_allclose(s, np.abs(x).max(0) ** alpha / np.abs(w).max(0) ** (1 - alpha), rtol=1e-13)
    new_x, new_w = smooth(x, w, s)
    assert_allclose(new_x @ new_w.T, x @ w.T, rtol=1e-12, atol=1e-11)
    if alpha == 0.5:  # the two share the difficulty: both maxima are the geometric mean
        assert_allclose(np.abs(new_x).max(0), np.abs(new_w).max(0))


def test_smoothing_makes_int8_products_better_and_removes_nothing():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(64, 256)), rng.normal(size=(128, 256)) * 0.05
    x[:, [5, 77]] *= 100

    def int8_error(x, w):
        product = dequantize(quantize(x, 8, "channel")) @ dequantize(quantize(w, 8)).T
        return relative_error(product, exact)

    exact = x @ w.T
    plain = int8_error(x, w)
    assert int8_error(*smooth(x, w, smoothquant_scales(x, w, 0.5))) < plain / 3
    without = x.copy()
    without[:, [5, 77]] = 0
    assert relative_error(without @ w.T, exact) > 0.9


def test_smoothing_edge_cases():
    x, w = np.array([[0.0, 2, 8]]), np.array([[1.0, 0, 2]])
    with np.errstate(all="raise"):
        s = smoothquant_scales(x, w)
    assert_allclose(s, [1, 1, 2])
    assert smoothquant_scales(x[None], np.float32(w)).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, w: smoothquant_scales(x, w, 1.5), ValueError, "alpha must be from 0 to 1"),
        (lambda x, w: smoothquant_scales(x, w.T), ValueError, "w must have shape"),
        (lambda x, w: smoothquant_scales(x * np.nan, w), ValueError, "x must be finite"),
        (lambda x, w: smooth(x, w, [1, 0, 1]), ValueError, "s must hold finite numbers above 0"),
        (lambda x, w: smooth(x, w, [1, 1]), ValueError, r"s must have shape \(d_in,\) = \(3,\)"),
        (lambda x, w: smooth(x[:, 1:], w, [1, 1, 1]), ValueError, "x must have d_in=3"),
        (lambda x, _: smooth_model("net", x), TypeError, "model must be an MLP"),
    ],
)
def test_smoothing_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((4, 3)), np.ones((2, 3)))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "identity"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_folded_network_computes_the_same(activation, dtype):
    rng = np.random.default_rng(0)
    model = MLP([12, 30, 20, 5], activation, rng=rng, dtype=dtype)
    model.layers[0].W[4] *= 60  # a hot channel
    model.layers[0].b += rng.normal(size=30)
    x = rng.normal(size=(100, 12)).astype(dtype)
    before = [p.copy() for p in model.parameters()]
    smoothed = smooth_model(model, x)
    tolerance = 1e-6 if dtype == np.float32 else 1e-13
    assert relative_error(smoothed.forward(x), model.forward(x)) < tolerance
    peaks = [np.abs(m.trace(x)[0].a).max(0) for m in (model, smoothed)]
    assert peaks[1].max() / np.median(peaks[1]) < 0.3 * peaks[0].max() / np.median(peaks[0])
    for array, old in zip(model.parameters(), before, strict=True):
        assert_array_equal(array, old)


def test_a_factor_does_not_pass_through_every_activation():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"model's activation must be one of .* got gelu"):
        smooth_model(MLP([3, 4, 2], "gelu", rng=rng), np.ones((2, 3)))
    with pytest.raises(ValueError, match="before has 4 outputs, but after takes 3 inputs"):
        fold_smoothing(Linear(2, 4, rng), Linear(3, 2, rng), np.ones(3))

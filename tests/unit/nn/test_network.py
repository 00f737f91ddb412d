import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.datasets import xor
from ffnlib.nn import (
    ACTIVATIONS,
    INITS,
    MLP,
    Linear,
    count_parameters,
    draw_weights,
    gelu,
    init_variance,
)
from tests.reference import compare


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_linear_agrees_with_pytorch(dtype, bias):
    layer = Linear(7, 4, rng=rng(), bias=bias, init="uniform")
    theirs = torch.nn.Linear(7, 4, bias=bias, dtype=getattr(torch, np.dtype(dtype).name))
    with torch.no_grad():
        theirs.weight[...] = torch.tensor(layer.W)
        if bias:
            layer.b[:] = np.arange(4)
            theirs.bias[...] = torch.tensor(layer.b)
    for shape in [(5, 7), (7,), (0, 7), (2, 3, 7)]:
        x = rng(1).normal(size=shape).astype(dtype)
        compare(layer.forward, x, torch=theirs, atol=1e-6 if dtype == np.float32 else 1e-14)
    assert layer.num_parameters == sum(p.numel() for p in theirs.parameters())


def test_mlp_agrees_with_pytorch():
    net = MLP([5, 8, 6, 3], "gelu", rng=rng(), output="tanh")
    x = rng(1).normal(size=(9, 5))
    a = torch.tensor(x)
    for i, (layer, step) in enumerate(zip(net.layers, net.trace(x), strict=True)):
        z = a @ torch.tensor(layer.W).T + torch.tensor(layer.b)
        a = torch.tanh(z) if i == 2 else torch.nn.functional.gelu(z)
        assert_allclose(step.z, z.numpy(), rtol=1e-12)
        assert_allclose(step.a, a.numpy(), rtol=1e-12)
    assert_array_equal(net.forward(x), net.trace(x)[-1].a)


def test_xor_by_hand():
    """S1-05: relu(x1 + x2) - 2 relu(x1 + x2 - 1)."""
    net = MLP.from_layers(
        [Linear.from_arrays([[1, 1], [1, 1]], [0, -1]), Linear.from_arrays([[1, -2]])]
    )
    data = xor()
    assert_array_equal(net.forward(data.x)[:, 0], data.y)
    assert_array_equal(net.predict(data.x), data.y)
    assert net.num_parameters == 8
    assert net.sizes == (2, 2, 1)


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    name=st.sampled_from(list(ACTIVATIONS)),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    bias=st.booleans(),
    batch=st.integers(0, 4),
)
def test_shapes_dtypes_and_counts(sizes, name, dtype, bias, batch):
    net = MLP(sizes, name, rng=rng(), bias=bias)
    y = net.forward(np.ones((batch, sizes[0]), dtype))
    assert y.shape == (batch, sizes[-1])
    assert y.dtype == dtype
    assert net.sizes == tuple(sizes)
    assert net.num_parameters == sum(p.size for p in net.parameters())
    assert net.num_parameters == count_parameters(sizes, bias=bias)
    assert type(net.num_parameters) is int


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([4, 3, 2, 1], 26),  # S3-51
        ([256, 512, 256, 128, 100], 308_708),  # 131584 + 131328 + 32896 + 12900
        ([32000, 4096, 4096], 147_857_408),
        ([2**40, 2**40], 2**80 + 2**40),  # beyond 64 bits
    ],
)
def test_count_parameters(sizes, count):
    assert count_parameters(sizes) == count
    assert type(count_parameters(np.array(sizes))) is int


def test_parameters_are_the_arrays_themselves():
    net = MLP([2, 3, 1], rng=rng())
    assert list(net.named_parameters()) == ["layers.0.W", "layers.0.b", "layers.1.W", "layers.1.b"]
    assert all(
        p is q for p, q in zip(net.parameters(), net.named_parameters().values(), strict=True)
    )
    net.parameters()[0][...] = 0
    assert_array_equal(net.layers[0].W, 0)


def test_given_arrays_are_copied():
    W = np.ones((2, 3))
    layer = Linear.from_arrays(W, [1, 2])
    W[...] = 0
    assert_array_equal(layer.forward([1, 1, 1]), [4, 5])


@pytest.mark.parametrize("init", [*INITS, 0.3])
def test_initial_weights_have_the_variance_promised(init):
    d_in, d_out = 300, 500
    W = draw_weights(init, d_in, d_out, rng())
    n = W.size
    variance = init_variance(init, d_in, d_out)
    assert W.shape == (d_out, d_in)
    assert abs(W.mean()) <= 5 * np.sqrt(variance / n)
    assert W.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / n))
    if init == "uniform":
        assert np.abs(W).max() <= 1 / np.sqrt(d_in)
    assert_array_equal(W, draw_weights(init, d_in, d_out, rng()))


def test_depth_needs_the_right_variance():
    """S0-47: after 20 ReLU layers He keeps the mean square near 1, Glorot halves it each time."""
    x = rng(1).normal(size=(100, 256))
    size = [256] * 21
    he = MLP(size, rng=rng(), init="he", output="relu").forward(x)
    glorot = MLP(size, rng=rng(), init="glorot", output="relu").forward(x)
    assert 0.3 < (he**2).mean() * 2 < 6  # relu leaves half of the mean square of z
    assert (glorot**2).mean() == pytest.approx((he**2).mean() / 2**20, rel=1e-9)


def test_predict():
    many = MLP.from_layers([Linear.from_arrays(np.eye(3))])
    assert_array_equal(many.predict([[0, 2, 1], [1, 1, 0]]), [1, 0])
    one = MLP.from_layers([Linear.from_arrays([[1.0]])], output="sigmoid")
    assert_array_equal(one.predict([[50.0], [0.0], [-1.0]]), [1, 0, 0])
    assert one.predict([[1.0]]).dtype == np.int64
    # a saturated output activation does not hide the order
    far = MLP.from_layers([Linear.from_arrays(np.eye(2))], output="sigmoid")
    assert_array_equal(far.predict([[800.0, 900.0]]), [1])


def test_names():
    assert repr(MLP([2, 3, 1], gelu, rng=rng())) == "MLP([2, 3, 1], activation='gelu')"
    assert repr(Linear(2, 3, rng=rng())) == "Linear(2, 3)"
    assert repr(Linear(2, 3, rng=rng(), bias=False)) == "Linear(2, 3, bias=False)"


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda: Linear(0, 1, rng=rng()), ValueError, "d_in must be at least 1, got 0"),
        (lambda: Linear(2, 1.5, rng=rng()), TypeError, "d_out must be a whole number, got 1.5"),
        (lambda: Linear(2, 1, rng=3), TypeError, "rng must be a numpy.random.Generator, got 3"),
        (
            lambda: Linear(2, 1, rng=rng(), init="xavier"),
            ValueError,
            "init must be one of he, glorot, .* got 'xavier'",
        ),
        (lambda: Linear(2, 1, rng=rng(), init=-0.1), ValueError, "init must .* got -0.1"),
        (lambda: Linear(2, 1, rng=rng()).forward(1.0), ValueError, r"x must have d_in=2 .*\(\)"),
        (
            lambda: MLP([2, 3, 1], rng=rng()).forward([[1, 2, 3]]),
            ValueError,
            r"x must have d_in=2 numbers in its last axis, got shape \(1, 3\)",
        ),
        (lambda: MLP([2], rng=rng()), ValueError, "sizes must hold at least the inputs"),
        (lambda: MLP("23", rng=rng()), TypeError, "sizes must be a sequence"),
        (lambda: MLP([2, True], rng=rng()), TypeError, r"sizes\[1\] must be a whole number"),
        (lambda: MLP([2, 1], "swish", rng=rng()), ValueError, "activation must be one of"),
        (lambda: MLP([2, 1], rng=rng(), output="x"), ValueError, "output must be one of"),
        (lambda: MLP.from_layers([]), ValueError, "at least one Linear"),
        (
            lambda: MLP.from_layers([Linear(2, 3, rng=rng()), Linear(4, 1, rng=rng())]),
            ValueError,
            r"layers\[0\] has 3 outputs but layers\[1\] takes 4 inputs",
        ),
        (lambda: Linear.from_arrays([1, 2]), ValueError, r"W must have shape \(d_out, d_in\)"),
        (lambda: Linear.from_arrays([[1, 2]], [1, 2]), ValueError, r"b must have shape .*\(1,\)"),
    ],
)
def test_mistakes_are_named(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()

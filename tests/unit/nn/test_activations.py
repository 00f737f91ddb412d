import mpmath
import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import (  # fmt: skip
    ACTIVATIONS,
    MLP,
    LeakyReLU,
    activation,
    erf,
    erfc,
    gelu,
    gelu_tanh,
    leaky_relu,
    relu,
    sigmoid,
    silu,
    squared_relu,
    tanh,
)
from ffnlib.training import gradcheck
from tests.reference import compare

F = torch.nn.functional
TORCH = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda x: F.softplus(x, threshold=1e9),  # without their linear shortcut
    "identity": lambda x: x * 1,
}
DTYPES = [np.float16, np.float32, np.float64]
EVERY = pytest.mark.parametrize("name", ACTIVATIONS)


def exact(name, x, derivative=False):
    """Value or slope in as many digits as it takes, as a float."""
    mpmath.mp.dps = 400  # 1 + tanh(u) at u = -100 cancels 87 of them
    x = mpmath.mpf(float(x))
    logistic = lambda t: 1 / (1 + mpmath.exp(-t))  # noqa: E731
    u = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)
    du = mpmath.sqrt(2 / mpmath.pi) * (1 + 3 * mpmath.mpf("0.044715") * x**2)
    value, slope = {
        "sigmoid": lambda: (logistic(x), logistic(x) * logistic(-x)),
        "tanh": lambda: (mpmath.tanh(x), mpmath.sech(x) ** 2),
        "gelu": lambda: (x * mpmath.ncdf(x), mpmath.ncdf(x) + x * mpmath.npdf(x)),
        "gelu_tanh": lambda: (
            x * logistic(2 * u),
            logistic(2 * u) * (1 + 2 * x * du * logistic(-2 * u)),
        ),
        "silu": lambda: (x * logistic(x), logistic(x) * (1 + x * logistic(-x))),
        "softplus": lambda: (mpmath.log1p(mpmath.exp(x)), logistic(x)),
    }[name]()
    return float(slope if derivative else value)


def test_the_names_are_the_keys():
    assert [f.name for f in ACTIVATIONS.values()] == list(ACTIVATIONS) == list(TORCH)
    assert repr(gelu) == "<activation gelu>"


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradient_agree_with_pytorch(name, dtype):
    x = np.random.default_rng(1).normal(scale=3, size=(40, 30)).astype(dtype)
    f = ACTIVATIONS[name]
    # PyTorch subtracts from 1 in the tails: it keeps the absolute accuracy only
    eps = 16 * np.finfo(dtype).eps
    compare(f, x, torch=TORCH[name], backward=lambda x, g: (g * f.derivative(x),), atol=eps)


@EVERY
def test_float16_is_rounded_once(name):
    x = np.arange(-12, 12, 1 / 16).astype(np.float16)
    f = ACTIVATIONS[name]
    for ours in (f, f.derivative):
        double = ours(x.astype(np.float64))
        assert_allclose(ours(x), double, rtol=2**-10, atol=2**-24)


def test_error_function_agrees_with_scipy():
    x = np.concatenate([np.linspace(-6, 26, 4001), [0.46875, 4.0, np.inf, -np.inf, np.nan, 1e300]])
    compare(erf, x, scipy=scipy.special.erf, rtol=1e-15)
    compare(erfc, x, scipy=scipy.special.erfc, rtol=2e-13)  # SciPy rounds x² in the tail
    compare(sigmoid, x, scipy=scipy.special.expit, rtol=1e-15)


@pytest.mark.parametrize("x", [1e-300, 0.3, 0.46875, 0.47, 1.0, 3.999, 4.0, 10.0, 20.0, 26.0])
def test_error_function_against_many_digits(x):
    mpmath.mp.dps = 400
    assert_allclose(erf([x, -x]), [float(mpmath.erf(x)), -float(mpmath.erf(x))], rtol=1e-15)
    assert_allclose(erfc([x, -x]), [float(mpmath.erfc(x)), float(mpmath.erfc(-x))], rtol=1e-15)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu", "gelu_tanh", "silu", "softplus"])
def test_the_tails_keep_their_digits(name):
    """Relative accuracy, also where the value is 1e-100."""
    f = ACTIVATIONS[name]
    # between the zeros of the derivatives, where relative accuracy means nothing
    x = np.array([-36.0, -21.3, -10.0, -5.1, -2.2, -0.3, -1e-9, 1e-9, 0.4, 2.2, 5.1, 10.0, 21.3])
    x = x[np.abs(x) < 18] if name == "gelu_tanh" else x  # its cubic is rounded: x⁴ units
    for ours, derivative in ((f, False), (f.derivative, True)):
        want = [exact(name, v, derivative) for v in x]
        assert_allclose(ours(x), want, rtol=1e-13 if name == "gelu_tanh" else 2e-15)
        short = x.astype(np.float32)[np.abs(x) < 9]
        want = [exact(name, v, derivative) for v in short]
        assert_allclose(ours(short), want, rtol=6e-6)


def test_where_gelus_gradient_underflows():
    """S1-17: to 0 in float32 below about -14.55, in float16 below about -6.0."""
    assert gelu.derivative(np.float32(-14.5)) < 0
    assert gelu.derivative(np.float32(-14.6)) == 0
    assert gelu.derivative(np.float16(-5.9)) < 0
    assert gelu.derivative(np.float16(-6.1)) == 0
    assert gelu.derivative(-30.0) < 0


GRID = np.linspace(-8, 8, 1_600_001)


@pytest.mark.parametrize(
    ("what", "extremum", "place", "value"),
    [
        (gelu, np.argmin, -0.751792, -0.169971),
        (gelu.derivative, np.argmin, -np.sqrt(2), -0.128904),
        (gelu.derivative, np.argmax, np.sqrt(2), 1.128904),
        (silu, np.argmin, -1.278465, -0.278465),
        (silu.derivative, np.argmin, -2.39936, -0.099839),
        (silu.derivative, np.argmax, 2.39936, 1.099839),
        (sigmoid.derivative, np.argmax, 0, 0.25),
        (tanh.derivative, np.argmax, 0, 1),
        (lambda x: np.abs(gelu_tanh(x) - gelu(x))[x > 0], np.argmax, None, 4.73e-4),
        (lambda x: np.abs(x * sigmoid(1.702 * x) - gelu(x)), np.argmax, None, 2.03e-2),
    ],
)
def test_published_extrema(what, extremum, place, value):
    y = what(GRID)
    i = extremum(y)
    assert y[i] == pytest.approx(value, abs=5e-7 if place is not None else value * 2e-3)
    if place is not None:
        assert GRID[i] == pytest.approx(place, abs=2e-5)


@EVERY
@pytest.mark.parametrize("dtype", DTYPES)
def test_limits_and_nan(name, dtype):
    f = ACTIVATIONS[name]
    huge = np.finfo(dtype).max
    x = np.array([np.inf, huge, -huge, -np.inf, np.nan], dtype)
    with np.errstate(all="raise"):
        y, slope = f(x), f.derivative(x)
    assert y.dtype == slope.dtype == dtype
    assert np.isnan(y[4])
    assert np.isnan(slope[4])
    top = {"sigmoid": [1, 1], "tanh": [1, 1]}.get(name, [np.inf, huge])
    alpha = dtype(0.01)
    bottom = {
        "tanh": [-1, -1], "identity": [-huge, -np.inf], "leaky_relu": [-huge * alpha, -np.inf],
    }.get(name, [0, 0])  # fmt: skip
    assert_array_equal(y[:2], top)
    assert_allclose(y[2:4], bottom, rtol=1e-3)
    ends = {"sigmoid": [0, 0], "tanh": [0, 0], "identity": [1, 1], "leaky_relu": [1, alpha]}
    assert_array_equal(slope[[0, 1]], [ends.get(name, [1, 0])[0]] * 2)
    assert_array_equal(slope[[2, 3]], [ends.get(name, [1, 0])[1]] * 2)


@EVERY
@settings(max_examples=60)
@given(data=st.data())
def test_any_array_keeps_shape_and_dtype_without_a_warning(name, data):
    dtype = data.draw(st.sampled_from(DTYPES))
    x = data.draw(arrays(dtype, array_shapes(min_dims=0, max_dims=3, min_side=0)))
    f = ACTIVATIONS[name]
    with np.errstate(all="raise", invalid="ignore"):  # comparisons with a signalling nan
        y, slope = f(x), f.derivative(x)
    for result in (y, slope):
        assert result.dtype == dtype
        assert result.shape == x.shape
        assert_array_equal(np.isnan(result), np.isnan(x))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh", "softplus", "identity"])
@given(x=arrays(np.float64, 30, elements=st.floats(allow_nan=False)))
def test_monotone(name, x):
    y = ACTIVATIONS[name](np.sort(x))
    assert np.all(y[1:] >= y[:-1])


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "softplus"])
@given(x=st.floats(-1e6, 1e6))
def test_smooth_relatives_of_relu_mirror(name, x):
    """f(x) - f(-x) = x, so f'(x) + f'(-x) = 1."""
    f = ACTIVATIONS[name]
    assert f(x) - f(-x) == pytest.approx(x, rel=1e-15, abs=1e-15)
    assert f.derivative(x) + f.derivative(-x) == pytest.approx(1, rel=1e-15)


def test_slopes_at_zero():
    assert relu.derivative(0.0) == 0
    assert leaky_relu.derivative(-0.0) == 0.01
    assert gelu.derivative(0) == silu.derivative(0) == 0.5


def test_blocks_meet_without_a_seam():
    x = np.random.default_rng(2).normal(size=(3, 20_000))
    assert_array_equal(gelu(x)[1, 17], gelu(x[1, 17]))
    assert_array_equal(gelu(x.T), gelu(x).T)
    assert_array_equal(gelu(x[:, ::-1]), gelu(x)[:, ::-1])


def test_the_input_is_left_alone():
    x = np.linspace(-1, 1, 7)
    before = x.copy()
    for f in ACTIVATIONS.values():
        f(x)[...] = 9
        f.derivative(x)
    assert_array_equal(x, before)


def test_integers_and_scalars():
    assert relu([-1, 2]).dtype == np.float64
    assert gelu(True).dtype == np.float64
    assert np.ndim(silu(3)) == 0
    assert relu(np.array([1.0, -1.0], dtype=">f4")).dtype == np.dtype("f4")


def test_leaky_slope():
    assert LeakyReLU(0.2)(-1.0) == -0.2
    for slope in (0, 1, -0.1, np.nan):
        with pytest.raises(ValueError, match="slope must lie between 0 and 1"):
            LeakyReLU(slope)


def test_mistakes_are_named():
    with pytest.raises(TypeError, match=r"x must hold float16.*got dtype complex128"):
        relu([1j])
    with pytest.raises(TypeError, match="x must be one rectangular array"):
        gelu([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"activation must be one of relu, .*got 'swish'"):
        activation("swish")
    with pytest.raises(TypeError, match="activation must be a name or an Activation, got 3"):
        activation(3)
    assert activation(gelu) is activation("gelu") is gelu


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_silu_is_the_same_whichever_formula_a_block_takes(dtype):
    """A number far to the left makes its block take the formula that cannot overflow."""
    x = np.linspace(-79, 700, 4001).astype(dtype)
    eps = np.finfo(dtype).eps
    near, far = silu(x), silu(np.append(x, dtype(-1e4)))[:-1]
    assert_allclose(near, far, rtol=8 * eps)
    near, far = silu.derivative(x), silu.derivative(np.append(x, dtype(-1e4)))[:-1]
    assert_allclose(near, far, rtol=100 * eps, atol=4 * eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squared_relu_is_pytorchs_relu_squared_with_its_gradient(dtype):
    x = np.concatenate([np.random.default_rng(0).normal(size=200), [0.0, -0.0]]).astype(dtype)
    tensor = torch.tensor(x, requires_grad=True)
    square = F.relu(tensor) ** 2
    square.sum().backward()
    assert_array_equal(squared_relu(x), square.detach().numpy())
    assert_array_equal(squared_relu.derivative(x), tensor.grad.numpy())


def test_squared_relu_has_no_warning_where_it_overflows():
    huge = np.finfo(np.float64).max
    assert_array_equal(squared_relu([huge, np.inf, -np.inf, np.nan]), [np.inf, np.inf, 0, np.nan])
    assert_array_equal(squared_relu.derivative([huge, np.inf, -np.inf]), [np.inf, np.inf, 0])


def test_a_network_learns_through_squared_relu():
    net = MLP([5, 7, 3], squared_relu, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(4, 5))
    net.forward(x, training=True)
    net.backward(np.ones((4, 3)))
    check = gradcheck(lambda _: net.forward(x).sum(), net.named_parameters(), net.named_gradients())
    assert check.worst.error < 1e-6

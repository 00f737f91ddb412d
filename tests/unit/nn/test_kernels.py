"""The compiled forms give what NumPy's give; which one it is depends on the size alone."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numba.core.dispatcher import Dispatcher
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib._base import kernels
from ffnlib._base.compiling import compiler
from ffnlib.nn import Linear, gelu, softmax
from ffnlib.nn import _kernels as compiled

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
ODD = [0.0, -0.0, 1e-320, -1e-310, 1e-45, -1e-40, 1e300, -1e300, np.inf, -np.inf, np.nan]


@pytest.fixture(autouse=True)
def always(monkeypatch):
    """Leave arrays of any size to the kernels."""
    monkeypatch.setattr(kernels, "LARGE", 0)


def plainly(f, *args):
    """What NumPy's form gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "LARGE", sys.maxsize)
        return f(*args)


def odd(dtype):
    with np.errstate(over="ignore", under="ignore"):
        return np.array(ODD).astype(dtype)


def equal(got, expected, places):
    """Assert equality up to so many units of the last place, and below them of the least normal."""
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    info = np.finfo(got.dtype)
    assert_allclose(got, expected, rtol=places * info.eps, atol=places * info.smallest_subnormal)


def test_the_kernels_are_used(monkeypatch):
    called = []
    for name in ("gelu", "gelu_slope", "softmax"):
        monkeypatch.setattr(compiled, name, lambda *_, name=name: called.append(name))
    gelu(np.ones(3))
    gelu.derivative(np.ones(3))
    softmax(np.ones((2, 65)))
    assert called == ["gelu", "gelu_slope", "softmax"]


@DTYPES
@pytest.mark.parametrize("slope", [False, True])
def test_gelu_keeps_its_digits(dtype, slope):
    mpmath.mp.dps = 60
    x = np.linspace(-38.5, 9, 501).astype(dtype)
    f = (lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z)) if slope else (lambda z: z * mpmath.ncdf(z))
    exact = np.array([float(f(mpmath.mpf(float(z)))) for z in x])
    got = (gelu.derivative if slope else gelu)(x)
    info = np.finfo(dtype)
    # the slope crosses 0 near -0.75: there only its absolute error is small
    least = info.eps if slope else info.smallest_subnormal
    with np.errstate(under="ignore"):
        assert_allclose(got, exact.astype(dtype), rtol=6 * info.eps, atol=least)


@DTYPES
def test_gelu_agrees_with_scipy_and_pytorch(dtype):
    x = np.random.default_rng(0).normal(scale=3, size=(37, 41)).astype(dtype)
    eps = 16 * np.finfo(dtype).eps  # theirs subtract from 1 in the tail
    expected = x * (1 + scipy.special.erf(x * np.sqrt(0.5, dtype=dtype))) / 2
    assert_allclose(gelu(x), expected, rtol=1e-6 if dtype == np.float32 else 1e-14, atol=eps)
    tensor = torch.tensor(x, requires_grad=True)
    torch.nn.functional.gelu(tensor).sum().backward()
    assert_allclose(gelu.derivative(x), tensor.grad.numpy(), rtol=2e-6, atol=eps)


@DTYPES
@pytest.mark.parametrize("f", [gelu, gelu.derivative], ids=["value", "slope"])
def test_gelu_of_zeros_denormals_infinities_and_nan(dtype, f):
    with np.errstate(all="raise"):
        got = f(odd(dtype))
    equal(got, plainly(f, odd(dtype)), 4)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), dtype=st.sampled_from([np.float32, np.float64]))
def test_gelu_of_any_array(data, dtype):
    width = 8 * np.dtype(dtype).itemsize
    shape = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9)
    x = data.draw(arrays(dtype, shape, elements=st.floats(width=width)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "LARGE", 0)
        for f in (gelu, gelu.derivative):
            got, expected = np.asarray(f(x)), np.asarray(plainly(f, x))
            with np.errstate(over="ignore"):
                info = np.finfo(dtype)
                # NumPy's float32 form rounds y² in the tail
                rtol = 1e-5 if dtype == np.float32 else 16 * info.eps
                assert_allclose(got, expected, rtol=rtol, atol=4 * info.eps * (f is not gelu))


def test_other_layouts_and_dtypes():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 140))
    assert_array_equal(gelu(x[::2, ::-3]), gelu(x)[::2, ::-3])
    assert_array_equal(gelu(x.T), gelu(x).T)
    assert_allclose(softmax(x[::2, ::2]), softmax(x[::2, ::2].copy()), rtol=1e-14)
    assert_allclose(softmax(x.T, axis=0), softmax(x).T, rtol=1e-14)
    assert_array_equal(gelu(x.astype(">f8")), gelu(x))
    half = x.astype(np.float16)
    for f in (gelu, gelu.derivative, softmax):
        assert_array_equal(f(half), plainly(f, half))
    assert_array_equal(gelu(np.arange(-3, 4)), gelu(np.arange(-3.0, 4.0)))


@DTYPES
def test_written_in_place(dtype):
    x = np.random.default_rng(0).normal(size=70_001).astype(dtype)
    expected = gelu(x)
    assert gelu.write(x, x) is x
    assert_array_equal(x, expected)


@DTYPES
@pytest.mark.parametrize("shape", [(1, 65), (3, 1023), (5, 1025), (7, 4099), (0, 70), (2, 3, 99)])
def test_softmax_agrees(dtype, shape):
    z = np.random.default_rng(0).normal(scale=9, size=shape).astype(dtype)
    p = softmax(z)
    equal(p, plainly(softmax, z), 16)
    assert_allclose(p, scipy.special.softmax(z, axis=-1), rtol=16 * np.finfo(dtype).eps)
    equal(p, torch.softmax(torch.from_numpy(z), -1).numpy(), 16)
    assert_allclose(p.sum(axis=-1), 1, rtol=16 * np.finfo(dtype).eps)


@DTYPES
def test_softmax_of_far_logits_masks_and_nan(dtype):
    z = np.zeros((9, 70), dtype)
    z[0] = np.linspace(-800, 0, 70)  # down through the denormals to 0
    z[1] = np.linspace(-104, -80, 70)
    z[1, 0] = 0
    z[2] = np.finfo(dtype).max
    z[3, ::2] = -np.finfo(dtype).max
    z[4, 1:] = -np.inf
    z[5] = -np.inf
    z[6, 3] = np.inf
    z[7, 3] = np.nan
    z[8, 3], z[8, 4] = -np.nan, np.inf
    with np.errstate(all="raise"):
        p = softmax(z)
    equal(p, plainly(softmax, z), 8)
    assert np.isnan(p[5:]).all()


def test_few_classes_and_a_temperature_stay_with_numpy():
    z = np.random.default_rng(0).normal(size=(30, 10))
    assert_array_equal(softmax(z), plainly(softmax, z))
    wide = np.random.default_rng(0).normal(size=(3, 100))
    assert_array_equal(softmax(wide, temperature=2), plainly(softmax, wide, -1, 2))


def broken(*_):
    raise ImportError("Numba needs NumPy 2.3 or less")


@pytest.mark.parametrize("lack", [("find_spec", lambda _: None), ("import_module", broken)])
def test_without_numba_it_is_numpy(monkeypatch, lack):
    x = np.random.default_rng(0).normal(size=(8, 100))
    monkeypatch.setattr(kernels, *lack)
    kernels.kernels_of.cache_clear()
    try:
        for f in (gelu, gelu.derivative, softmax):
            assert_array_equal(f(x), plainly(f, x))
    finally:
        kernels.kernels_of.cache_clear()


def test_small_arrays_do_not_load_numba():
    program = (
        "import sys, numpy as np; from ffnlib.nn import gelu, softmax; gelu(np.ones(1000));"
        "gelu.derivative(np.ones(1000)); softmax(np.ones((10, 100)));"
        "assert 'numba' not in sys.modules; gelu(np.ones(1 << 17)); assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_where_nothing_can_be_written_a_kernel_is_compiled_all_the_same(monkeypatch):
    def refuse(_):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(Dispatcher, "enable_caching", refuse)
    assert compiler("contract")(lambda x: x + 1)(2) == 3


@pytest.fixture
def one_thread(monkeypatch):
    monkeypatch.setattr(kernels, "threads", lambda: 1)
    monkeypatch.setattr(kernels, "PRODUCTS", 0)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (4, 16), (5, 17), (10, 400), (63, 257)])
def test_products_of_few_rows_agree(shape, monkeypatch):
    rng = np.random.default_rng(0)
    layer = Linear.from_arrays(rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[0]))
    for n in (0, 1, 2, 3, 4, 5, 8, 31, 32, 33):
        x = rng.normal(size=(n, shape[1])).astype(np.float32)
        y = layer.forward(x)
        out = np.empty_like(y)
        assert layer.forward(x, out=out) is out
        with monkeypatch.context() as patch:
            patch.setattr(kernels, "ROWS", {})
            expected = layer.forward(x)
        assert y.dtype == np.float32
        # the terms' sizes, not the sum's, say how much is rounded away
        size = np.abs(x) @ np.abs(layer.W).T + np.abs(layer.b)
        for got in (y, out):
            assert (np.abs(got - expected) <= 2e-6 * size).all()


@pytest.mark.usefixtures("one_thread")
def test_other_products_stay_with_numpy_or_agree(monkeypatch):
    rng = np.random.default_rng(0)
    W = rng.normal(size=(30, 40)).astype(np.float32)
    layer = Linear.from_arrays(W)
    x = rng.normal(size=(6, 40)).astype(np.float32)
    turned = Linear.from_arrays(W)
    turned.W = np.asfortranarray(W)
    cases = [
        (layer, np.asfortranarray(x)), (turned, x), (layer, x.astype(np.float64)),
        (layer, x.astype(np.float16)), (layer, x[0]), (layer, x.reshape(2, 3, 40)),
    ]  # fmt: skip
    got = [one.forward(a) for one, a in cases]
    monkeypatch.setattr(kernels, "ROWS", {})
    for y, (one, a) in zip(got, cases, strict=True):
        assert_array_equal(y, one.forward(a))
    monkeypatch.setattr(kernels, "ROWS", {1: 32})
    square = Linear.from_arrays(W[:, :30])
    inner = x[:, :30].copy()
    expected = square.forward(inner)
    assert_allclose(square.forward(inner, out=inner), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="out must have shape"):
        layer.forward(x, out=np.empty((5, 30), np.float32))


@pytest.mark.usefixtures("one_thread")
def test_products_of_few_rows_keep_nan_and_infinities():
    layer = Linear.from_arrays(np.ones((5, 20), np.float32))
    x = np.ones((3, 20), np.float32)
    x[0, 3], x[1, 4], x[2, 5] = np.nan, np.inf, 1e-40
    y = layer.forward(x)
    assert np.isnan(y[0]).all()
    assert (y[1] == np.inf).all()
    assert_array_equal(y[2], np.float32(19))


@pytest.mark.parametrize(
    ("variables", "threads"),
    [
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "8"}, 1),
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "many"}, 6),
        ({}, 6),
    ],
)
def test_threads(monkeypatch, variables, threads):
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(kernels.os, "cpu_count", lambda: 6)
    assert kernels.threads.__wrapped__() == threads

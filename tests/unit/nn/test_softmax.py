import math

import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import log_softmax, logsumexp, softmax, softmax_naive
from tests.reference import compare

DTYPES = [np.float16, np.float32, np.float64]
ALL = [softmax, log_softmax, logsumexp]
AXES = [-1, 0, 1, (0, 1), (2, 0), (-1, -2), None]
finite = {
    dtype: st.floats(allow_nan=False, allow_infinity=False, width=8 * np.dtype(dtype).itemsize)
    for dtype in DTYPES
}


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_scipy(dtype, axis):
    z = np.random.default_rng(0).normal(scale=20, size=(4, 5, 6)).astype(dtype)
    for ours in ALL:
        theirs = getattr(scipy.special, ours.__name__)
        compare(
            lambda z, ours=ours: ours(z, axis=axis),
            z,
            scipy=lambda z, theirs=theirs: theirs(z, axis=axis),
            rtol=2e-5 if dtype == np.float32 else 1e-13,
            # SciPy's log_softmax rounds what lies near 0 to the units of 1; ours is tested below
            atol=8 * np.finfo(dtype).eps if ours is log_softmax else 1e-30,
        )
    kept = logsumexp(z, axis=axis, keepdims=True)
    assert kept.shape == scipy.special.logsumexp(z, axis=axis, keepdims=True).shape


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_pytorch(dtype):
    z = np.random.default_rng(0).normal(scale=20, size=(40, 10)).astype(dtype)
    tolerance = {"rtol": 50 * np.finfo(dtype).eps, "atol": 50 * np.finfo(dtype).eps}
    compare(softmax, z, torch=lambda z: torch.softmax(z, -1), **tolerance)
    compare(log_softmax, z, torch=lambda z: torch.log_softmax(z, -1), **tolerance)
    # the gradient of log-sum-exp is softmax
    compare(
        logsumexp, z, torch=lambda z: torch.logsumexp(z, -1),
        backward=lambda z, g: (g[:, None] * softmax(z),), **tolerance,
    )  # fmt: skip


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_any_finite_logits(data, dtype):
    z = data.draw(arrays(dtype, array_shapes(max_dims=3, max_side=6), elements=finite[dtype]))
    axis = data.draw(st.integers(-z.ndim, z.ndim - 1))
    with np.errstate(all="raise"):
        p, log_p, lse = softmax(z, axis), log_softmax(z, axis), logsumexp(z, axis)
    eps = float(np.finfo(dtype).eps)
    assert p.dtype == log_p.dtype == lse.dtype == dtype
    assert p.shape == z.shape
    assert np.all((p >= 0) & (p <= 1))
    assert_allclose(p.sum(axis=axis, dtype=np.float64), 1, rtol=4 * eps)
    assert np.all(log_p <= 0)
    assert_allclose(np.exp(log_p.astype(np.float64)), p, rtol=0, atol=8 * eps)
    top = z.max(axis=axis).astype(np.float64)
    with np.errstate(over="ignore"):  # at the largest number, one digit further is -inf
        assert np.all(lse >= top * (1 - eps * np.sign(top)))
    # order is kept
    order = np.argsort(z, axis=axis)
    assert np.all(np.diff(np.take_along_axis(p, order, axis), axis=axis) >= 0)


@given(
    z=arrays(np.float64, 6, elements=st.integers(-1000, 1000)),
    shift=st.integers(-(2**40), 2**40),
)
def test_shift_invariance(z, shift):
    """Whole numbers shift without rounding, so nothing at all may change."""
    assert_array_equal(softmax(z + shift), softmax(z))
    assert_array_equal(log_softmax(z + shift), log_softmax(z))


def test_worked_examples():
    assert_allclose(softmax([2, 1, 0]), [0.66524096, 0.24472847, 0.09003057], atol=5e-9)
    big = [1000, 1001, 1002]
    assert_allclose(softmax(big), [0.09003057, 0.24472847, 0.66524096], atol=5e-9)
    assert_allclose(log_softmax(big), [-2.407606, -1.407606, -0.407606], atol=5e-7)
    assert logsumexp(big) == pytest.approx(1002.4076059644, abs=5e-11)
    assert_array_equal(softmax([0, -800]), [1, 0])
    assert_array_equal(log_softmax([0, -800]), [0, -800])


def test_nearly_certain_keeps_its_digits():
    """The loss of a confident right answer is tiny, not 0."""
    assert log_softmax([40.0, 0.0])[0] == pytest.approx(-math.log1p(math.exp(-40)), rel=1e-15)
    assert log_softmax(np.float32([40, 0]))[0] == pytest.approx(-math.exp(-40), rel=1e-6)
    assert logsumexp([0.0, -40.0]) == pytest.approx(math.log1p(math.exp(-40)), rel=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_masks_and_infinities(dtype):
    inf = np.inf
    z = np.array([[0, -inf, 0], [-inf, -inf, -inf], [inf, 0, 0], [np.nan, 0, 0]], dtype)
    with np.errstate(all="raise"):
        p, log_p, lse = softmax(z), log_softmax(z), logsumexp(z)
    assert_array_equal(p[0], [0.5, 0, 0.5])
    assert_array_equal(log_p[0, 1], -inf)
    assert np.isnan(p[1:]).all()
    assert np.isnan(log_p[1:]).all()
    assert_array_equal(lse[1:], np.array([-inf, inf, np.nan]))


def test_temperature():
    z = np.array([3.0, 1.0, -2.0])
    assert_allclose(softmax(z, temperature=4.0), softmax(z / 4), rtol=1e-14)
    assert_allclose(log_softmax(z, temperature=0.5), log_softmax(z * 2), rtol=1e-14)
    for dtype in DTYPES:  # no temperature rounds to 0 or overflows
        assert_array_equal(softmax(z.astype(dtype), temperature=1e-300), [1, 0, 0])
        hot = softmax(z.astype(dtype), temperature=1e300)
        assert hot.dtype == dtype
        assert_allclose(hot, 1 / 3, rtol=1e-3)
    for bad in (0, -1, np.inf, np.nan, "warm"):
        with pytest.raises(ValueError, match="temperature must be a finite number above 0, got"):
            softmax(z, temperature=bad)


@pytest.mark.parametrize(
    ("dtype", "limit"), [(np.float16, 11.09), (np.float32, 88.72), (np.float64, 709.78)]
)
def test_naive_breaks_where_exp_does(dtype, limit):
    with np.errstate(all="raise"):
        good = softmax_naive(np.array([limit - 0.03, 0], dtype))
        high = softmax_naive(np.array([limit + 0.03, 0], dtype))
        low = softmax_naive(np.full(2, -2 * limit, dtype))
    assert good.dtype == high.dtype == dtype
    assert np.isfinite(good).all()
    assert np.isnan(high[0])
    assert np.isnan(low).all()


def test_naive_is_right_for_small_logits():
    z = np.random.default_rng(0).normal(size=(5, 3))
    assert_allclose(softmax_naive(z, axis=0), softmax(z, axis=0), rtol=1e-14)


def test_empty_and_scalar():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    assert softmax(np.zeros((3, 0))).shape == log_softmax(np.zeros((3, 0))).shape == (3, 0)
    assert_array_equal(logsumexp(np.zeros((2, 0))), [-np.inf, -np.inf])
    assert softmax(3.0, axis=None) == 1
    assert logsumexp(3.0, axis=None) == 3
    assert softmax([1, 2]).dtype == np.float64


def test_mistakes_are_named():
    z = np.zeros((3, 4))
    with pytest.raises(ValueError, match=r"axis must be between -2 and 1 .*\(3, 4\), got 2"):
        softmax(z, axis=2)
    with pytest.raises(ValueError, match="different axes"):
        softmax(z, axis=(0, -2))
    with pytest.raises(ValueError, match="different axes"):
        softmax(z, axis=())
    with pytest.raises(TypeError, match="axis must be a whole number"):
        softmax(z, axis=0.5)
    with pytest.raises(ValueError, match="axis must be None"):
        softmax(1.0)
    with pytest.raises(TypeError, match="z must hold"):
        softmax(["a"])

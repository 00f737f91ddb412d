"""Losses against PyTorch and against their own limits."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from ffnlib.nn import LOSSES, cross_entropy, mse


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["classes", "probabilities"])
def test_cross_entropy_agrees_with_pytorch(kind, dtype):
    rng = np.random.default_rng(0)
    z = (10 * rng.normal(size=(9, 5))).astype(dtype)
    t = rng.integers(0, 5, 9) if kind == "classes" else rng.dirichlet(np.ones(5), 9).astype(dtype)
    tensor = torch.tensor(z, requires_grad=True)
    value = torch.nn.functional.cross_entropy(tensor, torch.tensor(t))
    value.backward()
    tolerance = 1e-12 if dtype == np.float64 else 2e-6
    assert cross_entropy(z, t) == pytest.approx(value.item(), rel=tolerance)
    g = cross_entropy.gradient(z, t)
    assert g.dtype == dtype
    assert_allclose(g, tensor.grad.numpy(), rtol=tolerance, atol=tolerance / 10)


@settings(max_examples=100)
@given(
    z=arrays(np.float64, (3, 4), elements=st.floats(-1e308, 1e308)),
    classes=st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_cross_entropy_of_any_finite_logits(z, classes):
    value, g = cross_entropy.with_gradient(z, classes)
    assert value >= 0
    assert not np.isnan(value)
    assert np.isfinite(g).all()
    assert_allclose(g.sum(axis=1), 0, atol=1e-12)  # a shift of the logits changes nothing
    assert np.abs(g).max() <= 1 / len(z) + 1e-15
    one_hot = np.eye(4)[classes]
    assert cross_entropy(z, one_hot) == value
    assert_allclose(cross_entropy.gradient(z, one_hot), cross_entropy.gradient(z, classes))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_both_at_once_equals_one_after_the_other(loss):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(6, 3))
    t = rng.integers(0, 3, 6) if loss is cross_entropy else rng.normal(size=(6, 3))
    value, g = loss.with_gradient(z, t)
    assert value == loss(z, t)
    assert_allclose(g, loss.gradient(z, t), rtol=1e-13)


def test_a_sure_mistake_has_a_large_finite_loss():
    assert cross_entropy([[0.0, -800.0]], [1]) == 800.0
    assert cross_entropy([[0.0, -800.0]], [0]) == 0.0
    assert cross_entropy(np.array([[0, -1000]], dtype=np.float32), [1]) == 1000.0


def test_ruled_out_classes():
    z = np.array([[0.0, -np.inf, 0.0]])
    assert cross_entropy(z, [0]) == pytest.approx(np.log(2))
    assert cross_entropy(z, [1]) == np.inf
    assert cross_entropy(z, [[0.5, 0.0, 0.5]]) == pytest.approx(np.log(2))
    assert_allclose(cross_entropy.gradient(z, [0]), [[-0.5, 0, 0.5]])


def test_no_class_is_known_costs_log_of_their_number():
    assert cross_entropy(np.zeros((5, 10)), np.arange(5)) == pytest.approx(np.log(10))


def test_mse_is_half_the_squared_error_of_an_example():
    assert mse([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 4.0]]) == (4 + 9) / (2 * 2)
    assert_allclose(mse.gradient([[1.0, 2.0]], [[0.0, 0.0]]), [[1.0, 2.0]])
    assert mse.gradient(np.ones((2, 1), np.float32), np.zeros((2, 1))).dtype == np.float32
    assert mse([1e200], [0.0]) == np.inf  # a training that diverges is no warning


@pytest.mark.parametrize(
    ("loss", "output", "targets", "message"),
    [
        (cross_entropy, [0.0, 1.0], [0], r"output must hold logits, shape \(batch, classes\)"),
        (cross_entropy, np.zeros((0, 3)), [], "output must hold logits"),
        (cross_entropy, [[0.0, 1.0]], [0, 1], r"targets must have shape \(batch,\) = \(1,\)"),
        (cross_entropy, [[0.0, 1.0]], [2], "targets must lie between 0 and 1, for 2 classes"),
        (cross_entropy, [[0.0, 1.0]], [-1], "targets must lie between 0 and 1"),
        (cross_entropy, [[0.0, 1.0]], [0.0], "must be integers, got dtype float64"),
        (cross_entropy, [[0.0, 1.0]], [[0.7, 0.7]], "must be probabilities"),
        (cross_entropy, [[0.0, 1.0]], [[1.5, -0.5]], "must be probabilities"),
        (mse, [[1.0], [2.0]], [1.0, 2.0], r"targets must have the shape of output, \(2, 1\)"),
        (mse, np.zeros((0, 1)), np.zeros((0, 1)), "hold at least one number"),
    ],
)
def test_targets_that_do_not_fit_are_explained(loss, output, targets, message):
    for call in (loss, loss.gradient, loss.with_gradient):
        with pytest.raises(ValueError, match=message):
            call(output, targets)


def test_sequences_are_so_many_examples():
    rng = np.random.default_rng(9)
    z, t = rng.normal(size=(2, 5, 4)), rng.integers(0, 4, (2, 5))
    flat = cross_entropy.gradient(z.reshape(10, 4), t.reshape(10))
    for targets in (t, np.eye(4)[t]):
        loss, g = cross_entropy.with_gradient(z, targets)
        assert loss == pytest.approx(cross_entropy(z.reshape(10, 4), t.reshape(10)), rel=1e-14)
        assert cross_entropy(z, targets) == pytest.approx(loss, rel=1e-14)
        assert_allclose(g, flat.reshape(z.shape), rtol=1e-13, atol=1e-17)
        assert_allclose(cross_entropy.gradient(z, targets), g, rtol=1e-13, atol=1e-17)
    with pytest.raises(ValueError, match=r"targets must have shape \(batch,\) = \(2, 5\)"):
        cross_entropy(z, t[0])

"""The toy model of superposition: PyTorch's gradients, and features that share dimensions."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from ffnlib.analysis import (
    ToyModel,
    draw_features,
    superposition_gradient,
    train_superposition,
)


def test_gradients_are_those_of_pytorch():
    rng = np.random.default_rng(0)
    model = ToyModel(rng.normal(size=(3, 7)), 0.1 * rng.normal(size=7))
    x, importance = draw_features(20, 7, 0.5, rng), 0.8 ** np.arange(7)
    W, b = (torch.tensor(a, requires_grad=True) for a in model)
    out = torch.relu(torch.tensor(x) @ W.T @ W + b)
    loss = (torch.tensor(importance) * (torch.tensor(x) - out) ** 2).sum(1).mean()
    loss.backward()
    ours, dW, db = superposition_gradient(model, x, importance)
    assert ours == pytest.approx(loss.item())
    assert_allclose(dW, W.grad, rtol=1e-10)
    assert_allclose(db, b.grad, rtol=1e-10)
    assert_allclose(model(x), out.detach(), rtol=1e-12)


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.9])
def test_features_are_as_sparse_as_asked(sparsity):
    x = draw_features(4000, 5, sparsity, np.random.default_rng(1))
    assert np.mean(x == 0) == pytest.approx(sparsity, abs=0.02)
    assert x[x > 0].mean() == pytest.approx(0.5, abs=0.02)
    assert x.min() >= 0
    assert x.max() <= 1


@pytest.mark.parametrize(("sparsity", "kept"), [(0.0, 2), (0.7, 4), (0.9, 5)])
def test_the_sparser_the_more_features_are_kept(sparsity, kept):
    model = train_superposition(5, 2, sparsity, rng=np.random.default_rng(0))
    lengths = np.linalg.norm(model.W, axis=0)
    assert np.sum(lengths > 0.5) == kept
    angles = np.sort(np.degrees(np.arctan2(*model.W[:, lengths > 0.5])))
    gaps = np.diff([*angles, angles[0] + 360])
    if kept == 2:  # the two most important, at right angles
        assert set(np.flatnonzero(lengths > 0.5)) == {0, 1}
        assert 85 < gaps.min() < 95
    if kept == 4:  # two pairs of opposite directions
        assert_allclose(gaps, 90, atol=6)
    if kept == 5:  # a pentagon
        assert_allclose(gaps, 72, atol=6)
        assert model.b.max() < -0.1  # what others disturb is cut off


def test_bad_arguments_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"sparsity must be from 0 to below 1, got 1"):
        draw_features(3, 2, 1, rng)
    with pytest.raises(ValueError, match="decay must be above 0 and at most 1, got 2"):
        train_superposition(decay=2, rng=rng)
    with pytest.raises(ValueError, match="dimensions must be at least 1"):
        train_superposition(dimensions=0, rng=rng)

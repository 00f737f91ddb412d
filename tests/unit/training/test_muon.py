"""Muon beside PyTorch's, and the iteration beside the singular value decomposition."""

import doctest

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import MLP
from ffnlib.training import COEFFICIENTS, Adam, Muon, _muon, fit, orthogonalize


def test_the_example_runs():
    found = doctest.testmod(_muon, extraglobs={"np": np})
    assert found.attempted == 2
    assert found.failed == 0


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4)])
@pytest.mark.parametrize("rounds", [0, 1, 5])
def test_the_rounds_change_singular_values_alone(shape, rounds):
    g = np.random.default_rng(0).normal(size=shape)
    u, s, vt = np.linalg.svd(g, full_matrices=False)
    s = s / np.linalg.norm(g)
    for _ in range(rounds):
        s = sum(c * s**power for c, power in zip(COEFFICIENTS, (1, 3, 5), strict=True))
    assert_allclose(orthogonalize(g, rounds), (u * s) @ vt, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("spread", [1, 10, 100])
def test_five_rounds_bring_all_near_1(spread):
    rng = np.random.default_rng(1)
    u, v = (np.linalg.qr(rng.normal(size=(12, 12)))[0] for _ in range(2))
    found = np.linalg.svd(orthogonalize((u * np.geomspace(1, 1 / spread, 12)) @ v.T))[1]
    assert 0.6 < found.min() <= found.max() < 1.25


def test_steps_are_those_of_pytorch():
    """PyTorch iterates in bfloat16, so its steps agree to about a hundredth."""
    rng = np.random.default_rng(2)
    w = rng.normal(size=(8, 12)).astype(np.float32)
    ours, theirs = w.copy(), torch.tensor(w.copy(), requires_grad=True)
    one = Muon([ours], 0.05, weight_decay=0.1)
    two = torch.optim.Muon([theirs], lr=0.05, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for _ in range(6):
        g = rng.normal(size=w.shape).astype(np.float32)
        one.step([g])
        theirs.grad = torch.tensor(g)
        two.step()
    moved = np.linalg.norm(ours - w)
    assert np.linalg.norm(ours - theirs.detach().numpy()) < 0.02 * moved
    assert moved > 0.05


def test_biases_are_adams():
    rng = np.random.default_rng(3)
    w, b = rng.normal(size=(4, 5)), rng.normal(size=4)
    other = b.copy()
    one, two = Muon([w, b], 0.01), Adam([other], 0.01)
    for _ in range(4):
        g = rng.normal(size=4)
        one.step([rng.normal(size=(4, 5)), g])
        two.step([g])
    assert_array_equal(b, other)
    assert len(one.state_arrays()) == 1 + len(two.state_arrays())


def test_it_trains_a_network():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 8))
    y = (x[:, 0] * x[:, 1] > 0).astype(np.int64)
    model = MLP([8, 32, 32, 2], rng=rng)
    fit(model, (x, y), rng=rng, epochs=60, batch_size=50,
        optimizer=Muon(model.parameters(), 0.02))  # fmt: skip
    assert np.mean(model.predict(x) == y) > 0.97


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"g must be a matrix \(d_out, d_in\), got shape \(3,\)"):
        orthogonalize(np.ones(3))
    with pytest.raises(ValueError, match="rounds must be at least 0"):
        orthogonalize(np.ones((2, 2)), -1)
    with pytest.raises(ValueError, match="momentum must be from 0 to below 1"):
        Muon([np.ones((2, 2))], momentum=1)
    with pytest.raises(ValueError, match="gradients must have the parameters' shapes"):
        Muon([np.ones((2, 2))]).step([np.ones((2, 3))])

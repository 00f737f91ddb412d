"""Routing and balancing against PyTorch, finite differences, and what the papers promise."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.moe import (
    TopK,
    assign,
    capacity,
    expert_shares,
    gates_gradient,
    load_balancing_loss,
    noisy_logits,
    router_z_loss,
    sinkhorn,
    softmax_of_chosen,
    top_k_gates,
)
from ffnlib.nn import softmax, softmax_pull_back
from ffnlib.training import gradcheck
from tests.reference import compare

ANY = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 7)),
    elements=st.floats(-1e6, 1e6) | st.integers(-2, 2).map(float),  # with ties
)


def normal(*shape, scale=1.0, seed=0):
    return np.random.default_rng(seed).normal(scale=scale, size=shape)


# --- choosing


def test_worked_example():
    top = top_k_gates([[1.2, -0.3, 2.0, 0.4]], 2)
    assert_array_equal(top.indices, [[2, 0]])
    assert_allclose(top.gates, [[0.68997448, 0.31002552]], atol=5e-9)
    p = softmax([1.2, -0.3, 2.0, 0.4])
    assert_allclose(top.gates[0], p[[2, 0]] / p[[2, 0]].sum(), rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_agrees_with_pytorch(k, dtype):
    z = normal(40, 5).astype(dtype)
    indices, gates = top_k_gates(z, k)
    values, theirs = torch.topk(torch.tensor(z), k)
    assert gates.dtype == dtype
    assert indices.dtype == np.int64
    assert indices.shape == gates.shape == (40, k)
    if dtype != np.float16:  # PyTorch orders ties as it likes, and halves have some
        assert_array_equal(indices, theirs.numpy())
    expected = torch.softmax(values.double(), -1).numpy()
    assert_allclose(gates, expected, rtol=1e-12 if dtype == np.float64 else 4e-3)


@given(z=ANY, data=st.data())
def test_of_any_logits(z, data):
    k = data.draw(st.integers(1, z.shape[1]))
    with np.errstate(all="raise"):
        indices, gates = top_k_gates(z, k)
    for row, chosen in zip(z, indices, strict=True):
        # what a loop would do: the first of the largest, then the first of the rest
        assert chosen.tolist() == sorted(range(len(row)), key=lambda i: (-row[i], i))[:k]
    assert_allclose(gates.sum(axis=1), 1, rtol=1e-14)
    assert (np.diff(gates, axis=1) <= 0).all()


def test_ties_are_stable():
    assert_array_equal(top_k_gates(np.zeros((3, 40)), 3).indices, [[0, 1, 2]] * 3)
    top = top_k_gates([[0.0, -0.0, 1.0]], 3)
    assert_array_equal(top.indices, [[2, 0, 1]])


def test_temperature():
    z = normal(20, 6)
    cold, warm, hot = (top_k_gates(z, 3, temperature=t) for t in (0.1, 1.0, 10.0))
    assert_array_equal(cold.indices, hot.indices)
    assert (cold.gates[:, 0] > warm.gates[:, 0]).all()
    assert (warm.gates[:, 0] > hot.gates[:, 0]).all()
    assert_allclose(hot.gates, top_k_gates(z / 10, 3).gates, rtol=1e-14)


def test_an_expert_ruled_out_gets_nothing():
    indices, gates = top_k_gates([[-np.inf, 3.0, -np.inf]], 2)
    assert_array_equal(indices, [[1, 0]])
    assert_array_equal(gates, [[1, 0]])


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_gates_gradient(temperature):
    z, g = normal(7, 5), normal(7, 3, seed=1)

    def loss(z):
        top = top_k_gates(z, 3, temperature=temperature)
        return np.sum(g * top.gates), gates_gradient(top, g, 5, temperature=temperature)

    assert gradcheck(loss, z)
    top = top_k_gates(z, 3)
    assert_array_equal(np.count_nonzero(gates_gradient(top, g, 5), axis=1), 3)
    assert_array_equal(top_k_gates(z, 1).gates, 1)  # so top-1 gives the router no gradient here
    assert_array_equal(gates_gradient(top_k_gates(z, 1), g[:, :1], 5), 0)


def test_softmax_pull_back_agrees_with_pytorch():
    z, g = normal(6, 4, scale=3), normal(6, 4, seed=2)
    compare(
        softmax,
        z,
        torch=lambda z: torch.softmax(z, -1),
        backward=lambda z, g: (softmax_pull_back(softmax(z), g),),
        atol=1e-15,
    )
    along = softmax_pull_back(softmax(z, axis=0), g, axis=0)
    assert_allclose(along, softmax_pull_back(softmax(z.T), g.T).T, atol=1e-16)
    with pytest.raises(ValueError, match=r"g must have the shape of p, \(6, 4\), got \(4,\)"):
        softmax_pull_back(softmax(z), g[0])


def test_noise():
    z = np.zeros((20_000, 2), np.float32)
    noisy = noisy_logits(z, np.random.default_rng(0), std=[0.5, 2.0])
    assert noisy.dtype == np.float32
    assert_allclose(noisy.std(axis=0), [0.5, 2.0], rtol=0.03)
    assert_array_equal(noisy_logits(z, np.random.default_rng(0), 0.0), z)
    assert_array_equal(
        noisy_logits(z, np.random.default_rng(3)), noisy_logits(z, np.random.default_rng(3))
    )


# --- places


@pytest.mark.parametrize(
    ("tokens", "experts", "k", "factor", "places"),
    [(1024, 8, 2, 1.0, 256), (1024, 8, 2, 1.25, 320), (10, 4, 1, 1.0, 3), (10, 1, 1, 1.1, 11),
     (3, 8, 1, 1.0, 1), (100, 10, 1, 1e-9, 1)],
)  # fmt: skip
def test_capacity(tokens, experts, k, factor, places):
    assert capacity(tokens, experts, k, factor) == places


def test_first_choices_are_served_first():
    indices = np.array([[0, 1], [0, 1], [1, 0]])
    kept = assign(indices, 2, 2)
    # expert 0: tokens 0 and 1 first; expert 1: token 2's first choice, then token 0's second
    assert_array_equal(kept, [[True, True], [True, False], [True, False]])


@given(z=ANY, data=st.data())
def test_places(z, data):
    n = z.shape[1]
    k, places = data.draw(st.integers(1, n)), data.draw(st.integers(0, 5))
    indices = top_k_gates(z, k).indices
    kept = assign(indices, n, places)
    free, expected = [places] * n, np.zeros_like(kept)
    for rank in range(k):  # what a loop would do
        for token in range(len(z)):
            if free[indices[token, rank]]:
                free[indices[token, rank]] -= 1
                expected[token, rank] = True
    assert_array_equal(kept, expected)


# --- losses


@pytest.mark.parametrize("n", [2, 8, 64])
def test_load_balancing_of_uniform_and_collapsed_routing(n):
    uniform = np.full((n, n), 1 / n)
    assert load_balancing_loss(uniform, np.arange(n)[:, None]) == pytest.approx(0.01, rel=1e-14)
    collapsed = np.eye(n)[np.zeros(5, int)]
    assert load_balancing_loss(collapsed, np.zeros((5, 1), int)) == pytest.approx(0.01 * n)
    assert load_balancing_loss(uniform, np.arange(n)[:, None], alpha=1) == pytest.approx(1)
    two = top_k_gates(normal(50, n), 2).indices
    assert load_balancing_loss(np.full((50, n), 1 / n), two, 1.0) == pytest.approx(1)


def test_load_balancing_is_below_alpha_where_shares_and_probabilities_differ():
    # N = 2, f = (.6, .4), P = (.45, .55): 2 (.27 + .22) = .98
    p = np.tile([0.45, 0.55], (5, 1))
    assert load_balancing_loss(p, [[0], [0], [0], [1], [1]], alpha=1.0) == pytest.approx(0.98)


def test_load_balancing_gradient():
    z = normal(9, 4)
    indices = top_k_gates(z, 2).indices
    p = softmax(z)
    assert gradcheck(
        lambda p: (
            load_balancing_loss(p, indices, 0.3), load_balancing_loss.gradient(p, indices, 0.3),
        ), p,
    )  # fmt: skip
    tensor = torch.tensor(z, requires_grad=True)
    probabilities = torch.softmax(tensor, -1)
    f = torch.bincount(torch.tensor(indices).reshape(-1), minlength=4).double() / indices.size
    loss = 0.3 * 4 * (f * probabilities.mean(0)).sum()
    loss.backward()
    assert load_balancing_loss(p, indices, 0.3) == pytest.approx(loss.item(), rel=1e-12)
    ours = softmax_pull_back(p, load_balancing_loss.gradient(p, indices, 0.3))
    assert_allclose(ours, tensor.grad.numpy(), rtol=1e-12, atol=1e-17)
    assert load_balancing_loss.gradient(p.astype(np.float32), indices).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_z_loss_agrees_with_pytorch(dtype):
    z = normal(9, 4, scale=5).astype(dtype)
    tensor = torch.tensor(z, requires_grad=True)
    loss = 1e-3 * torch.logsumexp(tensor, -1).square().mean()
    loss.backward()
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert router_z_loss(z, 1e-3) == pytest.approx(loss.item(), rel=tolerance)
    g = router_z_loss.gradient(z, 1e-3)
    assert g.dtype == dtype
    assert_allclose(g, tensor.grad.numpy(), rtol=tolerance, atol=1e-10 if dtype == "f4" else 1e-16)
    if dtype == np.float64:
        assert gradcheck(lambda z: (router_z_loss(z), router_z_loss.gradient(z)), z)


def test_shares():
    assert_array_equal(expert_shares([[0, 1], [0, 2]], 4), [0.5, 0.25, 0.25, 0])


# --- Sinkhorn


@pytest.mark.parametrize(("scale", "rounds"), [(0, 0), (1, 12), (3, 60)])
def test_sinkhorn_balances(scale, rounds):
    z = normal(512, 8, scale=scale) + scale * np.arange(8) / 4  # some experts liked by all
    matrix, taken = result = sinkhorn(z)
    assert taken <= rounds
    assert_allclose(matrix.sum(axis=1), 1, rtol=1e-12)
    assert_allclose(matrix.sum(axis=0), 512 / 8, rtol=1e-6)
    assert result.imbalance <= 1e-6
    # only rows and columns were scaled: what remains of log(matrix) - z is a sum of two vectors
    rest = np.log(matrix) - z
    rest -= rest.mean(axis=0) + rest.mean(axis=1, keepdims=True) - rest.mean()
    assert_allclose(rest, 0, atol=1e-10)
    assert softmax(z).sum(axis=0).max() / 64 > (1.3 if scale else 0.99)


def test_sinkhorn_stops_where_it_is_told():
    z = normal(64, 4, scale=4) + np.array([3, 0, 0, 0])
    few = [sinkhorn(z, max_rounds=n) for n in range(6)]
    assert [s.rounds for s in few] == list(range(6))
    assert_allclose(few[0].matrix, softmax(z), rtol=1e-12)
    imbalances = [s.imbalance for s in few]
    assert imbalances == sorted(imbalances, reverse=True)
    assert sinkhorn(z.astype(np.float32)).matrix.dtype == np.float32


@settings(max_examples=50)
@given(
    z=arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 5)),
             elements=st.floats(-1e6, 1e6))
)  # fmt: skip
def test_sinkhorn_of_any_finite_logits(z):
    with np.errstate(all="raise"):
        matrix, rounds = sinkhorn(z, max_rounds=50)
    assert 0 <= rounds <= 50
    assert_allclose(matrix.sum(axis=1), 1, rtol=1e-9)
    assert (matrix >= 0).all()


# --- mistakes


def test_mistakes_are_named():
    z = np.zeros((3, 8))
    for k in (9, 0, -1):
        with pytest.raises(ValueError, match=f"k must be between 1 and num_experts=8, got {k}"):
            top_k_gates(z, k)
    with pytest.raises(TypeError, match=r"k must be a whole number, got 1\.5"):
        top_k_gates(z, 1.5)
    with pytest.raises(ValueError, match=r"at least one token .* got \(0, 8\)"):
        top_k_gates(np.zeros((0, 8)), 2)
    with pytest.raises(ValueError, match=r"shape \(batch, num_experts\).* got \(8,\)"):
        top_k_gates(z[0], 2)
    for value, name in [(np.nan, "nan"), (np.inf, r"\+inf")]:
        bad = z.copy()
        bad[1, 3] = value
        for f in (lambda z: top_k_gates(z, 2), router_z_loss, sinkhorn):
            with pytest.raises(ValueError, match=f"got {name} for token 1"):
                f(bad)
    masked = z.copy()
    masked[2] = -np.inf
    with pytest.raises(ValueError, match="got -inf only for token 2"):
        top_k_gates(masked, 1)
    masked[2, 0] = 0
    with pytest.raises(ValueError, match="logits must be finite, got -inf"):
        sinkhorn(masked)
    with pytest.raises(ValueError, match="temperature must be a finite number above 0, got 0"):
        top_k_gates(z, 2, temperature=0)
    with pytest.raises(ValueError, match="indices must have a row for each of 3 tokens, got 1"):
        softmax_of_chosen(z, [[0]])
    with pytest.raises(
        ValueError, match="indices must lie between 0 and 7, for 8 experts; got 0 to 8"
    ):
        softmax_of_chosen(z, [[0], [8], [8]])
    with pytest.raises(TypeError, match="indices must hold whole numbers, got dtype float64"):
        expert_shares([[0.5]], 2)
    with pytest.raises(ValueError, match=r"indices must have shape \(batch, k\)"):
        assign([0, 1], 2, 1)
    with pytest.raises(ValueError, match=r"sum to 1; got numbers from 0\.0 and sums from 0\.0"):
        load_balancing_loss(z, [[0]] * 3)
    with pytest.raises(ValueError, match="alpha must be a finite number, 0 or more, got -1"):
        load_balancing_loss(softmax(z), [[0]] * 3, alpha=-1)
    with pytest.raises(ValueError, match="std must hold finite numbers, 0 or more"):
        noisy_logits(z, np.random.default_rng(0), std=-1.0)
    with pytest.raises(ValueError, match=r"std must be one number or have shape \(3, 8\)"):
        noisy_logits(z, np.random.default_rng(0), std=np.ones((2, 3, 8)))
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        noisy_logits(z, 0)
    for factor in (0, math.inf, math.nan):
        with pytest.raises(ValueError, match="factor must be a finite number above 0"):
            capacity(8, 4, 1, factor)
    with pytest.raises(ValueError, match="k must be between 1 and num_experts=4, got 5"):
        capacity(8, 4, 5)
    with pytest.raises(ValueError, match="tolerance must be above 0, got 0"):
        sinkhorn(z, tolerance=0)
    top = TopK(np.zeros((3, 1), int), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"g must have the shape of the gates, \(3, 1\)"):
        gates_gradient(top, np.ones((3, 2)), 8)

"""Fine-grained and shared experts, balancing biases, expert choice and upcycling."""

import doctest

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.moe import (
    ExpertChoiceMoE,
    FineGrainedMoE,
    MoE,
    _expert_choice,
    _fine_grained,
    _upcycling,
    biased_top_k,
    capacity,
    choose_tokens,
    upcycle,
)
from ffnlib.nn import FeedForward
from ffnlib.training import SGD


@pytest.mark.parametrize("module", [_expert_choice, _fine_grained, _upcycling])
def test_the_examples_run(module):
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.attempted >= 1
    assert found.failed == 0


def leaves(model):
    """The model's parameters as PyTorch's, by name."""
    return {
        name: torch.tensor(p, requires_grad=True) for name, p in model.named_parameters().items()
    }


def swiglu(x, p, name):
    gate, up, down = (p[f"{name}.{part}.W"] for part in ("gate", "up", "down"))
    return (torch.nn.functional.silu(x @ gate.T) * (x @ up.T)) @ down.T


@pytest.mark.parametrize("shared", [0, 2])
@pytest.mark.parametrize("k", [1, 3])
def test_fine_grained_is_what_pytorch_computes(k, shared):
    """The definition in PyTorch: all experts, most of them with weight 0."""
    rng = np.random.default_rng(0)
    model = FineGrainedMoE(6, 5, 8, k, rng=rng, shared=shared, bias_rate=0)
    model.selection_bias[...] = 0.3 * rng.normal(size=8)
    x, g = rng.normal(size=(2, 22, 6))
    p, tx = leaves(model), torch.tensor(x, requires_grad=True)
    scores = torch.sigmoid(tx @ p["router.W"].T)
    chosen = torch.topk(scores + p["selection_bias"].detach(), k).indices
    mask = torch.zeros_like(scores).scatter(1, chosen, 1.0)
    gates = scores * mask / (scores * mask).sum(1, keepdim=True)
    y = sum(gates[:, i : i + 1] * swiglu(tx, p, f"experts.{i}") for i in range(8))
    y = y + swiglu(tx, p, "shared") if shared else y
    assert_allclose(model.forward(x, training=True), y.detach(), rtol=1e-10)
    assert_allclose(model.forward(x), y.detach(), rtol=1e-10)
    (y * torch.tensor(g)).sum().backward()
    assert_allclose(model.backward(g), tx.grad, rtol=1e-9, atol=1e-12)
    for name, gradient in model.named_gradients().items():
        theirs = p[name].grad
        assert_allclose(gradient, 0 if theirs is None else theirs, rtol=1e-9, atol=1e-12)


def test_the_bias_counts_in_the_choice_only():
    z = np.array([[2.0, 1.0, -1.0, -3.0]])
    plain, pushed = biased_top_k(z, np.zeros(4), 2), biased_top_k(z, [0, 0, 0, 5.0], 2)
    assert plain.indices.tolist() == [[0, 1]]
    assert pushed.indices.tolist() == [[3, 0]]
    s = 1 / (1 + np.exp(-z[0]))
    assert_allclose(pushed.gates[0], [s[3] / (s[3] + s[0]), s[0] / (s[3] + s[0])])
    with pytest.raises(ValueError, match=r"bias must have shape \(N,\) = \(4,\)"):
        biased_top_k(z, [0, 0, 0], 2)


@pytest.mark.parametrize("seed", range(5))
def test_biases_alone_balance_a_router_that_has_collapsed(seed):
    """Nothing is learnt: only the biases move, each by the rate against its expert's load."""
    rng = np.random.default_rng(seed)
    model = FineGrainedMoE(4, 3, 8, 2, rng=rng, bias_rate=0.002)
    model.router.W[...] = np.abs(model.router.W) * np.linspace(0.1, 2, 8)[:, None]
    x = np.abs(rng.normal(size=(200, 4)))
    model.forward(x, training=True)
    first = model.shares
    before = model.selection_bias.copy()
    model.backward(np.zeros_like(x))
    assert_allclose(model.selection_bias - before, 0.002 * np.sign(1 / 8 - first), atol=1e-15)
    for _ in range(600):
        model.forward(x, training=True)
        model.backward(np.zeros_like(x))
    model.forward(x, training=True)
    assert first.max() * 8 > 3
    assert model.shares.max() * 8 < 1.5


def test_biases_are_saved_and_left_alone_by_an_optimizer(tmp_path):
    rng = np.random.default_rng(0)
    one, two = (FineGrainedMoE(4, 3, 6, 2, rng=rng, bias_rate=0) for _ in range(2))
    one.selection_bias[...] = np.arange(6.0)
    x = rng.normal(size=(9, 4))
    one.forward(x, training=True)
    one.backward(x)
    SGD(one.parameters(), 0.1).step(one.gradients())
    assert_array_equal(one.selection_bias, np.arange(6.0))
    one.save(tmp_path / "one.npz")
    two.load(tmp_path / "one.npz")
    assert_array_equal(two.selection_bias, np.arange(6.0))
    assert_array_equal(one.forward(x), two.forward(x))


def test_as_many_parameters_and_many_more_combinations():
    rng = np.random.default_rng(0)
    coarse = MoE(8, 12, 4, 2, rng=rng)
    fine = FineGrainedMoE(8, 3, 14, 6, rng=rng, shared=2)
    experts = [sum(p.size for n, p in m.named_parameters().items() if "router" not in n
                   and "bias" not in n) for m in (coarse, fine)]  # fmt: skip
    assert experts[0] == experts[1]


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_expert_choice_is_what_pytorch_computes(factor):
    rng = np.random.default_rng(1)
    model = ExpertChoiceMoE(6, 5, 4, factor, rng=rng)
    x, g = rng.normal(size=(2, 24, 6))
    p, tx = leaves(model), torch.tensor(x, requires_grad=True)
    scores = torch.softmax(tx @ p["router.W"].T, 1)
    places = capacity(24, 4, 1, factor)
    taken = torch.topk(scores, places, dim=0).indices
    mask = torch.zeros_like(scores).scatter(0, taken, 1.0)
    assert mask.sum(0).tolist() == [places] * 4
    y = sum((scores * mask)[:, i : i + 1] * swiglu(tx, p, f"experts.{i}") for i in range(4))
    assert_allclose(model.forward(x, training=True), y.detach(), rtol=1e-10, atol=1e-14)
    assert_array_equal(model.experts_per_token, mask.sum(1))
    (y * torch.tensor(g)).sum().backward()
    assert_allclose(model.backward(g), tx.grad, rtol=1e-9, atol=1e-12)
    for name, gradient in model.named_gradients().items():
        assert_allclose(gradient, p[name].grad, rtol=1e-9, atol=1e-12)


def test_expert_choice_looks_at_later_tokens():
    """What becomes of the first tokens depends on who comes after them."""
    rng = np.random.default_rng(2)
    model = ExpertChoiceMoE(6, 5, 4, 1.0, rng=rng)
    x = rng.normal(size=(16, 6))
    other = np.concatenate([x[:8], 5 * rng.normal(size=(8, 6))])
    assert not np.allclose(model.forward(x)[:8], model.forward(other)[:8])


@pytest.mark.parametrize("k", [1, 2, 4])
def test_an_upcycled_layer_computes_what_the_dense_one_did_and_then_learns(k):
    rng = np.random.default_rng(0)
    dense, x = FeedForward(6, 10, rng=rng), rng.normal(size=(32, 6))
    mixture = upcycle(dense, 4, k, rng=rng)
    assert_allclose(mixture.forward(x), dense.forward(x), rtol=1e-12)
    assert mixture.experts[0].up.W is not dense.up.W
    optimizer = SGD(mixture.parameters(), 0.1)
    for _ in range(3):
        y = mixture.forward(x, training=True)
        mixture.backward(y - x)
        optimizer.step(mixture.gradients())
    first, second = mixture.experts[:2]
    assert not np.allclose(first.up.W, second.up.W)


def test_bad_arguments_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="top_k must be between 1 and num_experts=4, got 5"):
        FineGrainedMoE(4, 3, 4, 5, rng=rng)
    with pytest.raises(ValueError, match="bias_rate must be a finite number, 0 or more"):
        FineGrainedMoE(4, 3, 4, rng=rng, bias_rate=-1)
    for model in (FineGrainedMoE(4, 3, 4, rng=rng), ExpertChoiceMoE(4, 3, 4, rng=rng)):
        with pytest.raises(RuntimeError, match="no step to go back"):
            model.backward(np.zeros((2, 4)))
        with pytest.raises(ValueError, match="at least one token of d_model=4"):
            model.forward(np.zeros((2, 5)))
        model.forward(np.ones((3, 4)), training=True)
        with pytest.raises(ValueError, match="g must have the shape of the output"):
            model.backward(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="factor must be a finite number above 0"):
        ExpertChoiceMoE(4, 3, 4, 0, rng=rng)
    with pytest.raises(ValueError, match="places must be from 1 to the 3 tokens, got 4"):
        choose_tokens(np.ones((3, 2)), 4)
    with pytest.raises(TypeError, match="dense must be a FeedForward, got int"):
        upcycle(3, 4, rng=rng)

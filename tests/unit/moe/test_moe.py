"""The mixture of experts against its definition, finite differences and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.moe import MoE, RoutingPolicy, capacity
from ffnlib.nn import VARIANTS, FeedForward, Linear
from ffnlib.training import gradcheck

D, FF, N = 5, 7, 6


def layer(variant="swiglu", top_k=2, seed=0, dtype=np.float64, **options):
    return MoE(D, FF, N, top_k, variant, rng=np.random.default_rng(seed), dtype=dtype, **options)


def tokens(*shape, seed=1, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=(*shape, D)).astype(dtype)


def torch_layer(moe, x, g):
    """The definition in PyTorch, every expert for every token; gradients by autograd."""
    functions = {
        "relu": torch.relu, "gelu": torch.nn.functional.gelu, "glu": torch.sigmoid,
        "geglu": torch.nn.functional.gelu, "swiglu": torch.nn.functional.silu,
        "reglu": torch.relu, "bilinear": lambda z: z,
    }  # fmt: skip
    f = functions[moe.experts[0].variant]
    weights = {
        name: torch.tensor(p, requires_grad=True) for name, p in moe.named_parameters().items()
    }
    linear = torch.nn.functional.linear
    x = torch.tensor(x, requires_grad=True)
    policy, n = moe.policy, len(moe.experts)
    logits = linear(x, weights["router.W"])
    best, indices = torch.topk(logits, policy.top_k)
    chosen = torch.softmax(best / policy.temperature, -1)
    probabilities = torch.softmax(logits / policy.temperature, -1)
    if not policy.renormalize:
        chosen = probabilities.gather(1, indices)
    gates = torch.zeros_like(logits).scatter(1, indices, chosen)
    y = torch.zeros_like(x)
    for e in range(n):
        w = {name: weights.get(f"experts.{e}.{name}") for name in
             ("gate.W", "gate.b", "up.W", "up.b", "down.W", "down.b")}  # fmt: skip
        hidden = linear(x, w["up.W"], w["up.b"])
        if w["gate.W"] is None:
            hidden = f(hidden)
        else:
            hidden = f(linear(x, w["gate.W"], w["gate.b"])) * hidden
        y = y + gates[:, e : e + 1] * linear(hidden, w["down.W"], w["down.b"])
    shares = torch.bincount(indices.reshape(-1), minlength=n).double() / indices.numel()
    auxiliary = policy.load_balancing * n * (shares * probabilities.mean(0)).sum()
    auxiliary = auxiliary + policy.router_z * torch.logsumexp(logits, -1).square().mean()
    ((y * torch.tensor(g)).sum() + auxiliary).backward()
    gradients = {
        name: np.zeros(w.shape) if w.grad is None else w.grad.numpy() for name, w in weights.items()
    }
    return y.detach().numpy(), auxiliary.item(), {"x": x.grad.numpy(), **gradients}


OPTIONS = [
    {},
    {"top_k": 1},
    {"top_k": N},
    {"bias": True},
    {"temperature": 0.6, "load_balancing": 0.3, "router_z": 0.1},
    {"renormalize": False, "top_k": 1, "load_balancing": 0.3, "temperature": 2.0},
    {"renormalize": False, "top_k": 3},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_values_and_gradients_agree_with_pytorch(options):
    moe = layer(**options)
    for p in moe.parameters():
        p += 0.1 * np.random.default_rng(5).normal(size=p.shape)  # biases too
    x, g = tokens(11), tokens(11, seed=2)
    y, auxiliary, gradients = torch_layer(moe, x, g)
    assert_allclose(moe.forward(x), y, rtol=1e-12, atol=1e-14)
    assert_allclose(moe.forward(x, training=True), y, rtol=1e-12, atol=1e-14)
    assert moe.auxiliary_loss == pytest.approx(auxiliary, rel=1e-12, abs=1e-300)
    ours = {"x": moe.backward(g), **moe.named_gradients()}
    assert ours.keys() == gradients.keys()
    for name, expected in gradients.items():
        assert_allclose(ours[name], expected, rtol=1e-11, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_against_differences(variant):
    moe = layer(variant, load_balancing=0.2, router_z=0.05, capacity_factor=0.9)
    x, g = tokens(3, 4), tokens(3, 4, seed=2)

    def loss(params):
        y = moe.forward(params["x"], training=True)
        value = float(np.sum(y * g)) + moe.auxiliary_loss
        return value, {"x": moe.backward(g), **moe.named_gradients()}

    params = {"x": x, **moe.named_parameters()}
    result = gradcheck(loss, params, sample=12, rng=np.random.default_rng(3))
    assert result, result
    assert moe.routing.dropped > 0  # this, too, was in the check


@pytest.mark.parametrize("choice", ["top_k", "sinkhorn"])
def test_only_the_auxiliary_losses(choice):
    """With nothing asked by the task, the router's gradient is that of the auxiliary losses."""
    moe = layer(load_balancing=0.5, router_z=0.2, choice=choice)
    x = tokens(9)

    def loss(_):
        moe.forward(x, training=True)
        moe.backward(np.zeros_like(x), inputs=False)
        return moe.auxiliary_loss, moe.router.dW

    assert gradcheck(loss, moe.router.W)
    assert all(not g.any() for e in moe.experts for g in e.gradients())


def test_balancing_alone_brings_a_collapsed_router_back():
    moe = layer(load_balancing=1.0, top_k=1)
    x = tokens(200)
    x[:, 0] = 1
    moe.router.W[:, 0] = [2, 0, 0, 0, 0, 0]  # one expert liked by all
    before = moe.route(x).shares.max()
    for _ in range(300):
        moe.forward(x, training=True)
        moe.backward(np.zeros_like(x), inputs=False)
        moe.router.W -= 0.3 * moe.router.dW
    assert before > 0.7
    assert moe.route(x).shares.max() < 0.3


# --- only the chosen experts


@settings(max_examples=60)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_forward_equals_the_definition(data, seed):
    top_k = data.draw(st.integers(1, N))
    factor = data.draw(st.none() | st.floats(0.1, 3))
    variant = data.draw(st.sampled_from(VARIANTS))
    moe = layer(variant, top_k, seed, capacity_factor=factor)
    x = tokens(data.draw(st.integers(1, 30)), seed=seed)
    expected = moe.dense_reference(x)
    assert_allclose(moe.forward(x), expected, rtol=1e-12, atol=1e-14)
    assert_array_equal(moe.forward(x, training=True), moe.forward(x))


@pytest.mark.parametrize("training", [False, True])
def test_only_the_chosen_experts_are_computed(training, monkeypatch):
    computed = []
    forward = FeedForward.forward

    def counted(self, x, **more):
        computed.append((id(self), len(x)))
        return forward(self, x, **more)

    monkeypatch.setattr(FeedForward, "forward", counted)
    moe = layer()
    moe.router.W[4] = 0
    x = np.abs(tokens(50))
    moe.router.W[3] = -5  # never among the best
    moe.forward(x, training=training)
    indices = moe.route(x).indices
    rows = {id(e): np.count_nonzero(indices == i) for i, e in enumerate(moe.experts)}
    assert rows[id(moe.experts[3])] == 0
    assert computed == [(e, n) for e, n in rows.items() if n]  # each once, with its own rows
    assert sum(n for _, n in computed) == 2 * 50


def test_an_expert_nobody_chose_changes_nothing_and_gets_no_gradient():
    moe = layer("geglu", bias=True)
    moe.router.W[3] = -5
    x = np.abs(tokens(20))
    y = moe.forward(x, training=True)
    moe.backward(tokens(20, seed=2))
    idle = moe.experts[3]
    assert len(idle.gradients()) == 6
    for p, g in zip(idle.parameters(), idle.gradients(), strict=True):
        assert g.shape == p.shape
        assert not g.any()
        p[...] = np.nan
    assert_array_equal(moe.forward(x), y)
    for p in idle.parameters():
        p[...] = 0.1
    # also after a step in which it did have tokens
    moe.router.W[3] = 5
    moe.forward(x, training=True)
    moe.backward(tokens(20, seed=2))
    assert all(g.any() for g in idle.gradients())
    moe.router.W[3] = -5
    moe.forward(x, training=True)
    moe.backward(tokens(20, seed=2))
    assert not any(g.any() for g in idle.gradients())


def test_capacity_drops_places_and_counts_them():
    moe = layer(top_k=1, capacity_factor=1.0)
    moe.router.W[...] = 0
    moe.router.W[2] = 1
    x = np.abs(tokens(12))  # all of them to expert 2, which has two places
    y = moe.forward(x, training=True)
    assert moe.routing.dropped == 12 - capacity(12, N, 1, 1.0) == 10
    assert_array_equal(moe.routing.shares, [0, 0, 1, 0, 0, 0])
    assert_allclose(y[:2], moe.experts[2].forward(x[:2]), rtol=1e-13)
    assert_array_equal(y[2:], 0)
    dx = moe.backward(np.ones_like(x))
    assert_array_equal(dx[2:], 0)
    assert dx[:2].any()
    assert layer(capacity_factor=float(N)).route(tokens(40)).dropped == 0


def test_a_single_token_computes_its_experts_only(monkeypatch):
    moe, x = layer(capacity_factor=1.0), tokens(1)
    used = set()
    forward = FeedForward.forward
    monkeypatch.setattr(
        FeedForward, "forward", lambda self, x: used.add(id(self)) or forward(self, x)
    )
    y = moe.forward(x[0])
    assert used == {id(moe.experts[i]) for i in moe.route(x).indices[0]}
    assert y.shape == (D,)
    monkeypatch.undo()
    assert_allclose(y, moe.dense_reference(x[0]), rtol=1e-12)


def test_position_by_position():
    """A token's output does not depend on the others, nor on how they are arranged."""
    moe, x = layer(), tokens(2, 3, 4)
    y = moe.forward(x)
    assert y.shape == x.shape
    assert_allclose(moe.forward(x[1, 2, 3]), y[1, 2, 3], rtol=1e-12)
    assert_allclose(moe.forward(x.reshape(-1, D)[::-1]), y.reshape(-1, D)[::-1], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_dtype_is_kept(dtype):
    moe = layer(dtype=dtype, load_balancing=0.01)
    x = tokens(8, dtype=dtype)
    assert moe.forward(x).dtype == moe.forward(x, training=True).dtype == dtype
    assert moe.backward(x).dtype == dtype
    assert {g.dtype for g in moe.gradients()} == {np.dtype(dtype)}
    assert_allclose(moe.forward(x), moe.dense_reference(x), atol=50 * np.finfo(dtype).eps)
    assert moe.forward(x.astype(np.float64)).dtype == np.float64


def test_looking_at_other_data_does_not_disturb_a_step():
    moe, x, g = layer(), tokens(6), tokens(6, seed=2)
    moe.forward(x, training=True)
    expected = moe.backward(g).copy()
    y = moe.forward(x, training=True).copy()
    moe.forward(tokens(300, seed=9))
    assert_array_equal(moe.backward(g), expected)
    kept = moe.forward(x)
    moe.forward(tokens(6, seed=9))
    assert_array_equal(kept, y)


def test_noise_is_of_training_and_of_the_seed():
    moe, x = layer(noise_std=3.0), tokens(50)
    one = moe.forward(x, training=True, rng=np.random.default_rng(0)).copy()
    assert_array_equal(one, moe.forward(x, training=True, rng=np.random.default_rng(0)))
    assert not np.array_equal(moe.routing.indices, moe.route(x).indices)
    assert_allclose(moe.forward(x), moe.dense_reference(x), rtol=1e-12)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator, got None"):
        moe.forward(x, training=True)


def test_sinkhorn_chooses_more_evenly():
    x = tokens(400)
    x[:, 0] = 1
    shares = {}
    for choice in ("top_k", "sinkhorn"):
        moe = layer(choice=choice)
        moe.router.W[1, 0] += 2  # liked by all
        moe.forward(x, training=True)
        shares[choice] = moe.routing.shares
        gates = moe.routing.gates
        z = np.take_along_axis(moe.routing.logits, moe.routing.indices, axis=1)
        assert_allclose(gates, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), rtol=1e-12)
    assert shares["top_k"].max() > 0.4
    assert shares["sinkhorn"].max() < 0.25


def test_parameters_are_counted():
    for variant, matrices in {"swiglu": 3, "relu": 2}.items():
        moe = layer(variant)
        expert = matrices * D * FF
        assert moe.num_parameters == N * D + N * expert
        assert moe.active_parameters == N * D + 2 * expert
    names = list(layer().named_parameters())
    assert names[:4] == ["router.W", "experts.0.gate.W", "experts.0.up.W", "experts.0.down.W"]


def test_save_and_load(tmp_path):
    one, other = layer(seed=0), layer(seed=1)
    one.save(tmp_path / "moe.npz")
    other.load(tmp_path / "moe.npz")
    assert_array_equal(one.forward(tokens(4)), other.forward(tokens(4)))


def test_of_given_layers():
    router = Linear.from_arrays(np.eye(2, D))
    experts = [FeedForward(D, n, "relu", rng=np.random.default_rng(n)) for n in (3, 9)]
    moe = MoE.from_layers(router, experts, top_k=1)
    assert moe.experts[1] is experts[1]
    assert moe.active_parameters == 2 * D + 2 * D * 9
    x = np.abs(tokens(3))
    x[:, 0] = 9
    assert_allclose(moe.forward(x), experts[0].forward(x), rtol=1e-13)


def test_mistakes_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="top_k must be between 1 and num_experts=4, got 5"):
        MoE(D, FF, 4, 5, rng=rng)
    with pytest.raises(ValueError, match="num_experts must be at least 1, got 0"):
        MoE(D, FF, 0, rng=rng)
    with pytest.raises(ValueError, match="choice must be one of top_k, sinkhorn, got 'best'"):
        layer(choice="best")
    for name in ("load_balancing", "router_z", "noise_std"):
        with pytest.raises(ValueError, match=f"{name} must be a finite number, 0 or more, got -1"):
            layer(**{name: -1})
    for name in ("temperature", "capacity_factor"):
        with pytest.raises(ValueError, match=f"{name} must be a finite number above 0, got 0"):
            layer(**{name: 0})
    with pytest.raises(ValueError, match="k must be between 1 and num_experts=3, got 4"):
        RoutingPolicy(4).decide(np.zeros((2, 3)))
    moe = layer()
    with pytest.raises(ValueError, match=r"at least one token of d_model=5 .* got shape \(0, 5\)"):
        moe.forward(np.zeros((0, D)))
    with pytest.raises(ValueError, match=r"d_model=5 numbers in its last axis, got shape \(2, 4\)"):
        moe.forward(np.zeros((2, 4)))
    with pytest.raises(RuntimeError, match="call forward"):
        moe.backward(np.zeros((2, D)))
    x = tokens(4)
    moe.forward(x, training=True)
    with pytest.raises(ValueError, match=r"4 tokens of d_model=5 numbers, got \(3, 5\)"):
        moe.backward(x[:3])
    x[2, 1] = np.nan
    for training in (False, True):
        with pytest.raises(ValueError, match=r"logits must be .* got nan for token 2"):
            moe.forward(x, training=training)
    with pytest.raises(ValueError, match="router must give one logit for each of 6 experts"):
        MoE.from_layers(Linear(D, 5, rng=rng), moe.experts)
    with pytest.raises(ValueError, match=r"experts\[0\] must take d_model=4 numbers"):
        MoE.from_layers(Linear(4, N, rng=rng), moe.experts)

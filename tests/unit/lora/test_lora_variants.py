"""rsLoRA, LoRA+, DoRA, and adapters on a base in NF4."""

import doctest
from copy import deepcopy

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.lora import (
    DoRALinear,
    LoRALinear,
    _variants,
    adapt,
    adapt_dora,
    lora_plus_alpha,
    rslora_alpha,
)
from ffnlib.nn import MLP, Linear, mse
from ffnlib.quantization import (
    EncodedLinear,
    decode,
    encode,
    encode_model,
    model_nbytes,
    quantize,
)
from ffnlib.training import Adam, train_step


def test_the_examples_run():
    found = doctest.testmod(_variants)
    assert found.attempted == 2
    assert found.failed == 0


@pytest.mark.parametrize("rank", [1, 4, 16])
def test_rslora_divides_by_the_root_of_the_rank(rank):
    layer = Linear(20, 16, rng=np.random.default_rng(0))
    adapted = LoRALinear(layer, rank, rslora_alpha(8, rank), rng=np.random.default_rng(1))
    assert adapted.scale == pytest.approx(8 / rank**0.5)


@pytest.mark.parametrize("ratio", [1.0, 4.0, 16.0])
def test_lora_plus_is_adam_with_two_rates_as_in_pytorch(ratio):
    """Twenty steps of PyTorch's Adam with two groups, on the definition of LoRA+."""
    rng = np.random.default_rng(0)
    w, x, y = rng.normal(size=(6, 8)), rng.normal(size=(32, 8)), rng.normal(size=(32, 6))
    base = Linear.from_arrays(w)
    ours = LoRALinear(base, 3, lora_plus_alpha(5, ratio), rng=np.random.default_rng(1))
    A = torch.tensor(ours.A.copy(), requires_grad=True)
    B = torch.zeros((6, 3), dtype=torch.float64, requires_grad=True)
    groups = [{"params": [A], "lr": 0.01}, {"params": [B], "lr": 0.01 * ratio}]
    theirs = torch.optim.Adam(groups, eps=1e-14)
    optimizer = Adam([ours.A, ours.B], 0.01, eps=1e-14)
    for _ in range(20):
        out = torch.tensor(x) @ (torch.tensor(w) + 5 / 3 * B @ A).T
        theirs.zero_grad()
        ((out - torch.tensor(y)) ** 2).mean().backward()
        theirs.step()
        g = mse.gradient(ours.forward(x), y)
        ours.backward(x, g)
        optimizer.step([ours.adapter.dA, ours.adapter.dB])
    assert_allclose(ours.W, w + 5 / 3 * (B @ A).detach().numpy(), rtol=1e-8, atol=1e-9)
    assert_allclose(ours.B * ratio, B.detach(), rtol=1e-6, atol=1e-8)


def test_bad_strengths_are_named():
    with pytest.raises(ValueError, match="alpha must be a finite number above 0"):
        rslora_alpha(0, 4)
    with pytest.raises(ValueError, match="rank must be at least 1"):
        rslora_alpha(1, 0)
    with pytest.raises(ValueError, match="ratio must be a finite number above 0"):
        lora_plus_alpha(1, -2)


# ---- DoRA


@pytest.mark.parametrize("bias", [False, True])
def test_dora_is_what_pytorch_computes(bias):
    rng = np.random.default_rng(0)
    base = Linear(7, 5, rng=rng, bias=bias)
    if bias:
        base.b += rng.normal(size=5)
    layer = DoRALinear(base, 2, 3, rng=rng)
    x, g = rng.normal(size=(9, 7)), rng.normal(size=(9, 5))
    assert_allclose(layer.forward(x), base.forward(x), rtol=1e-12)  # B is 0 at the start
    layer.B[...] = rng.normal(size=layer.B.shape)
    layer.m *= rng.uniform(0.5, 2, 5)
    A, B, m, tx = (torch.tensor(a, requires_grad=True) for a in (layer.A, layer.B, layer.m, x))
    V = torch.tensor(base.W) + 3 / 2 * B @ A
    norm = V.norm(dim=1).detach()  # a constant, as section 4.3 of the paper proposes
    y = tx @ (m[:, None] * V / norm[:, None]).T + (torch.tensor(base.b) if bias else 0)
    (y * torch.tensor(g)).sum().backward()
    assert_allclose(layer.forward(x), y.detach(), rtol=1e-12)
    assert_allclose(x @ layer.W.T + (base.b if bias else 0), y.detach(), rtol=1e-12)
    assert_allclose(layer.backward(x, g), tx.grad, rtol=1e-12)
    for name, theirs in (("A", A), ("B", B), ("m", m)):
        assert_allclose(layer.named_gradients()[name], theirs.grad, rtol=1e-11)
    out = np.empty((9, 5))
    assert layer.forward(x, out=out) is out


def test_dora_trains_merges_and_is_saved(tmp_path):
    rng = np.random.default_rng(0)
    base = MLP([6, 8, 3], rng=rng)
    x, y = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    model = adapt_dora(deepcopy(base), 2, rng=rng, layers=["layers.0"])
    assert sorted(model.named_parameters()) == ["layers.0.A", "layers.0.B", "layers.0.m"]
    optimizer = Adam(model.parameters(), 0.05)
    losses = [train_step(model, optimizer, x, y) for _ in range(30)]
    assert losses[-1] < 0.9 * losses[0]
    assert_array_equal(model.layers[0].base.W, base.layers[0].W)
    other = adapt_dora(deepcopy(base), 2, rng=rng, layers=["layers.0"])
    model.save(tmp_path / "m.npz")
    other.load(tmp_path / "m.npz")
    assert_array_equal(other.forward(x), model.forward(x))
    before = model.forward(x)
    model.layers[0].merge()
    assert_allclose(model.forward(x), before, rtol=1e-10)
    with pytest.raises(RuntimeError, match="unmerge is not possible"):
        model.layers[0].unmerge()


def test_dora_says_what_it_cannot_do():
    rng = np.random.default_rng(0)
    layer = DoRALinear(Linear(4, 3, rng=rng), 2, rng=rng)
    with pytest.raises(ValueError, match="one adapter"):
        layer.add_adapter("more", 1, rng=rng)
    with pytest.raises(ValueError, match="no row of zeros, got one at 1"):
        DoRALinear(Linear.from_arrays([[1.0, 2], [0, 0]]), 1, rng=rng)
    with pytest.raises(ValueError, match=r"layers must be among layers\.0"):
        adapt_dora(MLP([4, 3], rng=rng), 1, rng=rng, layers=["up"])


# ---- a base in NF4


@pytest.mark.parametrize("name", ["NF4", "NF4 double", "MXFP4", "FP8 E4M3"])
def test_an_encoded_model_computes_with_its_decoded_weights(name):
    rng = np.random.default_rng(0)
    model = MLP([70, 33, 5], rng=rng, dtype=np.float32)
    encoded = encode_model(model, name)
    plain = MLP.from_layers(
        [Linear.from_arrays(decode(encode(one.W, name)), one.b) for one in model.layers]
    )
    x = rng.normal(size=(8, 70)).astype(np.float32)
    assert_allclose(encoded.forward(x), plain.forward(x), rtol=1e-5, atol=1e-6)
    assert encoded.parameters() == []
    assert model_nbytes(encoded) == sum(encode(one.W, name).nbytes + one.b.nbytes
                                        for one in model.layers)  # fmt: skip
    assert model_nbytes(model) > 3 * model_nbytes(encoded)


def test_qlora_trains_floats_beside_packed_weights():
    rng = np.random.default_rng(0)
    base = MLP([16, 64, 4], rng=rng, dtype=np.float32)
    x, y = rng.normal(size=(64, 16)).astype(np.float32), rng.integers(0, 4, 64)
    model = adapt(encode_model(base), 4, rng=rng, layers=["layers.0"])
    kept = model.layers[0].base.weights.packed.copy()
    optimizer = Adam(model.parameters(), 0.02)
    losses = [train_step(model, optimizer, x, y) for _ in range(60)]
    assert losses[-1] < 0.9 * losses[0]
    assert_array_equal(model.layers[0].base.weights.packed, kept)
    with pytest.raises(TypeError, match="floating-point weights"):
        model.layers[0].merge()


def test_encoded_layers_say_what_they_need():
    with pytest.raises(TypeError, match="weights must be what encode"):
        EncodedLinear(quantize(np.ones((2, 3))))
    with pytest.raises(ValueError, match=r"weights must have shape \(d_out, d_in\)"):
        EncodedLinear(encode(np.ones(3), "NF4"))
    with pytest.raises(ValueError, match=r"b must have shape \(d_out,\) = \(2,\)"):
        EncodedLinear(encode(np.ones((2, 3)), "NF4"), [1.0])
    with pytest.raises(TypeError, match="Model with dense layers"):
        encode_model(3)

"""Models with adapters: what is trained, what stays, switching and merging, files."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.datasets import digits
from ffnlib.errors import UnreadableFileError
from ffnlib.lora import (
    Frozen,
    LoRALinear,
    adapt,
    load_adapter,
    lora_layers,
    save_adapter,
    use_adapter,
)
from ffnlib.nn import MLP, FeedForward, Linear, cross_entropy, mse
from ffnlib.quantization import quantize_model
from ffnlib.training import SGD, Adam, evaluate, fit, gradcheck, train_step


def rng(seed=0):
    return np.random.default_rng(seed)


def network(dtype=np.float64, sizes=(6, 8, 5, 3), activation="gelu"):
    return MLP(sizes, activation, rng=rng(), dtype=dtype)


def shaken(model):
    """Return every B of a model other numbers than zero."""
    for i, lora in enumerate(lora_layers(model).values()):
        if lora.active is not None:
            lora.B[...] = rng(50 + i).normal(size=lora.B.shape)
    return model


# ---- models


@pytest.mark.parametrize("make", [network, lambda: FeedForward(6, 9, rng=rng(), bias=True)])
def test_gradients_of_an_adapted_model(make):
    model = shaken(adapt(make(), 3, 5.0, rng=rng(1)))
    x = rng(2).normal(size=(8, 6))
    t = rng(3).normal(size=model.forward(x).shape)
    dx = model.backward(mse.gradient(model.forward(x, training=True), t))
    check = gradcheck(
        lambda _: mse(model.forward(x), t),
        {**model.named_parameters(), "x": x},
        {**model.named_gradients(), "x": dx},
    )
    assert check, str(check)


def test_an_adapted_network_agrees_with_pytorch():
    model = shaken(adapt(network(), 2, 3.0, rng=rng(1), layers=["layers.0", "layers.1"]))
    x, t = rng(2).normal(size=(8, 6)), rng(3).integers(0, 3, 8)
    model.backward(cross_entropy.gradient(model.forward(x, training=True), t))
    theirs = {name: torch.tensor(p, requires_grad=True)
              for name, p in model.named_parameters().items()}  # fmt: skip
    a = torch.tensor(x)
    for i, part in enumerate(model.layers):
        z = a @ torch.tensor(part.base.W).T + torch.tensor(part.base.b)
        if i < 2:
            A, B = theirs[f"layers.{i}.A"], theirs[f"layers.{i}.B"]
            z = torch.nn.functional.gelu(z + 1.5 * (a @ A.T) @ B.T)
        a = z
    assert_allclose(model.forward(x), a.detach().numpy(), rtol=1e-12)
    torch.nn.functional.cross_entropy(a, torch.tensor(t)).backward()
    for name, g in model.named_gradients().items():
        assert_allclose(g, theirs[name].grad.numpy(), rtol=1e-10, atol=1e-14)


def test_only_the_chosen_layers_are_adapted_and_nothing_else_is_trained():
    model = network()
    plain = [part.W for part in model.layers]
    adapt(model, 2, rng=rng(), layers=["layers.0", "layers.1"])
    assert [type(part) for part in model.layers] == [LoRALinear, LoRALinear, Frozen]
    assert list(model.named_parameters()) == [
        "layers.0.A", "layers.0.B", "layers.1.A", "layers.1.B",
    ]  # fmt: skip
    assert model.num_parameters == 2 * (6 + 8) + 2 * (8 + 5)
    assert all(part.base.W is W for part, W in zip(model.layers, plain, strict=True))
    assert "Frozen(Linear(5, 3))" in repr(model.layers[2])
    adapt(model, 3, rng=rng(), layers=["layers.2"])  # more layers, another rank
    assert [part.rank for part in lora_layers(model).values()] == [2, 2, 3]


def test_training_leaves_the_base_bit_for_bit_and_learns():
    data = digits(np.float32)
    model = MLP([64, 32, 10], rng=rng(), dtype=np.float32)
    fit(model, data, rng=rng(), epochs=3)
    turned = np.rot90(data.x.reshape(-1, 8, 8), axes=(1, 2)).reshape(-1, 64).copy()
    kept = [p.copy() for p in model.parameters()]
    logits = model.forward(data.x)
    adapt(model, 4, 8.0, rng=rng())
    history = fit(model, (turned, data.y), rng=rng(), epochs=5)
    assert history.accuracy[-1] > history.accuracy[0] + 0.2
    base = [p for part in model.layers for p in (part.base.W, part.base.b)]
    for before, after in zip(kept, base, strict=True):
        assert before.tobytes() == after.tobytes()
    use_adapter(model, None)
    assert_array_equal(model.forward(data.x), logits)
    assert model.parameters() == []


@pytest.mark.parametrize("bits", [2, 4])
def test_an_adapter_over_packed_weights_makes_good_what_rounding_spoilt(bits):
    """QLoRA: the packed numbers stay, and the adapted network is better than the rounded one."""
    data = digits(np.float32)
    model = MLP([64, 32, 10], rng=rng(), dtype=np.float32)
    fit(model, data, rng=rng(), epochs=5)
    small = quantize_model(model, bits, group_size=32)
    packed = [layer.packed.tobytes() for layer in small.layers]
    before = evaluate(small, data)
    adapt(small, 4, rng=rng(1))
    assert_array_equal(evaluate(small, data), before)
    fit(small, data, rng=rng(2), epochs=3, optimizer=Adam(small.parameters(), 0.01))
    assert evaluate(small, data).loss < before.loss
    assert [layer.base.packed.tobytes() for layer in small.layers] == packed
    assert {p.dtype for p in small.parameters()} == {np.dtype(np.float32)}
    with pytest.raises(TypeError, match="merge needs a base with floating-point weights"):
        small.layers[0].merge()


def test_gradients_over_packed_weights():
    model = shaken(adapt(quantize_model(network(), 4, group_size=4), 2, rng=rng(1)))
    for layer in lora_layers(model).values():  # float64, for differences
        adapter = layer.adapter
        adapter.A, adapter.B = adapter.A.astype(float), adapter.B.astype(float)
    x, t = rng(2).normal(size=(8, 6)), rng(3).integers(0, 3, 8)
    a, inputs = x, []
    for i, layer in enumerate(model.layers):
        inputs.append(a)
        z = layer.forward(a)
        a = model.activation(z) if i < 2 else z
    g = cross_entropy.gradient(a, t)
    for i in reversed(range(3)):
        if i < 2:
            z = model.layers[i].forward(inputs[i])
            g = g * model.activation.derivative(z)
        g = model.layers[i].backward(inputs[i], g)
    check = gradcheck(
        lambda _: cross_entropy(model.forward(x), t),
        {**model.named_parameters(), "x": x},
        {**model.named_gradients(), "x": g},
    )
    assert check, str(check)


def test_switching_a_model_between_tasks():
    model = network()
    x = rng(2).normal(size=(4, 6))
    plain = model.forward(x)
    adapt(model, 2, rng=rng(), name="one")
    shaken(model)
    one = model.forward(x)
    adapt(model, 1, rng=rng(1), layers=["layers.1"], name="two")
    shaken(model)
    two = model.forward(x)
    use_adapter(model, "one")
    assert_array_equal(model.forward(x), one)
    use_adapter(model, "two")
    assert_array_equal(model.forward(x), two)
    assert list(model.named_parameters()) == ["layers.1.A", "layers.1.B"]
    use_adapter(model, None)
    assert_array_equal(model.forward(x), plain)
    with pytest.raises(ValueError, match=r"None or one of \['one', 'two'\], got 'three'"):
        use_adapter(model, "three")


def test_a_merged_model_is_refused_as_a_whole():
    model = adapt(network(), 2, rng=rng())
    model.layers[1].merge()
    for forbidden in (
        lambda: use_adapter(model, None),
        lambda: adapt(model, 1, rng=rng(), name="other"),
    ):
        with pytest.raises(RuntimeError, match=r"layers\.1 is merged"):
            forbidden()
    assert all(list(part.adapters) == ["default"] for part in model.layers)
    assert model.layers[0].active == "default"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rank": 4}, r"from 1 to 3 for layers\.2 \(5 inputs, 3 outputs\), got 4"),
        ({"rank": 0}, r"rank for layers\.0 must be at least 1"),
        ({"rank": 1, "alpha": -1}, "alpha must be"),
        ({"rank": 1, "layers": ["up"]}, r"layers must be among layers\.0, layers\.1, layers\.2"),
    ],
)
def test_a_refused_model_is_as_it_was(settings, message):
    model = network()
    with pytest.raises(ValueError, match=message):
        adapt(model, **settings, rng=rng())
    assert all(type(part) is Linear for part in model.layers)


def test_more_refusals():
    model = adapt(network(), 1, rng=rng())
    with pytest.raises(ValueError, match=r"layers\.0 already has an adapter 'default'"):
        adapt(model, 1, rng=rng())

    class Embedding(MLP):
        def named_parameters(self):
            return {"E": np.zeros((2, 2)), **super().named_parameters()}

    with pytest.raises(ValueError, match="made of dense layers; it also trains E"):
        adapt(Embedding([2, 2], rng=rng()), 1, rng=rng())


# ---- files


def test_an_adapter_alone_is_kept_and_brought_back(tmp_path):
    model = shaken(adapt(network(), 2, 5.0, rng=rng(1), layers=["layers.0", "layers.2"]))
    x = rng(2).normal(size=(4, 6))
    save_adapter(model, tmp_path / "turned.npz")
    fresh = load_adapter(network(), tmp_path / "turned.npz")
    assert_array_equal(fresh.forward(x), model.forward(x))
    assert list(fresh.named_parameters()) == list(model.named_parameters())
    assert lora_layers(fresh)["layers.2"].scale == 2.5
    with np.load(tmp_path / "turned.npz") as stored:
        numbers = sum(stored[name].size for name in stored.files if name != "format")
    assert numbers == model.num_parameters + 2  # and alpha, once a layer
    load_adapter(fresh, tmp_path / "turned.npz", "again")
    assert fresh.layers[0].active == "again"
    with pytest.raises(ValueError, match="already has an adapter 'again'"):
        load_adapter(fresh, tmp_path / "turned.npz", "again")


def test_files_that_do_not_fit(tmp_path):
    path = tmp_path / "adapter.npz"
    model = network()
    with pytest.raises(ValueError, match="no adapter named 'default'"):
        save_adapter(model, path)
    model.save(path)
    with pytest.raises(UnreadableFileError, match="holds no adapter for this model"):
        load_adapter(network(), path)
    save_adapter(adapt(model, 2, rng=rng()), path)
    other = network(sizes=(6, 8, 4, 3))
    with pytest.raises(UnreadableFileError, match=r"layers\.1 has 8 inputs and 4 outputs"):
        load_adapter(other, path)
    assert all(type(part) is Linear for part in other.layers)
    path.write_bytes(b"no")
    with pytest.raises(UnreadableFileError, match="damaged"):
        load_adapter(network(), path)


def test_an_adapted_model_steps_like_any_other():
    model = adapt(network(), 2, rng=rng(1))
    x, t = rng(2).normal(size=(8, 6)), rng(3).integers(0, 3, 8)
    optimizer = SGD(model.parameters(), 0.5)
    losses = [train_step(model, optimizer, x, t) for _ in range(50)]
    assert losses[-1] < 0.8 * losses[0]


def test_a_large_rank_needs_a_lower_rate_than_a_small_one():
    """Ranks compared at one rate say more about the rate than about the rank."""
    data = digits(np.float32)
    turned = np.rot90(data.x.reshape(-1, 8, 8), axes=(1, 2)).reshape(-1, 64).copy()
    known = data._replace(x=data.x[:900], y=data.y[:900])
    new = data._replace(x=turned[:900], y=data.y[:900])
    other = data._replace(x=turned[900:], y=data.y[900:])
    base = MLP([64, 128, 64, 10], rng=rng(1), dtype=np.float32)
    fit(base, known, rng=rng(2), epochs=20, batch_size=32)

    def correct(rank, rate):
        found = []
        for seed in range(3):
            model = adapt(
                deepcopy(base), rank, rank, layers=["layers.0", "layers.1"], rng=rng(seed)
            )
            optimizer = Adam(model.parameters(), rate)
            fit(model, new, rng=rng(seed), epochs=10, batch_size=32, optimizer=optimizer)
            found.append(evaluate(model, other).accuracy)
        return np.mean(found)

    assert correct(32, 0.005) > correct(32, 0.02) + 0.02
    assert correct(2, 0.02) > correct(2, 0.005) + 0.02

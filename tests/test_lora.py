"""Low-rank updates: against PyTorch and differences, frozen bases, named adapters, files."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.datasets import digits
from ffnlib.ffn import FeedForward
from ffnlib.gradcheck import gradcheck
from ffnlib.linear import Linear
from ffnlib.lora import (
    Adapter,
    Frozen,
    LoRALinear,
    adapt,
    load_adapter,
    lora_layers,
    save_adapter,
    use_adapter,
)
from ffnlib.losses import cross_entropy, mse
from ffnlib.low_rank import LowRank, best_approximation, least_error
from ffnlib.network import MLP
from ffnlib.optim import SGD, Adam
from ffnlib.quantized_model import quantize_model
from ffnlib.storage import UnreadableFileError
from ffnlib.training import evaluate, fit, train_step
from tests.reference import compare


def rng(seed=0):
    return np.random.default_rng(seed)


def layer(rank=3, alpha=6.0, d_in=7, d_out=5, dtype=np.float64, bias=True):
    """A layer whose B is not zero any more."""
    made = LoRALinear(
        Linear(d_in, d_out, rng=rng(), bias=bias, dtype=dtype), rank, alpha, rng=rng(1)
    )
    made.B[...] = rng(2).normal(size=made.B.shape)
    return made


def network(dtype=np.float64, sizes=(6, 8, 5, 3), activation="gelu"):
    return MLP(sizes, activation, rng=rng(), dtype=dtype)


def shaken(model):
    """Give every B of a model other numbers than zero."""
    for i, lora in enumerate(lora_layers(model).values()):
        if lora.active is not None:
            lora.B[...] = rng(50 + i).normal(size=lora.B.shape)
    return model


# ---- one layer


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bias", [True, False])
def test_agrees_with_pytorch_forwards_and_backwards(dtype, bias):
    lora = layer(dtype=dtype, bias=bias)
    W = torch.tensor(lora.base.W)
    b = torch.tensor(lora.base.b) if bias else None

    def theirs(x, A, B):
        return torch.nn.functional.linear(x, W, b) + lora.scale * (x @ A.T) @ B.T

    def backward(x, A, B, g):  # noqa: ARG001
        return [lora.backward(x, g), *lora.named_gradients().values()]

    def forward(x, A, B):  # noqa: ARG001
        return lora.forward(x)

    x = rng(3).normal(size=(9, 7)).astype(dtype)
    tolerance = 2e-5 if dtype == np.float32 else 1e-12
    compare(forward, x, lora.A, lora.B, torch=theirs, backward=backward, rtol=tolerance,
            atol=tolerance)  # fmt: skip


def test_output_is_that_of_the_effective_weights():
    lora = layer()
    x = rng(3).normal(size=(4, 7))
    whole = lora.base.W + 2.0 * lora.B @ lora.A
    assert_allclose(lora.W, whole, rtol=1e-15)
    assert_allclose(lora.forward(x), x @ whole.T + lora.base.b, rtol=1e-12)
    assert_allclose(lora.forward(x[0]), lora.forward(x)[0], rtol=1e-12)
    out = np.empty((4, 5))
    assert lora.forward(x, out=out) is out
    assert_allclose(out, lora.forward(x), rtol=1e-15)


def test_gradient_of_the_inputs_uses_the_effective_weights():
    """B0-20: with W alone, what flows on is wrong by the whole update."""
    lora = layer(alpha=60.0)
    x, g = rng(3).normal(size=(4, 7)), rng(4).normal(size=(4, 5))
    assert_allclose(lora.backward(x, g), g @ lora.W, rtol=1e-12)
    assert np.linalg.norm(g @ lora.base.W - g @ lora.W) > np.linalg.norm(g @ lora.W) / 2


@settings(deadline=None, max_examples=40)
@given(
    d_in=st.integers(1, 6),
    d_out=st.integers(1, 6),
    data=st.data(),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    batch=st.integers(1, 4),
)
def test_starts_as_its_base_with_the_right_count(d_in, d_out, data, dtype, batch):
    rank = data.draw(st.integers(1, min(d_in, d_out)))
    base = Linear(d_in, d_out, rng=rng(), dtype=dtype)
    lora = LoRALinear(base, rank, rng=rng(1))
    x = np.ones((batch, d_in), dtype)
    assert_array_equal(lora.forward(x), base.forward(x))
    assert lora.forward(x).dtype == dtype
    assert lora.num_parameters == rank * (d_in + d_out)
    assert (lora.A.shape, lora.B.shape) == ((rank, d_in), (d_out, rank))
    assert lora.scale == 1


def test_a_is_gaussian_and_b_zero():
    adapter = Adapter(400, 300, 200, rng=rng())
    assert abs(adapter.A.std() - 1 / 20) < 1e-3
    assert abs(np.mean((adapter.A / adapter.A.std()) ** 4) - 3) < 0.1  # the kurtosis of a Gaussian
    assert not adapter.B.any()
    assert not adapter.delta().any()


def test_first_gradients_reach_b_alone():
    lora = LoRALinear(Linear(7, 5, rng=rng()), 3, rng=rng(1))
    lora.backward(rng(3).normal(size=(4, 7)), rng(4).normal(size=(4, 5)))
    dA, dB = lora.named_gradients().values()
    assert not dA.any()
    assert dB.all()
    lora.A[...] = 0  # both factors zero: nothing is ever learnt
    lora.backward(rng(3).normal(size=(4, 7)), rng(4).normal(size=(4, 5)))
    assert not any(g.any() for g in lora.named_gradients().values())


def test_the_scale_follows_the_rank():
    """B0-23: 16/8 for every rank would be wrong for a small last layer."""
    assert layer(rank=2, alpha=16).scale == 8
    assert layer(rank=4, alpha=16).scale == 4
    assert layer(rank=5, alpha=None).scale == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_merge_and_unmerge(dtype):
    lora = layer(dtype=dtype)
    x = rng(3).normal(size=(4, 7)).astype(dtype)
    before, W, y = lora.base.W, lora.base.W.copy(), lora.forward(x)
    lora.merge()
    assert lora.base.W is before
    assert_allclose(lora.forward(x), y, rtol=1e-5 if dtype == np.float32 else 1e-12)
    assert_array_equal(lora.W, lora.base.W)
    assert lora.forward(x).dtype == dtype
    lora.unmerge()
    assert_allclose(lora.base.W, W, atol=1e-6 if dtype == np.float32 else 1e-14, rtol=0)


def test_what_is_not_possible_while_merged():
    lora = layer()
    lora.add_adapter("other", 2, rng=rng())
    with pytest.raises(RuntimeError, match="unmerge must follow merge"):
        lora.unmerge()
    lora.merge()
    x, g = np.ones((1, 7)), np.ones((1, 5))
    for forbidden in (
        lora.merge,
        lambda: lora.use("other"),
        lambda: lora.backward(x, g),
        lambda: lora.fill_gradients(x, g),
    ):
        with pytest.raises(RuntimeError, match=r"'default' is merged .* call unmerge\(\) first"):
            forbidden()


def test_several_adapters_share_one_base():
    lora = layer()
    base = lora.base.W
    lora.add_adapter("other", 1, 3, rng=rng(9))
    assert lora.active == "default"
    x = rng(3).normal(size=(4, 7))
    first = lora.forward(x)
    lora.use("other")
    assert_array_equal(lora.forward(x), lora.base.forward(x))
    assert (lora.rank, lora.scale) == (1, 3)
    lora.use(None)
    assert_array_equal(lora.forward(x), lora.base.forward(x))
    assert lora.named_parameters() == lora.named_gradients() == {}
    assert_allclose(lora.backward(x, first), first @ base, rtol=1e-12)
    with pytest.raises(RuntimeError, match="no adapter is active"):
        lora.merge()
    lora.use("default")
    assert_array_equal(lora.forward(x), first)
    assert lora.base.W is base


@pytest.mark.parametrize(
    ("rank", "error", "message"),
    [
        (0, ValueError, r"rank for Linear\(7, 5\) must be at least 1, got 0"),
        (-1, ValueError, "at least 1"),
        (6, ValueError, r"rank must be from 1 to 5 for Linear\(7, 5\) \(7 inputs"),
        (2.0, TypeError, "whole number"),
        (True, TypeError, "whole number"),
    ],
)
def test_ranks_that_are_none(rank, error, message):
    with pytest.raises(error, match=message):
        LoRALinear(Linear(7, 5, rng=rng()), rank, rng=rng())


@pytest.mark.parametrize("alpha", [0, -1, np.inf, np.nan])
def test_alphas_that_are_none(alpha):
    with pytest.raises(ValueError, match="alpha must be a finite number above 0"):
        layer(alpha=alpha)


def test_other_mistakes_are_named():
    lora = layer()
    with pytest.raises(TypeError, match="base must be a dense layer with d_in, got 'base'"):
        LoRALinear("base", 1, rng=rng())
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator"):
        LoRALinear(Linear(7, 5, rng=rng()), 1, rng=0)
    with pytest.raises(ValueError, match=r"name must be a new one, not among \['default'\]"):
        lora.add_adapter("default", 1, rng=rng())
    with pytest.raises(ValueError, match=r"name must be None or one of \['default'\], got 'x'"):
        lora.use("x")
    with pytest.raises(ValueError, match=r"x must have d_in=7 numbers"):
        lora.forward(np.ones((2, 6)))
    with pytest.raises(ValueError, match=r"shapes \(batch, 7\) and \(batch, 5\), got"):
        lora.backward(np.ones((2, 7)), np.ones((3, 5)))
    with pytest.raises(RuntimeError, match="there are no gradients yet"):
        lora.named_gradients()
    nested = LoRALinear(lora, 1, rng=rng())
    with pytest.raises(TypeError, match="merge needs a base with floating-point weights"):
        nested.merge()
    assert "LoRALinear(Linear(7, 5)" in repr(lora)


def test_the_product_is_never_formed_in_training(monkeypatch):
    """B0-25: forming B A at every call is what makes an adapter slow."""
    lora = layer()

    def refuse(_):
        raise AssertionError("the whole update was formed")

    monkeypatch.setattr(Adapter, "delta", refuse)
    with pytest.raises(AssertionError, match="the whole update was formed"):
        lora.merge()  # delta is how it would be formed
    lora.forward(np.ones((2, 7)))
    lora.backward(np.ones((2, 7)), np.ones((2, 5)))


class Stored:
    """A base whose weights are whole numbers and a step, and floats only when asked for."""

    def __init__(self, linear):
        self.step = np.float32(np.abs(linear.W).max() / 7)
        self.q = np.rint(linear.W / self.step).astype(np.int8)
        self.b, self.d_in, self.d_out = linear.b, linear.d_in, linear.d_out
        self.dtype = linear.dtype

    @property
    def W(self):  # noqa: N802
        return (self.q * self.step).astype(self.dtype)

    def forward(self, x):
        return x @ self.W.T + self.b


def test_a_base_in_whole_numbers_is_trained_around_and_cannot_take_a_merge():
    """QLoRA: gradients flow through the dequantised weights to A and B, and to what is below."""
    base = Stored(Linear(7, 5, rng=rng()))
    q = base.q.copy()
    lora = LoRALinear(base, 2, rng=rng(1))
    lora.B[...] = rng(2).normal(size=lora.B.shape)
    x, t = rng(3).normal(size=(6, 7)), rng(4).normal(size=(6, 5))
    dx = lora.backward(x, mse.gradient(lora.forward(x), t))
    check = gradcheck(
        lambda _: mse(lora.forward(x), t),
        {**lora.named_parameters(), "x": x},
        {**lora.named_gradients(), "x": dx},
    )
    assert check, str(check)
    optimizer = SGD(lora.parameters(), 0.01)
    before = mse(lora.forward(x), t)
    for _ in range(200):
        lora.fill_gradients(x, mse.gradient(lora.forward(x), t))
        optimizer.step(lora.gradients())
    assert mse(lora.forward(x), t) < before / 2
    assert_array_equal(base.q, q)
    with pytest.raises(TypeError, match="merge needs a base with floating-point weights"):
        lora.merge()


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


# ---- best low rank


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 10_000), st.data())
def test_no_matrix_of_the_rank_is_closer(d_out, d_in, seed, data):
    W = rng(seed).normal(size=(d_out, d_in))
    rank = data.draw(st.integers(1, min(W.shape)))
    best = best_approximation(W, rank)
    error = np.linalg.norm(W - best.matrix)
    assert_allclose(error, best.error, atol=1e-12)
    spectral = best.singular_values[rank] if rank < len(best.singular_values) else 0.0
    assert_allclose(np.linalg.norm(W - best.matrix, 2), spectral, atol=1e-12)
    assert best.rank == rank == np.linalg.matrix_rank(best.matrix)
    for _ in range(5):  # rivals: the best B for a random A, and a small change of the best factors
        A = rng(seed + 1).normal(size=(rank, d_in))
        rival = W @ np.linalg.pinv(A) @ A
        assert np.linalg.norm(W - rival) >= error - 1e-12
        moved = (best.B + 0.01 * rng(seed).normal(size=best.B.shape)) @ best.A
        assert np.linalg.norm(W - moved) >= error - 1e-12


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_factors_are_equally_large_and_keep_the_dtype(dtype):
    best = best_approximation(rng().normal(size=(6, 4)).astype(dtype), 2)
    assert isinstance(best, LowRank)
    assert {part.dtype for part in best} == {np.dtype(dtype)}
    lengths = np.linalg.norm(best.A.astype(float), axis=1)
    assert_allclose(np.linalg.norm(best.B.astype(float), axis=0), lengths, rtol=2e-3)
    assert_allclose(lengths**2, best.singular_values[:2].astype(float), rtol=4e-3)


def test_least_error():
    assert least_error([3, 2, 1], 1) == pytest.approx(5**0.5)
    assert least_error([3, 2, 1], 0) == pytest.approx(14**0.5)
    assert least_error([3, 2, 1], 9) == 0
    for bad, message in (([1, 2], "largest first"), ([1, -1], "from 0"), ([[1]], "a list")):
        with pytest.raises(ValueError, match=message):
            least_error(bad, 1)


def test_matrices_that_cannot_be_approximated():
    for bad, rank, message in (
        ([1, 2], 1, "W must be a matrix"),
        (np.zeros((0, 3)), 1, "W must be a matrix"),
        ([[1, np.nan]], 1, "finite"),
        (np.eye(3), 4, "rank must be from 1 to 3"),
        (np.eye(3), 0, "rank must be at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            best_approximation(bad, rank)

"""Every gradient against finite differences, and whole training steps against PyTorch."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import ACTIVATIONS, LOSSES, MLP, Linear, cross_entropy, mse
from ffnlib.training import (
    FAULTS,
    TwoLayer,
    activation_statistics,
    gradcheck,
    gradient_norms,
    train_step,
)
from ffnlib.training import _optimizers as optim

TOLERANCE = 1e-7


def check(loss, arrays, gradients):
    """One array after another, so that a failure names the first wrong one."""
    for name, array in arrays.items():
        result = gradcheck(
            lambda _: loss(), {name: array}, analytic={name: gradients[name]}, tolerance=TOLERANCE
        )
        assert result, str(result)


def problem(loss, rng, batch=6, d_in=4, d_out=3):
    x = rng.normal(size=(batch, d_in))
    if loss is cross_entropy:
        return x, rng.integers(0, d_out, batch)
    return x, rng.normal(size=(batch, d_out))


def test_linear_gradients():
    rng = np.random.default_rng(0)
    layer, x, g = Linear(4, 3, rng=rng), rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
    dx = layer.backward(x, g)
    check(lambda: float((layer.forward(x) * g).sum()), layer.named_parameters() | {"x": x},
          layer.named_gradients() | {"x": dx})  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
@pytest.mark.parametrize("f", ACTIVATIONS)
def test_every_layer_loss_and_activation_against_differences(f, loss):
    rng = np.random.default_rng(1)
    model = MLP([4, 6, 5, 3], f, rng=rng, init="glorot", output=f if loss is mse else "identity")
    for layer in model.layers:
        layer.b[:] = rng.normal(0, 0.3, layer.d_out)
    x, y = problem(loss, rng)
    output = model.forward(x, training=True)
    dx = model.backward(loss.gradient(output, y))
    check(lambda: loss(model.forward(x), y), model.named_parameters() | {"x": x},
          model.named_gradients() | {"x": dx})  # fmt: skip


def test_gradients_through_dropout_are_those_of_the_thinned_network():
    rng = np.random.default_rng(2)
    model = MLP([4, 20, 20, 3], "tanh", rng=rng, dropout=0.4)
    x, y = problem(cross_entropy, rng)

    def output():  # the same seed drops the same units
        return model.forward(x, training=True, rng=np.random.default_rng(7)).copy()

    model.backward(cross_entropy.gradient(output(), y))
    gradients = {name: g.copy() for name, g in model.named_gradients().items()}
    check(lambda: cross_entropy(output(), y), model.named_parameters(), gradients)


def test_dropout_keeps_the_mean_and_is_off_outside_training():
    rng = np.random.default_rng(3)
    model = MLP([3, 5000, 1], "identity", rng=rng, dropout=0.25)
    model.layers[1].W[:] = 1 / 5000
    x = np.ones((4, 3))
    model.layers[0].W[:], model.layers[0].b[:] = 0, 2.0
    kept = model.forward(x, training=True, rng=rng)
    assert_allclose(kept, 2.0, rtol=0.05)
    assert not np.array_equal(kept, np.full((4, 1), 2.0))
    assert_allclose(model.forward(x), 2.0)
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator"):
        model.forward(x, training=True)


def torch_step(tensors, x, y, f, loss):
    a = torch.tensor(x)
    for i in range(0, len(tensors), 2):
        a = a @ tensors[i].T + tensors[i + 1]
        if i < len(tensors) - 2:
            a = f(a)
    if loss is cross_entropy:
        value = torch.nn.functional.cross_entropy(a, torch.tensor(y))
    else:
        value = ((a - torch.tensor(y)) ** 2).sum() / (2 * len(x))
    value.backward()
    return value.item()


def decaying(tensors, decay):
    """PyTorch decays biases too unless told otherwise; we do not."""
    return [{"params": tensors[0::2]}, {"params": tensors[1::2], "weight_decay": 0.0}], decay


OPTIMIZERS = {
    "sgd": (lambda p: optim.SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "sgd decay": (
        lambda p: optim.SGD(p, 0.1, weight_decay=0.1),
        lambda p: torch.optim.SGD(decaying(p, 0.1)[0], 0.1, weight_decay=0.1),
    ),
    "momentum": (
        lambda p: optim.Momentum(p, 0.1, momentum=0.8),
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.8),
    ),
    "nesterov": (
        lambda p: optim.Nesterov(p, 0.1, weight_decay=0.01),
        lambda p: torch.optim.SGD(
            decaying(p, 0.01)[0], 0.1, momentum=0.9, nesterov=True, weight_decay=0.01
        ),
    ),
    "adam": (
        lambda p: optim.Adam(p, 0.01, betas=(0.8, 0.99), eps=1e-6),
        lambda p: torch.optim.Adam(p, 0.01, betas=(0.8, 0.99), eps=1e-6),
    ),
    "adam decay": (
        lambda p: optim.Adam(p, 0.01, weight_decay=0.1),
        lambda p: torch.optim.Adam(decaying(p, 0.1)[0], 0.01, weight_decay=0.1),
    ),
    "adamw": (
        lambda p: optim.AdamW(p, 0.01, weight_decay=0.1),
        lambda p: torch.optim.AdamW(decaying(p, 0.1)[0], 0.01, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_steps_agree_with_pytorch(name, loss, monkeypatch):
    monkeypatch.setattr(
        "ffnlib.training._cache_blocks.SIZE", 37
    )  # many blocks, cut in the middle of arrays
    ours, theirs = OPTIMIZERS[name]
    rng = np.random.default_rng(4)
    model = MLP([4, 9, 7, 3], "gelu", rng=rng)
    tensors = [torch.tensor(p.copy(), requires_grad=True) for p in model.parameters()]
    optimizer, other = ours(model.parameters()), theirs(tensors)
    for _ in range(210):
        x, y = problem(loss, rng)
        other.zero_grad()
        expected = torch_step(tensors, x, y, torch.nn.functional.gelu, loss)
        other.step()
        assert train_step(model, optimizer, x, y, loss) == pytest.approx(expected, rel=1e-10)
    for p, tensor in zip(model.parameters(), tensors, strict=True):
        assert_allclose(p, tensor.detach().numpy(), rtol=1e-10, atol=1e-12)


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    f=st.sampled_from(sorted(set(ACTIVATIONS) - {"relu", "leaky_relu"})),
    batch=st.integers(1, 5),
    bias=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_gradient_of_any_network_points_along_the_slope(sizes, f, batch, bias, seed):
    rng = np.random.default_rng(seed)
    model = MLP(sizes, f, rng=rng, bias=bias)
    x, y = problem(mse, rng, batch, sizes[0], sizes[-1])
    model.backward(mse.gradient(model.forward(x, training=True), y))
    gradients = model.gradients()
    directions = [rng.normal(size=p.shape) for p in model.parameters()]
    h = 1e-5
    values = []
    for sign in (1, -1):
        moved = copy.deepcopy(model)
        for p, d in zip(moved.parameters(), directions, strict=True):
            p += sign * h * d
        values.append(mse(moved.forward(x), y))
    slope = sum(float((g * d).sum()) for g, d in zip(gradients, directions, strict=True))
    size = sum(float(np.abs(g * d).sum()) for g, d in zip(gradients, directions, strict=True))
    assert (values[0] - values[1]) / (2 * h) == pytest.approx(
        slope, rel=1e-5, abs=1e-6 * (1 + size)
    )


@settings(max_examples=25)
@given(batch=st.integers(1, 6), copies=st.integers(2, 4), seed=st.integers(0, 10**6))
def test_a_batch_repeated_has_the_same_gradient(batch, copies, seed):
    """The mean is taken once: the m-fold mistake would make the gradient shrink."""
    rng = np.random.default_rng(seed)
    model = MLP([3, 5, 4], "tanh", rng=rng)
    x, y = rng.normal(size=(batch, 3)), rng.integers(0, 4, batch)
    found = []
    for times in (1, copies):
        x_now, y_now = np.tile(x, (times, 1)), np.tile(y, times)
        model.backward(cross_entropy.gradient(model.forward(x_now, training=True), y_now))
        found.append([g.copy() for g in model.gradients()])
    for one, several in zip(*found, strict=True):
        assert_allclose(one, several, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_stays_in_its_dtype_and_gives_no_warning(dtype):
    rng = np.random.default_rng(5)
    model = MLP([4, 6, 3], "gelu", rng=rng, dtype=dtype, dropout=0.2)
    optimizer = optim.Adam(model.parameters())
    x, y = problem(cross_entropy, rng)
    train_step(model, optimizer, x.astype(np.float32), y, rng=rng)
    assert model.dtype == dtype
    for array in [*model.parameters(), *model.gradients(), *optimizer.state_arrays()]:
        assert array.dtype == dtype
    assert model.forward(x.astype(dtype), training=True, rng=rng).dtype == dtype
    assert model.backward(np.ones((6, 3))).dtype == dtype


def test_float32_and_float64_start_from_the_same_draws():
    small = MLP([4, 3], rng=np.random.default_rng(0), dtype=np.float32)
    large = MLP([4, 3], rng=np.random.default_rng(0))
    assert_array_equal(small.layers[0].W, large.layers[0].W.astype(np.float32))


def test_training_forward_equals_inference_for_any_batch_size_in_turn():
    rng = np.random.default_rng(6)
    model = MLP([4, 6, 3], "silu", rng=rng, output="tanh")
    for batch in (5, 2, 9, 1):
        x = rng.normal(size=(batch, 4))
        assert_array_equal(model.forward(x, training=True), model.forward(x))
        assert_array_equal(model.forward(x), model.trace(x)[-1].a)


def test_backward_leaves_what_it_is_given():
    rng = np.random.default_rng(7)
    model = MLP([4, 6, 3], "tanh", rng=rng, output="sigmoid")
    x, g = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
    kept = x.copy(), g.copy()
    model.forward(x, training=True)
    model.backward(g)
    assert_array_equal(x, kept[0])
    assert_array_equal(g, kept[1])


def test_wrong_use_is_explained():
    rng = np.random.default_rng(8)
    model = MLP([4, 6, 3], rng=rng)
    with pytest.raises(RuntimeError, match=r"call forward\(x, training=True\) first"):
        model.backward(np.ones((2, 3)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        model.gradients()
    with pytest.raises(ValueError, match=r"x must have shape \(batch, d_in\), .* got \(4,\)"):
        model.forward(np.ones(4), training=True)
    model.forward(np.ones((2, 4)), training=True)
    with pytest.raises(ValueError, match=r"g must have shape \(2, 3\), got \(3,\)"):
        model.backward(np.ones(3))
    with pytest.raises(ValueError, match=r"dropout must be a share from 0 to below 1, got 1"):
        MLP([2, 2], rng=rng, dropout=1)
    with pytest.raises(ValueError, match="dtype must be float16, float32 or float64, got int64"):
        MLP([2, 2], rng=rng, dtype=np.int64)
    layer = Linear(3, 3, rng=rng)
    tied = MLP.from_layers([layer, layer])
    tied.forward(np.ones((2, 3)), training=True)
    with pytest.raises(ValueError, match="layers must be different objects"):
        tied.backward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"g must have shape \(batch, d_out\) = \(2, 3\), got"):
        layer.backward(np.ones((2, 3)), np.ones((3, 3)))


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_gradcheck_finds_each_planted_fault_and_only_it(fault):
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(8, 4)), rng.integers(0, 3, 8)
    network = TwoLayer(4, 6, 3, rng, fault)
    network.gradients(x, y)
    gradients = network.gradients(x, y)  # the second call, for what is not cleared
    wrong = tuple(
        name
        for name, array in network.parameters().items()
        if not gradcheck(
            lambda _: network.loss(x, y),
            {name: array},
            analytic={name: gradients[name]},
        )
    )
    assert wrong == (FAULTS[fault].where if fault else ())


def test_the_mean_taken_twice_is_wrong_by_the_batch_size():
    rng = np.random.default_rng(10)
    for m in (7, 32, 128):
        x, y = rng.normal(size=(m, 4)), rng.integers(0, 3, m)
        right = TwoLayer(4, 6, 3, np.random.default_rng(0)).gradients(x, y)
        wrong = TwoLayer(4, 6, 3, np.random.default_rng(0), "mean_twice").gradients(x, y)
        assert_allclose(right["W2"] / wrong["W2"], m)


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="fault must be None or one of mean_twice"):
        TwoLayer(2, 2, 2, np.random.default_rng(0), "typo")


def test_monitors():
    rng = np.random.default_rng(11)
    model = MLP([4, 50, 3], rng=rng)
    x, y = problem(cross_entropy, rng, batch=40)
    hidden, last = activation_statistics(model, x)
    a = model.trace(x)[0].a
    assert hidden.mean == pytest.approx(a.mean())
    assert hidden.std == pytest.approx(a.std())
    assert hidden.zero == hidden.saturated == pytest.approx((a == 0).mean())
    assert last.zero == last.saturated == 0
    model.backward(cross_entropy.gradient(model.forward(x, training=True), y))
    layer = model.layers[0]
    norm = np.linalg.norm(np.concatenate([layer.dW.reshape(-1), layer.db]))
    assert gradient_norms(model)[0] == pytest.approx(norm)
    assert gradient_norms(model).shape == (2,)

"""A layer with adapters: against PyTorch and differences, merged, named, over a frozen base."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.lora import Adapter, LoRALinear
from ffnlib.nn import Linear, mse
from ffnlib.training import SGD, gradcheck
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


@settings(max_examples=40)
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

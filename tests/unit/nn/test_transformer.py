"""Norms, attention and the block: PyTorch's values, and gradients by finite differences."""

import numpy as np
import pytest
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from ffnlib.nn import Attention, Block, LayerNorm, RMSNorm, rotate
from ffnlib.training import gradcheck
from tests.reference import compare

THEIRS = {
    RMSNorm: lambda x, gain: F.rms_norm(x, (6,), gain, eps=1e-6),
    LayerNorm: lambda x, gain, bias: F.layer_norm(x, (6,), gain, bias, eps=1e-5),
}


def agrees(model, x, rtol=1e-6):
    """Check the gradients of everything with respect to a loss that weighs each output."""
    weigh = np.random.default_rng(99).normal(size=model.forward(x).shape)

    def loss(_):
        y = model.forward(x, training=True)
        return float((y * weigh).sum()), {"x": model.backward(weigh), **model.named_gradients()}

    check = gradcheck(loss, {"x": x, **model.named_parameters()}, tolerance=rtol)
    assert check, str(check)


def stir(model, seed=5):
    """Return gains and biases other values than 1 and 0, which would hide faults."""
    rng = np.random.default_rng(seed)
    for p in model.parameters():
        if p.ndim == 1:
            p[...] = rng.normal(1, 0.5, p.shape)
    return model


# ---- norms


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", [RMSNorm, LayerNorm])
def test_norms_are_pytorchs(kind, dtype):
    norm = stir(kind(6, dtype=dtype))

    def backward(x, *rest):
        norm.forward(x, training=True)
        return [norm.backward(rest[-1]), *norm.gradients()]

    x = np.random.default_rng(0).normal(2, 3, size=(4, 5, 6)).astype(dtype)
    compare(
        lambda x, *_: norm.forward(x),
        x,
        *norm.parameters(),
        torch=THEIRS[kind],
        backward=backward,
        atol=1e-14 if dtype is np.float64 else 2e-6,
    )


@pytest.mark.parametrize("kind", [RMSNorm, LayerNorm])
def test_norms_pass_the_gradient_check(kind):
    agrees(stir(kind(6)), np.random.default_rng(1).normal(1, 2, size=(3, 6)))


@given(arrays(np.float64, (2, 5), elements=st.floats(-1e4, 1e4)), st.sampled_from([-900, -3, 900]))
def test_the_size_of_a_vector_does_not_matter(x, power):
    """Neither does anything overflow: the root of the largest number squared is that number."""
    x[:, 0] = 1 + abs(x[:, 0])
    x[:, 1] = 0  # far from constant, so eps is nothing
    for norm in (RMSNorm(5, eps=1e-300), LayerNorm(5, eps=1e-300)):
        expected = norm.forward(x)
        if power > 0:
            assert_allclose(norm.forward(np.ldexp(x, power)), expected, rtol=1e-9, atol=1e-13)
        assert_allclose(np.square(expected).mean(axis=-1), 1, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("kind", [RMSNorm, LayerNorm])
def test_norms_at_the_ends_of_the_dtype(kind, dtype):
    norm = kind(4, dtype=dtype)
    most = np.finfo(dtype).max
    x = np.array([[most, -most, most / 2, 0], [1, 2, 3, 4], [0, 0, 0, 0]], dtype)
    y = norm.forward(x)
    assert y.dtype == dtype
    assert_allclose(np.square(y[:2].astype(float)).mean(axis=-1), 1, rtol=2e-3)
    assert not y[2].any()
    norm.forward(x, training=True)
    assert np.isfinite(norm.backward(np.ones_like(x))).all()
    strange = norm.forward(np.array([[np.nan, 1, 2, 3], [np.inf, 1, 2, 3], [1, 2, 3, 4]], dtype))
    assert np.isnan(strange[0]).all()
    assert np.isnan(strange[1, 0])
    assert np.isfinite(strange[2]).all()


def test_norm_arguments_are_checked():
    with pytest.raises(ValueError, match="eps must be above 0, got 0"):
        RMSNorm(4, eps=0)
    with pytest.raises(ValueError, match="d must be at least 1"):
        LayerNorm(0)
    norm = LayerNorm(4)
    with pytest.raises(ValueError, match="x must have d=4 numbers in its last axis"):
        norm.forward(np.zeros(3))
    with pytest.raises(RuntimeError, match="call forward"):
        norm.backward(np.zeros(4))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        norm.gradients()
    norm.forward(np.zeros((2, 4)), training=True)
    with pytest.raises(ValueError, match=r"g must have the output's shape \(2, 4\), got \(4,\)"):
        norm.backward(np.zeros(4))
    assert norm.backward(np.zeros((2, 4)), inputs=False) is None
    assert repr(norm) == "LayerNorm(4, eps=1e-05)"


# ---- attention


def their_attention(layer, x, *weights):
    """PyTorch's own attention with the same four matrices; no rotary positions."""
    wq, wk, wv, wo = weights
    batch, seq, _ = x.shape
    split = lambda a: a.view(batch, seq, -1, layer.head_dim).transpose(1, 2)  # noqa: E731
    share = layer.n_heads // layer.n_kv_heads
    k, v = (split(x @ w.T).repeat_interleave(share, dim=1) for w in (wk, wv))
    mixed = F.scaled_dot_product_attention(split(x @ wq.T), k, v, is_causal=True)
    return mixed.transpose(1, 2).reshape(batch, seq, -1) @ wo.T


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_kv_heads", [4, 2, 1])
def test_attention_is_pytorchs(n_kv_heads, dtype):
    layer = Attention(
        8, 4, n_kv_heads, rng=np.random.default_rng(0), rope_base=None, dtype=dtype
    )  # fmt: skip

    def backward(x, *rest):
        layer.forward(x, training=True)
        return [layer.backward(rest[-1]), *layer.gradients()]

    x = np.random.default_rng(1).normal(size=(3, 7, 8)).astype(dtype)
    compare(
        lambda x, *_: layer.forward(x),
        x,
        *layer.parameters(),
        torch=lambda *tensors: their_attention(layer, *tensors),
        backward=backward,
        atol=1e-13 if dtype is np.float64 else 1e-5,
    )


@pytest.mark.parametrize(("n_heads", "n_kv_heads", "rope_base"), [(2, 2, 1e4), (4, 2, 1e2)])
def test_attention_passes_the_gradient_check(n_heads, n_kv_heads, rope_base):
    layer = Attention(
        8, n_heads, n_kv_heads, rng=np.random.default_rng(2), rope_base=rope_base, bias=True
    )
    agrees(layer, np.random.default_rng(3).normal(size=(2, 5, 8)))


def test_nobody_sees_what_comes_later():
    layer = Attention(8, 2, rng=np.random.default_rng(4))
    x = np.random.default_rng(5).normal(size=(1, 6, 8))
    moved = x.copy()
    moved[0, 3] += 1
    changed = np.abs(layer.forward(moved) - layer.forward(x)).max(axis=-1)[0] > 1e-12
    assert changed.tolist() == [False, False, False, True, True, True]
    weights = layer.weights(x)
    assert weights.shape == (1, 2, 6, 6)
    assert not np.triu(weights, 1).any()
    assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    assert_allclose(layer.forward(x[:, :4]), layer.forward(x)[:, :4], rtol=1e-12)


def test_grouped_queries_are_repeated_keys():
    rng = np.random.default_rng(6)
    grouped = Attention(8, 4, 2, rng=rng)
    full = Attention(8, 4, rng=rng)
    for name in ("query", "output"):
        getattr(full, name).W[...] = getattr(grouped, name).W
    for name in ("key", "value"):
        heads = getattr(grouped, name).W.reshape(2, 2, 8)
        getattr(full, name).W[...] = heads.repeat(2, axis=0).reshape(8, 8)
    x = rng.normal(size=(2, 5, 8))
    assert_allclose(grouped.forward(x), full.forward(x), rtol=1e-12, atol=1e-14)
    assert_allclose(grouped.weights(x), full.weights(x), rtol=1e-12)
    assert full.num_parameters - grouped.num_parameters == 2 * 4 * 8


def test_huge_scores_do_not_overflow():
    layer = Attention(4, 1, rng=np.random.default_rng(7), dtype=np.float32)
    x = np.full((1, 3, 4), 1e18, np.float32) * np.array([1, -1, 1, 1], np.float32)
    assert np.isfinite(layer.weights(x)).all()
    assert layer.forward(x).dtype == np.float32
    assert layer.forward(np.ones((1, 2, 4), np.float16)).dtype == np.float16
    assert layer.forward(np.ones((1, 2, 4), int)).dtype == np.float64


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 20))
def test_turned_products_depend_on_the_distance_only(i, j, shift):
    rng = np.random.default_rng(8)
    q, k = (np.broadcast_to(rng.normal(size=6), (64, 6)) for _ in range(2))
    q, k = rotate(q), rotate(k)
    assert q[i] @ k[j] == pytest.approx(q[i + shift] @ k[j + shift], abs=1e-12)


def test_turning_keeps_lengths_and_is_undone():
    x = np.random.default_rng(9).normal(size=(2, 5, 8))
    assert_allclose(np.linalg.norm(rotate(x), axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-14)
    assert_allclose(rotate(rotate(x), back=True), x, rtol=1e-13)
    np.testing.assert_array_equal(rotate(x)[:, 0], x[:, 0])  # position 0 stays
    pair = rotate(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert_allclose(pair[1], [np.cos(1), np.sin(1)], rtol=1e-15)
    assert rotate(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        ((8, 3), {}, "n_heads must divide d_model=8 if head_dim is None, got 3"),
        ((8, 4, 3), {}, "n_kv_heads must divide n_heads=4, got 3"),
        ((6, 2), {}, r"head_dim even, got 10000.0 and 3"),
        ((8, 2), {"rope_base": 1.0}, "rope_base must be above 1"),
        ((0, 2), {}, "d_model must be at least 1"),
    ],
)
def test_attention_arguments_are_checked(arguments, named, message):
    with pytest.raises(ValueError, match=message):
        Attention(*arguments, rng=np.random.default_rng(0), **named)


def test_attention_input_is_checked():
    layer = Attention(8, 2, rng=np.random.default_rng(0))
    for shape in ((2, 8), (1, 0, 8), (1, 3, 4)):
        with pytest.raises(ValueError, match=r"x must have shape \(batch, seq, d_model=8\)"):
            layer.forward(np.zeros(shape))
    with pytest.raises(RuntimeError, match="call forward"):
        layer.backward(np.zeros((1, 2, 8)))
    layer.forward(np.zeros((1, 2, 8)), training=True)
    with pytest.raises(ValueError, match="g must have the output's shape"):
        layer.backward(np.zeros((1, 3, 8)))
    assert layer.backward(np.zeros((1, 2, 8)), inputs=False) is None
    with pytest.raises(ValueError, match="an even d"):
        rotate(np.zeros((4, 3)))
    assert repr(Attention(8, 4, 2, rng=np.random.default_rng(0))) == (
        "Attention(8, n_heads=4, n_kv_heads=2)"
    )


# ---- the block


@pytest.mark.parametrize(
    ("norm", "variant", "bias"),
    [("rmsnorm", "swiglu", False), ("layernorm", "gelu", True), ("rmsnorm", "bilinear", False)],
)
def test_the_block_passes_the_gradient_check(norm, variant, bias):
    block = Block(
        8, 2, 10, variant, rng=np.random.default_rng(0), n_kv_heads=1, norm=norm, bias=bias
    )
    agrees(stir(block), np.random.default_rng(1).normal(size=(2, 4, 8)))


def test_the_block_is_the_sum_that_it_says():
    block = stir(Block(8, 2, 12, rng=np.random.default_rng(0), dtype=np.float64))
    x = np.random.default_rng(1).normal(size=(2, 4, 8))
    kept = x.copy()
    attended = x + block.attention.forward(block.norm1.forward(x))
    expected = attended + block.ffn.forward(block.norm2.forward(attended))
    assert_allclose(block.forward(x), expected, rtol=1e-13)
    assert_allclose(block.forward(x, training=True), expected, rtol=1e-13)
    np.testing.assert_array_equal(x, kept)
    trace = block.trace(x)
    assert_allclose(trace.y, expected, rtol=1e-13)
    assert_allclose(trace.ffn_output, block.ffn.forward(trace.ffn_input), rtol=1e-13)


def test_the_block_keeps_the_dtype_and_counts_its_parameters():
    block = Block(8, 2, 12, rng=np.random.default_rng(0), dtype=np.float32)
    x = np.ones((1, 3, 8), np.float32)
    assert block.forward(x).dtype == block.forward(x, training=True).dtype == np.float32
    assert block.backward(x).dtype == np.float32
    assert block.num_parameters == 4 * 8 * 8 + 3 * 8 * 12 + 2 * 8
    assert list(block.named_parameters())[:3] == [
        "norm1.gain", "attention.query.W", "attention.key.W",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="norm must be one of rmsnorm, layernorm, got 'batch'"):
        Block(8, 2, norm="batch", rng=np.random.default_rng(0))

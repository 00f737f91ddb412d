"""The feed-forward layer: PyTorch's values and gradients in all seven variants, and LLaMA's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from ffnlib.nn import ACTIVATION_OF, GATED, VARIANTS, FeedForward, Linear, mse
from ffnlib.nn import _configs as configs
from ffnlib.nn import _ffn as ffn
from ffnlib.nn import ffn_parameters as count_parameters
from ffnlib.training import Adam, gradcheck, train_step
from tests.reference import compare

TORCH = {
    "relu": F.relu, "gelu": F.gelu, "glu": torch.sigmoid, "geglu": F.gelu, "swiglu": F.silu,
    "reglu": F.relu, "bilinear": lambda x: x,
}  # fmt: skip


def made(variant="swiglu", d_model=6, d_ff=10, seed=0, **kwargs):
    layer = FeedForward(d_model, d_ff, variant, rng=np.random.default_rng(seed), **kwargs)
    rng = np.random.default_rng(seed + 1)
    for name, p in layer.named_parameters().items():  # biases start at 0, which would hide them
        if name.endswith("b"):
            p[...] = rng.normal(size=p.shape)
    return layer


def their_form(layer):
    """The layer as PyTorch would compute it, of x and the parameters in their order."""
    names = list(layer.named_parameters())

    def forward(x, *parameters):
        p = dict(zip(names, parameters, strict=True))
        f = TORCH[layer.variant]
        up = F.linear(x, p["up.W"], p.get("up.b"))
        gated = "gate.W" in p
        hidden = f(F.linear(x, p["gate.W"], p.get("gate.b"))) * up if gated else f(up)
        return F.linear(hidden, p["down.W"], p.get("down.b"))

    return forward


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_value_and_gradients_are_pytorchs(variant, bias, dtype):
    layer = made(variant, bias=bias, dtype=dtype)

    def backward(x, *rest):
        g = rest[-1]
        layer.forward(x, training=True)
        return [layer.backward(g), *layer.gradients()]

    x = np.random.default_rng(2).normal(size=(3, 5, 6)).astype(dtype)
    compare(
        lambda x, *_: layer.forward(x),
        x,
        *layer.parameters(),
        torch=their_form(layer),
        backward=backward,
        atol=1e-13 if dtype is np.float64 else 1e-5,  # a sum of terms may be near 0
    )


def test_it_is_the_public_llama_form():
    """w2(silu(w1 x) * w3 x), with nothing but the three matrices; 1e-12."""
    rng = np.random.default_rng(0)
    w1, w3, w2 = (rng.normal(size=s) / 4 for s in ((22, 8), (22, 8), (8, 22)))
    x = rng.normal(size=(2, 7, 8))
    layer = FeedForward.from_layers(*(Linear.from_arrays(w) for w in (w1, w3, w2)), "swiglu")
    t1, t2, t3, tx = (torch.tensor(a) for a in (w1, w2, w3, x))
    theirs = F.linear(F.silu(F.linear(tx, t1)) * F.linear(tx, t3), t2)
    assert_allclose(layer.forward(x), theirs.numpy(), rtol=1e-12, atol=1e-14)
    swapped = FeedForward.from_layers(layer.up, layer.gate, layer.down, "swiglu")
    assert np.abs(swapped.forward(x) - theirs.numpy()).max() > 0.1  # which one is gated matters


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_agree_with_finite_differences(variant):
    layer = made(variant, d_model=3, d_ff=4, bias=True)
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    params = {"x": x, **layer.named_parameters()}

    def loss(_):
        output = layer.forward(x, training=True)
        dx = layer.backward(mse.gradient(output, y))
        return mse(output, y), {"x": dx, **layer.named_gradients()}

    check = gradcheck(loss, params)
    assert check, str(check)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_position_is_computed_for_itself(variant):
    layer = made(variant)
    x = np.random.default_rng(4).normal(size=(2, 5, 6))
    order = np.random.default_rng(5).permutation(5)
    y = layer.forward(x)
    assert_allclose(layer.forward(x[:, order]), y[:, order], rtol=1e-13)
    moved = x.copy()
    moved[0, 2] += 1
    changed = np.abs(layer.forward(moved) - y).max(axis=-1) > 1e-12
    assert changed.tolist() == [[False, False, True, False, False], [False] * 5]


@pytest.mark.parametrize("variant", VARIANTS)
def test_trace_and_forward_agree_and_leave_the_input_alone(variant):
    layer = made(variant, bias=True)
    x = np.random.default_rng(6).normal(size=(2, 4, 6))
    kept = x.copy()
    trace = layer.trace(x)
    f = ACTIVATION_OF[variant]
    hidden = f(trace.up) if trace.gate is None else f(trace.gate) * trace.up
    assert (trace.gate is None) == (variant not in GATED)
    assert trace.up.shape == trace.hidden.shape == (2, 4, 10)
    assert_allclose(trace.hidden, hidden, rtol=1e-14)
    assert_allclose(layer.forward(x), trace.y, rtol=1e-13)
    assert_allclose(layer.forward(x, training=True), trace.y, rtol=1e-13)
    np.testing.assert_array_equal(x, kept)
    assert layer.forward(x[0, 0]).shape == (6,)
    assert layer.forward(np.zeros((0, 3, 6))).shape == (0, 3, 6)
    assert layer.trace(np.zeros((0, 6))).hidden.shape == (0, 10)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_is_kept(variant, dtype):
    layer = made(variant, dtype=dtype)
    x = np.ones((4, 6), dtype)
    assert layer.forward(x).dtype == dtype
    assert all(p.dtype == dtype for p in layer.parameters())
    assert layer.forward(np.ones((4, 6), np.int64)).dtype == np.float64
    if dtype != np.float16:
        layer.forward(x.astype(np.float64), training=True)
        assert layer.backward(np.ones((4, 6))).dtype == dtype
        assert all(g.dtype == dtype for g in layer.gradients())


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_parameters_are_as_many_as_counted(variant, bias):
    layer = made(variant, d_model=8, d_ff=20, bias=bias)
    assert layer.num_parameters == count_parameters(8, 20, variant, bias=bias)
    names = ["gate", "up", "down"] if variant in GATED else ["up", "down"]
    assert list(layer.parts()) == names
    parts = ["W", "b"] if bias else ["W"]
    assert list(layer.named_parameters()) == [f"{n}.{p}" for n in names for p in parts]


def test_the_hidden_size_follows_the_rule():
    rng = np.random.default_rng(0)
    assert FeedForward(12, rng=rng).d_ff == configs.hidden_size(12, multiple_of=1) == 32
    assert FeedForward(12, rng=rng, multiple_of=64).d_ff == 64
    assert FeedForward(12, variant="gelu", rng=rng).d_ff == 48
    assert ffn.flops_per_token(4096, 11008, "swiglu") == 270_532_608


def test_what_the_variants_cannot_do():
    """Bilinear and ReGLU are homogeneous of degree 2, ReLU of degree 1; zero stays zero."""
    x = np.random.default_rng(7).normal(size=(4, 6))
    for variant, degree in {"bilinear": 2, "reglu": 2, "relu": 1}.items():
        layer = made(variant)
        assert_allclose(layer.forward(2 * x), 2**degree * layer.forward(x), rtol=1e-12)
    for variant in VARIANTS:
        assert not made(variant).forward(np.zeros(6)).any()


@given(arrays(np.float64, (3, 6), elements=st.floats(-1e4, 1e4)))
def test_finite_inputs_give_finite_outputs(x):
    for variant in VARIANTS:
        layer = made(variant)
        layer.forward(x, training=True)
        assert np.isfinite(layer.forward(x)).all()
        assert np.isfinite(layer.backward(np.ones_like(x))).all()


def test_it_trains():
    layer = made(d_model=4, d_ff=16, dtype=np.float32)
    rng = np.random.default_rng(8)
    x = rng.normal(size=(64, 4)).astype(np.float32)
    y = x * x[:, ::-1]
    optimizer = Adam(layer.parameters(), learning_rate=0.02)
    losses = [train_step(layer, optimizer, x, y, mse) for _ in range(150)]
    assert losses[-1] < 0.05 * losses[0]


def test_save_and_load_keep_the_layer(tmp_path):
    layer, other = made(), made(seed=9)
    layer.save(tmp_path / "f.npz")
    other.load(tmp_path / "f.npz")
    x = np.ones((1, 6))
    np.testing.assert_array_equal(layer.forward(x), other.forward(x))


def test_bad_input_is_named():
    rng = np.random.default_rng(0)
    layer = made()
    with pytest.raises(ValueError, match=r"variant must be one of relu, .*, got 'swish'"):
        FeedForward(4, variant="swish", rng=rng)
    with pytest.raises(ValueError, match="d_model must be at least 1, got 0"):
        FeedForward(0, rng=rng)
    with pytest.raises(TypeError, match="d_ff must be a whole number"):
        FeedForward(4, 2.5, rng=rng)
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator"):
        FeedForward(4, rng=0)
    with pytest.raises(ValueError, match=r"x must have d_model=6 numbers .* got shape \(2, 5\)"):
        layer.forward(np.zeros((2, 5)))
    with pytest.raises(TypeError, match="x must hold"):
        layer.forward(np.zeros(6, dtype=complex))
    with pytest.raises(RuntimeError, match="call forward"):
        layer.backward(np.zeros((2, 6)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        layer.gradients()
    layer.forward(np.zeros((2, 6)), training=True)
    with pytest.raises(ValueError, match=r"g must have the shape of the output, 2 positions"):
        layer.backward(np.zeros((3, 6)))
    up, down = layer.up, layer.down
    with pytest.raises(ValueError, match="gate must be a Linear for variant='glu', got None"):
        FeedForward.from_layers(None, up, down, "glu")
    with pytest.raises(ValueError, match="gate must be None for variant='relu'"):
        FeedForward.from_layers(up, up, down, "relu")
    with pytest.raises(ValueError, match="down must map 10 to 6"):
        FeedForward.from_layers(None, up, up, "relu")
    with pytest.raises(ValueError, match="gate must map 6 to 10"):
        FeedForward.from_layers(down, up, down, "glu")
    assert repr(layer) == "FeedForward(6, 10, variant='swiglu')"

"""A layer on several devices: the whole one's values, gradients and bytes; and splits that fail."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import GATED, VARIANTS, FeedForward, ffn_parameters, mse
from ffnlib.production import (
    MISTAKES,
    ShardedFeedForward,
    all_reduced,
    even_slices,
    ring_all_reduce,
    ring_bytes,
    shard_plan,
    wrong_split,
)
from ffnlib.training import Adam, gradcheck, train_step

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def made(variant="swiglu", d_model=6, d_ff=10, seed=0, **kwargs):
    rng = np.random.default_rng(seed)
    layer = FeedForward(d_model, d_ff, variant, rng=rng, **kwargs)
    for name, p in layer.named_parameters().items():  # biases start at 0, which would hide them
        if name.endswith("b"):
            p[...] = rng.normal(size=p.shape)
    return layer


def draw(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


# ---- the ring


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 99))
def test_the_ring_sums_and_sends_what_the_formula_says(n, length, seed):
    arrays = list(draw(n, length, seed=seed))
    before = [a.copy() for a in arrays]
    reduced = ring_all_reduce(arrays)
    for own, given_, kept in zip(reduced.arrays, arrays, before, strict=True):
        assert_allclose(own, sum(arrays), **EXACT)
        assert_array_equal(own, reduced.arrays[0])  # to the last bit
        assert_array_equal(given_, kept)
    assert reduced.sent == ring_bytes(length, n)
    assert sum(reduced.sent) == 2 * (n - 1) * length * 8
    if length % n == 0:  # equal chunks: 2 (N - 1)/N S from each
        assert reduced.sent == [2 * (n - 1) * length // n * 8] * n
    assert len(reduced.messages) == 2 * n * (n - 1)
    assert all(m.target == (m.source + 1) % n for m in reduced.messages)


def test_the_ring_sends_before_it_receives():
    """In one step every device sends one chunk, and none that it is being sent."""
    for step in range(6):
        messages = [m for m in ring_all_reduce([np.ones(8)] * 4).messages if m.step == step]
        assert {m.source for m in messages} == set(range(4))
        assert len({m.chunk for m in messages}) == 4
        assert all(m.adds == (step < 3) for m in messages)


def test_the_ring_keeps_shape_and_dtype_and_may_be_one_device():
    ones = [np.ones((2, 3), np.float32)] * 3
    assert_array_equal(ring_all_reduce(ones).arrays[2], np.full((2, 3), 3, np.float32))
    assert ring_all_reduce(ones).arrays[0].dtype == np.float32
    alone = ring_all_reduce(ones[:1])
    assert (alone.messages, alone.sent, ring_bytes(6, 1)) == ([], [0], [0])


@given(st.integers(0, 200), st.integers(1, 20))
def test_slices_cover_everything_once_and_evenly(length, parts):
    slices = even_slices(length, parts)
    assert [i for s in slices for i in range(s.start, s.stop)] == list(range(length))
    sizes = [s.stop - s.start for s in slices]
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)


# ---- the split layer


@pytest.mark.parametrize("n", [1, 2, 3, 4, 10])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_shards_add_up_forwards_and_backwards(variant, bias, n):
    layer = made(variant, bias=bias)
    sharded = ShardedFeedForward(layer, n)
    x, g = draw(2, 5, 6), draw(2, 5, 6, seed=2)
    assert_allclose(sharded.forward(x, training=True), layer.forward(x, training=True), **EXACT)
    assert_allclose(sharded.backward(g), layer.backward(g), **EXACT)
    for name, gradient in sharded.named_gradients().items():
        sharded.named_parameters()[name][...] = gradient
    ours, theirs = sharded.gather().named_parameters(), layer.named_gradients()
    assert ours.keys() == theirs.keys()
    for name in theirs:
        assert_allclose(ours[name], theirs[name], **EXACT, err_msg=name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_gradients_are_finite_differences(variant):
    sharded = ShardedFeedForward(made(variant, bias=True), 3)
    x, g = draw(4, 6), draw(4, 6, seed=2)
    if variant in ("relu", "reglu"):
        x *= 3  # away from the kink for this seed
    sharded.forward(x, training=True)
    dx = sharded.backward(g)
    values = {**sharded.named_parameters(), "x": x}
    analytic = {**sharded.named_gradients(), "x": dx}
    check = gradcheck(lambda _: float(np.sum(g * sharded.forward(x))), values, analytic)
    assert check, check


@given(st.sampled_from(VARIANTS), st.integers(1, 12), st.integers(1, 12), st.integers(0, 5),
       st.integers(0, 99), st.data())  # fmt: skip
def test_any_sizes_add_up(variant, d_model, d_ff, tokens, seed, data):
    n = data.draw(st.integers(1, d_ff))
    layer = made(variant, d_model, d_ff, seed, bias=bool(seed % 2))
    sharded = ShardedFeedForward(layer, n)
    x = draw(tokens, d_model, seed=seed)
    assert_allclose(sharded.forward(x), layer.forward(x), **EXACT)


def test_what_is_sent_is_counted_exactly():
    sharded = ShardedFeedForward(made(), 4)
    x = draw(3, 5, 6)
    sharded.forward(x, training=True)
    sharded.backward(x)
    counted = all_reduced(6, 10, 4, tokens=15, bytes_per_number=8)
    assert sum(sharded.forward_reduction.sent) == counted["forward"] == 2 * 3 * 15 * 6 * 8
    assert sum(sharded.backward_reduction.sent) == counted["backward"]
    assert counted["before_activation"] == 2 * (2 * 3 * 15 * 10 * 8)  # gate and up
    assert all_reduced(6, 10, 4, 15, "relu", 8)["before_activation"] == 2 * 3 * 15 * 10 * 8
    assert set(all_reduced(6, 10, 1, 15).values()) == {0}


def test_no_gradient_of_the_inputs_sends_nothing():
    sharded = ShardedFeedForward(made(), 2)
    sharded.forward(draw(3, 6), training=True)
    assert sharded.backward(draw(3, 6), inputs=False) is None
    assert sharded.backward_reduction is None


def test_the_plan_is_what_the_devices_hold():
    sharded = ShardedFeedForward(made("geglu", bias=True), 3)
    for shard, device in zip(sharded.plan, sharded.devices, strict=True):
        assert shard.shapes == {k: p.shape for k, p in device.named_parameters().items()}
        assert shard.parameters == device.num_parameters
    assert [s.units for s in sharded.plan] == [slice(0, 4), slice(4, 7), slice(7, 10)]


@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(VARIANTS), st.booleans(), st.data())
def test_the_devices_hold_the_layer_once(d_model, d_ff, variant, bias, data):
    plan = shard_plan(d_model, d_ff, data.draw(st.integers(1, d_ff)), variant, bias)
    shared = d_model if bias else 0  # down.b
    whole = ffn_parameters(d_model, d_ff, variant, bias)
    assert sum(shard.parameters for shard in plan) + shared == whole


def test_it_gathers_copies_and_leaves_the_layer_alone():
    layer = made(bias=True)
    before = {name: p.copy() for name, p in layer.named_parameters().items()}
    sharded = ShardedFeedForward(layer, 4)
    for p in sharded.parameters():
        p += 1
    assert sharded.num_parameters == layer.num_parameters
    for name, p in sharded.gather().named_parameters().items():
        assert_array_equal(p, before[name] + 1)
        assert_array_equal(layer.named_parameters()[name], before[name])


def test_training_it_is_training_the_layer():
    x, t = draw(8, 6), draw(8, 6, seed=3)
    layer = made(bias=True)
    sharded = ShardedFeedForward(layer, 3)
    for model in (layer, sharded):
        adam = Adam(model.parameters(), learning_rate=0.01)
        for _ in range(5):
            train_step(model, adam, x, t, mse)
    for name, p in sharded.gather().named_parameters().items():
        assert_allclose(p, layer.named_parameters()[name], rtol=1e-9, atol=1e-9)


def test_float32_stays_float32():
    sharded = ShardedFeedForward(made(dtype=np.float32, bias=True), 3)
    y = sharded.forward(draw(4, 6).astype(np.float32), training=True)
    dx = sharded.backward(y)
    assert {y.dtype, dx.dtype, sharded.dtype} == {np.dtype(np.float32)}
    assert {g.dtype for g in sharded.gradients()} == {np.dtype(np.float32)}
    assert "devices" in repr(sharded)


# ---- the wrong splits


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_wrong_split_fails_unless_there_is_one_device(variant, mistake):
    layer = made(variant, bias=True)
    if mistake == "gate and up cut differently" and variant not in GATED:
        with pytest.raises(ValueError, match="needs a gated variant"):
            wrong_split(layer, draw(7, 6), 2, mistake)
        return
    for n in (2, 3):
        wrong = wrong_split(layer, draw(7, 6), n, mistake)
        assert wrong.error > 0.05
        assert_array_equal(wrong.expected, layer.forward(draw(7, 6)))
    assert wrong_split(layer, draw(7, 6), 1, mistake).error < 1e-14


def test_activating_before_the_sum_is_off_by_tens_of_percent_at_a_real_shape():
    layer = FeedForward(64, 256, "gelu", rng=np.random.default_rng(0))
    x = draw(100, 64)
    right = ShardedFeedForward(layer, 4).forward(x)
    assert_allclose(right, layer.forward(x), **EXACT)
    assert 0.2 < wrong_split(layer, x, 2).error < 2.0


def test_only_the_activation_makes_the_cut_by_inputs_wrong():
    """Where every pre-activation is positive, ReLU is a sum, and the cut is right."""
    layer = made("relu")
    for p in layer.parameters():
        np.abs(p, out=p)
    assert wrong_split(layer, np.abs(draw(5, 6)), 3).error < 1e-14


def test_an_output_of_zeros_has_no_error():
    assert wrong_split(made("relu"), np.zeros((2, 6)), 2).error == 0.0


# ---- what is refused


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ring_all_reduce([]), ValueError, "arrays must hold one array a device"),
        (lambda: ring_all_reduce([np.ones(2), np.ones(3)]), ValueError, r"arrays\[1\] has \(3,\)"),
        (lambda: ring_all_reduce([np.ones(2), np.ones(2, np.float32)]), ValueError, "one shape"),
        (lambda: ring_all_reduce([["a"]]), TypeError, r"arrays\[0\]"),
        (lambda: ring_bytes(4, 0), ValueError, "n_devices must be at least 1"),
        (lambda: ring_bytes(-1, 2), ValueError, "numbers must be at least 0"),
        (lambda: ring_bytes(4, 2, 0), ValueError, "bytes_per_number"),
        (lambda: even_slices(4, 0), ValueError, "parts must be at least 1"),
        (lambda: shard_plan(4, 8, 9), ValueError, "n_devices must be at most d_ff=8, got 9"),
        (lambda: shard_plan(4, 8, 2.0), TypeError, "n_devices must be a whole number"),
        (lambda: shard_plan(4, 8, 2, "swish"), ValueError, "variant must be one of"),
        (lambda: all_reduced(4, 8, 2, 0), ValueError, "tokens must be at least 1"),
        (lambda: ShardedFeedForward("layer", 2), TypeError, "layer must be a FeedForward"),
        (lambda: ShardedFeedForward(made(), 11), ValueError, "at most d_ff=10"),
        (lambda: ShardedFeedForward(made(), 2).forward(np.ones(5)), ValueError, "d_model=6"),
        (lambda: ShardedFeedForward(made(), 2).backward(np.ones(6)), RuntimeError, "no step"),
        (lambda: ShardedFeedForward(made(), 2).gradients(), RuntimeError, "no gradients"),
        (lambda: wrong_split(made(), np.ones(6), 2, "luck"), ValueError, "mistake must be one of"),
        (lambda: wrong_split(made(), np.ones(6), 7), ValueError, "at most d_model=6"),
        (
            lambda: wrong_split(made(), np.ones(6), 2, "bias on every device"),
            ValueError,
            "needs a layer with biases",
        ),
    ],
)
def test_it_says_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()

"""Levels, packing, casts, straight-through rounding."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import MLP, cross_entropy
from ffnlib.quantization import (
    QuantizationAware,
    bfloat16_bits,
    cast_error,
    dequantize,
    fake_quantize,
    from_bfloat16_bits,
    pack,
    pack_int4,
    quantize,
    relative_error,
    to_bfloat16,
    to_float16,
    unpack,
    unpack_int4,
)

BITS = range(2, 9)
GROUPINGS = ["tensor", "channel", 1, 3, 128]
CLIPS = ["absmax", "percentile", "mse"]


def steps(quantized, like):
    """The step of each element."""
    column = np.arange(like.shape[-1]) // quantized.group_size
    scale = quantized.scale
    return scale if scale.shape[-1] == 1 else scale[..., column]


@given(data=st.data(), dtype=st.sampled_from([np.float16, np.float32, np.float64]))
def test_nothing_is_off_by_more_than_half_a_step(data, dtype):
    limit = float(np.finfo(dtype).max / 2)
    finite = st.floats(-limit, limit, width=8 * np.dtype(dtype).itemsize)
    w = data.draw(arrays(dtype, array_shapes(max_dims=3, max_side=7), elements=finite))
    bits, symmetric = data.draw(st.sampled_from(BITS)), data.draw(st.booleans())
    group_size = data.draw(st.sampled_from(GROUPINGS))
    with np.errstate(all="raise"):
        quantized = quantize(w, bits, group_size, symmetric)
        back = dequantize(quantized, np.float64)
    assert quantized.q.dtype == np.int8
    assert quantized.scale.dtype == dtype
    assert quantized.shape == w.shape
    most = 2 ** (bits - 1) - 1
    assert quantized.q.max() <= most
    assert quantized.q.min() >= (-most if symmetric else -most - 1)
    assert (quantized.zero_point is None) == symmetric
    step = steps(quantized, w).astype(np.float64)
    slack = 4 * float(np.finfo(np.promote_types(dtype, np.float32)).eps) * np.abs(w)
    with np.errstate(over="ignore"):  # half of the largest numbers' step, added to them
        assert np.all(np.abs(back - w) / step <= 0.5 + slack.astype(np.float64) / step)
    assert np.all(back[w == 0] == 0)


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("group_size", GROUPINGS)
def test_textbook_formulas(bits, group_size):
    w = np.random.default_rng(0).normal(size=(5, 13))
    size = {"tensor": 65, "channel": 13}.get(group_size, group_size)
    rows = w.reshape(1, -1) if group_size == "tensor" else w
    groups = [rows[:, i : i + size] for i in range(0, rows.shape[1], size)]
    most = 2 ** (bits - 1) - 1
    exact = quantize(w, bits, group_size)
    assert_allclose(exact.scale, np.stack([abs(g).max(1) / most for g in groups], 1), rtol=1e-15)
    column = np.arange(13) // min(size, 13)
    scale = exact.scale if group_size == "tensor" else exact.scale[:, column]
    assert_array_equal(exact.q, np.rint(w / scale))
    affine = quantize(w, bits, group_size, symmetric=False)
    low = np.stack([np.minimum(g.min(1), 0) for g in groups], 1)
    high = np.stack([np.maximum(g.max(1), 0) for g in groups], 1)
    assert_allclose(affine.scale, (high - low) / (2**bits - 1), rtol=1e-14)
    assert_array_equal(affine.zero_point, -most - 1 - np.rint(low / affine.scale))
    if bits >= 4 and group_size != 1:
        assert relative_error(dequantize(affine), w) < relative_error(dequantize(exact), w) * 1.05


def test_edge_cases_have_right_answers():
    with np.errstate(all="raise"):
        zeros = quantize(np.zeros((2, 5)), 4, 2)
        assert_array_equal(dequantize(zeros), np.zeros((2, 5)))
        for constant in (3.7, -3.7, 1e300, 5e-324):
            for symmetric in (True, False):
                back = dequantize(quantize(np.full((2, 5), constant), 4, symmetric=symmetric))
                assert np.all(np.abs(back - constant) <= 1e-12 * max(abs(constant), 1e-300))
        w = np.array([[0.0, 0, 0, 0], [1, -2, 3, 0]])
        assert_array_equal(dequantize(quantize(w, 8))[0], 0)
        huge = np.array([[-8e307, 8e307]])
        for symmetric in (True, False):
            back = dequantize(quantize(huge, 8, symmetric=symmetric))
            assert_allclose(back, huge, rtol=5e-3)
        assert dequantize(quantize([1, 2, 3])).dtype == np.float64


@pytest.mark.parametrize("clip", CLIPS)
def test_outlier_times_50_stays_in_its_group(clip):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(64, 512))
    w[:, 7] *= 50
    errors = {g: relative_error(dequantize(quantize(w, 4, g, clip=clip)), w)
              for g in ("tensor", "channel", 64)}  # fmt: skip
    calm = np.delete(w, 7, axis=1)
    if clip == "absmax":
        by_group = dequantize(quantize(w, 4, 64))
        by_row = dequantize(quantize(w, 4, "channel"))
        assert relative_error(np.delete(by_row, 7, axis=1), calm) > 0.8
        assert relative_error(by_group[:, 64:], w[:, 64:]) < 0.12
    assert errors[64] < errors["channel"] * 1.05


def test_percentile_cuts_outliers_off_and_mse_weighs_them():
    rng = np.random.default_rng(0)
    w = rng.normal(size=(16, 1024))
    w[:, 5] *= 50
    error = {c: relative_error(dequantize(quantize(w, 4, clip=c)), w) for c in CLIPS}
    assert error["percentile"] > 0.7  # the outlier is most of the row, and it is gone
    assert error["mse"] <= error["absmax"]
    calm = rng.normal(size=(16, 1024))
    error = {c: relative_error(dequantize(quantize(calm, 4, clip=c)), calm) for c in CLIPS}
    assert error["mse"] < error["percentile"] < error["absmax"]


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_mse_is_never_worse_than_absmax(bits, symmetric):
    rng = np.random.default_rng(bits)
    for w in (rng.normal(size=(9, 40)), rng.standard_cauchy((9, 40)), rng.random((9, 40)) * 1e-200):
        for group_size in ("tensor", "channel", 16):
            found = [
                np.linalg.norm(dequantize(quantize(w, bits, group_size, symmetric, clip=c)) - w)
                for c in ("mse", "absmax")
            ]
            assert found[0] <= found[1] * (1 + 1e-12)


def test_percentile_of_mostly_zeros_keeps_the_rest():
    w = np.zeros((1, 1000))
    w[0, 3] = 2.0
    for symmetric in (True, False):
        back = dequantize(quantize(w, 8, symmetric=symmetric, clip="percentile"))
        assert_allclose(back, w, atol=1e-12)


def test_steps_in_float16_are_rounded_up():
    w = np.random.default_rng(0).normal(size=(8, 256)) * 1e-3
    exact, half = quantize(w, 4, 64), quantize(w, 4, 64, scale_dtype=np.float16)
    assert half.scale.dtype == np.float16
    assert np.all(half.scale >= exact.scale)
    assert_allclose(half.scale, exact.scale, rtol=2e-3)
    assert dequantize(half).dtype == np.float32
    tiny = quantize(w * 1e-9, 4, scale_dtype=np.float16)  # below float16: less than half a step
    assert np.all(tiny.scale > 0)
    assert_array_equal(dequantize(tiny), 0)
    with pytest.raises(ValueError, match="too large for steps in float16"):
        quantize(w * 1e10, 4, scale_dtype=np.float16)


def test_sizes_are_counted():
    w = np.zeros((1024, 784), np.float32)
    eight = quantize(w, 8, scale_dtype=np.float16)
    assert eight.nbytes == eight.packed_nbytes == 1024 * 784 + 2 * 1024
    four = quantize(w, 4, 128, scale_dtype=np.float16)
    assert four.nbytes == 1024 * 784 + 2 * 1024 * 7  # not packed yet: a byte each
    assert four.packed_nbytes == 1024 * 784 // 2 + 2 * 1024 * 7
    affine = quantize(w, 4, 128, symmetric=False, scale_dtype=np.float16)
    assert affine.packed_nbytes == four.packed_nbytes + 1024 * 7
    assert quantize(np.zeros((3, 5)), 3).packed_nbytes == 3 * 2 + 3 * 8


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"w": [[1.0, np.nan]]}, ValueError, r"w must be finite .* w\[0, 1\] = nan"),
        ({"w": [1.0, -np.inf]}, ValueError, r"w\[1\] = -inf"),
        ({"w": [1e308]}, ValueError, "w must stay within .* half of float64's range"),
        ({"w": []}, ValueError, "at least one number"),
        ({"w": 3.0}, ValueError, "at least one number"),
        ({"w": ["a"]}, TypeError, "w must hold"),
        ({"bits": 1}, ValueError, "bits must be a whole number from 2 to 8, got 1"),
        ({"bits": 16}, ValueError, "bits must"),
        ({"bits": 4.0}, TypeError, "bits must"),
        ({"group_size": 0}, ValueError, "group_size must be at least 1"),
        ({"group_size": 2.5}, TypeError, "group_size must be a whole number"),
        ({"group_size": "row"}, ValueError, "group_size must be a whole number, 'tensor' or"),
        ({"clip": "max"}, ValueError, "clip must be one of absmax, percentile, mse"),
        ({"clip": "percentile", "percentile": 30}, ValueError, "percentile must be above 50"),
        ({"scale_dtype": np.int8}, ValueError, "dtype must be float16"),
    ],
)
def test_mistakes_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        quantize(**{"w": np.ones((2, 3)), **arguments})


def test_dequantize_wants_what_quantize_gives():
    with pytest.raises(TypeError, match="quantized must be what quantize"):
        dequantize(np.ones(3))


@given(data=st.data(), bits=st.sampled_from(BITS))
def test_packing_round_trip(data, bits):
    most = 2 ** (bits - 1)
    q = data.draw(
        arrays(np.int8, array_shapes(max_dims=3, max_side=17),
               elements=st.integers(-most, most - 1))
    )  # fmt: skip
    n = q.shape[-1]
    packed = pack(q, bits)
    assert packed.dtype == np.uint8
    assert packed.shape == (*q.shape[:-1], -(-n * bits // 8))
    assert_array_equal(unpack(packed, n, bits), q)
    assert unpack(packed, n, bits).dtype == np.int8


def test_int4_layout():
    assert_array_equal(pack_int4([1, -1, 7, -8, 5]), [0xF1, 0x87, 0x05])
    assert_array_equal(unpack_int4(np.uint8([0xF1, 0x87, 0x05]), 5), [1, -1, 7, -8, 5])
    assert pack_int4(np.zeros((3, 0), np.int8)).shape == (3, 0)
    assert_array_equal(pack([1, -2, 0, -1], 2), [0b11_00_10_01])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pack_int4([8]), ValueError, "between -8 and 7 to fit into 4 bits"),
        (lambda: pack_int4([1.0]), TypeError, "q must hold integers"),
        (lambda: pack_int4(np.int8(1)), ValueError, "at least one axis"),
        (lambda: pack([-5], 3), ValueError, "between -4 and 3"),
        (lambda: unpack_int4(np.zeros(2, np.int8), 4), TypeError, "dtype uint8"),
        (lambda: unpack_int4(np.zeros(2, np.uint8), 5), ValueError, "3 bytes .* n=5"),
        (lambda: unpack(np.zeros(2, np.uint8), 2, 9), ValueError, "bits must"),
    ],
)
def test_packing_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_casts_agree_with_pytorch(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000) * 10.0 ** rng.uniform(-50, 45, 2000)
    with np.errstate(over="ignore", under="ignore"):
        x = x.astype(dtype)
    special = [0, -0.0, np.inf, -np.inf, np.nan, 65504, 65519, 65520, 1.00390625, 3.39e38, 3.4e38]
    with np.errstate(over="ignore"):
        x = np.concatenate([x, np.array(special).astype(dtype)])
    with np.errstate(all="raise"):
        brain, half = to_bfloat16(x), to_float16(x)
    assert brain.dtype == half.dtype == dtype
    tensor = torch.from_numpy(x)
    kind = tensor.dtype
    assert_array_equal(brain, tensor.to(torch.float32).to(torch.bfloat16).to(kind).numpy())
    assert_array_equal(half, tensor.to(torch.float16).to(kind).numpy())


def test_bfloat16_bits_are_two_bytes():
    x = np.float32([[1.0, -2.5], [np.nan, np.inf]])
    bits = bfloat16_bits(x)
    assert bits.dtype == np.uint16
    assert_array_equal(bits[0], [0x3F80, 0xC020])
    assert_array_equal(from_bfloat16_bits(bits), x)
    assert from_bfloat16_bits(bfloat16_bits(1.5)) == 1.5
    nan = np.array([0x7F800001], np.uint32).view(np.float32)  # all its set bits are cut off
    assert np.isnan(to_bfloat16(nan))
    with pytest.raises(TypeError, match="uint16"):
        from_bfloat16_bits([1.0])


def test_cast_error():
    x = np.random.default_rng(0).normal(size=10000)
    half, brain = cast_error(x, to_float16), cast_error(x, to_bfloat16)
    assert 0.9 * 2.0**-11 < half.relative <= 2.0**-11
    assert 0.9 * 2.0**-8 < brain.relative <= 2.0**-8
    assert half.overflowed == half.underflowed == 0
    assert cast_error([1e6, 1e-9, 0.0, np.inf, 1.0], to_float16) == (0.0, 1, 1)
    assert cast_error([1e6, 1e-9, 0.0], to_bfloat16)[1:] == (0, 0)


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_fake_quantize_and_its_gradient_agree_with_pytorch(bits, symmetric):
    rng = np.random.default_rng(0)
    w, g = rng.normal(size=(6, 40)).astype(np.float32), rng.normal(size=(6, 40)).astype(np.float32)
    for clip in CLIPS:
        ours = fake_quantize(w, bits, "channel", symmetric, clip=clip)
        grid = quantize(w, bits, "channel", symmetric, clip=clip)
        assert_array_equal(ours, dequantize(grid))
        most = 2 ** (bits - 1) - 1
        zero = np.zeros(6, np.float32) if symmetric else grid.zero_point[:, 0].astype(np.float32)
        tensor = torch.from_numpy(w).requires_grad_()
        theirs = torch.fake_quantize_per_channel_affine(
            tensor, torch.from_numpy(grid.scale[:, 0]), torch.from_numpy(zero), 0,
            -most if symmetric else -most - 1, most,
        )  # fmt: skip
        theirs.backward(torch.from_numpy(g))
        assert_allclose(ours, theirs.detach().numpy(), rtol=1e-6, atol=1e-7)
        gradient = fake_quantize.gradient(w, g, bits, "channel", symmetric, clip=clip)
        assert_array_equal(gradient, tensor.grad.numpy())
        assert gradient.dtype == np.float32
        if clip == "absmax" and symmetric:
            assert_array_equal(gradient, g)
    with pytest.raises(ValueError, match="g must have the shape of w"):
        fake_quantize.gradient(w, g[1:], bits)


def test_quantization_aware_gradients_are_those_of_the_rounded_network():
    rng = np.random.default_rng(0)
    model = MLP([5, 7, 3], rng=rng)
    aware = QuantizationAware(model, 3, 4, clip="mse")
    x, y = rng.normal(size=(20, 5)), rng.integers(0, 3, 20)
    rounded = MLP.from_layers(model.layers)
    output = aware.forward(x, training=True)
    _, g = cross_entropy.with_gradient(output, y)
    dx = aware.backward(g)
    for layer, exact in zip(aware.rounded.layers, model.layers, strict=True):
        assert_array_equal(layer.W, fake_quantize(exact.W, **aware.options))
        want = fake_quantize.gradient(exact.W, layer.dW, 3, 4, clip="mse", scale_dtype=np.float16)
        assert_array_equal(exact.dW, want)
        assert_array_equal(exact.db, layer.db)
    assert dx.shape == x.shape
    assert aware.named_gradients().keys() == aware.named_parameters().keys()
    assert aware.parameters()[0] is model.layers[0].W
    assert_allclose(aware.forward(x), aware.quantized().forward(x), rtol=1e-9)
    assert not np.allclose(aware.forward(x), rounded.forward(x))
    with pytest.raises(TypeError, match="model must be an MLP"):
        QuantizationAware("net", 3)

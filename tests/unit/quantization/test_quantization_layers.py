"""Layers and models that compute from packed weights, in NumPy and in compiled kernels."""

import pickle
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib._base import kernels
from ffnlib.datasets import digits, holdout
from ffnlib.lora import adapt, best_approximation
from ffnlib.nn import MLP, FactoredLinear, FeedForward, Linear, dense_slots, factor
from ffnlib.production import SingleExample
from ffnlib.quantization import (
    QuantizationAware,
    QuantizedLinear,
    SkippingLinear,
    dequantize,
    gptq,
    model_nbytes,
    output_error,
    quantize,
    quantize_model,
    relative_error,
    round_tokens,
    unpack_model,
)
from ffnlib.training import Adam, Cosine, evaluate, fit, gradcheck

ENGINES = ["numpy", "numba"]


def all_forms():
    return product((8, 4, 3, 2), ("tensor", "channel", 32, 33, 5), (True, False))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("d_in", [1, 64, 131, 1500])
def test_computes_what_the_levels_stand_for(d_in, engine):
    rng = np.random.default_rng(d_in)
    w, b = rng.normal(size=(17, d_in)), rng.normal(size=17)
    for bits, group_size, symmetric in all_forms():
        weights = quantize(w, bits, group_size, symmetric, scale_dtype=np.float16)
        layer = QuantizedLinear(weights, b, engine=engine)
        assert_allclose(layer.W, dequantize(weights), rtol=1e-6)
        for n, dtype in ((1, np.float32), (3, np.float32), (20, np.float32), (2, np.float64)):
            x = rng.normal(size=(n, d_in)).astype(dtype)
            want = x.astype(np.float64) @ dequantize(weights, np.float64).T + b
            y = layer.forward(x)
            assert y.dtype == dtype
            assert_allclose(y, want, rtol=1e-5, atol=2e-5 * np.abs(want).max())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bits", [8, 4])
def test_activations_are_rounded_token_by_token(bits, engine):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(17, 1300))
    x = rng.normal(size=(3, 1300)).astype(np.float32)
    x[1] *= 1000  # another step for each token
    x[2] = 0
    for group_size, symmetric in product(("tensor", "channel", 32), (True, False)):
        weights = quantize(w, bits, group_size, symmetric, scale_dtype=np.float16)
        layer = QuantizedLinear(weights, activation_bits=8, engine=engine)
        tokens = quantize(x, 8, "channel")
        p, step = round_tokens(x, 8)
        assert_array_equal(p, tokens.q)
        assert_array_equal(step, tokens.scale)
        want = dequantize(tokens, np.float64) @ dequantize(weights, np.float64).T
        assert_allclose(layer.forward(x), want, rtol=2e-5, atol=2e-5 * np.abs(want[0]).max())
        assert_array_equal(layer.forward(x)[2], 0)
    with pytest.raises(ValueError, match="x must be finite for its activations"):
        layer.forward(np.full(1300, np.nan, np.float32))


def test_largest_sums_of_whole_numbers_are_exact():
    """All weights and inputs at the ends of their ranges: nothing wraps round."""
    d_in = 40_000
    for sign, symmetric in product((1, -1), (True, False)):
        weights = quantize(np.full((2, d_in), 1.0), 8, symmetric=symmetric)
        x = np.full(d_in, sign, np.float32)
        for engine in ENGINES:
            layer = QuantizedLinear(
                weights._replace(scale=weights.scale.astype(np.float16)),
                activation_bits=8, engine=engine,
            )  # fmt: skip
            exact = (layer.W.astype(np.float64) @ x)[0]
            assert layer.forward(x)[0] == pytest.approx(exact, rel=1e-6)


def test_computes_from_the_packed_weights_and_nothing_else():
    rng = np.random.default_rng(0)
    model = MLP([64, 32, 10], rng=rng, dtype=np.float32)
    block = FeedForward(64, 96, rng=rng, dtype=np.float32)
    x = rng.normal(size=(5, 64)).astype(np.float32)
    for engine, activation_bits in product(ENGINES, (None, 8)):
        options = {"engine": engine, "activation_bits": activation_bits}
        small = quantize_model(model, 4, 32, **options)
        before = small.predict(x)
        for layer in small.layers:
            layer.packed[...] = 0
        assert_array_equal(small.forward(x), 0)
        assert not np.array_equal(small.predict(x), before)
        small = quantize_model(block, 8, **options)
        assert relative_error(small.forward(x), block.forward(x)) < 0.05
        small.down.packed[...] = 0
        assert_array_equal(small.forward(x), 0)


def test_bytes_are_those_of_the_arrays():
    layer = Linear(784, 1024, np.random.default_rng(0), dtype=np.float32)
    float_bytes = layer.W.nbytes + layer.b.nbytes
    sizes = {}
    for bits in (8, 4, 3, 2):
        small = QuantizedLinear.from_linear(layer, bits, group_size=128)
        assert small.scale.dtype == np.float16
        assert small.nbytes == 1024 * 784 * bits // 8 + 2 * 1024 * 7 + 4 * 1024
        assert small.nbytes == sum(a.nbytes for a in small.arrays().values())
        kept = {name for name, value in vars(small).items() if isinstance(value, np.ndarray)}
        assert kept == {"packed", "scale", "b"}  # no hidden copy in floats
        sizes[bits] = small.nbytes
    assert 3.9 < float_bytes / sizes[8] < 4
    assert 7.6 < float_bytes / sizes[4] < 8
    odd = QuantizedLinear.from_linear(Linear(7, 3, np.random.default_rng(0)), 4)
    assert odd.packed.nbytes == 3 * 4


def test_sizes_of_the_mnist_network():
    """1.2 million weights: 4.87 MB, 1.23 and 0.64."""
    model = MLP([784, 1024, 400, 10], rng=np.random.default_rng(0), dtype=np.float32)
    assert model_nbytes(model) == 4 * model.num_parameters
    assert model_nbytes(quantize_model(model, 8)) == pytest.approx(1.225e6, rel=5e-3)
    assert model_nbytes(quantize_model(model, 4, 128)) == pytest.approx(0.637e6, rel=5e-3)


@pytest.mark.parametrize("make", [
    lambda rng: MLP([20, 40, 30, 5], rng=rng),
    lambda rng: FeedForward(20, 50, rng=rng),
    lambda rng: FeedForward(20, 50, "relu", rng=rng, bias=True),
])  # fmt: skip
def test_gptq_model_is_closer_than_rounded_model(make):
    rng = np.random.default_rng(0)
    model = make(rng)
    x = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 20)) + 0.1 * rng.normal(size=(300, 20))
    before = [p.copy() for p in model.parameters()]
    exact = model.forward(x)
    nearest = quantize_model(model, 4, 16)
    found = quantize_model(model, 4, 16, method="gptq", calibration=x)
    assert type(found) is type(model)
    error = relative_error(found.forward(x), exact)
    assert error < 0.7 * relative_error(nearest.forward(x), exact)
    assert found.num_parameters == 0
    for array, old in zip(model.parameters(), before, strict=True):
        assert_array_equal(array, old)
    if isinstance(model, MLP):  # the second layer is calibrated with what the quantized first gives
        seen = np.maximum(found.layers[0].forward(x), 0)
        weights = gptq(model.layers[1].W, seen, 4, 16, scale_dtype=np.float16)
        assert_array_equal(found.layers[1].W, dequantize(weights))


def test_low_rank_update_over_int4_base():
    """QLoRA: the adapter learns, the packed base stays."""
    data = digits(np.float32)
    rng = np.random.default_rng(0)
    model = MLP([64, 48, 10], rng=rng, dtype=np.float32)
    base = quantize_model(model, 4, 16)
    packed = [slot.layer.packed.copy() for slot in dense_slots(base).values()]
    adapt(base, 8, rng=rng)
    before = evaluate(base, data).accuracy
    fit(base, data, rng=rng, epochs=8, batch_size=32, optimizer=Adam(base.parameters(), 5e-3))
    assert evaluate(base, data).accuracy > before + 0.6
    for slot, old in zip(dense_slots(base).values(), packed, strict=True):
        assert_array_equal(slot.layer.base.packed, old)


def test_gradient_of_the_inputs():
    rng = np.random.default_rng(0)
    layer = QuantizedLinear.from_linear(Linear(9, 150, rng), 4, group_size=4)
    x, g = rng.normal(size=(6, 9)), rng.normal(size=(6, 150))
    assert_allclose(layer.backward(x, g), g @ layer.W, rtol=1e-5)
    out = np.full((6, 9), np.nan)
    assert layer.backward(x, g, out=out) is out
    assert_allclose(out, g @ layer.W, rtol=1e-5)
    assert layer.parameters() == layer.gradients() == []
    with pytest.raises(ValueError, match="g must have shape"):
        layer.backward(x, g[:, 1:])


def test_any_leading_shape_out_pickle_and_empty():
    rng = np.random.default_rng(0)
    layer = QuantizedLinear.from_linear(Linear(8, 3, rng, dtype=np.float32), 4)
    x = rng.normal(size=(2, 5, 8)).astype(np.float32)
    y = layer.forward(x)
    assert y.shape == (2, 5, 3)
    assert_allclose(layer.forward(x[0, 0]), y[0, 0], rtol=1e-5, atol=1e-6)
    out = np.empty((2, 5, 3), np.float32)
    assert layer.forward(x, out=out) is out
    assert_array_equal(out, y)
    assert layer.forward(x[:0]).shape == (0, 5, 3)
    assert_array_equal(pickle.loads(pickle.dumps(layer)).forward(x), y)
    assert layer.forward(x.astype(np.float16)).dtype == np.float16
    assert "bits=4" in repr(layer)


def test_without_numba(monkeypatch):
    rng = np.random.default_rng(0)
    weights, x = quantize(rng.normal(size=(4, 8)), 8), rng.normal(size=8).astype(np.float32)
    with_it = QuantizedLinear(weights).forward(x)
    monkeypatch.setattr(kernels, "find_spec", lambda _: None)
    kernels.kernels_of.cache_clear()
    try:
        assert_allclose(QuantizedLinear(weights).forward(x), with_it, rtol=1e-5)
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'ffnlib\[fast\]'"):
            QuantizedLinear(weights, engine="numba")
        layer = Linear.from_arrays(dequantize(weights).astype(np.float32))
        assert_allclose(SkippingLinear.from_linear(layer).forward(x), layer.forward(x), rtol=1e-5)
    finally:
        kernels.kernels_of.cache_clear()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: QuantizedLinear(np.ones((2, 3))), TypeError, "weights must be what quantize"),
        (lambda: QuantizedLinear(quantize(np.ones(3))), ValueError, r"shape \(d_out, d_in\)"),
        (lambda: layer_of(b=np.ones(3)), ValueError, r"b must have shape \(d_out,\) = \(2,\)"),
        (lambda: layer_of(engine="c"), ValueError, "engine must be one of auto, numpy, numba"),
        (lambda: layer_of(activation_bits=9), ValueError, "bits must"),
        (lambda: layer_of().forward(np.ones(4)), ValueError, "x must have d_in=3"),
        (lambda: layer_of().forward("x"), TypeError, "x must hold"),
        (lambda: quantize_model("net"), TypeError, "model must be a Model with dense layers"),
        (lambda: quantize_model(net(), method="best"), ValueError, "method must be one of rtn"),
        (lambda: quantize_model(net(), method="gptq"), ValueError, "calibration must be inputs"),
        (lambda: model_nbytes(3), TypeError, "model must be a Model"),
        (lambda: unpack_model(3), TypeError, "model must be a Model"),
    ],
)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def layer_of(**options):
    return QuantizedLinear(quantize(np.ones((2, 3))), **options)


def net():
    return MLP([3, 4, 2], rng=np.random.default_rng(0))


def test_zeros_are_skipped_exactly():
    rng = np.random.default_rng(0)
    for d_in, bias in ((1, True), (6, False), (103, True)):
        layer = Linear(d_in, 37, rng, bias=bias, dtype=np.float32)
        skipping = SkippingLinear.from_linear(layer)
        for share in (0.0, 0.3, 1.0):
            x = np.where(rng.random(d_in) < share, rng.normal(size=d_in), 0).astype(np.float32)
            assert_allclose(skipping.forward(x), layer.forward(x), rtol=1e-4, atol=1e-5)
            assert_allclose(skipping.forward(x[None]), layer.forward(x[None]), rtol=1e-4, atol=1e-5)
            wide = x.astype(np.float64)
            assert_allclose(skipping.forward(wide), layer.forward(wide), rtol=1e-6, atol=1e-7)
            skipping.columns[x == 0] = np.nan  # never read
            assert np.isfinite(skipping.forward(x)).all()
            skipping = SkippingLinear.from_linear(layer)
        batch = rng.normal(size=(4, d_in)).astype(np.float32)
        assert_allclose(skipping.forward(batch), layer.forward(batch), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="x must have d_in=103"):
        skipping.forward(np.ones(4))


def test_factors_are_the_best_for_the_inputs():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 30)) + 0.3 * rng.normal(size=(400, 30)) + 1
    layer = Linear(30, 20, rng)
    layer.b += rng.normal(size=20)
    exact = layer.forward(x)
    centred = exact - exact.mean(axis=0)
    for rank in (1, 5, 20):
        thin = factor(layer, x, rank)
        least = np.sqrt((np.linalg.svd(centred, compute_uv=False)[rank:] ** 2).sum())
        assert np.linalg.norm(thin.forward(x) - exact) == pytest.approx(least, rel=1e-9, abs=1e-9)
        assert thin.rank == rank
        assert thin.num_parameters == rank * 50 + 20
    thin = factor(layer, x, 5)
    plain = best_approximation(layer.W, 5).matrix
    assert output_error(layer.W, thin.W, x) < 0.7 * output_error(layer.W, plain, x)
    for rank, message in ((21, "rank must be from 1 to d_out=20"), (0, "rank must be at least 1")):
        with pytest.raises(ValueError, match=message):
            factor(layer, x, rank)
    with pytest.raises(ValueError, match="x must have shape"):
        factor(layer, x[:, 1:], 3)
    with pytest.raises(ValueError, match="second must take the 5 outputs"):
        FactoredLinear(thin.first, Linear(6, 2, rng))


def test_factored_layer_is_a_layer():
    rng = np.random.default_rng(0)
    layers = [FactoredLinear(Linear(6, 3, rng), Linear(3, 8, rng)), Linear(8, 4, rng)]
    model = MLP.from_layers(layers, "tanh")
    x, y = rng.normal(size=(10, 6)), rng.normal(size=(10, 4))
    output = model.forward(x, training=True)
    model.backward(output - y)

    def loss(_):
        return float(((model.forward(x) - y) ** 2).sum() / 2)

    assert gradcheck(loss, model.named_parameters(), model.named_gradients()).ok
    assert_allclose(layers[0].forward(x), x @ layers[0].W.T + layers[0].b, rtol=1e-12)
    assert list(dense_slots(model)) == ["layers.0.first", "layers.0.second", "layers.1"]
    small = quantize_model(model, 8)
    assert relative_error(small.forward(x), model.forward(x)) < 0.02
    assert model_nbytes(small) < model_nbytes(model) / 3
    unpacked = unpack_model(small)
    assert_allclose(unpacked.forward(x), small.forward(x), rtol=1e-5, atol=1e-6)
    assert unpacked.num_parameters == model.num_parameters


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_example_after_the_other(activation, dtype):
    rng = np.random.default_rng(0)
    model = MLP([6, 8, 7, 3], activation, rng=rng, dtype=dtype)
    x = rng.normal(size=(5, 6)).astype(dtype)
    layers = [factor(model.layers[0], x, 4), *model.layers[1:]]
    for net_ in (model, MLP.from_layers(layers, activation)):
        run = SingleExample(net_)
        for row in x:
            assert_allclose(run(row), net_.forward(row), rtol=1e-5, atol=1e-6)
        with pytest.raises(ValueError, match=r"x must be \(6,\)"):
            run(x)
    with pytest.raises(TypeError, match="dense layers of floats"):
        SingleExample(quantize_model(model, 8))
    with pytest.raises(TypeError, match="model must be an MLP"):
        SingleExample(3)


@pytest.mark.parametrize(("bits", "gain"), [(3, 0.02), (2, 0.08)])
def test_training_for_the_levels_beats_rounding_afterwards(bits, gain):
    """On digits, in a second: the same network, trained on with rounded weights."""
    rng = np.random.default_rng(0)
    learn, judge = holdout(digits(), 0.4, rng)
    model = MLP([64, 24, 10], rng=rng)
    fit(model, learn, rng=rng, epochs=25, batch_size=32)
    afterwards = max(
        evaluate(quantize_model(model, bits, clip=clip), judge).accuracy
        for clip in ("absmax", "mse")
    )
    aware = QuantizationAware(model, bits)
    optimizer = Adam(aware.parameters(), Cosine(5e-3, 170))
    fit(aware, learn, rng=rng, epochs=10, batch_size=64, optimizer=optimizer)
    packed = aware.quantized()
    assert evaluate(packed, judge).accuracy > afterwards + gain
    assert_array_equal(packed.predict(judge.x), aware.forward(judge.x).argmax(axis=1))

"""A classifier with a mixture of experts: its gradients, and its training on the digits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.datasets import digits, holdout
from ffnlib.moe import MoEClassifier
from ffnlib.nn import cross_entropy
from ffnlib.production import SingleMixture
from ffnlib.quantization import quantize_model
from ffnlib.training import Adam, evaluate, fit, gradcheck, train_step


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("variant", ["relu", "swiglu"])
def test_gradients_against_differences(variant, residual):
    rng = np.random.default_rng(0)
    model = MoEClassifier(
        6, 3, 5, 4, 4, variant=variant, residual=residual, activation="gelu", rng=rng,
        load_balancing=0.3, router_z=0.1,
    )  # fmt: skip
    x, y = rng.normal(size=(9, 6)), rng.integers(0, 3, 9)

    def loss(params):
        value, g = cross_entropy.with_gradient(model.forward(params["x"], training=True), y)
        total = value + model.auxiliary_loss
        return total, {"x": model.backward(g), **model.named_gradients()}

    result = gradcheck(loss, {"x": x, **model.named_parameters()})
    assert result, result


@pytest.fixture(scope="module")
def data():
    return holdout(digits(np.float32), 0.2, np.random.default_rng(0))


def classifier(seed=0, **options):
    return MoEClassifier(
        64, 10, 32, 32, rng=np.random.default_rng(seed), dtype=np.float32, **options
    )


def test_learns_the_digits_with_evenly_used_experts(data):
    train, held_out = data
    uneven = {}
    for weight in (0.0, 0.1):
        model = classifier(load_balancing=weight)
        history = fit(
            model, train, rng=np.random.default_rng(0), epochs=12, batch_size=64,
            optimizer=Adam(model.parameters(), 3e-3), validation=held_out, gradient_norms=True,
        )  # fmt: skip
        assert history.validation_accuracy[-1] > 0.95
        assert {p.dtype for p in model.parameters()} == {np.dtype(np.float32)}
        # what is reported is the task's loss, in training and afterwards
        assert history.validation_loss[-1] == pytest.approx(evaluate(model, held_out).loss)
        assert model.auxiliary_loss == pytest.approx(weight, rel=0.1)
        assert np.isfinite(history.gradient_norms[-1]).all()
        uneven[weight] = np.ptp(model.route(held_out.x).shares)
    assert uneven[0.1] < 0.15 < uneven[0.0]


def test_the_same_seed_gives_the_same_model(data):
    train, held_out = data
    models = []
    for _ in range(2):
        model = classifier(noise_std=1.0, capacity_factor=1.25)
        fit(model, train, rng=np.random.default_rng(1), epochs=1)
        models.append(model)
    assert_array_equal(models[0].predict(held_out.x), models[1].predict(held_out.x))
    assert_array_equal(models[0].predict(held_out.x), models[0].forward(held_out.x).argmax(axis=1))


def test_parameters_are_counted():
    model = MoEClassifier(784, 10, 256, 440, rng=np.random.default_rng(0), dtype=np.float32)
    expert = 256 * 440 + 440 + 440 * 256 + 256
    dense = 784 * 256 + 256 + 256 * 10 + 10
    assert model.num_parameters == dense + 4 * 256 + 4 * expert
    assert model.active_parameters == dense + 4 * 256 + 2 * expert


def test_a_dropped_example_goes_around(data):
    x = data[0].x[:40]
    model = classifier(capacity_factor=0.1, top_k=1)
    model.forward(x, training=True)
    gone = ~model.moe.routing.kept.any(axis=1)
    assert gone.sum() == model.moe.routing.dropped > 30  # one place an expert
    h = np.maximum(model.stem.forward(x), 0)
    assert_allclose(model.forward(x)[gone], model.head.forward(h)[gone], rtol=1e-5, atol=1e-6)


def test_mistakes_are_named():
    model = classifier()
    with pytest.raises(ValueError, match=r"x must have shape \(batch, d_in\), at least one row"):
        model.forward(np.zeros((0, 64)))
    with pytest.raises(ValueError, match=r"x must have shape \(batch, d_in\).* got \(64,\)"):
        model.predict(np.zeros(64))
    with pytest.raises(RuntimeError, match="call forward"):
        model.backward(np.zeros((1, 10)))
    with pytest.raises(ValueError, match="top_k must be between 1 and num_experts=4, got 5"):
        classifier(top_k=5)
    x = np.zeros((2, 64), np.float32)
    x[1, 0] = np.nan
    with pytest.raises(ValueError, match="got nan for token 1"):
        train_step(model, Adam(model.parameters()), x, np.zeros(2, int))


@pytest.mark.parametrize("variant", ["relu", "swiglu"])
@pytest.mark.parametrize("top_k", [1, 2, 5])
@pytest.mark.parametrize("residual", [True, False])
def test_one_example_at_a_time_is_the_same(variant, top_k, residual):
    rng = np.random.default_rng(top_k)
    model = MoEClassifier(
        7, 3, 6, 30, 5, top_k, variant=variant, residual=residual, temperature=0.7, rng=rng
    )
    model.stem.b[:] = rng.normal(size=6)
    run, x = SingleMixture(model), rng.normal(size=(25, 7))
    x[0] = 0
    for row, expected in zip(x, model.forward(x), strict=True):
        assert_allclose(run(row), expected, rtol=1e-10, atol=1e-12)
    model.moe.router.W[:] = 0  # all logits are equal: the first experts are chosen
    assert_allclose(SingleMixture(model)(x[3]), model.forward(x[3:4])[0], rtol=1e-10)


def test_what_cannot_be_prepared_is_said():
    model = classifier()
    with pytest.raises(TypeError, match="must be a MoEClassifier, got int"):
        SingleMixture(3)
    with pytest.raises(TypeError, match="dense layers of floats"):
        SingleMixture(quantize_model(model, 8))
    with pytest.raises(ValueError, match=r"no capacity_factor .* got capacity_factor=1\.25"):
        SingleMixture(classifier(capacity_factor=1.25))
    run = SingleMixture(model)
    with pytest.raises(ValueError, match=r"x must be \(64,\) in float32, got \(1, 64\)"):
        run(np.zeros((1, 64), np.float32))
    with pytest.raises(ValueError, match="logits must be finite"):
        run(np.full(64, np.nan, np.float32))


def test_its_dtype_is_known_without_parameters_to_train():
    assert quantize_model(classifier(), 8).dtype == np.float32

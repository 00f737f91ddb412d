"""The loop, the optimizers' edges, schedules, files, and images that move."""

import math
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib._base.checkpoint import read_arrays
from ffnlib.datasets import blobs, digits, holdout
from ffnlib.errors import UnreadableFileError
from ffnlib.nn import MLP, mse
from ffnlib.training import (
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Constant,
    Cosine,
    Distort,
    History,
    Momentum,
    Shift,
    StepDecay,
    batches,
    count_steps,
    evaluate,
    fit,
    train_step,
)


def small(seed=0, **options):
    return MLP([2, 16, 3], rng=np.random.default_rng(seed), **options)


def data(n=90, seed=1):
    return blobs(n, rng=np.random.default_rng(seed))


def parameters_of(model):
    return [p.copy() for p in model.parameters()]


# --- fit


def test_it_learns_the_digits():
    rng = np.random.default_rng(0)
    train, test = holdout(digits(np.float32), 0.2, rng)
    model = MLP([64, 64, 10], rng=rng, dtype=np.float32)
    history = fit(model, train, rng=rng, epochs=25, batch_size=32)
    assert evaluate(model, test).accuracy > 0.96
    assert history.loss[-1] < 0.1 * history.loss[0]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns(name):
    model = small()
    rate = 0.01 if name.startswith("adam") else 0.05
    fit(model, data(), rng=np.random.default_rng(2), epochs=20, batch_size=15,
        optimizer=OPTIMIZERS[name](model.parameters(), rate))  # fmt: skip
    assert evaluate(model, data(seed=5)).accuracy > 0.97


def test_same_seed_same_model():
    found = []
    for seed in (3, 3, 4):
        model = small(dropout=0.2)
        history = fit(model, data(), rng=np.random.default_rng(seed), epochs=3, augment=jitter)
        found.append((parameters_of(model), history.step_loss))
    for one, same, other in zip(*(f[0] for f in found), strict=True):
        assert_array_equal(one, same)
        assert not np.array_equal(one, other)
    assert found[0][1] == found[1][1]


def jitter(x, rng):
    return x + rng.normal(0, 0.01, x.shape)


def test_history_holds_what_happened():
    model = small()
    seen = []
    history = fit(
        model, data(), rng=np.random.default_rng(0), epochs=4, batch_size=40,
        validation=data(seed=2), gradient_norms=True,
        after_epoch=lambda epoch, h: seen.append((epoch, len(h.loss))),
    )  # fmt: skip
    assert seen == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert len(history.step_loss) == len(history.gradient_norms) == count_steps(90, 40, 4) == 12
    for column in ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"):
        assert len(getattr(history, column)) == 4
    assert history.loss[0] == pytest.approx(np.dot(history.step_loss[:3], [40, 40, 10]) / 90)
    assert history.gradient_norms[0].shape == (2,)
    score = evaluate(model, data(seed=2))
    assert (history.validation_loss[-1], history.validation_accuracy[-1]) == score
    assert history.best_epoch is None
    assert repr(history).startswith("History(epochs=4, steps=12, loss=")
    assert repr(History()) == "History(no epoch)"


def test_after_epoch_can_stop():
    history = fit(small(), data(), rng=np.random.default_rng(0), epochs=9,
                  after_epoch=lambda epoch, _: epoch == 2)  # fmt: skip
    assert len(history.loss) == 3


def test_early_stopping_brings_the_best_parameters_back():
    model, kept = small(), []
    optimizer = SGD(model.parameters(), lambda step: 0.1 if step < 6 else 20.0)  # then it breaks
    history = fit(
        model, data(), rng=np.random.default_rng(0), epochs=30, batch_size=90, patience=4,
        optimizer=optimizer, validation=data(seed=2),
        after_epoch=lambda *_: kept.append(parameters_of(model)) and None,
    )  # fmt: skip
    best = int(np.argmin(history.validation_loss))
    assert history.best_epoch == best
    assert len(history.loss) == best + 1 + 4 < 30
    for p, saved in zip(model.parameters(), kept[best], strict=True):
        assert_array_equal(p, saved)


def test_regression_has_no_accuracy():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (64, 1))
    model = MLP([1, 20, 1], "tanh", rng=rng)
    history = fit(model, (x, np.abs(x)), rng=rng, epochs=200, loss=mse, batch_size=16,
                  optimizer=Adam(model.parameters(), 0.01), validation=(x, np.abs(x)))  # fmt: skip
    assert history.validation_loss[-1] < 0.002
    assert math.isnan(history.accuracy[0])
    assert math.isnan(history.validation_accuracy[0])


def test_divergence_is_seen_and_not_warned_about():
    model = MLP([2, 16, 16, 3], rng=np.random.default_rng(0), dtype=np.float32)
    history = fit(model, data(), rng=np.random.default_rng(0), epochs=30,
                  optimizer=SGD(model.parameters(), 1e6))  # fmt: skip
    assert not np.isfinite(history.loss[-1])


def test_bytes_of_pixels_are_accepted():
    x = np.random.default_rng(0).integers(0, 256, (20, 4)).astype(np.uint8)
    model = MLP([4, 5, 2], rng=np.random.default_rng(0), dtype=np.float32)
    fit(model, (x, (x[:, 0] > 127).astype(np.uint8)),
        rng=np.random.default_rng(0), epochs=1, augment=lambda b, _: b / 255)  # fmt: skip
    assert model.dtype == np.float32


def test_the_bar_is_there_when_wanted_and_installed(monkeypatch, capsys):
    fit(small(), data(), rng=np.random.default_rng(0), epochs=1, progress=True)
    assert "1/1" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm", None)  # as if not installed
    fit(small(), data(), rng=np.random.default_rng(0), epochs=1, progress=True)
    assert capsys.readouterr().err == ""


@settings(max_examples=50)
@given(n=st.integers(1, 200), size=st.integers(1, 250), seed=st.integers(0, 99))
def test_every_example_is_dealt_once(n, size, seed):
    dealt = list(batches(n, size, np.random.default_rng(seed)))
    assert sorted(np.concatenate(dealt)) == list(range(n))
    assert len(dealt) == count_steps(n, size)
    assert all(len(b) == size for b in dealt[:-1])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got 0"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number, got 1.5"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"patience": 2}, ValueError, "patience needs validation data"),
        ({"data": np.ones((3, 2))}, TypeError, r"data must be a Dataset or a pair \(x, y\)"),
        ({"data": (np.ones((3, 2)), [0, 1])}, ValueError, r"got shapes \(3, 2\) and \(2,\)"),
        ({"data": (np.ones((3, 5)), [0, 1, 2])}, ValueError, "x must have d_in=2 numbers"),
        ({"data": (np.ones((3, 2)), [0, 1, 3])}, ValueError, "targets must lie between 0 and 2"),
        ({"validation": np.ones(3)}, TypeError, "data must be a Dataset"),
    ],
)
def test_fit_explains_what_does_not_fit(change, error, message):
    arguments = {"data": data(), "rng": np.random.default_rng(0), "epochs": 1} | change
    model = small()
    with pytest.raises(error, match=message):
        fit(model, arguments.pop("data"), **arguments)


# --- optimizers and schedules


def test_nesterov_looks_ahead_and_the_average_does_not():
    """f(w) = w'Aw/2 with an ill-conditioned A, 50 steps: a real look ahead wins by far."""
    slopes = np.array([1.0, 100.0])
    left = {}
    for name in ("momentum", "nesterov"):
        w = np.ones(2)
        optimizer = OPTIMIZERS[name]([w], 0.01, momentum=0.9)
        for _ in range(50):
            optimizer.step([slopes * w])
        left[name] = float(slopes @ w**2) / 2
    v, theta = np.zeros(2), np.ones(2)
    for _ in range(50):  # the definition: the gradient where the velocity would carry us
        v = 0.9 * v + slopes * (theta - 0.01 * 0.9 * v)
        theta = theta - 0.01 * v
    ahead = theta - 0.01 * 0.9 * v
    assert float(slopes @ ahead**2) / 2 == pytest.approx(left["nesterov"], rel=1e-9)
    assert left["nesterov"] < left["momentum"] / 10


def test_an_average_of_gradients_is_the_heavy_ball_at_another_rate():
    rng = np.random.default_rng(0)
    w, average, other = np.ones(3), np.zeros(3), np.ones(3)
    ball = Momentum([w], 0.1 * (1 - 0.9))
    for _ in range(30):
        g = rng.normal(size=3)
        ball.step([g])
        average = 0.9 * average + 0.1 * g
        other -= 0.1 * average
    assert_allclose(w, other, rtol=1e-13)


def test_adam_s_first_step_is_the_rate_whatever_the_gradient():
    for size in (1e-3, 1e3):
        w = np.zeros(2)
        Adam([w], 0.01).step([np.array([size, -size])])
        assert_allclose(w, [-0.01, 0.01], rtol=1e-4)


def test_biases_do_not_decay():
    W, b = np.ones((2, 2)), np.ones(2)
    AdamW([W, b], 0.1, weight_decay=0.5).step([np.zeros((2, 2)), np.zeros(2)])
    assert_allclose(W, 0.95)
    assert_array_equal(b, 1)


def test_a_forgotten_mean_becomes_zero_and_never_lingers():
    w = np.zeros(4, np.float32)
    optimizer = Adam([w], 0.01)
    optimizer.step([np.ones(4, np.float32)])
    for _ in range(1400):
        optimizer.step([np.zeros(4, np.float32)])
    assert_array_equal(optimizer.state_arrays()[0], 0)


def test_going_back_needs_the_state_arrays_and_the_step():
    model = small()
    optimizer = Adam(model.parameters(), Cosine(0.01, 20))
    x, y, _, _ = data()
    for _ in range(5):
        train_step(model, optimizer, x, y)
    kept = parameters_of(model), [a.copy() for a in optimizer.state_arrays()], optimizer.steps
    losses = [train_step(model, optimizer, x, y) for _ in range(5)]
    for p, saved in zip(model.parameters(), kept[0], strict=True):
        p[...] = saved
    for a, saved in zip(optimizer.state_arrays(), kept[1], strict=True):
        a[...] = saved
    optimizer.steps = kept[2]
    assert [train_step(model, optimizer, x, y) for _ in range(5)] == losses


def test_schedules():
    assert [Constant(0.1)(t) for t in (0, 99)] == [0.1, 0.1]
    assert [StepDecay(1.0, 3, 0.5)(t) for t in range(7)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]
    cosine = Cosine(1.0, steps=110, warmup=10, final=0.2)
    assert_allclose(
        [cosine(t) for t in (0, 4, 9, 10, 60, 110, 500)], [0.1, 0.5, 1, 1, 0.6, 0.2, 0.2]
    )
    rates = [cosine(t) for t in range(10, 111)]
    assert all(a >= b for a, b in pairwise(rates))
    optimizer = SGD([np.ones(1)], cosine)
    assert optimizer.learning_rate == 0.1
    optimizer.step([np.ones(1)])
    assert (optimizer.steps, optimizer.learning_rate) == (1, 0.2)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda: SGD([np.ones(2)], 0), ValueError, "the learning rate must be a finite number"),
        (lambda: SGD([np.ones(2)], math.nan), ValueError, "the learning rate must be"),
        (lambda: SGD([np.ones(2)], 1, -1), ValueError, "weight_decay must be a finite number, 0"),
        (lambda: SGD([[1.0]], 1), TypeError, r"parameters\[0\] must be a float32 or float64 array"),
        (lambda: SGD([np.ones(2, int)], 1), TypeError, "got int64"),
        (lambda: SGD([np.ones((3, 2)).T], 1), ValueError, r"parameters\[0\] must be C-contiguous"),
        (
            lambda: SGD([np.ones(1), np.ones(1, "f4")], 1),
            TypeError,
            "parameters must have one dtype",
        ),
        (lambda: SGD([np.ones(2)], 1).step([np.ones(3)]), ValueError, r"shapes \[\(2,\)\], got"),
        (lambda: SGD([np.ones(2)], 1).step([]), ValueError, "gradients must have"),
        (lambda: Momentum([np.ones(2)], 1, 1.0), ValueError, "momentum must be from 0 to below 1"),
        (lambda: Adam([np.ones(2)], betas=(0.9, 1)), ValueError, r"betas\[1\] must be from 0"),
        (lambda: Adam([np.ones(2)], eps=0), ValueError, "eps must be above 0, got 0"),
        (lambda: Cosine(1.0, 5, warmup=6), ValueError, "warmup must be at most steps=5, got 6"),
        (lambda: Cosine(1.0, 5, final=2.0), ValueError, "final must be from 0 to rate=1"),
        (lambda: StepDecay(1.0, 5, 0), ValueError, "factor must be above 0 and at most 1"),
    ],
)
def test_optimizers_explain_what_is_wrong(f, error, message):
    with pytest.raises(error, match=message):
        f()


# --- files


def test_what_was_saved_is_loaded_into_the_same_arrays(tmp_path):
    path = tmp_path / "model.bin"  # the name is kept, whatever it ends in
    model, other = small(), small(seed=9)
    arrays = other.parameters()
    model.save(path)
    other.load(path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.bin"]
    for p, q, same in zip(model.parameters(), other.parameters(), arrays, strict=True):
        assert_array_equal(p, q)
        assert q is same
    single = small(dtype=np.float32)
    single.load(path)
    assert single.dtype == np.float32


def test_a_damaged_file_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "model.npz"
    small().save(path)
    whole = path.read_bytes()
    good = read_arrays(path)
    model = small(seed=9)
    before = parameters_of(model)
    rng = np.random.default_rng(0)
    spoiled = [b"", b"PK", b"hello", whole[: len(whole) // 2], whole[:-1], whole + b"x" * 70000]
    for _ in range(300):
        place = int(rng.integers(len(whole)))
        changed = bytearray(whole)
        changed[place] ^= int(rng.integers(1, 256))
        spoiled.append(bytes(changed))
    refused = 0
    for content in spoiled:
        path.write_bytes(content)
        try:
            model.load(path)
        except UnreadableFileError:
            refused += 1
            for p, kept in zip(model.parameters(), before, strict=True):
                assert_array_equal(p, kept)
        else:  # a byte that means nothing, such as a date
            for p, saved in zip(model.parameters(), good.values(), strict=True):
                assert_array_equal(p, saved)
            for p, kept in zip(model.parameters(), before, strict=True):
                p[...] = kept
    assert refused > len(spoiled) / 2


def test_a_foreign_file_is_refused_and_changes_nothing(tmp_path):
    model = small()
    before = parameters_of(model)
    path = tmp_path / "x.npz"
    MLP([2, 17, 3], rng=np.random.default_rng(0)).save(path)
    with pytest.raises(UnreadableFileError, match=r"its layers.0.W is float64 of shape \(17, 2\)"):
        model.load(path)
    MLP([2, 3], rng=np.random.default_rng(0)).save(path)
    with pytest.raises(UnreadableFileError, match=r"it holds layers.0.W, layers.0.b, and"):
        model.load(path)
    np.savez(path, a=np.ones(3))
    with pytest.raises(UnreadableFileError, match="was not written by save"):
        model.load(path)
    with path.open("wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(UnreadableFileError, match="damaged or not a file of parameters"):
        model.load(path)
    np.savez(path, a=np.array([print], dtype=object))  # a pickle, which we never read
    with pytest.raises(UnreadableFileError, match="damaged or not"):
        model.load(path)
    with pytest.raises(FileNotFoundError):
        model.load(tmp_path / "missing.npz")
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "missing" / "model.npz")
    for p, kept in zip(model.parameters(), before, strict=True):
        assert_array_equal(p, kept)


# --- augmentation


@pytest.mark.parametrize("augment", [Shift(2), Distort()], ids=lambda a: type(a).__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_augmentation_keeps_shape_dtype_range_and_seed(augment, dtype):
    x = np.random.default_rng(0).random((6, 49)).astype(dtype)
    kept = x.copy()
    one, same, other = (augment(x, np.random.default_rng(s)) for s in (1, 1, 2))
    assert (one.shape, one.dtype) == (x.shape, x.dtype)
    assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 1 + 1e-6
    assert_array_equal(x, kept)


def test_no_distortion_changes_nothing():
    x = np.random.default_rng(0).random((6, 49))
    assert_allclose(Distort(0, 0, 0, 0, 0)(x, np.random.default_rng(0)), x)
    assert_array_equal(Shift(0)(x, np.random.default_rng(0)), x)


def test_shift_moves_whole_pixels_every_way():
    x = np.zeros((500, 25))
    x[:, 12] = 1  # the centre of 5 × 5
    moved = Shift(1)(x, np.random.default_rng(0))
    assert_array_equal(moved.sum(axis=1), 1)
    assert sorted(set(moved.argmax(axis=1))) == [6, 7, 8, 11, 12, 13, 16, 17, 18]


def test_bend_is_the_size_it_says():
    bumps = Distort(bend=0.8)._bumps_for(28)
    assert_allclose(np.sqrt((bumps**2).sum(axis=0)), 0.8, rtol=1e-5)


def test_augmentation_explains_what_is_wrong():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"x must hold square images, .* got \(2, 10\)"):
        Shift()(np.ones((2, 10)), rng)
    with pytest.raises(ValueError, match="degrees must be finite, 0 or more; got -1"):
        Distort(degrees=-1)
    with pytest.raises(ValueError, match="scale must be below 1"):
        Distort(scale=1.5)
    with pytest.raises(ValueError, match="smoothness must be at least"):
        Distort(smoothness=0)
    with pytest.raises(TypeError, match="pixels must be a whole number"):
        Shift(1.5)
    with pytest.raises(TypeError, match="rng must be"):
        Distort()(np.ones((2, 9)), 3)

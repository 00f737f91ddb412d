"""A watched training: what is read off it, and the alarms that ring, each for its own reason."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import MLP, cross_entropy
from ffnlib.production import (
    BAD,
    PROBE,
    SIGNALS,
    TRAININGS,
    USUAL,
    Limits,
    Reading,
    begin,
    clip_gradients,
    first_alarms,
    limits_for,
    signals,
    step,
    update_ratios,
    watched_step,
)
from ffnlib.training import SGD, activation_statistics, gradient_norms, train_step

rng = np.random.default_rng
X, Y = rng(1).normal(size=(20, 3)), rng(2).integers(0, 4, 20)


def reading(loss=1.0, norms=(1.0, 1.0), ratio=1e-3, dead=0.0, flat=0.0):
    return Reading(loss, norms, (ratio, ratio), (dead,), (flat,), (1.0, 1.0))


def healthy(n=30):
    return [reading(1.0 + 0.1 * (i % 3)) for i in range(n)]


def rang(readings, limits=USUAL):
    return {alarm.signal: alarm.reading for alarm in first_alarms(readings, limits)}


# ---- what is read off


def test_a_watched_step_is_a_step_and_reads_what_it_says():
    net = MLP([3, 8, 4], "tanh", rng=rng(0))
    other = deepcopy(net)
    before = [layer.W.copy() for layer in net.layers]
    read = watched_step(net, SGD(net.parameters(), 0.1), X, Y, X[:5])
    assert read.loss == train_step(other, SGD(other.parameters(), 0.1), X, Y)
    for ours, theirs in zip(net.parameters(), other.parameters(), strict=True):
        assert_array_equal(ours, theirs)
    assert_array_equal(read.gradient_norms, gradient_norms(other))
    for ratio, old, layer in zip(read.update_ratios, before, other.layers, strict=True):
        assert ratio == pytest.approx(0.1 * np.linalg.norm(layer.dW) / np.linalg.norm(old))
    hidden, out = activation_statistics(other, X[:5])
    assert read.dead == (hidden.dead,)
    assert read.flat == (hidden.saturated,)
    assert read.spread == (hidden.std, out.std)
    assert read.finite
    assert read.gradient_norm == pytest.approx(np.hypot(*read.gradient_norms))


def test_update_ratios_by_hand():
    got = update_ratios([[3.0, 4.0], [0.0], [0.0]], [[3.0, 4.5], [0.0], [1.0]])
    assert_array_equal(got, [0.1, 0, np.inf])


@given(st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_caps_the_length(limit):
    net = MLP([3, 8, 4], rng=rng(0))
    loss, g = cross_entropy.with_gradient(net.forward(X, training=True), Y)
    assert loss > 0
    net.backward(g)
    before = np.concatenate([g.ravel().copy() for g in net.gradients()])
    norm = clip_gradients(net, limit)
    after = np.concatenate([g.ravel() for g in net.gradients()])
    assert norm == pytest.approx(np.linalg.norm(before))
    assert np.linalg.norm(after) <= limit * (1 + 1e-12) or norm <= limit
    assert_allclose(after, before * min(1, limit / norm), rtol=1e-12)


def test_clipping_is_what_pytorch_does():
    torch = pytest.importorskip("torch")
    net = MLP([3, 8, 4], rng=rng(0))
    net.backward(cross_entropy.gradient(net.forward(X, training=True), Y))
    theirs = [torch.nn.Parameter(torch.tensor(p)) for p in net.parameters()]
    for p, g in zip(theirs, net.gradients(), strict=True):
        p.grad = torch.tensor(g)
    norm = torch.nn.utils.clip_grad_norm_(theirs, 0.05)
    assert clip_gradients(net, 0.05) == pytest.approx(float(norm))
    for p, g in zip(theirs, net.gradients(), strict=True):
        assert_allclose(g, p.grad.numpy(), rtol=1e-4)  # PyTorch divides by norm + 1e-6


# ---- alarms, one by one


def test_nothing_rings_when_all_is_well():
    assert rang(healthy()) == {}
    assert set(signals(healthy())) == set(SIGNALS)


@pytest.mark.parametrize(
    ("bad", "signal"),
    [
        (reading(loss=40.0), "loss"),
        (reading(norms=(30.0, 1.0)), "gradient"),
        (reading(norms=(1e-6, 1.0)), "vanishing"),
        (reading(norms=(0.0, 1.0)), "vanishing"),
        (reading(ratio=0.2), "update"),
        (reading(dead=0.6), "dead"),
        (reading(flat=0.6), "flat"),
    ],
)
def test_each_alarm_has_its_cause_and_waits_for_a_second_reading(bad, signal):
    readings = [*healthy(), bad, bad, *healthy(4)]
    assert rang(readings)[signal] == 31
    assert set(rang(readings)) <= {signal, "loss"}
    ringing = signals(readings)[signal].ringing
    assert not ringing[:31].any()
    if signal != "loss":
        assert rang([*healthy(), bad, *healthy(4)]) == {}


@pytest.mark.parametrize("bad", [reading(loss=np.nan), reading(norms=(np.inf, 1.0))])
def test_what_is_no_number_rings_at_once(bad):
    alarms = rang([*healthy(5), bad])
    assert alarms["loss"] == alarms["gradient"] == 5


@given(st.lists(st.floats(0.1, 10) | st.just(np.nan), min_size=1, max_size=40))
def test_what_is_usual_is_the_median_of_the_finite_readings_before(losses):
    limits = Limits(window=7, warm_up=2)
    values = signals([reading(loss) for loss in losses], limits)["loss"].values
    for i, value in enumerate(values):
        before = np.array(losses[max(0, i - 7) : i])
        before = before[np.isfinite(before)]
        recent = np.mean(losses[max(0, i - 4) : i + 1])
        if i < 2 or len(before) == 0 or np.isnan(recent):
            assert np.isnan(value)
        else:
            assert value == pytest.approx(recent / np.median(before))


def test_before_the_warm_up_nothing_is_usual():
    spiky = [reading(loss=10.0 ** (i % 4), norms=(10.0 ** (i % 4), 1.0)) for i in range(10)]
    assert rang(spiky, Limits(vanishing=np.inf)) == {}
    assert np.isnan(signals(spiky)["gradient"].values).all()


@given(st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=40), st.floats(1.1, 100))
def test_a_higher_limit_never_rings_earlier(losses, factor):
    readings = [reading(loss, norms=(loss, 1.0), ratio=loss) for loss in losses]
    strict = rang(readings)
    lax = Limits(**{name: getattr(USUAL, name) * factor for name in SIGNALS})
    for name, at in rang(readings, lax).items():
        assert strict[name] <= at


def test_limits_follow_the_activation():
    assert limits_for("tanh").flat == limits_for("sigmoid").flat == USUAL.flat
    assert limits_for("relu").flat == limits_for("gelu").flat == 0.95


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="readings must hold at least one"):
        signals([])
    with pytest.raises(ValueError, match="update must be above 0, got 0"):
        Limits(update=0)
    with pytest.raises(ValueError, match="patience must be at least 1"):
        Limits(patience=0)
    with pytest.raises(ValueError, match="activation"):
        limits_for("step")
    with pytest.raises(ValueError, match=r"before\[0\] and after\[0\] must have one shape"):
        update_ratios([[1.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="same arrays, got 1 and 0"):
        update_ratios([[1.0]], [])
    net = MLP([3, 4], rng=rng(0))
    with pytest.raises(ValueError, match="limit must be a finite number above 0, got 0"):
        clip_gradients(net, 0)
    with pytest.raises(RuntimeError, match="no gradients yet"):
        clip_gradients(net, 1)
    with pytest.raises(ValueError, match="clip"):
        watched_step(net, SGD(net.parameters(), 0.1), X, Y, X, clip=-1)
    with pytest.raises(ValueError, match="name must be one of healthy"):
        begin("fine")


# ---- whole trainings


def trained(name, clip=False, seed=0, steps=180):
    run = begin(name, clip, seed)
    for _ in range(steps):
        step(run)
    return run, rang(run.readings, limits_for(run.training.activation))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("clip", [False, True])
def test_a_healthy_training_rings_no_alarm(seed, clip):
    run, alarms = trained("healthy", clip, seed, steps=120)
    assert alarms == {}
    assert run.accuracy[-1] > 0.85


@pytest.mark.parametrize("name", ["half dies", "dies"])
def test_bad_batches_are_seen_two_steps_after_they_come_and_clipping_saves_the_units(name):
    run, alarms = trained(name)
    assert min(alarms.values()) in (BAD.start + 1, BAD.start + 2)
    assert alarms["gradient"] <= alarms["dead"]
    assert max(run.readings[-1].dead) > 0.5
    clipped, alarms = trained(name, clip=True)
    assert max(clipped.readings[-1].dead) < 0.5
    assert "dead" not in alarms
    assert clipped.accuracy[-1] > 0.85


def test_the_loss_recovers_where_half_of_the_units_do_not():
    run, _ = trained("half dies", steps=240)
    dead = np.array([max(r.dead) for r in run.readings])
    assert np.mean([r.loss for r in run.readings[-10:]]) < run.readings[75].loss
    assert (dead[100:] > 0.5).all()


def test_an_explosion_is_announced_by_the_size_of_the_changes():
    run, alarms = trained("explodes", steps=120)
    lost = next(i for i, r in enumerate(run.readings) if not r.finite)
    assert alarms["update"] < lost - 5
    assert run.accuracy[alarms["update"]] > 0.3 > run.accuracy[-1]


def test_saturation_rings_before_the_network_is_lost_and_only_for_tanh():
    run, alarms = trained("saturates", steps=240)
    assert run.accuracy[alarms["flat"]] > 0.8
    assert run.accuracy[-1] < 0.5
    assert "dead" not in alarms


def test_runs_repeat():
    for name in TRAININGS:
        one, other = begin(name, seed=4), begin(name, seed=4)
        for run in (one, other):
            step(run)
        assert one.readings == other.readings
        assert one.accuracy == other.accuracy
        assert len(one.accuracy) == 2
    assert PROBE == 128

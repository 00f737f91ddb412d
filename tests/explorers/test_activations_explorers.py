"""The mathematics behind the second chapter and the explorers that show it."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from ffnlib._base.numbers import number
from ffnlib.analysis import (
    bell_average,
    bounds,
    extrema,
    flat_intervals,
    gradient_flow,
    one_step_trial,
    rms,
    share_inside,
    step_hidden,
)
from ffnlib.explorers import activations as chapter
from ffnlib.explorers.activations._facts import NAMES, said
from ffnlib.figures import Explorer, Handle, HeatMap, Line, Scatter
from ffnlib.nn import (
    ACTIVATIONS,
    MLP,
    Linear,
    gelu,
    leaky_relu,
    relu,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from ffnlib.training import dead_unit_rate, dead_units
from tests.explored import each, is_sound, marks

EXPLORERS = [getattr(chapter, name) for name in chapter.__all__]


# ---- extrema, bounds, averages


def test_gelu_turns_where_calculus_says():
    (low,) = extrema(gelu)
    assert (low.kind, low.x, low.y) == ("min", pytest.approx(-0.751792, abs=1e-6), low.y)
    assert low.y == pytest.approx(-0.169971, abs=1e-6)
    down, up = extrema(gelu.derivative)  # phi(x) (2 - x^2) = 0
    assert (down.kind, up.kind) == ("min", "max")
    assert (down.x, up.x) == pytest.approx((-math.sqrt(2), math.sqrt(2)), abs=1e-7)
    peak = norm.cdf(math.sqrt(2)) + math.sqrt(2) * norm.pdf(math.sqrt(2))
    assert (down.y, up.y) == pytest.approx((1 - peak, peak), abs=1e-12)
    assert (down.y, up.y) == pytest.approx((-0.128904, 1.128904), abs=1e-6)


def test_silu_turns_where_calculus_says():
    (low,) = extrema(silu)
    assert (low.x, low.y) == pytest.approx((-1.278465, -0.278465), abs=1e-6)
    down, up = extrema(silu.derivative)
    assert (down.x, up.x) == pytest.approx((-2.39936, 2.39936), abs=1e-5)
    assert (down.y, up.y) == pytest.approx((-0.099839, 1.099839), abs=1e-6)


@pytest.mark.parametrize("f", [relu, leaky_relu, softplus, sigmoid, tanh])
def test_monotone_functions_have_no_extrema(f):
    assert extrema(f) == []


@pytest.mark.parametrize(
    ("f", "values", "slopes"),
    [
        (sigmoid, "(0, 1)", "(0, 0.25]"),
        (tanh, "(−1, 1)", "(0, 1]"),
        (relu, "[0, ∞)", "[0, 1]"),
        (leaky_relu, "(−∞, ∞)", "[0.01, 1]"),
        (softplus, "(0, ∞)", "(0, 1)"),
        (gelu, "[−0.17, ∞)", "[−0.1289, 1.129]"),
        (silu, "[−0.2785, ∞)", "[−0.09984, 1.1]"),
        (ACTIVATIONS["identity"], "(−∞, ∞)", "1"),
    ],
)
def test_ranges_say_which_ends_are_reached(f, values, slopes):
    assert (str(bounds(f)), str(bounds(f.derivative))) == (values, slopes)


def test_mean_outputs_match_closed_forms():
    assert bell_average(relu) == pytest.approx(1 / math.sqrt(2 * math.pi), abs=1e-6)
    assert bell_average(gelu) == pytest.approx(1 / (2 * math.sqrt(math.pi)), abs=1e-9)
    assert bell_average(sigmoid) == pytest.approx(0.5, abs=1e-12)
    assert bell_average(tanh) == pytest.approx(0, abs=1e-12)


def test_flat_parts_end_where_the_slope_crosses_the_threshold():
    assert flat_intervals(relu.derivative, 0.1) == [(-math.inf, pytest.approx(0, abs=1e-12))]
    assert flat_intervals(ACTIVATIONS["identity"].derivative, 0.1) == []
    for f, threshold in ((sigmoid, 0.025), (tanh, 0.1), (gelu, 0.1), (silu, 0.1), (softplus, 0.1)):
        intervals = flat_intervals(f.derivative, threshold)
        ends = [end for pair in intervals for end in pair if math.isfinite(end)]
        assert np.abs(f.derivative(np.array(ends))) == pytest.approx(threshold, rel=1e-9)
        middle = [max(lo, -50) / 2 + min(hi, 50) / 2 for lo, hi in intervals]
        assert np.all(np.abs(f.derivative(np.array(middle))) < threshold)


def test_shares_are_normal_probabilities():
    end = math.atanh(math.sqrt(0.9))  # 1 - tanh² = 0.1
    share = share_inside(flat_intervals(tanh.derivative, 0.1), mean=0.5, std=3)
    assert share == pytest.approx(norm.cdf(-end, 0.5, 3) + norm.sf(end, 0.5, 3), abs=1e-12)
    assert share_inside(flat_intervals(relu.derivative, 0.1)) == pytest.approx(0.5, abs=1e-12)
    assert share_inside([]) == 0


# ---- depth


def a_network(f="gelu", layers=3, seed=0):
    rng = np.random.default_rng(seed)
    return MLP([5, *[6] * (layers - 1), 4], f, rng=rng, output=f), rng


def test_the_gradient_that_flows_back_is_the_derivative():
    network, rng = a_network()
    x, g = rng.normal(size=(1, 5)), rng.normal(size=(1, 4))
    h, numeric = 1e-6, np.empty(5)
    for i in range(5):
        step = h * (np.arange(5) == i)
        numeric[i] = np.sum(g * (network.forward(x + step) - network.forward(x - step))) / (2 * h)
    flow = gradient_flow(network, x, g)
    assert flow.gradient[0] == pytest.approx(rms(numeric), rel=1e-8)
    assert flow.gradient[-1] == pytest.approx(rms(g))
    assert (flow.signal.shape, flow.slope.shape, flow.gradient.shape) == ((4,), (3,), (4,))


def test_one_unit_a_layer_multiplies_slopes_and_weights():
    layers = [Linear.from_arrays([[w]], [b]) for w, b in ((2.0, 0.1), (-1.5, 0.0), (0.5, 1.0))]
    flow = gradient_flow(MLP.from_layers(layers, "sigmoid", "sigmoid"), [[0.3]], [[1.0]])
    a, product = 0.3, 1.0
    for layer in layers:
        z = layer.W[0, 0] * a + layer.b[0]
        a = 1 / (1 + math.exp(-z))
        product *= abs(layer.W[0, 0]) * a * (1 - a)
    assert flow.gradient[0] == pytest.approx(product, rel=1e-12)


def test_linear_orthogonal_layers_keep_every_size():
    rng = np.random.default_rng(0)
    layers = [Linear.from_arrays(np.linalg.qr(rng.normal(size=(8, 8)))[0]) for _ in range(5)]
    network = MLP.from_layers(layers, "identity", "identity")
    flow = gradient_flow(network, rng.normal(size=(4, 8)), rng.normal(size=(4, 8)))
    assert flow.signal == pytest.approx(np.full(6, flow.signal[0]))
    assert flow.gradient == pytest.approx(np.full(6, flow.gradient[0]))


def test_a_gradient_of_another_shape_is_refused():
    network, rng = a_network()
    with pytest.raises(ValueError, match=r"g must have the output's shape \(2, 4\), got \(2, 5\)"):
        gradient_flow(network, rng.normal(size=(2, 5)), np.ones((2, 5)))


@pytest.mark.parametrize(("gain", "published"), [(1, 5.1e-7), (4, 7.0e-3)])
def test_ten_sigmoid_layers_shrink_a_gradient_as_the_ledger_says(gain, published):
    ratios = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        network = MLP([128] * 11, "sigmoid", rng=rng, init=gain / math.sqrt(128), output="sigmoid")
        x, g = rng.normal(size=(2, 64, 128))
        flow = gradient_flow(network, x, g)
        ratios.append(flow.gradient[0] / flow.gradient[-1])
    assert np.median(ratios) == pytest.approx(published, rel=0.35)


def test_he_keeps_the_mean_square_of_relu_layers_and_glorot_halves_it():
    kept = {"he": [], "glorot": []}
    for init, squares in kept.items():
        for seed in range(8):
            rng = np.random.default_rng(seed)
            network = MLP([128] * 21, "relu", rng=rng, init=init, output="relu")
            x, g = rng.normal(size=(2, 64, 128))
            flow = gradient_flow(network, x, g)
            squares.append((flow.signal[-1] / flow.signal[0]) ** 2)
    assert 0.5 < np.median(kept["he"]) < 2
    assert np.median(kept["glorot"]) == pytest.approx(2.0**-20, rel=0.7)


# ---- one step


def test_a_step_follows_the_gradient_of_the_loss():
    rng = np.random.default_rng(0)
    layer, v = Linear(3, 4, rng=rng), rng.normal(size=4)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=6)

    def loss(W, b):
        return np.mean((tanh(x @ W.T + b) @ v - y) ** 2) / 2

    after, h = step_hidden(layer, tanh, v, x, y, 1.0), 1e-6
    for i in range(4):
        e = h * (np.arange(4) == i)
        slope = (loss(layer.W, layer.b + e) - loss(layer.W, layer.b - e)) / (2 * h)
        assert layer.b[i] - after.b[i] == pytest.approx(slope, abs=1e-8)
        for j in range(3):
            E = np.outer(e, np.arange(3) == j)
            slope = (loss(layer.W + E, layer.b) - loss(layer.W - E, layer.b)) / (2 * h)
            assert layer.W[i, j] - after.W[i, j] == pytest.approx(slope, abs=1e-8)


def test_a_step_says_what_does_not_fit():
    rng = np.random.default_rng(0)
    layer, x = Linear(3, 4, rng=rng), rng.normal(size=(6, 3))
    with pytest.raises(ValueError, match="must have a bias"):
        step_hidden(Linear(3, 4, rng=rng, bias=False), relu, np.ones(4), x, np.ones(6), 0.1)
    with pytest.raises(ValueError, match=r"v must have shape \(4,\) and y \(6,\), got \(3,\)"):
        step_hidden(layer, relu, np.ones(3), x, np.ones(6), 0.1)


def test_a_trial_misses_every_target_by_the_same():
    trial = one_step_trial(relu, 0.0, rng=np.random.default_rng(0), shift=-0.5, centred=True)
    np.testing.assert_array_equal(trial.before.W, trial.after.W)
    np.testing.assert_array_equal(trial.before.b, np.full(64, -0.5))
    assert trial.x.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-12)
    plain_inputs = one_step_trial(relu, 0.0, rng=np.random.default_rng(0)).x
    assert 0 <= plain_inputs.min() < plain_inputs.max() <= 1


def test_the_explorer_counts_as_the_monitor_does():
    trial = one_step_trial(relu, 2.0, rng=np.random.default_rng(0))
    network = MLP.from_layers([trial.after, Linear(64, 1, rng=np.random.default_rng(1))], "relu")
    share = dead_unit_rate(network, trial.x)[0]
    assert share == dead_units(relu(trial.after.forward(trial.x))).mean()
    assert 0.2 < share < 0.6
    said_share = number(100 * share)
    assert f"({said_share} %)" in chapter.dead(rate=2.0).text


# ---- every explorer, everywhere


def ends(control):
    stops = control.stops()
    return stops if len(stops) < 10 else [stops[0], stops[len(stops) // 2], stops[-1]]


def pairs_of(shown: Explorer):
    """Every pair of controls at their ends."""
    names = list(shown.controls)
    for i, one in enumerate(names):
        for value in ends(shown.controls[one]):
            for other in names[i + 1 :]:
                for second in ends(shown.controls[other])[:: 2 if len(names) > 3 else 1]:
                    yield {one: value, other: second}


@each(EXPLORERS)
def test_scenes_are_sound_at_the_ends_of_every_two_controls(shown):
    for params in pairs_of(shown):
        is_sound(shown, shown(**params))


# ---- what each one says


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_says_value_slope_and_range(name):
    f, x = ACTIVATIONS[name], -1.25
    scene = chapter.gallery(first=name, second="identity", x=x)
    value, slope = float(f(np.array([x]))[0]), float(f.derivative(np.array([x]))[0])
    assert f"{said(name)} is {number(value)} with slope {number(slope)}" in scene.text
    assert str(bounds(f.derivative)) in scene.text
    (held,) = marks(scene, Handle)
    assert (held.x, held.y) == (x, pytest.approx(value))


def test_the_gallery_marks_the_extrema():
    labels = {m.label for m in marks(chapter.gallery(first="gelu"), Scatter)}
    assert "min −0.17 at −0.7518" in labels
    assert "max 1.129 at 1.414" in labels
    row = chapter.gallery(first="tanh", second="tanh").table.rows
    assert len(row) == 1
    assert row[0][3:5] == [0.0, "yes"]


@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_depth_says_what_it_draws(gain):
    scene = chapter.depth(gain=gain)
    green = next(m for m in marks(scene, Line) if m.role == "gradient")
    dashed = next(m for m in marks(scene, Line) if m.dash)
    assert number(green.y[0]) in scene.text
    assert green.y[-1] == 1
    assert dashed.y[0] == pytest.approx(0.25**10)
    assert len(scene.table.rows) == 11


def test_a_new_draw_changes_the_weights_and_nothing_else():
    first, again = chapter.depth(seed=0), chapter.depth(seed=1)
    assert first.text != again.text
    assert first.panels[1].marks[0] is not None
    np.testing.assert_array_equal(first.panels[1].marks[0].y, again.panels[1].marks[0].y)


def test_dead_units_are_drawn_as_many_as_are_said():
    for params in ({}, {"rate": 4.0}, {"shift": -4.0, "rate": 0.0}, {"f": "gelu"}):
        scene = chapter.dead(**params)
        dots = marks(scene, Scatter)
        alive, gone = (len(np.atleast_1d(m.x)) for m in dots)
        assert alive + gone == 64
        assert f" {gone} of 64 " in scene.text
    assert "0 of 64 leaky ReLU units" in chapter.dead(f="leaky_relu", rate=4.0).text


def test_centred_inputs_save_units():
    kept = [
        int(chapter.dead(centred=centred, seed=seed).text.split(" of 64")[0].split()[-1])
        for centred in (False, True)
        for seed in range(5)
    ]
    assert max(kept[5:]) < min(kept[:5])


def test_saturation_measures_the_drawn_bell():
    text = chapter.saturation(f="tanh", spread=1.0, centre=0.0).text
    end = math.atanh(math.sqrt(0.9))
    assert f"{number(200 * norm.sf(end))} %" in text
    assert chapter.saturation(f="identity").text.startswith("For 0 %")


@pytest.mark.parametrize(
    ("kind", "f"),
    [("bilinear", "identity"), ("glu", "sigmoid"), ("reglu", "relu"), ("geglu", "gelu"),
     ("swiglu", "silu")],
)  # fmt: skip
def test_a_gate_multiplies(kind, f):
    scene = chapter.gates(kind=kind, gate=1.5, up=-2.0)
    through = float(ACTIVATIONS[f](np.array([1.5]))[0])
    assert f"unit gives {number(-2 * through)}." in scene.text
    (field,) = marks(scene, HeatMap)
    z = np.asarray(field.z)
    np.testing.assert_allclose(z, -z[::-1], atol=1e-12)  # odd in the value b

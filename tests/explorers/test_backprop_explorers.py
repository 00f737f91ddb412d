"""Graph, landscape, start weights and hunt: what they show is what mathematics says."""

import math
from collections import Counter

import numpy as np
import pytest

from ffnlib.explorers import backprop
from ffnlib.explorers.backprop.graph import (
    ENDS,
    PROGRAMS,
    TARGET,
    compute,
    difference,
    named,
    progress_after,
)
from ffnlib.explorers.backprop.hunt import (
    HIDDEN_IN,
    NETWORKS,
    PLACES,
    against,
    compare,
    deal,
    place,
)
from ffnlib.explorers.backprop.initialization import DEEPEST, INITS, WIDTH, trial, weight_gradients
from ffnlib.explorers.backprop.optimizers import LEVELS, SURFACES, begin
from ffnlib.figures import Frame, Graph, Handle, Line, Scatter, plain
from ffnlib.figures import _graph_drawing as graph_drawing
from ffnlib.training import FAULTS
from tests.explored import marks

# ---- the graph


AT = (-0.5, 2.0, 0.5)


def closed_form(expression, a, b, c):
    """Gradients of a, b and c, by hand."""
    if expression == "neuron":
        h = math.tanh(a * b + c)
        dz = 2 * (h - TARGET) * (1 - h * h)
        return dz * b, dz * a, dz
    if expression == "x used twice":
        return b * (b + c), a * (b + c) + a * b, a * b
    p = np.exp([a, b, c]) / np.exp([a, b, c]).sum()
    return p[0] - 1, p[1], p[2]


@pytest.mark.parametrize("expression", list(PROGRAMS))
@pytest.mark.parametrize("at", [(-0.5, 2.0, 0.5), (1.25, -0.75, 3.0), (0.0, 0.0, 0.0)])
def test_gradients_are_those_of_pen_and_paper_and_of_the_engine(expression, at):
    program = PROGRAMS[expression]
    numbers = named(program, at)
    values = compute(program, numbers)
    end = progress_after(program, values, 2 * len(program.operations) + 1)
    expected = closed_form(expression, *at)
    assert [end.grads[g.name] for g in program.leaves[:3]] == pytest.approx(expected, abs=1e-12)
    values[program.operations[-1].name].backward()
    for name, value in values.items():
        assert end.grads[name] == pytest.approx(value.grad, abs=1e-15)
        assert difference(program, numbers, name) == pytest.approx(value.grad, abs=1e-8)


def test_a_number_used_twice_waits_for_both():
    program = PROGRAMS["x used twice"]
    values = compute(program, named(program, AT))
    half = progress_after(program, values, len(program.operations) + 3)
    assert "x" in half.grads
    assert "x" not in half.final
    end = progress_after(program, values, len(program.operations) + 4)
    assert "x" in end.final
    assert end.grads["x"] != half.grads["x"]


@pytest.mark.parametrize("expression", list(PROGRAMS))
def test_each_step_adds_one_thing(expression):
    program = PROGRAMS[expression]
    values = compute(program, named(program, AT))
    made = len(program.operations)
    for step in range(made + 1):
        now = progress_after(program, values, step)
        assert len(now.known) == len(program.leaves) + step
        assert not now.grads
    arrived = [len(progress_after(program, values, made + 1 + k).grads) for k in range(made + 1)]
    assert arrived[0] == 1
    assert arrived == sorted(arrived)
    assert arrived[-1] == len(values)
    assert f"of {2 * made + 1}" in backprop.graph(expression=expression, steps=made).text
    end = backprop.graph(expression=expression, steps=ENDS[expression])
    assert "Finite differences agree" in end.text
    slopes = {(a, b): float(w[2:].replace("−", "-")) for a, b, w in marks(end, Graph)[0].said}
    assert len(slopes) == len(set(marks(end, Graph)[0].edges))  # one on every edge
    grads = {row[0]: row[2] for row in end.table.rows}
    for name in (g.name for g in PROGRAMS[expression].leaves):
        sent = sum(slope * grads[b] for (a, b), slope in slopes.items() if a == name)
        assert sent == pytest.approx(grads[name], rel=0.02)
    cleaned, _ = backprop.graph.clean({"expression": expression, "steps": max(ENDS.values())})
    assert cleaned["steps"] == ENDS[expression]


def test_boxes_do_not_overlap():
    """In both widths no two boxes of a graph share a pixel."""
    for expression in PROGRAMS:
        (graph,) = marks(backprop.graph(expression=expression), Graph)
        for width, height in ((708, 442), (348, 442)):
            frame = Frame(0, 0, width, height, (0, 1), (0, 1))
            drawn = [d for d in graph_drawing.graph(graph, frame) if d.startswith("<rect")]
            found = []
            for rect in drawn:
                part = dict(p.split("=", 1) for p in rect[6:-2].split() if "=" in p)
                x, y, w, h = (float(part[k].strip('"')) for k in ("x", "y", "width", "height"))
                assert x >= 0
                assert y >= 0
                assert x + w <= width
                assert y + h <= height
                found.append((x, y, x + w, y + h))
            for i, one in enumerate(found):
                for other in found[:i]:
                    apart_x = one[2] <= other[0] or other[2] <= one[0]
                    apart_y = one[3] <= other[1] or other[3] <= one[1]
                    assert apart_x or apart_y, (expression, width, one, other)


# ---- the landscapes


@pytest.mark.parametrize("name", list(SURFACES))
def test_slopes_of_the_landscapes_are_their_differences(name):
    surface = SURFACES[name]
    points = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 2))
    h = 1e-5
    for axis in (0, 1):
        step = np.eye(2)[axis] * h
        slope = (surface.height(points + step) - surface.height(points - step)) / (2 * h)
        np.testing.assert_allclose(surface.gradient(points)[:, axis], slope, atol=1e-6)


@pytest.mark.parametrize("name", list(SURFACES))
def test_contours_lie_where_they_say_and_lowest_points_are_lowest(name):
    surface = SURFACES[name]
    for level in LEVELS:
        for x, y in surface.contour(level):
            seen = np.isfinite(y)
            height = surface.height(np.stack([x, y], axis=-1)[seen])
            np.testing.assert_allclose(height, level, atol=1e-9)
    for point in surface.lowest:
        assert surface.height(np.array(point)) == pytest.approx(0, abs=1e-15)
    points = np.random.default_rng(0).uniform(-2, 2, (1000, 2))
    assert (surface.height(points) > 0).all()


def test_plain_descent_in_the_valley_has_its_closed_form():
    path = begin("valley", "sgd", 0.03, 0.0, (-1.8, 1.0)).first(20)
    steps = np.arange(21)[:, None]
    expected = np.array([-1.8, 1.0]) * (1 - 0.03 * np.array([1.0, 30.0])) ** steps
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_without_momentum_all_three_take_the_same_way():
    runs = [
        begin("bent valley", n, 0.01, 0.0, (-1.0, 1.0)) for n in ("sgd", "momentum", "nesterov")
    ]
    one, two, three = (run.first(50) for run in runs)
    np.testing.assert_allclose(two, one, atol=1e-14)
    np.testing.assert_allclose(three, one, atol=1e-14)


def test_first_step_of_adam_is_as_long_as_its_rate():
    path = begin("valley", "adam", 0.1, 0.0, (-1.8, 1.0)).first(1)
    np.testing.assert_allclose(path[1] - path[0], [0.1, -0.1], rtol=1e-6)


def test_a_run_can_be_rewound():
    later = plain(backprop.optimizers(steps=60, start=[[0.3, 0.7]]))
    before = plain(backprop.optimizers(steps=10, start=[[0.3, 0.7]]))
    begin.cache_clear()
    assert plain(backprop.optimizers(steps=10, start=[[0.3, 0.7]])) == before
    assert plain(backprop.optimizers(steps=60, start=[[0.3, 0.7]])) == later


def test_what_flies_away_is_said():
    text = backprop.optimizers(steps=200, learning_rate=0.1).text
    assert "SGD and Nesterov diverged" in text
    assert "momentum 1" in text
    saddle = backprop.optimizers(surface="saddle", steps=200, start=[[-1.8, 0.0]])
    ends = [row[2] for row in saddle.table.rows]
    assert ends == [0.0] * 4  # on the ridge there is no slope to either side


# ---- weights at the start


def test_zero_weights_give_nothing_and_get_nothing():
    for activation in ("tanh", "relu"):
        nothing = trial("zeros", activation, 0)
        assert not np.any(nothing.outputs[1])
        assert weight_gradients("zeros", activation, 0)[0] == 0
    assert "0: nothing tells" in backprop.initialization(init="zeros").text


def test_he_keeps_relu_alive_and_glorot_halves_the_mean_square():
    sizes = {
        init: np.mean([np.log2(trial(init, "relu", s).flow.signal[DEEPEST]) for s in range(8)])
        for init in ("he", "glorot")
    }
    # in each of ten square layers the mean square has half the size: the root loses half a bit
    assert abs(sizes["he"]) < 1
    assert sizes["he"] - sizes["glorot"] == pytest.approx(DEEPEST / 2, abs=1e-9)


def test_small_weights_shrink_by_their_factor_in_each_layer():
    flow = trial("small", "tanh", 0).flow
    ratios = flow.signal[2:] / flow.signal[1:-1]
    np.testing.assert_allclose(ratios, 0.01 * math.sqrt(WIDTH), rtol=0.2)


def test_histograms_count_every_output():
    for scene in (backprop.initialization(init=i, layer=7) for i in INITS):
        for panel in scene.panels[:-2]:
            line = next(m for m in panel.marks if isinstance(m, Line))
            assert np.sum(np.asarray(line.y)[::2]) == pytest.approx(100)


# ---- the hunt


def test_a_hundred_networks_with_each_fault_about_as_often():
    counts = Counter(HIDDEN_IN.values())
    assert set(counts) == {"none", *FAULTS}
    assert sum(counts.values()) == NETWORKS
    assert max(counts.values()) - min(counts.values()) <= 1
    assert deal(7) == list(HIDDEN_IN.values()) != deal(8)


def test_no_two_networks_are_the_same():
    scenes = [backprop.hunt(network=n) for n in list(HIDDEN_IN)[:13]]
    drawn = {tuple(np.round(marks(s, Scatter)[0].x, 9)) for s in scenes}
    assert len(drawn) == len(scenes)


def test_the_figure_never_names_the_fault():
    for n in range(1, 27):
        scene = backprop.hunt(network=n)
        assert not any(f.text in scene.text for f in FAULTS.values())


def test_what_speaks_against_a_guess_is_so():
    cases = ["none", *FAULTS]
    for guess in cases:
        for truth in cases:
            if guess != truth:
                said = against(guess, truth)
                assert said.endswith(".")
                assert said != against(truth, guess)
    assert "at a second call, W₁ is wrong" in against("none", "not_cleared")
    assert "0.125 times" in against("mean_twice", "mean_over_classes")
    assert "leave W₂ right" in against("no_slope", "mean_twice")


def test_a_fault_begins_where_the_gradients_it_spoils_do():
    assert {place(f) for f in ("none", *FAULTS)} == set(PLACES)
    assert place("softmax_sign") == "all"
    assert place("no_slope") == "hidden"
    assert place("bias_forgotten") == "one"


@pytest.mark.parametrize("fault", list(FAULTS))
def test_the_arrays_that_are_wrong_are_those_the_fault_spoils(fault):
    again = fault == "not_cleared"
    arrays = compare(fault, 8, 3, again)
    assert {n for n, c in arrays.items() if c.error > 1e-6} == set(FAULTS[fault].where)
    if again:
        assert all(c.error < 1e-6 for c in compare(fault, 8, 3, False).values())


def test_a_sound_network_is_found_sound():
    for examples in (1, 4, 16):
        for classes in (2, 5):
            assert all(c.error < 1e-6 for c in compare(None, examples, classes, True).values())


@pytest.mark.parametrize(
    ("fault", "examples", "classes", "factor"),
    [
        ("mean_twice", 8, 3, "0.125"),
        ("mean_twice", 16, 3, "0.0625"),
        ("sum_over_batch", 16, 3, "16"),
        ("mean_over_classes", 8, 5, "0.2"),
        ("softmax_sign", 8, 3, "−1"),
    ],
)
def test_a_common_factor_is_said(fault, examples, classes, factor):
    number = next(n for n, hidden in HIDDEN_IN.items() if hidden == fault)
    scene = backprop.hunt(network=number, examples=examples, classes=classes)
    assert f"Every entry is {factor} times" in scene.text


def test_every_entry_is_drawn():
    scene = backprop.hunt(classes=4)
    drawn = [np.size(m.x) for m in marks(scene, Scatter)]
    assert drawn == [4 * 3, 4, 4 * 4, 4]
    assert not marks(scene, Handle)


# ---- Muon


def test_the_curve_of_the_rounds_passes_through_the_singular_values():
    for rounds in (0, 1, 5, 8):
        scene = backprop.muon(rounds=rounds, spread=100)
        after, on_curve = marks(scene, Scatter)
        np.testing.assert_allclose(np.sort(after.y), np.sort(on_curve.y), atol=1e-5)


def test_what_the_text_says_of_the_rounds():
    def ends(rounds, spread):
        after = np.asarray(marks(backprop.muon(rounds=rounds, spread=spread), Scatter)[0].y)
        return after.min(), after.max()

    low, high = ends(0, 100)
    assert 90 < high / low < 110
    low, high = ends(5, 100)
    assert 0.65 < low < high < 1.2 < 2 * low
    low, high = ends(8, 100)
    assert 0.65 < low < high < 1.25
    assert ends(5, 1000)[0] < 0.5 < 0.65 < ends(6, 1000)[0]

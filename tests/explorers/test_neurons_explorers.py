"""The explorers of the first chapter: what they show is what mathematics says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ffnlib.analysis import _affine as affine
from ffnlib.explorers import neurons
from ffnlib.explorers.neurons.collapse import draw_stack
from ffnlib.explorers.neurons.xor import FOLD
from ffnlib.figures import Handle, Line, Sketch
from ffnlib.nn import ACTIVATIONS, relu
from tests.explored import is_drawn, marks


@pytest.mark.parametrize(
    "setting",
    [
        {"heights": "by hand"},
        {"target": "drawn", "units": 8},
        {"target": "drawn", "heights": "by hand"},
    ],
)
@pytest.mark.parametrize("corner", [[-1.0, -0.5], [1.0, 1.5], [0.0, 0.0]])
def test_hinges_take_kinks_that_lie_on_one_another(setting, corner):
    is_drawn(neurons.hinges, {**setting, "kinks": [corner] * 9})
    is_drawn(neurons.hinges, {"units": 8, "heights": "by hand", "kinks": [corner] * 9})


def test_plane_by_hand_takes_three_points_in_one_place():
    setting = {"kind": "by hand", "corners": [[1.0, 1.0]] * 3}
    scene = is_drawn(neurons.plane, setting, gaps="lifts")
    assert "become 0 and 0 long" in scene.text


def test_plane_says_the_singular_values_of_the_shear():
    golden = (1 + math.sqrt(5)) / 2
    said = neurons.plane(kind="shear", t=1.0).text
    assert f"{golden:.2f} and {1 / golden:.3f} long" in said
    assert "areas change by the factor 1." in said
    assert "mirrored" in neurons.plane(kind="reflection").text
    assert "factor 0." in neurons.plane(kind="projection").text
    assert not marks(neurons.plane(), Handle)
    assert len(marks(neurons.plane(kind="by hand"), Handle)) == 3


# ---- one neuron


@given(
    st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3),
    st.sampled_from(["sigmoid", "tanh", "relu", "gelu", "identity"]),
)  # fmt: skip
@settings(max_examples=30)
def test_the_neuron_shows_its_sum_and_its_output(w1, w2, b, activation):
    shown = neurons.neuron
    given_, _ = shown.clean({"w1": w1, "w2": w2, "b": b})
    scene = shown(w1=w1, w2=w2, b=b, activation=activation, point=[[1.0, -2.0]])
    network = scene.panels[0].marks[0]
    z = given_["w1"] - 2 * given_["w2"] + given_["b"]
    assert network.layers[1] == [pytest.approx(z)]
    assert network.layers[2] == [pytest.approx(float(ACTIVATIONS[activation](z)))]
    line = next(m for m in scene.panels[1].marks if isinstance(m, Line))
    on_line = given_["w1"] * np.asarray(line.x) + given_["w2"] * np.asarray(line.y) + given_["b"]
    np.testing.assert_allclose(on_line, 0, atol=1e-9)


def test_a_sigmoid_stays_between_0_and_1_and_the_others_do_not():
    assert "from 9.111 × 10⁻⁴ to 0.9997" in neurons.neuron().text
    assert "from −1 to 1" in neurons.neuron(activation="tanh").text
    assert "from −7 to 8" in neurons.neuron(activation="identity").text


# ---- XOR


def test_no_line_separates_xor():
    """Ask SciPy for w, b with s (w·x + b) >= 1 at all four corners."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    sign = np.array([-1, 1, 1, -1])

    def feasible(points):
        rows = -sign[:, None] * np.column_stack([points, np.ones(4)])
        return linprog(np.zeros(3), A_ub=rows, b_ub=-np.ones(4), bounds=(None, None)).success

    assert not feasible(x)
    assert feasible(relu(FOLD.forward(x)))


@given(st.lists(st.tuples(st.floats(-0.75, 2.25), st.floats(-0.75, 1.75)), min_size=2, max_size=2))
@settings(max_examples=50)
def test_no_line_the_reader_lays_gets_four_right(line):
    said = neurons.xor(line=[list(p) for p in line]).text
    assert "4 of 4" not in said
    assert int(said.split(" classifies ")[1][0]) in (2, 3)


def test_two_relus_solve_xor():
    said = neurons.xor(hidden=True, line=[[0.5, 0.0], [1.5, 0.5]]).text
    assert "4 of 4 points correctly. XOR is solved." in said


# ---- collapse


@pytest.mark.parametrize("data", ["xor", "circles"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_without_activation_any_depth_is_one_affine_map(data, depth):
    layers, net, points = draw_stack(data, "identity", depth, seed=depth)
    apart = np.abs(net.forward(points) - affine.collapse(layers).forward(points)).max()
    assert apart < 1e-12
    assert "one affine map" in neurons.collapse(data=data, depth=depth).text


def correct(scene) -> float:
    return float(scene.text.split(": ")[1].split(" %")[0])


@pytest.mark.parametrize("seed", range(4))
def test_a_nonlinearity_solves_what_depth_alone_does_not(seed):
    for data in ("xor", "circles"):
        for depth in (1, 5):
            assert correct(neurons.collapse(data=data, depth=depth, seed=seed)) < 80
        for activation in ("relu", "tanh"):
            said = neurons.collapse(data=data, activation=activation, depth=1, seed=seed)
            assert correct(said) > 90


# ---- hinges


def test_hinges_says_a_half_for_one_unit_and_exact_for_two():
    assert "largest error on [−1, 1] is 0.5, at" in neurons.hinges(target="|x|", units=1).text
    assert "is 0 up to rounding" in neurons.hinges(target="|x|", units=2).text
    assert neurons.hinges(target="|x|", units=2).table.rows[1][2] == pytest.approx(2.0)


def test_no_hinges_pass_a_step_by_less_than_a_half():
    for units in range(1, 9):
        said = neurons.hinges(target="step", units=units).text
        assert float(said.split(" is ")[1].split(",")[0]) >= 0.5 - 1e-9


def test_more_hinges_fit_the_sine_better():
    def error(units):
        return float(neurons.hinges(target="sine", units=units).text.split(" is ")[1].split(",")[0])

    assert error(8) < error(4) / 3 < error(1) / 9


def test_by_hand_the_network_goes_through_the_points():
    points = [[-1.0, 1.0], [0.0, 0.0]] + [[0.5, 0.5]] * 6 + [[1.0, 1.0]]
    said = neurons.hinges(target="|x|", units=2, heights="by hand", kinks=points).text
    assert "largest error on [−1, 1] is 0 up to rounding" in said


def test_a_drawn_curve_is_the_target():
    flat = [[float(x), 0.25] for x in np.linspace(-1, 1, 17)]
    assert "is 0 up to rounding" in neurons.hinges(target="drawn", curve=flat).text
    assert marks(neurons.hinges(target="drawn"), Sketch)


def test_pieces_says_the_counts():
    said = neurons.pieces(depth=10).text
    assert "20 ReLUs in 10 layers of 2 make 1,024 straight pieces" in said
    assert "never make more than 21" in said
    assert "at least 1,023" in said

"""Functions of straight pieces: through points, fitted, and as networks of ReLUs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ffnlib.analysis import _piecewise as piecewise
from ffnlib.explorers.neurons.pieces import random_relu_net
from ffnlib.nn import MLP, relu


def test_two_hinges_are_the_absolute_value():
    bias, weights = piecewise.through_points([-1, 0, 1], [1, 0, 1])
    x = np.linspace(-1, 1, 1001)
    assert (bias, list(weights)) == (1.0, [-1.0, 2.0])
    np.testing.assert_allclose(piecewise.evaluate(x, [-1, 0], bias, weights), np.abs(x), atol=1e-15)
    fitted = piecewise.fit_hinges(x, np.abs(x), [-1, 0])
    np.testing.assert_allclose(fitted[1], weights, atol=1e-12)


def test_one_hinge_misses_the_absolute_value_by_a_half_at_best():
    """Best sup error for every kink and both directions, by a linear programme in (c, v, e)."""
    x = np.linspace(-1, 1, 41)
    ones = np.ones_like(x)
    best = []
    for kink in np.linspace(-1.5, 1.5, 31):
        for unit in (relu(x - kink), relu(kink - x)):
            features = np.column_stack([ones, unit])
            rows = np.block([[features, -ones[:, None]], [-features, -ones[:, None]]])
            sides = np.concatenate([np.abs(x), -np.abs(x)])
            free = [(None, None)] * 2 + [(0, None)]
            best.append(linprog([0, 0, 1], A_ub=rows, b_ub=sides, bounds=free).fun)
    assert min(best) == pytest.approx(0.5, abs=1e-9)


@given(
    st.lists(st.floats(-5, 5).map(lambda v: round(v, 3)), min_size=2, max_size=9, unique=True),
    st.integers(0, 99),
)
def test_through_points_meets_every_point(knots, seed):
    knots = np.sort(knots)
    values = np.random.default_rng(seed).normal(size=knots.size)
    bias, weights = piecewise.through_points(knots, values)
    met = piecewise.evaluate(knots, knots[:-1], bias, weights)
    np.testing.assert_allclose(met, values, atol=1e-7)


@pytest.mark.parametrize(
    ("knots", "values", "message"),
    [
        ([0, 0, 1], [1, 2, 3], "strictly increasing"),
        ([0], [1], "at least 1"),
        ([0, 1], [1, 2, 3], r"\(2,\) and \(3,\)"),
    ],
)
def test_through_points_names_the_mistake(knots, values, message):
    with pytest.raises(ValueError, match=message):
        piecewise.through_points(knots, values)


def test_fit_hinges_names_the_mistake():
    with pytest.raises(ValueError, match="sorted"):
        piecewise.fit_hinges([1, 0], [0, 0], [0])
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        piecewise.fit_hinges([0, 1], [0, 0, 0], [0])


# ---- pieces


@pytest.mark.parametrize("depth", range(1, 11))
def test_the_tent_doubles_its_pieces_with_every_layer(depth):
    net = piecewise.tent_network(depth)
    knots, values = piecewise.linear_pieces(net, 0.0, 1.0)
    assert sum(layer.d_out for layer in net.layers[:-1]) == 2 * depth
    np.testing.assert_array_equal(knots, np.arange(2**depth + 1) / 2**depth)
    np.testing.assert_array_equal(values, np.arange(2**depth + 1) % 2)


@pytest.mark.parametrize("units", [1, 2, 3, 8, 20])
def test_one_layer_makes_one_piece_more_than_it_has_units(units):
    net = piecewise.one_layer_zigzag(units)
    knots, values = piecewise.linear_pieces(net, 0.0, 1.0)
    assert len(knots) - 1 == units + 1
    assert set(np.round(values, 12)) <= {0.0, 1.0}


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 999))
@settings(max_examples=40)
def test_pieces_of_random_networks_are_straight_and_complete(depth, width, seed):
    net = random_relu_net([1, *[width] * depth, 1], seed)
    knots, values = piecewise.linear_pieces(net, -3.0, 3.0)
    x = np.linspace(-3, 3, 2001)
    y = net.forward(x[:, None])[:, 0]
    np.testing.assert_allclose(np.interp(x, knots, values), y, atol=1e-8 * max(1, np.abs(y).max()))
    slopes = np.diff(values) / np.diff(knots)
    assert np.all(np.diff(slopes) != 0)
    if depth == 1:
        assert len(knots) - 1 <= width + 1


def test_linear_pieces_names_the_mistake():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="one input, one output and ReLUs"):
        piecewise.linear_pieces(MLP([2, 3, 1], rng=rng), 0, 1)
    with pytest.raises(ValueError, match="one input, one output and ReLUs"):
        piecewise.linear_pieces(MLP([1, 3, 1], "tanh", rng=rng), 0, 1)
    with pytest.raises(ValueError, match="lo must be below hi"):
        piecewise.linear_pieces(MLP([1, 3, 1], rng=rng), 1, 1)
    for build in (piecewise.tent_network, piecewise.one_layer_zigzag):
        with pytest.raises(ValueError, match="at least 1"):
            build(0)

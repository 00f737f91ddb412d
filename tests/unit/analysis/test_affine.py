"""Affine maps of the plane, stacks of them, and the one that fits best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffnlib.analysis import _affine as affine
from ffnlib.analysis import hidden_layers, read_out
from ffnlib.nn import MLP, Linear


@given(st.lists(st.integers(1, 5), min_size=2, max_size=7), st.integers(0, 99))
@settings(max_examples=50)
def test_a_stack_of_affine_maps_is_one(sizes, seed):
    rng = np.random.default_rng(seed)
    layers = hidden_layers(sizes, rng)
    one = affine.collapse(layers)
    x = rng.normal(size=(10, sizes[0]))
    stacked = MLP.from_layers(layers, "identity").forward(x)
    np.testing.assert_allclose(one.forward(x), stacked, rtol=1e-10, atol=1e-10)


def test_collapse_names_the_layer_that_does_not_fit():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"layers\[1\] takes 3 inputs, but layers\[0\] gives 2"):
        affine.collapse([Linear(1, 2, rng=rng), Linear(3, 1, rng=rng)])
    with pytest.raises(ValueError, match="at least one"):
        affine.collapse([])


def test_three_corners_settle_the_map():
    layer = affine.from_corners([1, 2], [3, 2], [1, 5])
    np.testing.assert_array_equal(layer.W, [[2, 0], [0, 3]])
    np.testing.assert_array_equal(layer.forward(np.zeros(2)), [1, 2])


@pytest.mark.parametrize("kind", affine.PLANE_MAPS)
def test_every_plane_map_starts_at_the_identity(kind):
    x = np.random.default_rng(0).normal(size=(4, 2))
    np.testing.assert_array_equal(affine.plane_map(kind, 0.0).forward(x), x)


@pytest.mark.parametrize(
    ("kind", "W", "b"),
    [
        ("rotation", [[0, -1], [1, 0]], [0, 0]),
        ("scaling", [[2, 0], [0, 0.5]], [0, 0]),
        ("shear", [[1, 1], [0, 1]], [0, 0]),
        ("reflection", [[-1, 0], [0, 1]], [0, 0]),
        ("projection", [[1, 0], [0, 0]], [0, 0]),
        ("translation", [[1, 0], [0, 1]], [1, 0.5]),
    ],
)
def test_full_plane_maps(kind, W, b):
    layer = affine.plane_map(kind, 1.0)
    np.testing.assert_allclose(layer.W, W, atol=1e-15)
    np.testing.assert_array_equal(layer.b, b)


def test_unknown_plane_map():
    with pytest.raises(ValueError, match=r"kind must be one of rotation, .*got 'twist'"):
        affine.plane_map("twist", 1.0)


def test_read_out_finds_an_affine_map_exactly():
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(50, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    layer = read_out(x, x @ W.T + b)
    np.testing.assert_allclose(layer.W, W, atol=1e-12)
    np.testing.assert_allclose(layer.b, b, atol=1e-12)


def test_read_out_names_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"\(3, 2\) and \(4, 1\)"):
        read_out(np.ones((3, 2)), np.ones((4, 1)))

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import ACTIVATIONS, MLP, Linear
from ffnlib.training import activation_statistics, dead_unit_rate, dead_units, gradient_norms

rng = np.random.default_rng


def test_dead_units():
    a = np.array([[0.0, 1.0, 0.0, np.nan], [0.0, 0.0, -0.0, 0.0]])
    assert_array_equal(dead_units(a), [True, False, True, False])
    assert dead_units(np.zeros((2, 0))).shape == (0,)


def shifted(bias, activation="relu"):
    """Two hidden layers of four units; ``bias`` is that of the first."""
    first = Linear.from_arrays(rng(0).normal(size=(4, 3)), bias)
    second = Linear.from_arrays(rng(1).normal(size=(4, 4)), [9, 9, 9, 9])
    return MLP.from_layers([first, second, Linear(4, 1, rng=rng(2))], activation)


def test_rate_of_each_hidden_layer():
    x = rng(3).uniform(-1, 1, size=(200, 3))
    assert_array_equal(dead_unit_rate(shifted([-100, 0, -100, 0]), x), [0.5, 0])
    assert_array_equal(dead_unit_rate(shifted([0, 0, 0, 0]), x), [0, 0])
    assert dead_unit_rate(MLP([3, 1], rng=rng(0)), x).shape == (0,)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_which_units_can_die(name):
    """Far to the left: a slope of 0 in every function whose slope vanishes there."""
    x = rng(3).uniform(-1, 1, size=(20, 3))
    rate = dead_unit_rate(shifted([-2000] * 4, name), x)[0]
    assert rate == (0 if name in ("leaky_relu", "identity") else 1)


def test_a_dead_unit_gets_no_gradient_and_can_be_revived():
    net = shifted([-100, 0, -100, 0])
    x = rng(3).uniform(-1, 1, size=(200, 3))
    net.forward(x, training=True)
    net.backward(np.ones((200, 1)))
    dead = dead_units(net.trace(x)[0].a)
    assert_array_equal(np.all(net.layers[0].dW == 0, axis=1), dead)
    assert_array_equal(net.layers[0].db == 0, dead)
    assert dead_unit_rate(net, 1000 * x)[0] < dead_unit_rate(net, x)[0]


def test_statistics_by_hand():
    net = MLP.from_layers([Linear.from_arrays([[1.0], [-1.0]]), Linear.from_arrays([[1.0, 1.0]])])
    hidden, out = activation_statistics(net, [[2.0], [-4.0]])  # a = [[2, 0], [0, 4]]
    assert hidden == (1.5, pytest.approx(np.std([2, 0, 0, 4])), 0.5, 0.5, 0)
    assert out == (3, 1, 0, 0, 0)


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu"])
def test_dead_units_are_the_same_in_both_measures(name):
    net = shifted([-100, 0, -2000, 0], name)
    x = rng(3).uniform(-1, 1, size=(20, 3))
    statistics = activation_statistics(net, x)
    assert_array_equal([s.dead for s in statistics[:-1]], dead_unit_rate(net, x))
    assert statistics[-1].dead == 0


def test_gradient_norms_by_hand():
    net = MLP([3, 4, 2], "tanh", rng=rng(0))
    net.forward(np.ones((5, 3)), training=True)
    net.backward(np.ones((5, 2)))
    want = [np.hypot(np.linalg.norm(f.dW), np.linalg.norm(f.db)) for f in net.layers]
    assert_allclose(gradient_norms(net), want, rtol=1e-14)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"activations must have shape .* got \(3,\)"):
        dead_units(np.zeros(3))
    with pytest.raises(ValueError, match=r"at least one row, got \(0, 3\)"):
        dead_units(np.zeros((0, 3)))
    net = MLP([3, 2, 1], rng=rng(0))
    for measure in (dead_unit_rate, activation_statistics):
        with pytest.raises(ValueError, match=r"x must have shape .* got \(3,\)"):
            measure(net, np.zeros(3))
        with pytest.raises(ValueError, match="x must have d_in=3"):
            measure(net, np.zeros((2, 4)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        gradient_norms(net)

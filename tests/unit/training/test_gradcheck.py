import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ffnlib.nn import ACTIVATIONS
from ffnlib.training import gradcheck

rng = np.random.default_rng


def quadratic(params):
    return sum(float((p**2).sum()) for p in params.values()), {k: 2 * p for k, p in params.items()}


def one(_):
    return 1.0


def test_a_right_gradient_passes():
    params = {"W": rng(0).normal(size=(3, 4)), "b": rng(1).normal(size=4)}
    before = {k: p.copy() for k, p in params.items()}
    result = gradcheck(quadratic, params)
    assert result
    assert result.ok is True
    assert result.checked == 16
    assert result.worst.error < 1e-8
    assert "agrees: worst of 16 entries" in str(result)
    for k, p in params.items():
        np.testing.assert_array_equal(p, before[k])


def test_the_worst_entry_is_named():
    params = {"W": rng(0).normal(size=(3, 4)), "b": rng(1).normal(size=4)}

    def wrong(p):
        loss, gradients = quadratic(p)
        gradients["W"][2, 1] *= 1.001
        gradients["b"][3] *= -1
        return loss, gradients

    result = gradcheck(wrong, params)
    assert not result
    worst = result.worst
    assert (worst.name, worst.index) == ("b", (3,))
    assert worst.value == params["b"][3]
    assert worst.analytic == -2 * params["b"][3]
    assert worst.numeric == pytest.approx(2 * params["b"][3], rel=1e-9)
    assert worst.error == pytest.approx(2, rel=1e-6)
    assert str(result).startswith("the gradient is wrong: worst of 16 entries is b[3] = ")
    assert "derivative got" in str(result)
    assert "expected" in str(result)


@given(
    x=arrays(np.float64, 5, elements=st.floats(-5, 5)),
    fault=st.floats(3e-6, 1e3),
    name=st.sampled_from(["sigmoid", "tanh", "gelu", "silu", "softplus"]),
)
def test_activations_pass_and_faults_of_three_in_a_million_do_not(x, fault, name):
    f = ACTIVATIONS[name]
    upstream = np.arange(1.0, 6.0)
    loss = lambda x: float(upstream @ f(x))  # noqa: E731
    right = upstream * f.derivative(x)
    assert gradcheck(loss, x, right)
    wrong = right.copy()
    place = np.abs(right).argmax()
    wrong[place] *= 1 + fault
    result = gradcheck(loss, x, wrong)
    assert not result
    assert result.worst.index == (place,)


def test_every_form_of_parameters():
    x = rng(0).normal(size=3)
    cube = lambda p: float((p**3).sum())  # noqa: E731
    assert gradcheck(cube, x, 3 * x**2).worst.name == "params"
    pair = [x, 2 * x]
    both = gradcheck(lambda p: cube(p[0]) + cube(p[1]), pair, [3 * p**2 for p in pair])
    assert both
    assert both.worst.name in ("params[0]", "params[1]")
    scalar = np.array(1.5)
    assert str(gradcheck(lambda p: p**2, scalar, 3.0)).count("params = 1.5") == 1


def test_f_may_ignore_its_argument_and_reuse_its_buffers():
    model = {"w": rng(0).normal(size=4)}
    buffer = {"w": np.zeros(4)}

    def step(_):
        np.multiply(model["w"], 2, out=buffer["w"])
        return (model["w"] ** 2).sum(), buffer

    assert gradcheck(step, model)


def test_rounding_in_the_loss_is_no_fault():
    """A derivative far below the loss's last digits cannot be measured, so it is not blamed."""
    x = np.array([1e-9, 1.0])
    assert gradcheck(lambda p: 1e6 + float((p**2).sum()), x, 2 * x)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_inf_are_wrong(bad):
    x = np.ones(3)
    result = gradcheck(lambda p: float(p.sum()), x, np.array([1.0, bad, 1.0]))
    assert not result
    assert result.worst.index == (1,)
    assert not gradcheck(lambda p: bad * float(p.sum()), x, np.ones(3))


def test_parameters_are_restored_when_f_fails():
    x = np.ones(2)
    calls = []

    def fails(p):
        calls.append(p.copy())
        if len(calls) > 1:
            raise ArithmeticError
        return 1.0

    with pytest.raises(ArithmeticError):
        gradcheck(fails, x, x)
    np.testing.assert_array_equal(x, 1)


def test_a_sample_of_the_entries():
    x = rng(0).normal(size=(50, 40))
    calls = 0

    def loss(p):
        nonlocal calls
        calls += 1
        return float((p**2).sum())

    result = gradcheck(loss, x, 2 * x, sample=7, rng=rng(1))
    assert result
    assert result.checked == 7
    assert calls == 14
    assert gradcheck(loss, x[:2, :2].copy(), 2 * x[:2, :2], sample=9, rng=rng(1)).checked == 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (one, np.ones(2, np.float32), np.ones(2)),
            TypeError,
            "params must be a float64",
        ),
        ((one, [[1.0, 2.0]], [[1.0, 2.0]]), TypeError, r"params\[0\] must .* got list"),
        ((one, "W", "W"), TypeError, "params"),
        ((one, np.ones(0), np.ones(0)), ValueError, "at least one number, got none"),
        ((one, np.ones(2)), TypeError, "f must return .loss, gradients., got 1.0"),
        ((lambda p: p, np.ones(2), np.ones(2)), ValueError, r"one number as the loss.*\(2,\)"),
        ((one, {"W": np.ones(2)}, {"V": np.ones(2)}), ValueError, "must be for W, got V"),
        (
            (one, {"W": np.ones(2)}, {"W": np.ones((2, 1))}),
            ValueError,
            r"gradient of W must have its shape \(2,\), got \(2, 1\)",
        ),
    ],
)
def test_mistakes_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gradcheck(*arguments)


def test_options_are_checked():
    x = np.ones(2)
    frozen = np.ones(2)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="params must be writable"):
        gradcheck(one, frozen, x)
    with pytest.raises(ValueError, match="tolerance and step must be above 0"):
        gradcheck(one, x, x, tolerance=0)
    with pytest.raises(TypeError, match="rng must be a numpy"):
        gradcheck(one, x, x, sample=1)
    with pytest.raises(ValueError, match="sample must be at least 1"):
        gradcheck(one, x, x, sample=0, rng=rng(0))

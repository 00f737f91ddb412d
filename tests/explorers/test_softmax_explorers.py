"""The explorers of the softmax chapter, against closed forms and at their edges."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, log_expit
from scipy.special import softmax as reference

from ffnlib.explorers.softmax import lse, overflow, sigmoid, softmax
from ffnlib.explorers.softmax._overflows import DTYPES
from ffnlib.explorers.softmax.overflow import LOGITS, WRONG, first_failure
from ffnlib.explorers.softmax.sigmoid import written
from ffnlib.figures import Bars, Handle, Line, plain
from ffnlib.nn import softmax_naive
from tests.explored import marks

# ---- softmax


@pytest.mark.parametrize("shift", [-5.0, 0.0, 2.25])
@pytest.mark.parametrize("temperature", [0.25, 1.0, 10.0])
def test_bars_are_the_softmax_and_a_shift_changes_nothing(temperature, shift):
    z = np.array([2.0, -5.0, 5.0, 0.5])
    logits = [[i, v] for i, v in enumerate(z)]
    scene = softmax(temperature=temperature, shift=shift, logits=logits)
    p = reference(z / temperature)
    assert_allclose(marks(scene, Bars)[-1].values, p, rtol=1e-12)
    powers = np.exp((z + shift) / temperature)
    assert_allclose(marks(scene, Bars)[1].values, powers, rtol=1e-12)
    assert_allclose(powers / powers.sum(), p, rtol=1e-12)
    assert_allclose([row[3] for row in scene.table.rows], powers, rtol=1e-12)
    assert_allclose([row[4] for row in scene.table.rows], p, rtol=1e-12)
    assert_allclose([row[5] for row in scene.table.rows], np.log(p), rtol=1e-10)
    assert ("changed none" in scene.text) == (shift != 0)


def test_bars_stay_where_they_are_dragged_sideways():
    straight = softmax(logits=[[0, 1.0], [1, 2.0], [2, 3.0], [3, 4.0]])
    moved = softmax(logits=[[3, 1.0], [0, 2.0], [0.5, 3.0], [1, 4.0]])
    assert plain(straight) == plain(moved)
    assert [h.point for h in marks(moved, Handle)] == [("logits", i) for i in range(4)]


def test_log_probabilities_reach_below_their_panel_only_when_they_must():
    scene = softmax(show="log-probabilities")
    assert min(marks(scene, Bars)[-1].values) > scene.panels[-1].y[0]


# ---- log-sum-exp


@pytest.mark.parametrize(("a", "b", "t"), [(1, 0, 1), (-5, 5, 0.1), (2, 2, 4), (5, -5, 4)])
def test_log_sum_exp_and_its_slopes(a, b, t):
    scene = lse(a=a, b=b, temperature=t)
    (handle,) = marks(scene, Handle)
    assert handle.y == pytest.approx(t * np.logaddexp(a / t, b / t), rel=1e-12)
    by_a, by_b = (np.asarray(m.y) for m in scene.panels[1].marks[:2])
    assert_allclose(by_a + by_b, 1, rtol=1e-12)
    x, y = (np.asarray(v) for v in (marks(scene, Line)[1].x, marks(scene, Line)[1].y))
    rise = (y[2:] - y[:-2]) / (x[2:] - x[:-2])  # the slope, up to the square of the spacing
    assert_allclose(rise, by_a[1:-1], atol=0.3 / t**2)
    assert np.all(y >= np.maximum(x, b) - 1e-12)
    assert np.all(y <= np.maximum(x, b) + t * math.log(2) + 1e-12)


# ---- overflow


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_first_failure_is_the_first(dtype, sign):
    first = first_failure(dtype, sign)
    exact = reference(LOGITS)
    fits = softmax_naive((LOGITS + sign * (first - 1)).astype(dtype))
    fails = softmax_naive((LOGITS + sign * first).astype(dtype))
    assert_allclose(fits.astype(float), exact, rtol=WRONG)
    assert not np.allclose(fails.astype(float), exact, rtol=WRONG)


@pytest.mark.parametrize("dtype", DTYPES)
def test_overflow_begins_where_the_sum_leaves_the_range(dtype):
    z = LOGITS
    limit = math.log(np.finfo(dtype).max) - math.log(np.exp(z).sum())
    assert first_failure(dtype) == math.ceil(limit)


@pytest.mark.parametrize("direction", ["add", "subtract"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_with_the_maximum_subtracted_nothing_changes(dtype, direction):
    tolerance = 2e-3 if dtype == "float16" else 1e-6
    for power in overflow.controls["power"].stops():
        scene = overflow(power=power, dtype=dtype, direction=direction)
        p = [row[4] for row in scene.table.rows]
        assert_allclose(p, reference(LOGITS), rtol=tolerance)


def test_what_happened_is_said():
    said = {
        (0, "float16", "add"): "the exponentials sum to",
        (3, "float16", "add"): "their sum does not",
        (3.25, "float16", "add"): "1 of 3 exponentials overflows",
        (10, "float64", "add"): "3 of 3 exponentials overflow",
        (10, "float64", "subtract"): "all exponentials underflow",
    }
    for (power, dtype, direction), words in said.items():
        assert words in overflow(power=power, dtype=dtype, direction=direction).text


# ---- sigmoid


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("x", [-120, -6, 0, 6, 96, 120])
def test_the_form_by_sign_and_softplus_are_exact(dtype, x):
    tolerance = 4 * float(np.finfo(dtype).eps)
    scene = sigmoid(formula="by sign", dtype=dtype, x=x)
    *_, by_sign, exact_loss = scene.table.rows
    smallest = float(np.finfo(dtype).smallest_subnormal)
    assert by_sign[1] == pytest.approx(expit(x), rel=tolerance, abs=smallest)
    assert exact_loss[2] == pytest.approx(-log_expit(-x), rel=tolerance, abs=smallest)


def test_each_written_form_fails_on_its_own_side():
    far = np.array([-1000.0, 1000.0])
    assert_allclose(written("1/(1 + e⁻ˣ)", far), [0, 1])
    one = written("eˣ/(1 + eˣ)", far)
    assert one[0] == 0
    assert np.isnan(one[1])
    assert_allclose(written("by sign", far), [0, 1])


def test_the_loss_made_from_a_probability_is_infinite_long_before_the_logit_is_large():
    scene = sigmoid(formula="by sign", dtype="float64", x=42)
    assert "gives ∞" in scene.text
    assert "softplus(x), is 42" in scene.text

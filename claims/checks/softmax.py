"""Checks of what is said about softmax, its logarithm, the loss made of it and its range."""

from __future__ import annotations

import math

import numpy as np

from ffnlib.explorers.softmax.sigmoid import FORMULAS, written
from ffnlib.nn import cross_entropy, log_softmax, logsumexp, sigmoid, softmax, softmax_naive
from ffnlib.training import gradcheck

Values = dict[str, float | int | str]

WIDE = np.array([0.0, -800.0])
"""Two logits so far apart that the smaller probability underflows, also in float64."""
TYPES = {"half": np.float16, "single": np.float32, "double": np.float64}


def listed(values: np.ndarray, digits: int = 4) -> str:
    return ", ".join(f"{v:.{digits}f}" for v in values)


def loss_is_a_dot_product() -> Values:
    """Write the cross-entropy of a random batch out as dot products over the classes."""
    rng = np.random.default_rng(0)
    z, classes = rng.normal(scale=3, size=(7, 3)), rng.integers(0, 3, 7)
    y = np.eye(3)[classes]  # (batch, classes)
    by_hand = -sum(float(y[i] @ log_softmax(z)[i]) for i in range(7)) / 7
    difference = abs(by_hand - cross_entropy(z, classes))
    assert difference < 1e-12
    return {"loss": by_hand, "bound": 1e-12}


def shift_by_the_maximum() -> Values:
    """Compare the shifted formula with the one as printed where both work, then where one fails."""
    z = np.array([3.0, 1.0, 0.0])
    difference = float(np.max(np.abs(softmax(z) - softmax_naive(z))))
    assert difference < 1e-15
    assert np.isnan(softmax_naive(z + 1000)).any()
    assert np.array_equal(softmax(z + 1000), softmax(z))
    return {"difference": difference, "shift": 1000, "answer": listed(softmax(z + 1000))}


def printed_cost() -> Values:
    """Compute the cost of a batch as printed, and as the mean over its examples."""
    rng = np.random.default_rng(0)
    z, classes = rng.normal(scale=2, size=(7, 3)), rng.integers(0, 3, 7)
    y, eps = np.eye(3)[classes], 1e-8
    printed = -float(np.mean(y * np.log(softmax(z) + eps)))
    right = cross_entropy(z, classes)
    assert abs(right / printed - 3) < 1e-6
    cap = -math.log(softmax([0.0, 100.0])[0] + eps)
    true = cross_entropy(np.array([[0.0, 100.0]]), np.array([0]))
    assert cap < 18.5 < true
    return {"printed": printed, "right": right, "cap": cap, "true": true}


def log_odds() -> Values:
    """Compare logits with log-odds, for two classes and for three."""
    z = np.array([3.0, 1.0, 0.0])
    p = sigmoid(np.array([2.0]))[0]
    two = math.log(p / (1 - p))
    assert abs(two - 2) < 1e-12
    q = softmax(z)[0]
    three = math.log(q / (1 - q))
    assert abs(three - (z[0] - logsumexp(z[1:]))) < 1e-12
    assert abs(three - z[0]) > 1
    return {"two": two, "three": three, "logit": z[0]}


def positive_and_one() -> Values:
    """Look for a zero among the probabilities of two logits 800 apart, and sum a thousand rows."""
    p = softmax(WIDE)
    assert p[1] == 0
    z = np.random.default_rng(0).normal(scale=10, size=(1000, 10))
    gap = float(np.max(np.abs(softmax(z).sum(axis=-1) - 1)))
    assert gap < 1e-14
    return {"small": p[1], "log": log_softmax(WIDE)[1], "gap": gap}


def order_and_slope() -> Values:
    """Sort logits and probabilities, and difference each probability by its own logit."""
    z = np.random.default_rng(0).normal(scale=3, size=8)
    p = softmax(z)
    assert np.array_equal(np.argsort(z), np.argsort(p))
    h = 1e-6
    slopes = [(softmax(z + h * e)[i] - softmax(z - h * e)[i]) / (2 * h)
              for i, e in enumerate(np.eye(8))]  # fmt: skip
    error = float(np.max(np.abs(slopes - p * (1 - p))))
    assert error < 1e-9
    return {"error": error}


def log_of_softmax() -> Values:
    """Take the logarithm of a softmax that underflowed, and the log-softmax of the same logits."""
    with np.errstate(divide="ignore"):
        after = float(np.log(softmax(WIDE))[1])
    direct = float(log_softmax(WIDE)[1])
    assert after == -math.inf
    assert direct == -800
    try:
        math.log(float(softmax(WIDE)[1]))
    except ValueError:
        pass
    else:
        raise AssertionError("math.log took a logarithm of 0")
    return {"after": "−∞", "direct": direct}


def limits_of_exp() -> Values:
    """Compare the logarithm of each type's largest number with where its exponential overflows."""
    found: Values = {}
    for name, dtype in TYPES.items():
        limit = math.log(float(np.finfo(dtype).max))
        with np.errstate(over="ignore"):
            assert np.isfinite(np.exp(dtype(0.999 * limit)))
            assert np.isinf(np.exp(dtype(1.001 * limit)))
        found[name] = limit
    try:
        math.exp(1000)
    except OverflowError:
        found["python"] = "OverflowError"
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(1000.0))
    assert np.isnan(softmax_naive([1000.0, 1001.0])).all()
    assert np.isnan(softmax_naive([-1000.0, -1001.0])).all()
    return found


def shift_changes_nothing() -> Values:
    """Add whole numbers to whole logits, which rounds nothing, and compare every digit."""
    rng = np.random.default_rng(0)
    z = rng.integers(-50, 50, size=(100, 5)).astype(float)
    for shift in (-(2.0**40), -1000.0, 7.0, 2.0**40):
        assert np.array_equal(softmax(z + shift), softmax(z))
    exponents = z - z.max(axis=-1, keepdims=True)
    assert exponents.max() == 0
    rounded = softmax(z / 7 + 1e15)
    assert not np.allclose(rounded, softmax(z / 7), rtol=1e-3)
    return {
        "largest": float(exponents.max()),
        "worst": float(np.abs(rounded - softmax(z / 7)).max()),
    }


def log_sum_exp() -> Values:
    """Compute the log-sum-exp of 1000, 1001 and 1002 with the maximum taken out, and without."""
    z = np.array([1000.0, 1001.0, 1002.0])
    value = float(logsumexp(z))
    with np.errstate(over="ignore"):
        assert np.isinf(np.log(np.sum(np.exp(z))))
    small = np.array([0.5, -1.0, 2.0])
    identity = abs(float(logsumexp(small)) - math.log(sum(map(math.exp, small))))
    assert abs(value - 1002.4076059644) < 1e-9
    assert identity <= 1e-15
    tiny = float(logsumexp([0.0, -40.0]))
    assert tiny > 0 == math.log(1 + math.exp(-40))
    return {"value": value, "bound": 1e-15, "tiny": tiny}


def four_of_ten() -> Values:
    """Add up the four probabilities given for ten digits."""
    given = np.array([0.05, 0.1, 0.7, 0.15])
    assert abs(given.sum() - 1) < 1e-12
    logits = np.append(np.log(given), np.full(6, -10.0))
    rest = float(softmax(logits)[4:].sum())
    assert rest > 0
    return {"sum": float(given.sum()), "rest": rest}


def confidence_and_decision() -> Values:
    """Divide random logits by temperatures: count changed decisions, measure the confidence."""
    z = np.random.default_rng(0).normal(scale=2, size=(1000, 10))
    mean = {t: float(softmax(z, temperature=t).max(axis=-1).mean()) for t in (0.5, 1.0, 2.0)}
    changed = sum(
        int(np.sum(softmax(z, temperature=t).argmax(axis=-1) != z.argmax(axis=-1))) for t in mean
    )
    assert changed == 0
    assert mean[0.5] > mean[1.0] > mean[2.0]
    return {"changed": changed, "sharp": mean[0.5], "plain": mean[1.0], "flat": mean[2.0]}


def naive_sigmoid() -> Values:
    """Evaluate two forms of the sigmoid at −1000 and 1000, in NumPy and in plain Python."""
    far = np.array([-1000.0, 1000.0])
    first, second = (written(formula, far) for formula in FORMULAS[:2])
    assert np.array_equal(first, [0, 1])
    assert np.isnan(second[1])
    assert np.array_equal(sigmoid(far), [0, 1])
    try:
        1 / (1 + math.exp(1000))
    except OverflowError:
        python = "OverflowError"
    return {"first": first[0], "python": python}


def nll_of_log_softmax() -> Values:
    """Compare log-softmax with NLL and cross-entropy; give the latter probabilities by mistake."""
    rng = np.random.default_rng(0)
    z, t = rng.normal(scale=3, size=(64, 10)), rng.integers(0, 10, 64)
    two_steps = -float(log_softmax(z)[np.arange(64), t].mean())
    one_step = cross_entropy(z, t)
    assert abs(two_steps - one_step) < 1e-12
    sure = np.array([[100.0] + [0.0] * 9])
    right, twice = (cross_entropy(logits, [0]) for logits in (sure, softmax(sure)))
    assert right < 1e-12
    assert abs(twice - (math.log(math.e + 9) - 1)) < 1e-9
    assert gradcheck(lambda v: (cross_entropy(v, t), cross_entropy.gradient(v, t)), z)
    return {"bound": 1e-12, "right": right, "twice": twice}

"""Intervals and tests against SciPy, and against what they promise when everything is chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from ffnlib.production import (
    Interval,
    bootstrap_interval,
    compare_paired,
    compare_unpaired,
    mcnemar,
    normal_cdf,
    normal_quantile,
    power,
    seeds_needed,
    t_cdf,
    t_quantile,
)

rng = np.random.default_rng
quick = settings(max_examples=40)
scores = st.lists(st.floats(-100, 100), min_size=2, max_size=12)


# ---- distributions


@quick
@given(st.floats(-50, 50), st.floats(0.5, 500))
def test_t_is_scipys(t, df):
    assert t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-10, abs=1e-14)


@quick
@given(st.floats(1e-4, 1 - 1e-4), st.floats(1, 300))
def test_quantiles_are_scipys(p, df):
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-8, abs=1e-9)
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9, abs=1e-12)
    assert normal_cdf(normal_quantile(p)) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 10, 1e6])
def test_t_far_out(df):
    for t in (0.0, 1e-3, 1e3, 1e8, np.inf, -np.inf):
        assert t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-9, abs=1e-15)
    assert t_cdf(-1e3, df) == pytest.approx(stats.t.cdf(-1e3, df), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 40, 400])
@pytest.mark.parametrize("effect", [0.0, 0.1, 0.5, 2.0])
def test_power_is_that_of_the_noncentral_t(n, effect):
    c, shift = stats.t.ppf(0.975, n - 1), effect * n**0.5
    # SciPy's noncentral t is nan where the tail is lost; what is lost is 0
    lower = np.nan_to_num(stats.nct.cdf(-c, n - 1, shift)) if effect else 0.025
    upper = stats.nct.sf(c, n - 1, shift) if effect else 0.025
    assert power(effect, n) == pytest.approx(upper + lower, abs=1e-6)


# ---- intervals


@quick
@given(scores, st.sampled_from([0.5, 0.8, 0.95, 0.99]), st.integers(0, 2**32))
def test_paired_is_scipys(a, confidence, seed):
    b = np.array(a) + rng(seed).normal(size=len(a))
    got = compare_paired(a, b, confidence)
    theirs = stats.ttest_rel(a, b)
    interval = theirs.confidence_interval(confidence)
    assert got.p == pytest.approx(theirs.pvalue, rel=1e-8, abs=1e-12)
    assert_allclose(got.interval, (interval.low, interval.high), rtol=1e-7, atol=1e-9)
    assert got.df == len(a) - 1
    assert got.error == pytest.approx(stats.sem(np.array(a) - b), rel=1e-12)


@quick
@given(st.integers(2, 12), st.integers(2, 12), st.floats(0.01, 100), st.integers(0, 2**32))
def test_unpaired_is_welchs(n, m, scale, seed):
    a, b = rng(seed).normal(size=n), scale * rng([seed, 1]).normal(size=m)
    got, theirs = compare_unpaired(a, b), stats.ttest_ind(a, b, equal_var=False)
    interval = theirs.confidence_interval()
    assert got.p == pytest.approx(theirs.pvalue, rel=1e-8)
    assert got.df == pytest.approx(theirs.df, rel=1e-10)
    assert_allclose(got.interval, (interval.low, interval.high), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("n", [5, 20, 60])
def test_bootstrap_is_scipys_for_the_same_draws(method, n):
    x = rng(n).exponential(size=n)
    ours = bootstrap_interval(x, 0.9, rng=rng(7), resamples=999, method=method)
    theirs = stats.bootstrap(
        (x,), np.mean, confidence_level=0.9, n_resamples=999, method=method, rng=rng(7),
        vectorized=True,
    ).confidence_interval  # fmt: skip
    assert_allclose(ours, theirs, rtol=1e-10)


@quick
@given(scores, st.floats(-10, 10), st.integers(0, 2**32))
def test_the_sign_turns_with_the_order_and_shifts_move_the_interval(a, shift, seed):
    b = rng(seed).normal(size=len(a))
    one, other = compare_paired(a, b), compare_paired(b, a)
    assert_allclose(one.interval, (-other.interval.high, -other.interval.low), atol=1e-9)
    moved = compare_paired(np.array(a) + shift, b)
    assert_allclose(np.array(moved.interval) - shift, one.interval, atol=1e-8)
    assert one.interval.excludes_zero == (one.p < 0.05) or one.p == pytest.approx(0.05, abs=1e-6)


def test_pairs_remove_what_both_share():
    luck, own = rng(0).normal(size=(2, 30))
    a, b = 5 + luck, 4.8 + luck + 0.1 * own
    paired, unpaired = compare_paired(a, b), compare_unpaired(a, b)
    assert paired.difference == pytest.approx(unpaired.difference)
    assert paired.error < 0.1 * unpaired.error
    assert paired.interval.excludes_zero
    assert not unpaired.interval.excludes_zero


def test_an_interval_holds_the_truth_as_often_as_it_says():
    drawn = rng(3).normal(0.3, 1, size=(600, 6))
    held = [compare_paired(d, np.zeros(6)).interval for d in drawn]
    share = np.mean([low <= 0.3 <= high for low, high in held])
    assert abs(share - 0.95) < 3 * (0.95 * 0.05 / 600) ** 0.5


def test_equal_scores_leave_no_doubt():
    same = compare_paired([1.0, 2.0], [1.0, 2.0])
    assert same[:2] == (0, 0)
    assert same.p == 1
    shifted = compare_unpaired([1.0, 1.0], [2.0, 2.0])
    assert shifted.interval == Interval(-1, -1)
    assert shifted.p == 0
    assert bootstrap_interval([2.0, 2.0], rng=rng(0)) == (2, 2)


# ---- single examples, and how many seeds


@quick
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_mcnemar_is_the_binomial_test(pairs):
    a, b = np.array(pairs, dtype=bool).reshape(-1, 2).T
    first, second = int(np.sum(a & ~b)), int(np.sum(b & ~a))
    p = mcnemar(a, b)
    want = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert p == pytest.approx(want, rel=1e-10)


@quick
@given(st.floats(0.3, 5))
def test_seeds_needed_is_the_least_number(effect):
    n = seeds_needed(1.0, -effect)
    assert power(effect, n) >= 0.8
    assert n == 2 or power(effect, n - 1) < 0.8


def test_seeds_needed_by_simulation():
    n = seeds_needed(2.0, 1.5)
    found = [compare_paired(d, np.zeros(n)).p < 0.05 for d in rng(4).normal(1.5, 2, (600, n))]
    assert np.mean(found) == pytest.approx(power(0.75, n), abs=0.05)
    assert seeds_needed(1, 1e-9, most=1000) == 1000
    assert seeds_needed(0, 1) == 2


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="a and b must be pairs, got 2 and 3"):
        compare_paired([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="b must be at least two finite scores"):
        compare_unpaired([1, 2], [1])
    with pytest.raises(ValueError, match="at least two finite scores"):
        compare_paired([1, np.nan], [1, 2])
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        compare_paired([1, 2], [1, 3], 95)
    with pytest.raises(ValueError, match="method must be bca or percentile"):
        bootstrap_interval([1, 2], rng=rng(0), method="normal")
    with pytest.raises(TypeError, match="a must be booleans"):
        mcnemar([0, 1], [True, False])
    with pytest.raises(ValueError, match="pairs, got 1 and 2"):
        mcnemar([True], [True, False])
    with pytest.raises(ValueError, match="difference must be a finite number other than 0"):
        seeds_needed(1, 0)
    with pytest.raises(ValueError, match="spread must be"):
        seeds_needed(-1, 1)
    with pytest.raises(ValueError, match="n must be at least 2"):
        power(1, 1)
    with pytest.raises(ValueError, match="df must be above 0"):
        t_cdf(1, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        t_quantile(1, 3)

"""Pruning by magnitude and by Wanda, and the pattern 2:4."""

import doctest

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ffnlib.quantization import (
    TwoOfFour,
    _sparsity,
    compress,
    expand,
    importance,
    output_error,
    prune,
)


def test_the_examples_run():
    found = doctest.testmod(_sparsity)
    assert found.attempted == 4
    assert found.failed == 0


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.9, 1])
def test_wanda_drops_what_its_definition_drops(share):
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(6, 20)), rng.normal(size=(50, 20)) * rng.uniform(0.1, 5, 20)
    pruned = prune(w, x, share)
    for i in range(6):
        order = sorted(range(20), key=lambda j, i=i: abs(w[i, j]) * np.sqrt((x[:, j] ** 2).sum()))
        dropped = set(order[: int(20 * share)])
        expected = [0 if j in dropped else w[i, j] for j in range(20)]
        assert_array_equal(pruned[i], expected)
    assert_array_equal(importance(w), np.abs(w))


@pytest.mark.parametrize("with_inputs", [False, True])
def test_two_of_every_four_stay_the_most_important(with_inputs):
    rng = np.random.default_rng(1)
    w = rng.normal(size=(5, 24)).astype(np.float32)
    x = rng.normal(size=(30, 24)) * rng.uniform(0.1, 5, 24) if with_inputs else None
    pruned, score = prune(w, x, pattern="2:4"), importance(w, x)
    assert pruned.dtype == np.float32
    for i in range(5):
        for start in range(0, 24, 4):
            best = set(np.argsort(score[i, start : start + 4])[2:])
            assert set(np.flatnonzero(pruned[i, start : start + 4])) == best
    assert_array_equal(pruned[pruned != 0], w[pruned != 0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_stored_matrices_come_back_and_every_byte_is_counted(dtype):
    rng = np.random.default_rng(2)
    w = prune(rng.normal(size=(8, 40)).astype(dtype), pattern="2:4")
    w[0, :4], w[1, 4:8] = 0, [0, 0, 0, 2]  # fewer than two are not 0
    stored = compress(w)
    assert_array_equal(expand(stored), w)
    per_weight = 8 * stored.nbytes / w.size
    assert per_weight == 8 * np.dtype(dtype).itemsize / 2 + 1
    assert len(stored.values.tobytes() + stored.places.tobytes()) == stored.nbytes


@pytest.mark.parametrize("seed", range(4))
def test_wanda_keeps_outputs_better_where_inputs_differ_in_size(seed):
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=(16, 64)), rng.normal(size=(200, 64)) * rng.uniform(0.1, 4, 64)
    for pattern in ("any", "2:4"):
        errors = [output_error(w, prune(w, c, pattern=pattern), x) for c in (None, x)]
        assert errors[1] < 0.9 * errors[0]


def test_bad_arguments_are_named():
    w = np.ones((2, 6))
    with pytest.raises(ValueError, match="multiple of 4 columns for 2:4, got 6"):
        prune(w, pattern="2:4")
    with pytest.raises(ValueError, match="pattern must be one of any, 2:4, got '1:2'"):
        prune(w, pattern="1:2")
    with pytest.raises(ValueError, match=r"sparsity must be from 0 to 1, got 1\.5"):
        prune(w, sparsity=1.5)
    with pytest.raises(ValueError, match=r"x \(n, d_in\), got \(2, 6\) and \(3, 5\)"):
        prune(w, np.ones((3, 5)))
    with pytest.raises(ValueError, match="at most two numbers other than 0"):
        compress(np.ones((1, 4)))
    with pytest.raises(ValueError, match="places do not fit 4 values"):
        expand(TwoOfFour(np.ones((1, 4)), np.zeros((1, 3), np.uint8)))

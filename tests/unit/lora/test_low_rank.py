"""The best approximation of a low rank, against random rivals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ffnlib.lora import LowRank, best_approximation, least_error

rng = np.random.default_rng


@settings(max_examples=40)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 10_000), st.data())
def test_no_matrix_of_the_rank_is_closer(d_out, d_in, seed, data):
    W = rng(seed).normal(size=(d_out, d_in))
    rank = data.draw(st.integers(1, min(W.shape)))
    best = best_approximation(W, rank)
    error = np.linalg.norm(W - best.matrix)
    assert_allclose(error, best.error, atol=1e-12)
    spectral = best.singular_values[rank] if rank < len(best.singular_values) else 0.0
    assert_allclose(np.linalg.norm(W - best.matrix, 2), spectral, atol=1e-12)
    assert best.rank == rank == np.linalg.matrix_rank(best.matrix)
    for _ in range(5):  # rivals: the best B for a random A, and a small change of the best factors
        A = rng(seed + 1).normal(size=(rank, d_in))
        rival = W @ np.linalg.pinv(A) @ A
        assert np.linalg.norm(W - rival) >= error - 1e-12
        moved = (best.B + 0.01 * rng(seed).normal(size=best.B.shape)) @ best.A
        assert np.linalg.norm(W - moved) >= error - 1e-12


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_factors_are_equally_large_and_keep_the_dtype(dtype):
    best = best_approximation(rng(0).normal(size=(6, 4)).astype(dtype), 2)
    assert isinstance(best, LowRank)
    assert {part.dtype for part in best} == {np.dtype(dtype)}
    lengths = np.linalg.norm(best.A.astype(float), axis=1)
    assert_allclose(np.linalg.norm(best.B.astype(float), axis=0), lengths, rtol=2e-3)
    assert_allclose(lengths**2, best.singular_values[:2].astype(float), rtol=4e-3)


def test_least_error():
    assert least_error([3, 2, 1], 1) == pytest.approx(5**0.5)
    assert least_error([3, 2, 1], 0) == pytest.approx(14**0.5)
    assert least_error([3, 2, 1], 9) == 0
    for bad, message in (([1, 2], "largest first"), ([1, -1], "from 0"), ([[1]], "a list")):
        with pytest.raises(ValueError, match=message):
            least_error(bad, 1)


def test_matrices_that_cannot_be_approximated():
    for bad, rank, message in (
        ([1, 2], 1, "W must be a matrix"),
        (np.zeros((0, 3)), 1, "W must be a matrix"),
        ([[1, np.nan]], 1, "finite"),
        (np.eye(3), 4, "rank must be from 1 to 3"),
        (np.eye(3), 0, "rank must be at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            best_approximation(bad, rank)

"""Rotations that change nothing but the rounding, and the search of AWQ."""

import doctest

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.nn import Block
from ffnlib.quantization import (
    _awq,
    _rotation,
    awq,
    dequantize,
    hadamard,
    output_error,
    quantize,
    relative_error,
    rotate_block,
)


@pytest.mark.parametrize("module", [_awq, _rotation])
def test_the_examples_run(module):
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.attempted >= 1
    assert found.failed == 0


@pytest.mark.parametrize("n", [1, 2, 8, 128])
def test_hadamard_is_that_of_scipy_and_orthogonal(n):
    assert_allclose(hadamard(n) * np.sqrt(n), scipy.linalg.hadamard(n))
    h = hadamard(n, np.random.default_rng(0))
    assert_allclose(h @ h.T, np.eye(n), atol=1e-12)
    assert_allclose(np.abs(h), 1 / np.sqrt(n))
    if n == 128:
        assert not np.allclose(h, hadamard(n))


def test_hadamard_says_what_it_needs():
    with pytest.raises(ValueError, match="power of two, got 12"):
        hadamard(12)
    with pytest.raises(TypeError, match="rng must be"):
        hadamard(4, rng=0)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", ["swiglu", "relu"])
def test_a_rotated_block_computes_the_same(variant, bias):
    rng = np.random.default_rng(0)
    block = Block(16, 4, 40, variant, rng=rng, n_kv_heads=2, bias=bias)
    for p in block.parameters():
        p += 0.3 * rng.normal(size=p.shape)  # gains and biases too
    x = rng.normal(size=(3, 7, 16))
    y, before = block.forward(x), [p.copy() for p in block.parameters()]
    for q in (hadamard(16, rng), np.linalg.qr(rng.normal(size=(16, 16)))[0]):
        turned = rotate_block(block, q)
        assert_allclose(turned.forward(x @ q) @ q.T, y, rtol=1e-12, atol=1e-12)
    for old, p in zip(before, block.parameters(), strict=True):
        assert_array_equal(old, p)


def test_rotating_what_cannot_be_rotated():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="must have RMSNorm"):
        rotate_block(Block(8, 2, rng=rng, norm="layernorm"), hadamard(8))
    with pytest.raises(ValueError, match=r"orthogonal matrix \(8, 8\)"):
        rotate_block(Block(8, 2, rng=rng), np.ones((8, 8)))
    with pytest.raises(ValueError, match=r"got shape \(4, 4\)"):
        rotate_block(Block(8, 2, rng=rng), hadamard(4))


@pytest.mark.parametrize("seed", range(5))
def test_a_rotation_makes_the_int4_error_of_outlier_channels_fall(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(128, 64))
    x[:, [3, 40]] *= 20
    q = hadamard(64, rng)
    plain = relative_error(dequantize(quantize(x, 4)), x)
    turned = relative_error(dequantize(quantize(x @ q, 4)) @ q.T, x)
    assert turned < 0.7 * plain
    even = rng.normal(size=(128, 64))  # without outliers there is nothing to gain
    plain = relative_error(dequantize(quantize(even, 4)), even)
    assert relative_error(dequantize(quantize(even @ q, 4)) @ q.T, even) > 0.9 * plain


@pytest.mark.parametrize("bits", [3, 4])
def test_awq_finds_what_a_direct_search_finds(bits):
    rng = np.random.default_rng(1)
    w, x = rng.normal(size=(24, 32)), rng.normal(size=(200, 32))
    x[:, [4, 17]] *= 15
    found = awq(w, x, bits, "channel")
    size = np.mean(np.abs(x), axis=0)
    tried = []
    for step in range(20):
        s = size ** (step / 20)
        s /= np.sqrt(s.min() * s.max())
        scale = np.abs(w * s).max(1, keepdims=True) / (2 ** (bits - 1) - 1)
        w_hat = np.round(w * s / scale) * scale / s
        tried.append(np.linalg.norm(x @ (w - w_hat).T) / np.linalg.norm(x @ w.T))
    assert_allclose(found.errors, tried, rtol=1e-9)
    assert found.alpha == np.argmin(tried) / 20 > 0
    stored = dequantize(quantize(w * found.factors, bits)) / found.factors
    assert output_error(w, stored, x) == pytest.approx(min(tried))
    assert min(tried) < 0.8 * tried[0]


def test_awq_of_inputs_that_are_all_zero_changes_nothing():
    found = awq(np.ones((2, 4)), np.zeros((3, 4)))
    assert_array_equal(found.factors, np.ones(4))
    assert found.alpha == 0

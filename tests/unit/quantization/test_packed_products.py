"""Compiled products of packed weights equal NumPy's, with or without VPDPBUSD."""

import numpy as np
import pytest
from numba.core.registry import cpu_target
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib._base.vectors import has_vnni
from ffnlib.quantization import QuantizedLinear, _kernels, pack, quantize, round_tokens

SHAPES = [
    (1, 1, 8, "channel"), (5, 63, 8, "channel"), (4, 64, 8, "channel"), (7, 65, 8, "channel"),
    (9, 300, 8, 100), (33, 784, 8, "tensor"), (6, 640, 8, 32), (3, 1, 4, "channel"),
    (5, 77, 4, "channel"), (8, 128, 4, "channel"), (7, 129, 4, "channel"), (10, 300, 4, 50),
    (33, 784, 4, 128), (6, 640, 4, 32), (2, 30, 4, 6),
]  # fmt: skip


@pytest.fixture(params=["instruction", "plain"])
def instruction(request, monkeypatch):
    """Run with VPDPBUSD, where there is one, and without."""
    if request.param == "instruction" and not has_vnni():
        pytest.skip("this processor has no AVX-512 VNNI")
    monkeypatch.setattr(_kernels, "VNNI", request.param == "instruction")


def layers(shape, symmetric=True):
    """One layer twice: compiled, and NumPy's."""
    d_out, d_in, bits, size = shape
    W = np.random.default_rng(0).normal(size=(d_out, d_in))
    weights = quantize(W, bits, size, symmetric=symmetric, scale_dtype=np.float16)
    b = np.random.default_rng(1).normal(size=d_out).astype(np.float32)
    return [
        QuantizedLinear(weights, b, activation_bits=8, engine=engine)
        for engine in ("numba", "numpy")
    ]


def agree(x, shape, symmetric=True):
    compiled, plain = layers(shape, symmetric)
    assert _kernels.serves(compiled, np.zeros((1, shape[1]), np.int8), np.zeros(1, np.float32))
    y, expected = compiled.forward(x), plain.forward(x)
    assert y.dtype == expected.dtype
    with np.errstate(under="ignore"):
        assert_allclose(y, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max(initial=0))


@pytest.mark.usefixtures("instruction")
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_shape_and_batch(shape, symmetric):
    rng = np.random.default_rng(2)
    for n in (0, 1, 2, 3, 8, 9):
        agree(rng.normal(size=(n, shape[1])).astype(np.float32), shape, symmetric)
    agree(np.abs(rng.normal(size=(3, shape[1]))).astype(np.float32), shape, symmetric)


@pytest.mark.usefixtures("instruction")
@pytest.mark.parametrize("bits", [4, 8])
def test_layouts_dtypes_denormals_and_zeros(bits):
    shape = (12, 200, bits, 50)
    x = np.random.default_rng(3).normal(size=(4, 200)).astype(np.float32)
    agree(np.asfortranarray(x), shape)
    agree(np.repeat(x, 3, axis=1)[:, ::3], shape)
    agree(x[::-1], shape)
    agree(x.astype(np.float16), shape)
    agree(x.astype(np.float64), shape)
    agree(x * np.float32(1e-40), shape)
    agree(np.zeros_like(x), shape)
    agree(np.where(x > 1, x, 0).astype(np.float32), shape)


@pytest.mark.usefixtures("instruction")
@pytest.mark.parametrize("bits", [4, 8])
def test_the_largest_sums_are_exact(bits):
    """Whole numbers as far from 0 as they go, in rows so long that no float32 holds their sum."""
    d_in, least = 30_000, -(2 ** (bits - 1))
    q = np.array([[least] * d_in, [-least - 1] * d_in, [least, -least - 1] * (d_in // 2)])
    x = np.full((1, d_in), 3, np.float32)
    compiled, _ = layers((3, d_in, bits, "channel"))
    compiled.packed = pack(q, bits)
    compiled.scale[...], compiled.b[...] = 1, 0
    assert_allclose(compiled.forward(x), 3 * q.sum(axis=1, keepdims=True).T, rtol=1e-6)


@pytest.mark.parametrize("bits", [2, 5, 8])
@pytest.mark.parametrize("factor", [1, 1e-39, 1e30, 0])
def test_tokens_are_rounded_to_the_same_numbers(bits, factor):
    x = np.random.default_rng(4).normal(size=(5, 301)).astype(np.float32) * np.float32(factor)
    for given in (x, x[:, ::2], np.asfortranarray(x), x[:0]):
        for got, expected in zip(
            _kernels.round_tokens(given, bits), round_tokens(given, bits), strict=True
        ):
            assert got.dtype == expected.dtype
            assert_array_equal(got, expected)


@pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad):
    x = np.ones((2, 9), np.float32)
    x[1, 4] = bad
    for f, rest in (
        (round_tokens, [8]),
        (_kernels.round_tokens, [8]),
        (layers((3, 9, 8, "channel"))[0].forward, []),
    ):
        with pytest.raises(ValueError, match="x must be finite for its activations"):
            f(x, *rest)


@pytest.mark.parametrize(
    ("features", "found"),
    [
        ("+avx512bw,+avx512vnni,+avx2", True),
        ("+avx512bw,-avx512vnni", False),
        ("+avx512vnni,-avx512bw", False),
        ("", False),
    ],
)
def test_the_instruction_is_used_only_where_the_compiler_may(monkeypatch, features, found):
    codegen = cpu_target.target_context.codegen()
    monkeypatch.setattr(codegen, "magic_tuple", lambda: ("x86_64", "some", features))
    assert has_vnni() is found

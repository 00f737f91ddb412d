"""Small floats and block formats: every bit as ml_dtypes has it, every byte counted."""

import doctest

import ml_dtypes
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.quantization import (
    BLOCK_FORMATS,
    FLOATS,
    _block_formats,
    _floats,
    block_scales,
    decode,
    decode_float,
    element_levels,
    encode,
    encode_float,
    float_values,
    nf4_levels,
    quantize,
    relative_error,
)

THEIRS = {
    "E4M3": ml_dtypes.float8_e4m3fn,
    "E5M2": ml_dtypes.float8_e5m2,
    "E2M1": ml_dtypes.float4_e2m1fn,
    "E8M0": ml_dtypes.float8_e8m0fnu,
}

NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
       -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
       0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
       0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]  # fmt: skip
"""Appendix E of the QLoRA paper, arXiv:2305.14314."""


@pytest.mark.parametrize("module", [_floats, _block_formats])
def test_the_examples_run(module):
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.attempted >= 2
    assert found.failed == 0


@pytest.mark.parametrize("name", FLOATS)
def test_every_code_stands_for_what_ml_dtypes_says(name):
    codes = np.arange(2 ** FLOATS[name].bits, dtype=np.uint8)
    assert_array_equal(decode_float(codes, name), codes.view(THEIRS[name]).astype(np.float32))
    assert_array_equal(np.signbit(float_values(name)), np.signbit(codes.view(THEIRS[name])))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("name", FLOATS)
def test_every_number_gets_the_code_of_ml_dtypes(name, dtype):
    """All levels, all midpoints, their neighbours, and numbers of every size.

    Not of float64, which ml_dtypes rounds to float32 first, and not of float32's own subnormal
    numbers as E8M0: of those next to 1.5 · 2⁻¹²⁷ one goes to the farther power of two there.
    """
    rng = np.random.default_rng(0)
    levels = float_values(name)
    levels = levels[np.isfinite(levels)]
    with np.errstate(over="ignore"):
        middle = (levels[1:] / 2 + levels[:-1] / 2).astype(dtype)
        points = np.concatenate([levels.astype(dtype), middle])
        near = [np.nextafter(points, dtype(end)) for end in (-np.inf, np.inf)]
        wide = (rng.normal(size=20_000) * 2.0 ** rng.uniform(-30, 20, 20_000)).astype(dtype)
        x = np.concatenate([points, *near, wide, np.array([np.inf, -np.inf, 1e30], dtype)])
    if name == "E8M0":
        x = x[x >= np.finfo(np.float32).tiny]
    with np.errstate(over="ignore", invalid="ignore"):
        theirs = x.astype(THEIRS[name])
    assert_array_equal(encode_float(x, name), theirs.view(np.uint8))


@pytest.mark.parametrize("name", FLOATS)
def test_every_finite_code_comes_back(name):
    codes = np.flatnonzero(np.isfinite(float_values(name))).astype(np.uint8)
    assert len(codes) == {"E4M3": 254, "E5M2": 248, "E2M1": 16, "E8M0": 255}[name]
    assert_array_equal(encode_float(decode_float(codes, name), name), codes)


def test_what_has_no_code():
    assert np.isnan(decode_float(encode_float([0.0, -1.0, np.nan], "E8M0"), "E8M0")).all()
    for name in ("E4M3", "E5M2"):
        assert np.isnan(decode_float(encode_float(np.nan, name), name))
        top = FLOATS[name].top
        assert encode_float([np.inf, -np.inf], name, saturate=True).tolist() == [top, top + 128]
    with pytest.raises(ValueError, match="must not hold nan, which E2M1"):
        encode_float([np.nan], "E2M1")
    with pytest.raises(ValueError, match="one of E4M3, E5M2, E2M1, E8M0, got 'E3M4'"):
        encode_float([1.0], "E3M4")
    with pytest.raises(TypeError, match="dtype uint8, got int64"):
        decode_float([1], "E4M3")
    with pytest.raises(ValueError, match="below 16, got 16"):
        decode_float(np.array([16], np.uint8), "E2M1")


def test_the_levels_of_nf4_are_those_of_the_paper():
    assert_allclose(nf4_levels(), NF4, atol=2e-7)


@pytest.mark.parametrize("name", ["MXFP4", "MXFP8"])
def test_mx_is_what_its_specification_says(name):
    """Block by block, with the shared exponent found by trying, and elements by ml_dtypes."""
    elements, largest = {"MXFP4": ("E2M1", 4.0), "MXFP8": ("E4M3", 256.0)}[name]
    rng = np.random.default_rng(1)
    w = (rng.normal(size=(5, 96)) * 2.0 ** rng.integers(-20, 20, (5, 1))).astype(np.float32)
    w[0, :32], w[1, 3], w[2, 40] = 0, 50, 8
    stored = encode(w, name)
    back = decode(stored)
    for row in range(5):
        for block in range(3):
            part = w[row, 32 * block : 32 * block + 32]
            peak = float(np.abs(part).max())
            scale = 1.0 if peak == 0 else max(
                2.0**e for e in range(-127, 128) if largest * 2.0**e <= peak
            )  # fmt: skip
            assert block_scales(stored)[row, block] == scale
            top = float(ml_dtypes.finfo(THEIRS[elements]).max)
            theirs = np.clip(part / np.float32(scale), -top, top).astype(THEIRS[elements])
            assert_array_equal(back[row, 32 * block : 32 * block + 32],
                               theirs.astype(np.float32) * np.float32(scale))  # fmt: skip


def test_nvfp4_has_two_levels_of_scales():
    rng = np.random.default_rng(2)
    w = (rng.normal(size=(6, 64)) * rng.uniform(0.1, 3, (6, 1))).astype(np.float32)
    stored = encode(w, "NVFP4")
    blocks = w.reshape(6, 4, 16)
    outer = np.float32(np.abs(w).max() / (6 * 448))
    inner = (np.abs(blocks).max(-1) / 6 / outer).astype(ml_dtypes.float8_e4m3fn)
    assert_array_equal(stored.scales, inner.view(np.uint8))
    scale = inner.astype(np.float64) * outer
    levels = np.sort(float_values("E2M1"))
    near = levels[np.abs(blocks[..., None] / scale[..., None, None] - levels).argmin(-1)]
    assert_allclose(decode(stored), (near * scale[..., None]).reshape(6, 64), rtol=1e-6)


@pytest.mark.parametrize("name", ["NF4", "NF4 double"])
def test_nf4_takes_the_nearest_level_and_double_costs_little(name):
    rng = np.random.default_rng(3)
    w = rng.normal(size=(128, 512)).astype(np.float32)
    stored = encode(w, name)
    scale = np.repeat(block_scales(stored), 64, axis=1)
    near = np.abs(w[..., None] / scale[..., None] - np.array(NF4)).argmin(-1)
    assert_allclose(decode(stored), np.array(NF4)[near] * scale, atol=1e-5)
    exact = np.abs(w.reshape(128, 8, 64)).max(-1)
    assert_allclose(block_scales(stored), exact, rtol=1e-7 if name == "NF4" else 0.04)
    both = [relative_error(decode(encode(w, n)), w) for n in ("NF4", "NF4 double")]
    assert both[1] < 1.01 * both[0]


@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_bytes_are_counted_by_hand(name):
    n = 256 * 4096
    w = np.random.default_rng(4).normal(size=(256, 4096)).astype(np.float32)
    expected = {
        "FP8 E4M3": n + 4,
        "FP8 E5M2": n + 4,
        "MXFP8": n + n // 32,
        "MXFP4": n // 2 + n // 32,
        "NVFP4": n // 2 + n // 16 + 4,
        "NF4": n // 2 + 4 * n // 64,
        "NF4 double": n // 2 + n // 64 + 4 * n // 64 // 256 + 4,
    }[name]
    stored = encode(w, name)
    assert stored.nbytes == expected
    arrays = (stored.packed, stored.scales, stored.outer)
    assert sum(len(a.tobytes()) for a in arrays) == expected
    if name == "NF4 double":
        assert 8 * expected / n == pytest.approx(4.127, abs=5e-4)  # the paper's number


@pytest.mark.parametrize("name", BLOCK_FORMATS)
@pytest.mark.parametrize("shape", [(1,), (33,), (3, 70), (2, 3, 17)])
def test_any_shape_and_what_is_already_a_level(name, shape):
    rng = np.random.default_rng(5)
    w = rng.normal(size=shape)
    stored = encode(w, name)
    back = decode(stored, np.float64)
    assert back.shape == shape
    assert back.dtype == np.float64
    assert relative_error(back, w) < (0.2 if _block_formats._element_bits(
        BLOCK_FORMATS[name]) == 4 else 0.1)  # fmt: skip
    assert not decode(encode(np.zeros(shape), name)).any()
    levels = element_levels(BLOCK_FORMATS[name].elements)
    if BLOCK_FORMATS[name].scales != "E4M3":
        row = np.resize(levels[::-1], 16)  # the largest level first
        assert_allclose(decode(encode(row, name)), row, rtol=1e-6)


@pytest.mark.parametrize("name", BLOCK_FORMATS)
@pytest.mark.parametrize("factor", [1e-30, 1e-6, 1e6, 1e30])
def test_sizes_do_not_matter(name, factor):
    w = np.random.default_rng(6).normal(size=(4, 128))
    plain, scaled = (
        relative_error(decode(encode(a, name), np.float64), a) for a in (w, w * factor)
    )
    assert scaled == pytest.approx(plain, rel=0.35)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="name must be one of FP8 E4M3"):
        encode([1.0], "FP4")
    with pytest.raises(ValueError, match=r"w must be finite.*w\[1\] = nan"):
        encode([1.0, np.nan], "NF4")
    with pytest.raises(TypeError, match="what encode"):
        decode(quantize(np.ones(3)))

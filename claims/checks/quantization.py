"""Checks of what is said about quantization: sizes, GPTQ, SmoothQuant, whole numbers in NumPy."""

from __future__ import annotations

import numpy as np

from ffnlib.nn import count_parameters
from ffnlib.quantization import (
    Quantized,
    dequantize,
    gptq,
    hessian,
    pack_int4,
    quantize,
    relative_error,
    smooth,
    smoothquant_scales,
)

Values = dict[str, float | int | str]

SIZES = (784, 1024, 400, 10)
"""The network of about 1.2 million parameters that the sizes are counted for."""
GROUP = 128


def megabytes(bits: float, parameters: int) -> float:
    return bits * parameters / 8e6


def int4_bits() -> Values:
    """Pack a layer of 1024 × 1024 weights into 4 bits and count the bytes, the steps included."""
    w = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    symmetric = quantize(w, 4, GROUP, scale_dtype=np.float16)
    affine = quantize(w, 4, GROUP, symmetric=False, scale_dtype=np.float16)
    assert pack_int4(symmetric.q).nbytes == w.size // 2
    bits, with_zero = (8 * z.packed_nbytes / w.size for z in (symmetric, affine))
    assert bits == 4 + 16 / GROUP
    return {
        "group": GROUP,
        "bits": bits,
        "with_zero": with_zero,
        "bare": 32 // 4,
        "single": 32 / bits,
        "half": 16 / bits,
    }


def network_bytes() -> Values:
    """Count the parameters of 784-1024-400-10 and the bytes they take in five formats."""
    parameters = count_parameters(SIZES)
    with_steps = 4 + 16 / GROUP
    single, byte, four = (megabytes(bits, parameters) for bits in (32, 8, 4))
    assert f"{single:.1f} {byte:.1f} {four:.1f}" == "4.9 1.2 0.6"
    return {
        "parameters": parameters,
        "double": megabytes(64, parameters),
        "single": single,
        "half": megabytes(16, parameters),
        "byte": byte,
        "four": four,
        "stored": megabytes(with_steps, parameters),
        "words": parameters // 4,
        "text": 1_200_000,
        "quarter": 1_200_000 // 4,
        "text_single": megabytes(32, 1_200_000),
        "text_double": megabytes(64, 1_200_000),
    }


def full_stack_bytes() -> Values:
    """Multiply the given number of parameters by four bytes, and count it another way."""
    given, size = 320_000, 1.3
    assert round(given * 4 / 1e6, 1) == size
    again = 1_100_000 // 4 + 12_000
    assert again != given
    return {"given": given, "single": given * 4 / 1e6, "again": again}


def layer_hessian() -> Values:
    """Difference the squared output error of a row of weights twice; compare with 2 XᵀX."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(50, 6)), rng.normal(size=6)
    target = x @ w
    w = w + rng.normal(size=6)  # away from the minimum, where the gradient is not 0

    def error(v: np.ndarray) -> float:
        return float(np.sum((x @ v - target) ** 2))

    h, axes = 1e-3, np.eye(6)
    numeric = np.array(
        [
            [error(w + h * (a + b)) - error(w + h * (a - b))
             - error(w - h * (a - b)) + error(w - h * (a + b)) for b in axes]
            for a in axes
        ]
    ) / (4 * h * h)  # fmt: skip
    exact = hessian(x)
    difference = float(np.abs(numeric - exact).max() / np.abs(exact).max())
    assert difference < 1e-6
    return {"bound": 1e-6, "examples": len(x)}


def _hot_layer() -> tuple[np.ndarray, np.ndarray]:
    """Inputs (512, 128) of which two channels are about fifty times the others; weights."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(512, 128)), rng.normal(size=(64, 128)) / np.sqrt(128)
    x[:, [17, 90]] *= [50.0, 70.0]
    return x, w


def _eight_bits(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The product of inputs and weights, each rounded to 8 bits with a single step."""
    return np.asarray(dequantize(quantize(x, 8, "tensor")) @ dequantize(quantize(w, 8, "tensor")).T)


def smoothquant_moves() -> Values:
    """Divide hot channels down and multiply the weights up; then delete the hot channels."""
    x, w = _hot_layer()
    y = x @ w.T
    s = smoothquant_scales(x, w, 0.5)
    smoothed_x, smoothed_w = smooth(x, w, s)
    identity = relative_error(smoothed_x @ smoothed_w.T, y)
    assert identity < 1e-13
    plain, smoothed = (
        relative_error(_eight_bits(x, w), y),
        relative_error(_eight_bits(smoothed_x, smoothed_w), y),
    )
    assert smoothed < plain / 2
    assert np.count_nonzero(s) == x.shape[1]
    kept = x.copy()
    kept[:, [17, 90]] = 0
    removed = relative_error(kept @ w.T, y)
    return {"identity": 1e-13, "plain": plain, "smoothed": smoothed, "removed": removed}


def smoothquant_needs_inputs() -> Values:
    """Compute SmoothQuant's factors for the same weights and two sets of inputs."""
    x, w = _hot_layer()
    calm = x.copy()
    calm[:, [17, 90]] /= [50.0, 70.0]
    hot, cool = smoothquant_scales(x, w, 0.5)[17], smoothquant_scales(calm, w, 0.5)[17]
    assert hot > 2 * cool
    return {"hot": float(hot), "cool": float(cool)}


def whole_numbers_overflow() -> Values:
    """Multiply int8 matrices as NumPy does, with int8 results, and count the wrong ones."""
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-127, 128, size=(800, 800)).astype(np.int8) for _ in range(2))
    wrapped = a[:100] @ b
    right = a[:100].astype(np.int32) @ b.astype(np.int32)
    assert wrapped.dtype == np.int8
    wrong = float(np.mean(wrapped != right))
    assert wrong > 0.99
    return {"wrong": wrong, "largest": int(np.abs(right).max()), "room": 127}


def calibration_pays() -> Values:
    """Round a layer with correlated inputs to 8 and to 4 bits, with and without calibration."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 128)) @ (rng.normal(size=(128, 128)) / np.sqrt(128))
    w = rng.normal(size=(64, 128)) / np.sqrt(128)
    y = x @ w.T

    def error(q: Quantized) -> float:
        return relative_error(x @ dequantize(q).T, y)

    eight, four = error(quantize(w, 8, "channel")), error(quantize(w, 4, "channel"))
    calibrated = error(gptq(w, x, 4, "channel"))
    assert eight < calibrated < 0.8 * four
    return {"eight": eight, "four": four, "calibrated": calibrated}

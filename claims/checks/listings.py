"""Checks of what the texts' program listings do: their arithmetic, beside the library's."""

from __future__ import annotations

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.lora import LoRALinear
from ffnlib.nn import Linear
from ffnlib.quantization import dequantize, pack_int4, quantize, relative_error

Values = dict[str, float | int | str]

LARGEST = 15
"""What the listing's quantizer multiplies by before it cuts to -8 ... 7."""


def _listing(w: Array) -> tuple[Array, Array]:
    """The listing's 4-bit numbers and the scale it returns, one a row."""
    scale = np.percentile(np.abs(w), 99.5, axis=1, keepdims=True) + 1e-5
    return np.clip(np.round(w / scale * LARGEST), -8, 7).astype(np.int8), scale


def _gaussian() -> Array:
    return np.random.default_rng(0).normal(size=(256, 512))


def step_half_as_large() -> Values:
    """Quantize Gaussian weights with the listing's step and with the largest weight's."""
    w = _gaussian()
    q, scale = _listing(w)
    wanted = np.round(w / scale * LARGEST)
    clipped = float(np.mean((wanted < -8) | (wanted > 7)))
    given = relative_error(q * scale / LARGEST, w)
    right = relative_error(dequantize(quantize(w, 4, "channel")), w)
    assert clipped > 0.1
    assert given > 1.5 * right
    return {"clipped": clipped, "given": given, "right": right}


def scale_without_its_divisor() -> Values:
    """Multiply the listing's whole numbers by the scale that it returns."""
    w = _gaussian()
    q, scale = _listing(w)
    error = relative_error(q * scale, w)
    assert error > 10
    return {"error": error, "factor": LARGEST}


def four_bits_in_a_byte() -> Values:
    """Count the bytes of the listing's numbers, and of the same numbers packed."""
    w = _gaussian()
    q, _ = _listing(w)
    packed = pack_int4(q)
    assert q.nbytes == w.size == 2 * packed.nbytes
    return {"stored": q.nbytes / w.size, "packed": packed.nbytes / w.size}


def biases_as_columns() -> Values:
    """Quantize four biases as the listing does: each is the only number of its row."""
    biases = np.array([[0.0], [0.3], [-0.01], [2.0]])
    q, scale = _listing(biases)
    back = (q * scale / LARGEST).ravel()
    shown = ", ".join(f"{b:.4g}" for b in back).replace("-", "−")
    ratio = back[[1, 2, 3]] / biases.ravel()[[1, 2, 3]]
    assert np.all(ratio < 0.54)
    return {"shown": shown, "positive": float(ratio[2])}


def large_weights_cut() -> Values:
    """Make one input's weights fifty times larger and quantize: the listing, then in groups."""
    w = _gaussian()
    w[:, 100] *= 50
    q, scale = _listing(w)
    given = relative_error(q * scale / LARGEST, w)
    grouped = relative_error(dequantize(quantize(w, 4, 64)), w)
    assert given > 0.5 > 2 * grouped
    return {"given": given, "grouped": grouped}


def _adapted(rng: np.random.Generator) -> LoRALinear:
    layer = LoRALinear(Linear(24, 16, rng=rng), 4, 8.0, rng=rng)
    layer.B[:] = rng.normal(size=layer.B.shape)
    layer.A[:] = rng.normal(size=layer.A.shape)
    return layer


def gradient_past_the_adapter() -> Values:
    """Send a gradient back through an adapted layer, and through its base weights alone."""
    rng = np.random.default_rng(0)
    layer = _adapted(rng)
    x, g = rng.normal(size=(8, 24)), rng.normal(size=(8, 16))
    right = layer.backward(x, g)
    step = 1e-6
    moved = x.copy()
    moved[0, 0] += step
    numeric = float(np.sum(g * (layer.forward(moved) - layer.forward(x))) / step)
    assert abs(numeric - right[0, 0]) < 1e-5 * abs(numeric)
    error = relative_error(g @ layer.base.W, right)
    assert error > 0.5
    return {"error": error}


def random_start() -> Values:
    """Start both factors at random, then one of them at zero; compare with the base layer."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 24))
    layer = LoRALinear(Linear(24, 16, rng=rng), 4, 8.0, rng=rng)
    base = layer.base.forward(x)
    zero = relative_error(layer.forward(x), base)
    layer.B[:] = rng.normal(size=layer.B.shape) * 0.01
    layer.A[:] = rng.normal(size=layer.A.shape) * 0.01
    small = relative_error(layer.forward(x), base)
    assert zero == 0 < small
    return {"zero": zero, "small": small}


def scale_fixed() -> Values:
    """Take the listing's rank for ten and for three outputs, and the scale that goes with it."""
    rank, none = min(8, 10 // 4), min(8, 3 // 4)
    assert (rank, none) == (2, 0)
    update = np.ones((3, none)) @ np.ones((none, 24))
    assert not update.any()
    return {"rank": rank, "fixed": 16 / 8, "right": 16 / rank, "none": none}


def short_input() -> Values:
    """Feed a layer of scalar sums, indexed by the inputs it is given, too few of them."""
    weights, x = [0.5, -1.0, 2.0], [1.0, 1.0]
    answer = sum(weights[i] * x[i] for i in range(len(x)))
    layer = Linear.from_arrays(np.array([weights]), np.zeros(1))
    try:
        layer.forward(np.array([x]))
    except ValueError as refusal:
        return {"answer": answer, "refusal": str(refusal)}
    raise AssertionError("the library's layer accepts too few inputs")

"""Checks of what is said about serving: precision, fusion, shards, caches, budgets, monitoring."""

from __future__ import annotations

import numpy as np

from ffnlib.nn import PRESETS, FeedForward
from ffnlib.production import (
    HARDWARE,
    ShardedFeedForward,
    begin,
    estimate,
    ffn_work,
    first_alarms,
    kv_cache_bytes,
    limits_for,
    step,
    wrong_split,
)
from ffnlib.quantization import relative_error

Values = dict[str, float | int | str]

LLAMA = PRESETS["LLaMA-7B"]
A100 = "A100 80GB SXM"


def sums_need_room() -> Values:
    """Add up many float16 products in float16, and in float32; compare with float64."""
    rng = np.random.default_rng(0)
    x, w = (np.abs(rng.normal(size=(32, LLAMA.d_ff))).astype(np.float16) for _ in range(2))
    exact = np.sum(x.astype(np.float64) * w, axis=1)

    def largest_error(dtype: type) -> float:
        total = np.zeros(len(x), dtype=dtype)
        for i in range(x.shape[1]):
            total += (x[:, i] * w[:, i]).astype(dtype)
        return float(np.max(np.abs(total - exact) / exact))

    half, single = largest_error(np.float16), largest_error(np.float32)
    assert half > 0.1
    assert single < 1e-3
    return {"terms": LLAMA.d_ff, "half": half, "bound": 1e-3}


def fused_layer() -> Values:
    """Count the operations and the bytes of a LLaMA-7B block with its steps fused, and without."""
    fused, apart = (
        {n: ffn_work(LLAMA.d_model, LLAMA.d_ff, n, "swiglu", fused=way) for n in (1, 2048)}
        for way in (True, False)
    )
    assert fused[2048].flops == apart[2048].flops
    saved = {n: 1 - fused[n].bytes / apart[n].bytes for n in fused}
    assert saved[2048] > 0.3
    assert saved[1] < 0.01
    return {"tokens": 2048, "many": saved[2048], "one": saved[1], "products": 3}


def shards_add_up() -> Values:
    """Split a layer over four devices, rightly and with the activation before the sum."""
    rng = np.random.default_rng(0)
    layer = FeedForward(64, 256, "relu", rng=rng, bias=True)
    x = rng.normal(size=(32, 64))
    whole = layer.forward(x)
    right = relative_error(ShardedFeedForward(layer, 4).forward(x), whole)
    wrong = wrong_split(layer, x, 4, "activate before the sum").error
    assert right < 1e-12
    assert wrong > 0.1
    return {"devices": 4, "bound": 1e-12, "wrong": wrong}


def nothing_to_cache() -> Values:
    """Compute one position alone and among others; count what attention keeps of a position."""
    rng = np.random.default_rng(0)
    layer = FeedForward(32, 128, rng=rng)
    x = rng.normal(size=(64, 32))
    change = np.abs(layer.forward(x)[-1] - layer.forward(x[-1:])[0]).max()
    assert change < 1e-14
    kept = kv_cache_bytes(LLAMA, 1, 1)
    assert kept == 2 * LLAMA.n_layers * LLAMA.d_model * 2
    return {"kept": kept, "bound": 1e-14}


def token_budgets() -> Values:
    """Return the least time of a token from the bytes of weights and cache, for two models."""
    small = estimate(LLAMA, HARDWARE[A100], 1, 2048).seconds
    large = estimate(PRESETS["Llama-2-70B"], HARDWARE[A100], 1, 2048, devices=4).seconds
    assert 0.001 < small < large < 0.1
    return {"small": 1e3 * small, "large": 1e3 * large, "devices": 4}


def monitoring_pays() -> Values:
    """Train on through ten bad batches; ask the alarms when, and the loss afterwards."""
    run = begin("half dies")
    for _ in range(240):
        step(run)
    rang = {a.signal: a.reading + 1 for a in first_alarms(run.readings, limits_for("relu"))}
    before = float(np.mean([r.loss for r in run.readings[70:80]]))
    after = float(np.mean([r.loss for r in run.readings[-10:]]))
    dead = max(run.readings[-1].dead)
    assert after < before
    assert dead > 0.5
    assert rang["gradient"] <= 83
    return {
        "gradient": rang["gradient"],
        "units": rang["dead"],
        "dead": dead,
        "before": before,
        "after": after,
    }

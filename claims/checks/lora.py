"""Checks of what is said about low-rank adapters: their size, their cost, how they start."""

from __future__ import annotations

import numpy as np

from ffnlib.lora import Adapter, LoRALinear
from ffnlib.nn import PRESETS, Linear, TransformerConfig, count_parameters
from ffnlib.training import SGD

Values = dict[str, float | int | str]

MEGABYTE = 1e6
GPT3 = TransformerConfig(
    "GPT-3", 12288, 96, 96, 96, 4 * 12288, 50257, "gelu",
    tied=True, bias=True, norm="layernorm", max_positions=2048,
)  # fmt: skip


def numbers(rank: int, *shapes: tuple[int, int]) -> int:
    """Count A and B for layers of these shapes (d_in, d_out)."""
    return sum(rank * (d_in + d_out) for d_in, d_out in shapes)


def printed_ranks() -> Values:
    """Count the adapters of 784-800-800-10 with the ranks that the text's code chooses."""
    shapes = [(784, 800), (800, 800), (800, 10)]
    each = [numbers(min(8, d_out // 4), (d_in, d_out)) for d_in, d_out in shapes]
    bytes_ = 4 * (1_200_000 + 12_000)
    assert sum(each) == 27_092
    assert min(8, 10 // 4) == 2
    assert each[0] == 12_672
    return {
        "all": sum(each),
        "first": each[0],
        "base": count_parameters([784, 800, 800, 10]),
        "megabytes": bytes_ / MEGABYTE,
    }


def shares() -> Values:
    """Divide the numbers in A and B by those of the whole model, for three usual choices."""
    llama = PRESETS["LLaMA-7B"]
    d, wide = llama.d_model, llama.d_ff
    attention, ffn = [(d, d)] * 4, [(d, wide)] * 2 + [(wide, d)]
    two = llama.n_layers * numbers(8, *attention[:2])
    every = llama.n_layers * numbers(8, *attention, *ffn)
    least = GPT3.n_layers * numbers(1, *[(GPT3.d_model, GPT3.d_model)] * 2)
    assert (two, every, least) == (4_194_304, 19_988_480, 4_718_592)
    return {
        "two": two,
        "two_share": two / llama.total,
        "every": every,
        "every_share": every / llama.total,
        "least": least,
        "least_share": least / GPT3.total,
        "times": GPT3.total / (4 * least),
    }


def multiplications() -> Values:
    """Count the multiplications of one example, and compare what the three ways compute."""
    d_in, d_out, rank = 1024, 400, 8
    rng = np.random.default_rng(0)
    lora = LoRALinear(Linear(d_in, d_out, rng=rng), rank, rng=rng)
    lora.B[...] = rng.normal(size=lora.B.shape)
    x = rng.normal(size=(1, d_in))
    beside = lora.forward(x)
    formed = x @ (lora.base.W + lora.scale * lora.B @ lora.A).T
    lora.merge()
    merged = lora.forward(x)
    assert np.allclose(beside, formed, rtol=1e-9, atol=1e-9)
    assert np.allclose(beside, merged, rtol=1e-9, atol=1e-9)
    layer = d_in * d_out
    return {
        "d_in": d_in,
        "d_out": d_out,
        "rank": rank,
        "formed": rank * layer / layer,
        "beside": numbers(rank, (d_in, d_out)) / layer,
    }


def one_factor_zero() -> Values:
    """Send a gradient back through a fresh adapter, and through one with both factors zero."""
    rng = np.random.default_rng(0)
    adapter = Adapter(64, 32, 4, rng=rng)
    x, g = rng.normal(size=(16, 64)), rng.normal(size=(16, 32))
    assert not adapter.delta().any()
    adapter.fill_gradients(x, g)
    assert adapter.dA is not None
    assert adapter.dB is not None
    first = {"dA": float(np.linalg.norm(adapter.dA)), "dB": float(np.linalg.norm(adapter.dB))}
    assert first["dA"] == 0 < first["dB"]
    adapter.A[...] = 0
    adapter.fill_gradients(x, g)
    assert not adapter.dA.any()
    assert not adapter.dB.any()
    return {**first, "both": 0}


def alpha_is_a_rate() -> Values:
    """Take the first step of plain descent with α and with twice α; compare the updates."""
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(16, 64)), rng.normal(size=(16, 32))
    sizes = {}
    for alpha in (8.0, 16.0):
        adapter = Adapter(64, 32, 8, alpha, rng=np.random.default_rng(1))
        adapter.fill_gradients(x, g)
        assert adapter.dA is not None
        assert adapter.dB is not None
        SGD([adapter.A, adapter.B], 0.1).step([adapter.dA, adapter.dB])
        sizes[alpha] = float(np.linalg.norm(adapter.delta()))
    ratio = sizes[16.0] / sizes[8.0]
    assert abs(ratio - 4) < 1e-9
    return {"ratio": ratio}

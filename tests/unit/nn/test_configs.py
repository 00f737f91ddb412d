"""Sizes of Transformers: published totals, the rounding rule, shares, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ffnlib.nn import (
    GATED,
    PRESETS,
    VARIANTS,
    LatentAttention,
    TransformerConfig,
    ffn_flops,
    ffn_parameters,
    hidden_size,
)

TOTALS = {
    "GPT-2 small": 124_439_808,
    "GPT-2 medium": 354_823_168,
    "GPT-2 large": 774_030_080,
    "GPT-2 XL": 1_557_611_200,
    "LLaMA-7B": 6_738_415_616,
    "LLaMA-13B": 13_015_864_320,
    "LLaMA-33B": 32_528_943_616,
    "LLaMA-65B": 65_285_660_672,
    "Llama-2-70B": 68_976_648_192,
    "Llama-3-8B": 8_030_261_248,
    "Mistral-7B": 7_241_732_096,
    "Mixtral-8x7B": 46_702_792_704,
    "Gemma-2B": 2_506_172_416,
    "DeepSeek-V3": 671_026_419_200,
}
ACTIVE = {"Mixtral-8x7B": 12_879_925_248, "DeepSeek-V3": 37_552_297_472}

sizes = st.integers(1, 20_000)


def plain(**given):
    defaults = {
        "name": "plain",
        "d_model": 4096,
        "n_layers": 1,
        "n_heads": 32,
        "n_kv_heads": 32,
        "d_ff": 16384,
        "vocab_size": 32000,
        "variant": "relu",
    }
    return TransformerConfig(**(defaults | given))


# ---- published models


@pytest.mark.parametrize("name", PRESETS)
def test_totals_are_the_published_ones(name):
    config = PRESETS[name]
    assert config.name == name
    assert config.total == TOTALS[name]
    assert config.active == ACTIVE.get(name, config.total)
    assert type(config.total) is int


def test_parts_of_llama_and_gpt2():
    parts = PRESETS["LLaMA-7B"].parameters()
    assert (parts["attention"] + parts["ffn"]) // 32 == 202_375_168
    assert parts["ffn"] // 32 == 135_266_304
    assert parts["norms"] == 2 * 4096 * 32 + 4096
    assert parts["head"] == parts["embedding"] == 32000 * 4096
    small = PRESETS["GPT-2 small"].parameters()
    assert small["head"] == 0
    assert small["positions"] == 1024 * 768
    assert small["ffn"] / PRESETS["GPT-2 small"].total == pytest.approx(0.455, abs=5e-4)
    assert small["embedding"] / PRESETS["GPT-2 small"].total == pytest.approx(0.31, abs=5e-3)


def test_gemma_as_its_paper_counts_it():
    """Table 2 of arXiv:2403.08295: embedding 524,550,144, everything else 1,981,884,416."""
    padded = replace(PRESETS["Gemma-2B"], vocab_size=256_128)
    assert padded.parameters()["embedding"] == 524_550_144
    assert padded.total - padded.parameters()["embedding"] == 1_981_884_416


def test_deepseek_as_its_authors_count_it():
    """671B in all; 36.6B active, the embedding left out; a shared expert and three dense layers."""
    config = PRESETS["DeepSeek-V3"]
    without = config.active - config.parameters()["embedding"]
    assert f"{without / 1e9:.1f}" == "36.6"
    expert = ffn_parameters(7168, 2048)
    assert config.total - config.active == 58 * (256 - 8) * expert
    assert config.parameters()["router"] == 58 * 256 * (7168 + 1)


def test_latent_attention_has_five_matrices():
    latent = LatentAttention(1536, 512, 128, 64, 128)
    matrices = [(1536, 7168), (128 * 192, 1536), (512 + 64, 7168), (128 * 256, 512), (7168, 16384)]
    assert latent.parameters(7168, 128) == sum(a * b for a, b in matrices)


def test_gpt2_equals_a_model_of_pytorch():
    """One layer and the rest, built for real."""
    config = PRESETS["GPT-2 small"]
    layer = torch.nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True)
    held = sum(p.numel() for p in layer.parameters())
    assert config.total == 12 * held + (50257 + 1024) * 768 + 2 * 768


# ---- the hidden size


@pytest.mark.parametrize(
    ("d_model", "d_ff"), [(4096, 11008), (5120, 13824), (6656, 17920), (8192, 22016)]
)
def test_llama_rounds_up(d_model, d_ff):
    assert hidden_size(d_model) == d_ff
    assert all(hidden_size(d_model, v) == d_ff for v in GATED)


def test_wider_blocks_and_plain_ones():
    assert hidden_size(8192, multiple_of=4096, ffn_dim_multiplier=1.3) == 28672
    assert hidden_size(4096, multiple_of=1024, ffn_dim_multiplier=1.3) == 14336
    assert hidden_size(768, "gelu") == 3072
    assert hidden_size(1600, "relu") == 6400
    assert hidden_size(1, multiple_of=1) == 2
    assert hidden_size(10, ffn_dim_multiplier=1e-9) == 256


@given(sizes, st.integers(1, 4096), st.sampled_from(VARIANTS))
def test_the_hidden_size_is_the_next_multiple(d_model, multiple_of, variant):
    least = 4 * d_model if variant not in GATED else int(2 * 4 * d_model / 3)
    found = hidden_size(d_model, variant, multiple_of)
    assert found % multiple_of == 0
    assert least <= found < least + multiple_of


# ---- parameters and operations


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_counted_as_pytorch_builds_it(variant, bias):
    d, h = 12, 20
    inward = [torch.nn.Linear(d, h, bias) for _ in range(2 if variant in GATED else 1)]
    layers = [*inward, torch.nn.Linear(h, d, bias)]
    assert ffn_parameters(d, h, variant, bias) == sum(
        p.numel() for layer in layers for p in layer.parameters()
    )


def test_numbers_of_the_exercises():
    assert ffn_parameters(512, 2048, "relu", bias=True) == 2_099_712
    assert ffn_parameters(4096, 16384, "gelu") == 134_217_728
    assert [ffn_parameters(4096, n) - 134_217_728 for n in (10922, 10923, 11008)] == [
        -8_192, 4_096, 1_048_576,
    ]  # fmt: skip
    assert ffn_flops(4096, 16384, "relu") == 268_435_456
    assert ffn_flops(4096, 11008) == 270_532_608


@given(sizes, sizes, st.sampled_from(VARIANTS))
def test_operations_are_two_a_weight(d_model, d_ff, variant):
    assert ffn_flops(d_model, d_ff, variant) == 2 * ffn_parameters(d_model, d_ff, variant)


def test_no_count_overflows():
    huge = np.int32(2**20)
    assert ffn_parameters(huge, huge) == 3 * 2**40


@pytest.mark.parametrize(
    ("context", "share"), [(2048, 61.5), (4096, 57.1), (8192, 50), (32768, 28.6), (131072, 10.5)]
)
def test_share_falls_with_the_context(context, share):
    assert 100 * plain().ffn_share(context) == pytest.approx(share, abs=0.05)
    d, n = 4096, context
    assert plain().ffn_share(context) == 16 * d * d / (24 * d * d + 4 * n * d)


def test_operations_by_part():
    parts = plain(n_layers=3, n_kv_heads=8).flops(100)
    d = 4096
    assert parts["projections"] == 3 * 2 * (2 * d * d + 2 * d * d // 4)
    assert parts["scores"] == 3 * 2 * 2 * d * 100
    assert parts["ffn"] == 3 * 16 * d * d
    assert parts["head"] == 2 * 32000 * d
    assert parts["router"] == 0
    routed = PRESETS["Mixtral-8x7B"].flops(0)
    assert routed["router"] == 2 * 32 * 8 * 4096
    assert routed["ffn"] == 2 * 32 * 2 * 3 * 4096 * 14336
    assert routed["scores"] == 0


def test_biases_cost_no_operations():
    config = PRESETS["GPT-2 small"]
    assert config.flops(7) == replace(config, bias=False).flops(7)


def test_latent_attention_scores():
    assert PRESETS["DeepSeek-V3"].flops(1)["scores"] == 2 * 61 * 128 * (128 + 64 + 128)


# ---- what is refused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"variant": "swish"}, "variant must be one of relu, gelu, glu"),
        ({"d_model": 0}, "d_model must be at least 1, got 0"),
        ({"max_positions": -1}, "max_positions must be at least 0"),
        ({"norm": "batchnorm"}, "norm must be rmsnorm or layernorm, got 'batchnorm'"),
        ({"n_kv_heads": 5}, "n_kv_heads must divide n_heads=32, got 5"),
        ({"n_heads": 33, "n_kv_heads": 33}, "n_heads must divide d_model=4096 unless head_dim"),
        ({"top_k": 2}, "top_k must be at most num_experts=1, got 2"),
        ({"dense_layers": 2, "dense_d_ff": 8}, "dense_layers must be at most n_layers=1, got 2"),
        ({"dense_layers": 1}, "dense_layers and dense_d_ff must both be given"),
    ],
)
def test_bad_sizes_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        plain(**wrong)


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match="d_ff must be a whole number"):
        ffn_parameters(4, 2.5)
    with pytest.raises(ValueError, match="variant must be one of"):
        ffn_flops(4, 4, "SwiGLU")
    with pytest.raises(ValueError, match="multiple_of must be at least 1"):
        hidden_size(4, multiple_of=0)
    for bad in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="ffn_dim_multiplier must be above 0"):
            hidden_size(4, ffn_dim_multiplier=bad)
    with pytest.raises(ValueError, match="context must be at least 0"):
        plain().flops(-1)

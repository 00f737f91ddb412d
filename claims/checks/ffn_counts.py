"""Checks of what is said about the sizes of feed-forward blocks: parameters, operations, shares."""

from __future__ import annotations

import math

from ffnlib.explorers.ffn.shazeer import TABLE, apart
from ffnlib.explorers.ffn.sizer import nearest
from ffnlib.nn import (
    PRESETS,
    LayerNorm,
    RMSNorm,
    TransformerConfig,
    ffn_flops,
    ffn_parameters,
    hidden_size,
)

Values = dict[str, float | int | str]

D = 4096
"""The width of LLaMA-7B."""
CONTEXTS = (2048, 4096, 8192, 32768, 131072)


def _layer_share(config: TransformerConfig) -> float:
    """The feed-forward blocks' share of the parameters in the layers."""
    parts = config.parameters()
    return parts["ffn"] / (parts["ffn"] + parts["attention"] + parts["router"] + parts["norms"])


def _plain(d_ff: int, variant: str, n_layers: int = 1) -> TransformerConfig:
    return TransformerConfig("plain", D, n_layers, 32, 32, d_ff, 32000, variant)


def share_of_a_layer() -> Values:
    """Count a layer of seven published models, and the original decoder layer with its biases."""
    share = {name: _layer_share(config) for name, config in PRESETS.items()}
    d = 512
    attention = 2 * (4 * d * d + 4 * d)  # the second looks at the encoder
    original = ffn_parameters(d, 4 * d, "relu", bias=True)
    cross = original / (original + attention + 3 * 2 * d)
    assert abs(share["GPT-2 XL"] - 2 / 3) < 0.005
    assert cross < 0.5 < share["Mistral-7B"] < share["Mixtral-8x7B"]
    return {
        "llama": share["LLaMA-7B"],
        "mistral": share["Mistral-7B"],
        "llama3": share["Llama-3-8B"],
        "llama2": share["Llama-2-70B"],
        "mixtral": share["Mixtral-8x7B"],
        "original": cross,
    }


def standard_block() -> Values:
    """Count attention and a block of hidden size 4d, biases and norms left out."""
    parts = _plain(4 * D, "relu").parameters()
    whole = parts["attention"] + parts["ffn"]
    assert whole == 12 * D * D
    return {"ffn": parts["ffn"] / whole, "attention": parts["attention"] / whole, "whole": whole}


def swiglu_block() -> Values:
    """Count a layer of LLaMA-7B, and the model."""
    parts, config = _plain(11008, "swiglu").parameters(), PRESETS["LLaMA-7B"]
    matrices = parts["attention"] + parts["ffn"]
    layer = matrices + 2 * D
    assert 32 * layer + config.parameters()["embedding"] * 2 + D == config.total
    return {
        "ffn": parts["ffn"] / matrices, "attention": parts["attention"] / matrices,
        "layer": layer, "model": config.parameters()["ffn"] / config.total, "total": config.total,
    }  # fmt: skip


def largest_component() -> Values:
    """Count the parts of LLaMA-7B and of GPT-2 small."""
    llama, gpt = PRESETS["LLaMA-7B"], PRESETS["GPT-2 small"]
    parts = gpt.parameters()
    embedded = parts["embedding"] + parts["positions"]
    assert max(parts, key=lambda part: parts[part]) == "ffn"
    return {
        "llama": llama.parameters()["ffn"] / llama.total,
        "gpt": parts["ffn"] / gpt.total,
        "embedding": embedded / gpt.total,
    }


def original_biases() -> Values:
    """Count the block of the original Transformer with and without its biases."""
    d = 512
    with_biases, without = (ffn_parameters(d, 4 * d, "relu", bias=b) for b in (True, False))
    assert with_biases - without == 5 * d
    assert without == 8 * d * d
    return {"with": with_biases, "without": without}


def eight_thirds() -> Values:
    """Match three matrices to the two of hidden size 4d, and round as LLaMA does."""
    plain = ffn_parameters(D, 4 * D, "relu")
    exact = 8 * D / 3
    assert 3 * D * exact == plain
    below, above, llama = (ffn_parameters(D, n) - plain for n in (10922, 10923, 11008))
    assert hidden_size(D) == 11008 == 43 * 256
    return {
        "plain": plain, "exact": exact, "below": below, "above": above, "llama": llama,
        "percent": llama / plain,
    }  # fmt: skip


def rounded_up() -> Values:
    """Round the hidden sizes of LLaMA's four widths up, and to the nearest multiple of 256."""
    widths = [PRESETS[f"LLaMA-{size}"].d_model for size in ("7B", "13B", "33B", "65B")]
    up = [hidden_size(d) for d in widths]
    near = [nearest(d, "swiglu", 256, 4.0) for d in widths]
    assert up[0] == near[0]
    assert all(a > b for a, b in zip(up[1:], near[1:], strict=True))
    assert PRESETS["LLaMA-13B"].total == 13_015_864_320
    return {
        "up": ", ".join(f"{n:,}" for n in up[1:]), "near": ", ".join(f"{n:,}" for n in near[1:]),
        "same": up[0],
    }  # fmt: skip


def operations() -> Values:
    """Count the operations of one token in both blocks, and where attention's scores match them."""
    plain, llama = ffn_flops(D, 4 * D, "relu"), ffn_flops(D, 11008)
    assert plain == 16 * D * D
    context = 4 * D
    assert _plain(4 * D, "relu").flops(context)["scores"] == plain
    return {"plain": plain, "llama": llama, "context": context}


def share_of_the_operations() -> Values:
    """Count a layer's operations for one token that attends to 2k, 4k, 8k, 32k and 131k others."""
    config = _plain(4 * D, "relu", n_layers=32)
    shares = [config.ffn_share(n) for n in CONTEXTS]
    assert shares[0] > 0.6
    assert shares[2] == 0.5
    assert shares[-1] < 0.11
    names = ("two", "four", "eight", "many", "most")
    return dict(zip(names, shares, strict=True))


def forward_and_backward() -> Values:
    """Count the weights' products forwards and backwards, without attention's scores."""
    parts = _plain(4 * D, "relu").flops(0)
    forward = parts["ffn"] / (parts["ffn"] + parts["projections"])
    assert abs(forward - 2 / 3) < 1e-12
    return {"forward": forward, "most": _plain(4 * D, "relu").ffn_share(131072)}


def doubled() -> Values:
    """Double the hidden size, then the width with it."""
    one = ffn_parameters(D, 4 * D, "relu")
    wider, both = ffn_parameters(D, 8 * D, "relu"), ffn_parameters(2 * D, 8 * D, "relu")
    return {"wider": wider // one, "both": both // one}


def ratios() -> Values:
    """Divide the hidden sizes of published models by their widths."""
    ratio = {name: PRESETS[name].d_ff / PRESETS[name].d_model for name in PRESETS}
    assert ratio["LLaMA-7B"] == 2.6875
    assert ratio["Mistral-7B"] == ratio["Llama-2-70B"] == 3.5
    return {
        "llama": ratio["LLaMA-7B"], "mistral": ratio["Mistral-7B"],
        "large": ratio["Llama-2-70B"], "gemma": ratio["Gemma-2B"], "gpt": ratio["GPT-2 small"],
    }  # fmt: skip


def t5_size() -> Values:
    """Take two thirds of 4d at the width of T5's base model."""
    d_ff = hidden_size(768, "geglu", multiple_of=1)
    assert ffn_parameters(768, d_ff, "geglu") == ffn_parameters(768, 4 * 768, "relu")
    return {"d_ff": d_ff}


def no_extra_cost() -> Values:
    """Count operations of both blocks at equal parameters; d = 3072 divides by three."""
    d = 3072
    plain, gated = ffn_flops(d, 4 * d, "relu"), ffn_flops(d, hidden_size(d, multiple_of=1))
    assert plain == gated
    more = ffn_flops(d, 4 * d, "swiglu") / plain
    return {"flops": plain, "more": more}


def norms() -> Values:
    """Build two norms of each kind and count them."""
    layer, rms = (2 * kind(D).num_parameters for kind in (LayerNorm, RMSNorm))
    assert (layer, rms) == (4 * D, 2 * D)
    return {"layer": layer, "rms": rms}


# ---- Shazeer's table


def log_perplexities() -> Values:
    """Take the exponential of the published numbers."""
    swiglu, relu = TABLE["SwiGLU"], TABLE["ReLU"]
    short = math.exp(swiglu.short - relu.short) - 1
    return {
        "swiglu": math.exp(swiglu.short), "relu": math.exp(relu.short), "short": -short,
        "long_swiglu": swiglu.long, "long_relu": relu.long,
        "long": 1 - math.exp(swiglu.long - relu.long),
    }  # fmt: skip


def geglu_or_swiglu() -> Values:
    """Divide the published differences by their standard errors."""
    close, wide = apart("GeGLU", "SwiGLU"), apart("ReLU", "SwiGLU")
    assert close < 1
    assert wide > 5
    return {
        "geglu": TABLE["GeGLU"].short, "swiglu": TABLE["SwiGLU"].short, "close": close,
        "wide": wide,
    }  # fmt: skip


def gelu_or_relu() -> Values:
    """Read two rows of the published table at both lengths of training."""
    gelu, relu = TABLE["GELU"], TABLE["ReLU"]
    assert gelu.short < relu.short
    assert gelu.long > relu.long
    return {"gelu": gelu.short, "relu": relu.short, "gelu_long": gelu.long, "relu_long": relu.long}


def best_row() -> Values:
    """Find the lowest row of the published table at both lengths of training."""
    short, long = (
        min(TABLE, key=lambda name: getattr(TABLE[name], at)) for at in ("short", "long")
    )
    assert short == long == "GeGLU"
    return {"best": long, "value": TABLE[long].long, "swiglu": TABLE["SwiGLU"].long}


def gates_beat_relu() -> Values:
    """Compare the gated rows of the published table with ReLU."""
    relu = TABLE["ReLU"].long
    gated = {n: TABLE[n].long for n in ("GLU", "Bilinear", "GeGLU", "SwiGLU", "ReGLU")}
    assert max(gated.values()) < relu
    return {"relu": relu, **{name.lower(): value for name, value in gated.items()}}

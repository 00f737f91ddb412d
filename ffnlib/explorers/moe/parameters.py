"""What a mixture of experts has to store, and what one token of it has to compute."""

from dataclasses import replace

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.figures import Bars, Choice, Line, Mark, Panel, Rule, Scatter, Scene, Table, explorer
from ffnlib.nn import PRESETS, TransformerConfig

MODELS = ("Mixtral-8x7B", "DeepSeek-V3", "Mistral-7B", "LLaMA-65B", "GPT-2 XL")

PUBLISHED = "as published"

EXPERTS = (PUBLISHED, 1, 2, 4, 8, 16, 32, 64, 128, 256)

CHOSEN = (PUBLISHED, 1, 2, 4, 8)

SIZES = {PUBLISHED: 1.0, "a quarter": 0.25, "half": 0.5, "double": 2.0}

BYTES = {"fp32": 4.0, "bf16": 2.0, "fp8": 1.0, "int4": 0.5}
"""Bytes per weight, without the scales of a quantized one."""


def configured(
    model: str, experts: str | int, top_k: str | int, size: str
) -> tuple[TransformerConfig, str]:
    """A published model with another number of experts, choice or size, and a note if one is cut.

    The feed-forward block of a dense model becomes its one expert.
    """
    base = PRESETS[model]
    count = base.num_experts if experts == PUBLISHED else int(experts)
    wanted = base.top_k if top_k == PUBLISHED else int(top_k)
    note = (
        f" There {'is' if count == 1 else 'are'} only {count} to choose from."
        if wanted > count
        else ""
    )
    changed = replace(
        base,
        num_experts=count,
        top_k=min(wanted, count),
        d_ff=round(base.d_ff * SIZES[size]),
    )
    return changed, note


@explorer(
    title="Parameters stored and used",
    controls=[
        Choice("model", MODELS),
        Choice("experts", EXPERTS, label="experts per layer"),
        Choice("top_k", CHOSEN, label="experts per token, k"),
        Choice("size", tuple(SIZES), label="size of an expert"),
        Choice("precision", tuple(BYTES), label="weights in"),
    ],
)
def parameters(
    model: str = MODELS[0],
    experts: str | int = PUBLISHED,
    top_k: str | int = PUBLISHED,
    size: str = PUBLISHED,
    precision: str = "bf16",
) -> Scene:
    """Change the experts of a published model; count what is stored and what a token uses."""
    config, note = configured(model, experts, top_k, size)
    total, active = config.total, config.active
    stored, read = (n * BYTES[precision] / 1e9 for n in (total, active))
    shared = f" and {config.shared_experts} for all" if config.shared_experts else ""
    name = f"{model}:" if config == PRESETS[model] else f"{model}, changed:"
    text = (
        f"{name} {config.num_experts} {'expert' if config.num_experts == 1 else 'experts'} per"
        f" layer{shared}, {config.top_k} per token. The model has {total:,} parameters, and a"
        f" token uses {active:,} of them ({number(100 * active / total)} %). In {precision} that"
        f" is {number(stored)} GB to store and {number(read)} GB to read per token.{note}"
    )
    rows = [
        [part, f"{n:,}", f"{m:,}"]
        for (part, n), m in zip(
            config.parameters().items(), config.parameters(active=True).values(), strict=True
        )
    ]
    table = Table(
        ["part", "stored", "used by a token"], [*rows, ["all", f"{total:,}", f"{active:,}"]]
    )
    return Scene([_columns(config), _growth(config)], text, table)


def _columns(config: TransformerConfig) -> Panel:
    """Stored and used; what is not feed-forward is the same in both."""
    both = [config.total / 1e9, config.active / 1e9]
    rest = (config.total - config.parameters()["ffn"]) / 1e9
    marks: list[Mark] = [
        Bars(both, ["stored", "used by a token"], "output"),
        Bars([rest, rest], ["stored", "used by a token"], "input", show_values=False),
    ]
    title = "Feed-forward (blue: the rest)"
    return Panel(marks, (-0.6, 1.6), (0, 1.12 * both[0]), y_label="billion parameters", title=title)


def _growth(config: TransformerConfig) -> Panel:
    """The same model with 1 to 512 experts."""
    powers = np.arange(10)
    grown = [
        replace(config, num_experts=2**n, top_k=min(config.top_k, 2**n)) for n in powers.tolist()
    ]
    stored, used = ([getattr(c, kind) / 1e9 for c in grown] for kind in ("total", "active"))
    here = float(np.log2(config.num_experts))
    low = 10.0 ** np.floor(np.log10(min(used)))
    high = 10.0 ** np.ceil(np.log10(max(stored) * 1.05))
    marks: list[Mark] = [
        Line(powers, stored, "output", "stored"),
        Line(powers, used, "gradient", "used"),
        Rule(x=here),
        Scatter([here], [config.total / 1e9], "output", size=6, label="stored"),
        Scatter([here], [config.active / 1e9], "gradient", size=6, label="used by a token"),
    ]
    return Panel(
        marks, (0, 9.9), (low, high), log_y=True, x_label="log₂ of the number of experts",
        y_label="billion parameters", title="With more experts",
    )  # fmt: skip

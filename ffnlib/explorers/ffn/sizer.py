"""The explorer of hidden sizes: how wide the hidden layer is, and what rounding costs."""

import numpy as np

from ffnlib._base.numbers import number  # fmt: skip
from ffnlib.explorers.ffn._sizes import BYTES
from ffnlib.figures import (
    Bars,
    Choice,
    Handle,
    Label,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.figures._words import said
from ffnlib.nn import GATED, VARIANTS, TransformerConfig, ffn_flops, ffn_parameters, hidden_size

WIDTHS = np.arange(512, 8192 + 1, 256)

MARKED = {4096: "7B", 5120: "13B", 6656: "33B", 8192: "65B"}
"""The widths of LLaMA."""


MOST_MILLIONS, MOST_GIGABYTES = 330.0, 520.0
"""Where the axes end: they stand still, so that sizes can be compared."""


def nearest(d_model: int, variant: str, multiple_of: int, ratio: float) -> int:
    """Round the hidden size to the nearest multiple, which LLaMA does not do."""
    exact = hidden_size(d_model, variant, 1, ratio / 4)
    return max(1, round(exact / multiple_of)) * multiple_of


@explorer(
    title="How wide is the hidden layer?",
    controls=[
        Slider("d_model", 512, 8192, step=256, label="width d"),
        Choice("variant", VARIANTS),
        Slider("ratio", 2.0, 6.0, step=0.1, label="ratio (gated: × 2/3)"),
        Choice("multiple", [1, 64, 256, 1024, 4096], label="a multiple of"),
        Slider("layers", 4, 96, step=4),
    ],
)
def sizer(
    d_model: int = 4096,
    variant: str = "swiglu",
    ratio: float = 4.0,
    multiple: int = 256,
    layers: int = 32,
) -> Scene:
    """Choose a hidden size as LLaMA does; count its weights, and see what rounding adds."""
    exact = hidden_size(d_model, variant, 1, ratio / 4)
    d_ff = hidden_size(d_model, variant, multiple, ratio / 4)
    config = TransformerConfig("", d_model, layers, 1, 1, d_ff, 1, variant)
    attention = config.parameters()["attention"] // layers
    names = ("gate", "up", "down") if variant in GATED else ("up", "down")
    each = ffn_parameters(d_model, d_ff, variant) // len(names)
    layer = Panel(
        [Bars([attention / 1e6, *[each / 1e6] * len(names)], ["attn", *names], "output")],
        y=(0, MOST_MILLIONS), y_label="million weights", title="One layer",
    )  # fmt: skip
    block, whole = len(names) * each, layers * (attention + len(names) * each)
    kept = [whole * size / 1e9 for size in BYTES.values()]
    memory = Panel(
        [Bars(kept, list(BYTES), "input")],
        y=(0, MOST_GIGABYTES),
        y_label="gigabytes",
        title=f"{layers} layers",
    )
    share = 100 * block / (block + attention)
    flops = ffn_flops(d_model, d_ff, variant)
    added = d_ff - exact
    more = number(100 * added / exact, 2)
    text = (
        f"{said(variant)} at d = {d_model:,}: {exact:,} hidden units, rounded up to {d_ff:,}"
        f" ({more} % more). A block holds {block:,} weights, {share:.1f} % of its layer, and takes"
        f" {flops:,} operations per token. {layers} layers hold {number(whole / 1e9)} billion"
        f" weights, {number(kept[1])} GB in bf16."
    )
    rows = [
        ["hidden units before rounding", f"{exact:,}"],
        ["hidden units", f"{d_ff:,}"],
        ["weights of the block", f"{block:,}"],
        ["weights of attention", f"{attention:,}"],
        ["operations of the block per token", f"{flops:,}"],
        ["weights of all layers", f"{whole:,}"],
        *[[f"gigabytes in {name}", f"{size:.3f}"] for name, size in zip(BYTES, kept, strict=True)],
    ]
    panels = [layer, _rounding(d_model, variant, ratio, multiple), memory]
    return Scene(panels, text, Table(["quantity", "value"], rows))


def _rounding(d_model: int, variant: str, ratio: float, multiple: int) -> Panel:
    """Return what rounding adds at every width, up as LLaMA does or to the nearest multiple."""
    exact = np.array([hidden_size(int(d), variant, 1, ratio / 4) for d in WIDTHS])
    up = np.array([hidden_size(int(d), variant, multiple, ratio / 4) for d in WIDTHS]) - exact
    near = np.array([nearest(int(d), variant, multiple, ratio) for d in WIDTHS]) - exact
    lo, hi = -0.75 * max(multiple, 4), 1.25 * max(multiple, 4)
    marks: list[Mark] = [
        Scatter(WIDTHS, near, "reference", size=3, label="nearest"),
        Scatter(WIDTHS, up, "output", size=3, label="up"),
    ]
    for d, name in MARKED.items():
        here = int(np.flatnonzero(d == WIDTHS)[0])
        marks.append(Label(d, float(up[here]) + 0.06 * (hi - lo), name, anchor="middle"))
    top = hi - 0.09 * (hi - lo)
    marks += [
        Rule(y=0),
        Label(250, top, "up", "output"),
        Label(8700, top, "nearest", "reference", "end"),
    ]
    at = int(np.flatnonzero(d_model == WIDTHS)[0])
    marks.append(Handle(d_model, float(up[at]), param_x="d_model", label="width d"))
    return Panel(
        marks, x=(0, 8900), y=(lo, hi), x_label="width d", y_label="hidden units added",
        title="Rounded up, or to the nearest", weight=1.5, broad=True,
    )  # fmt: skip

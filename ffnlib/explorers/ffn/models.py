"""Where the parameters are."""

from collections.abc import Iterable

import numpy as np

from ffnlib._base.numbers import number  # fmt: skip
from ffnlib.explorers.ffn._sizes import BYTES
from ffnlib.figures import (
    Bars,
    Choice,
    Handle,
    Line,
    Panel,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import (
    PRESETS,
)

CONTEXTS = np.arange(7, 21)
"""Powers of two: 128 to a million positions."""


@explorer(
    title="Where the parameters are",
    controls=[
        Choice("model", list(PRESETS)),
        Slider("context", 7, 20, step=1, label="context = 2 to the power"),
        Choice("precision", list(BYTES)),
    ],
)
def models(model: str = "LLaMA-7B", context: int = 12, precision: str = "bf16") -> Scene:
    """Count a published model: its parameters by part, and the operations for one token."""
    config = PRESETS[model]
    parts = {name: count for name, count in config.parameters().items() if count}
    held = Panel(
        [Bars([100 * n / config.total for n in parts.values()], _short(parts), "input")],
        y=(0, 108), y_label="% of the parameters", title="Parameters", height=250,
    )  # fmt: skip
    length = 2**context
    work = {name: count for name, count in config.flops(length).items() if count}
    spent = sum(work.values())
    done = Panel(
        [Bars([100 * n / spent for n in work.values()], _short(work), "output")],
        y=(0, 108), y_label="% of the operations", title=f"One token, context {length:,}",
        height=250,
    )  # fmt: skip
    shares = [100 * config.ffn_share(2 ** int(k)) for k in CONTEXTS]
    share = 100 * config.ffn_share(length)
    falls = Panel(
        [
            Line(CONTEXTS, shares, "output"),
            Handle(context, share, param_x="context", label="context"),
        ],
        x=(6.5, 20.5), y=(0, 100), x_label="context, 2 to the power",
        y_label="% of the layers' operations", row=1, height=210,
        title="Share of the feed-forward blocks",
    )  # fmt: skip
    size = config.total * BYTES[precision] / 1e9
    active = "" if config.active == config.total else f", {config.active:,} of them for one token"
    text = (
        f"{model} has {config.total:,} parameters{active}: {number(size)} GB in {precision}."
        f" Its feed-forward blocks hold {100 * parts['ffn'] / config.total:.1f} % of them. At a"
        f" context of {length:,} a token takes {number(spent / 1e9)} billion operations, and the"
        f" blocks account for {share:.1f} % of those in the layers."
    )
    rows = [[f"{part}, parameters", f"{count:,}"] for part, count in parts.items()]
    rows += [[f"{part}, operations per token", f"{count:,}"] for part, count in work.items()]
    return Scene([held, done, falls], text, Table(["part", "count"], rows, caption=model))


_BRIEF = {"embedding": "embed", "attention": "attn", "positions": "pos", "projections": "proj"}


def _short(parts: Iterable[str]) -> list[str]:
    """Names that fit under a bar."""
    return [_BRIEF.get(part, part) for part in parts]

"""One layer under the roof of a machine, reading prompts and writing one more token."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.explorers.production._quantities import (
    MODELS,
    PRECISIONS,
    limits_said,
    share_said,
    time_said,
)
from ffnlib.figures import (
    Choice,
    Handle,
    Label,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import PRESETS, TransformerConfig
from ffnlib.production import (
    HARDWARE,
    Machine,
    Precision,
    Work,
    attainable,
    bound,
    layer_work,
    seconds_for,
    total_work,
)

BATCHES = range(11)
"""Powers of two."""

INTENSITIES = np.geomspace(0.3, 1e5, 61)

_ROOF = (0.3, 1e5), (0.1, 1e4)
"""Operations per byte, and 10¹² operations per second."""

TERA = 1e12

PARTS = ("ffn", "scores")
"""Drawn; the projections behave as the block does."""

ROLES = {"ffn": "output", "scores": "input"}


def times(parts: dict[str, Work], machine: Machine, precision: Precision) -> dict[str, float]:
    """Return the least seconds of each part of a layer."""
    return {p: seconds_for(work, machine, precision.activations) for p, work in parts.items()}


@explorer(
    title="Under the roof",
    controls=[
        Choice("model", MODELS),
        Choice("machine", list(HARDWARE)),
        Choice("precision", list(PRECISIONS)),
        Slider("batch", BATCHES[0], BATCHES[-1], step=1, label="log₂ of batch"),
        Slider("context", 7, 15, step=1, label="log₂ of context"),
    ],
)
def roofline(
    model: str = "LLaMA-7B",
    machine: str = "A100 80GB SXM",
    precision: str = "bf16",
    batch: int = 0,
    context: int = 11,
) -> Scene:
    """Place a layer under a machine's roof: what limits it, and what a larger batch would cost."""
    config, device, kept = PRESETS[model], HARDWARE[machine], PRECISIONS[precision]
    decode, prefill = (
        layer_work(config, 2**batch, 2**context, phase, kept) for phase in ("decode", "prefill")
    )
    panels = [
        _roof(decode, prefill, device, kept),
        _steps(config, device, kept, batch, 2**context),
    ]
    setting = f"{model} on {machine} in {precision}, batch {2**batch:,}, context {2**context:,}"
    twice = layer_work(config, 2 ** (batch + 1), 2**context, "decode", kept)
    text = f"{setting}: {_limited(decode, device, kept)}."
    sharing = "which a batch shares"
    if config.num_experts > 1:
        sharing += " where its tokens use the same experts"
    text += f" {_doubled(decode, twice, device, kept, sharing)}"
    reading = sum(times(prefill, device, kept).values())
    limit = _LIMITS[bound(prefill["ffn"], device, kept.activations)]
    text += f" Reading the prompts takes {time_said(reading)}; there, {limit} limits the block."
    return Scene(panels, text, _table(decode, prefill, device, kept))


_LIMITS = {"memory": "memory", "compute": "arithmetic"}


def _limited(decode: dict[str, Work], machine: Machine, precision: Precision) -> str:
    """Say where the block is under the roof, and how long the layer takes."""
    ridge = machine.ridge(precision.activations)
    limit = bound(decode["ffn"], machine, precision.activations)
    side = "below" if limit == "memory" else "above"
    intensity = number(decode["ffn"].intensity)
    return (
        f"in decoding, the feed-forward block does {intensity} operation{'s' * (intensity != '1')}"
        f" per byte, {side} the ridge at {number(ridge)}, so {_LIMITS[limit]} limits it. A layer"
        f" takes {time_said(sum(times(decode, machine, precision).values()))} or more"
    )


def _doubled(
    decode: dict[str, Work], twice: dict[str, Work], machine: Machine, precision: Precision,
    sharing: str,
) -> str:  # fmt: skip
    """Say what the bytes are, and what twice the batch would cost."""
    moved = total_work(decode)
    now, then = (sum(times(w, machine, precision).values()) for w in (decode, twice))
    return (
        f"Weights are {share_said(moved.weights, moved.bytes)} of its bytes, {sharing}; keys and"
        f" values are {share_said(moved.cache, moved.bytes)}, which it cannot share. Twice the"
        f" batch takes {number(100 * (then - now) / now, 2)} % longer."
    )


def _roof(
    decode: dict[str, Work], prefill: dict[str, Work], machine: Machine, precision: Precision
) -> Panel:
    """The roof over the intensity, and where the parts of the layer are in both phases."""
    speed = precision.activations
    ridge = machine.ridge(speed)
    bent = np.sort(np.append(INTENSITIES, ridge))
    roof = Line(bent, attainable(bent, machine, speed) / TERA, "reference")
    marks: list[Mark] = [Rule(x=ridge, label="ridge"), roof]
    for phase, parts in (("decode", decode), ("prefill", prefill)):
        whole = total_work(parts)
        reached = whole.flops / sum(times(parts, machine, precision).values()) / TERA
        marks.append(
            Scatter([whole.intensity], [reached], "reference", size=11, label=f"{phase}, layer")
        )
    for phase, parts in (("decode", decode), ("prefill", prefill)):
        for part in PARTS[::-1]:
            at = parts[part].intensity
            y = float(attainable(at, machine, speed)) / TERA
            words = f"{phase} {part}"
            size = 5 if part == "ffn" else 8  # where they are in one place, both are seen
            marks.append(Scatter([at], [y], ROLES[part], size=size, label=words))
            marks.append(_named(words, at, y, ridge, ROLES[part]))
    return Panel(
        marks, *_ROOF, x_label="operations per byte", y_label="10¹² operations per second",
        title="One layer (grey ring: all its parts)", weight=1.5, log_x=True, log_y=True,
        height=380,
    )  # fmt: skip


def _named(words: str, x: float, y: float, ridge: float, role: str) -> Label:
    """A name beside a point, where no other is: blocks above the roof, scores below it."""
    decoding, above = words.startswith("decode"), words.endswith("ffn")
    if above and decoding and x < 10:  # the slope is to the right
        return Label(x / 3, y * 5, words, role)
    if above:
        return Label(x, y * 1.7, words, role, "end" if decoding or x > 3e3 else "start")
    if x > ridge:
        return Label(x, y / 2.2, words, role, "start" if x < 1e3 else "end")
    return Label(x * 1.35, y / 2.2, words, role)


def _steps(
    config: TransformerConfig, machine: Machine, precision: Precision, batch: int, context: int
) -> Panel:
    """The time of a step in one layer over the batch, by part."""
    steps = [
        times(layer_work(config, 2**b, context, "decode", precision), machine, precision)
        for b in BATCHES
    ]
    marks: list[Mark] = [
        Line(list(BATCHES), [1e6 * step[part] for step in steps], ROLES[part], label=part)
        for part in PARTS
    ]
    now = 1e6 * steps[batch]["ffn"]
    return Panel(
        [*marks, Handle(batch, now, param_x="batch", label="batch")],
        x=(-0.4, 10.4), y=(0.1, 1e7), x_label="batch, 2 to the power", y_label="microseconds",
        title="A decoding step", log_y=True, height=380,
    )  # fmt: skip


def _table(
    decode: dict[str, Work], prefill: dict[str, Work], machine: Machine, precision: Precision
) -> Table:
    rows = []
    for phase, parts in (("decode", decode), ("prefill", prefill)):
        spent = times(parts, machine, precision)
        for part in ("ffn", "projections", "scores"):
            work = parts[part]
            limit = _LIMITS[bound(work, machine, precision.activations)]
            rows.append([f"{phase}, {part}", f"{work.flops:,}", f"{work.bytes:,}",
                         work.intensity, time_said(spent[part]), limit])  # fmt: skip
    columns = ["part", "operations", "bytes", "operations per byte", "at least", "limited by"]
    return Table(columns, rows, limits_said(machine, precision.activations))

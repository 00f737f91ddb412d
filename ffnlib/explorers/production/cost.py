"""What an answer takes and costs at least: latency against price, and whether it fits."""

from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ffnlib._base.numbers import number
from ffnlib.explorers.production._quantities import MODELS, PRECISIONS, limits_said, time_said
from ffnlib.figures import (
    Bars,
    Choice,
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
from ffnlib.nn import PRESETS
from ffnlib.production import (
    HARDWARE,
    Latency,
    cost_per_million,
    kv_cache_bytes,
    latency,
    weight_bytes,
)

SETUPS: Final = MappingProxyType(
    {name: (name, 1) for name in HARDWARE}
    | {f"8 × {name}": (name, 8) for name in ("A100 80GB SXM", "H100 SXM")}
)
"""A machine, and how many of it share every layer."""

ANSWER: Final = 256
"""Tokens of each answer."""

BATCHES: Final = tuple(2**k for k in range(11))

FITTING, TOO_LARGE = 0, 3
"""Classes of points: a disc, and a cross."""

GIGA = 1e9


@lru_cache(maxsize=64)
def served(model: str, setup: str, precision: str, prompt: int) -> tuple[Latency, ...]:
    """Return what answers take at least, for each of the batches."""
    machine, devices = SETUPS[setup]
    return tuple(
        latency(
            PRESETS[model], HARDWARE[machine], prompt, ANSWER, batch, PRECISIONS[precision], devices
        )
        for batch in BATCHES
    )


@explorer(
    title="What an answer takes, and costs",
    controls=[
        Choice("model", MODELS),
        Choice("setup", list(SETUPS), label="on"),
        Choice("precision", list(PRECISIONS), more=True),
        Slider("batch", 0, len(BATCHES) - 1, step=1, label="log₂ of batch"),
        Slider("prompt", 7, 14, step=1, label="log₂ of prompt"),
        Slider("price", 0.5, 12.5, step=0.5, label="price of a device", unit="$/h"),
    ],
)
def cost(
    model: str = "LLaMA-7B",
    setup: str = "A100 80GB SXM",
    precision: str = "bf16",
    batch: int = 0,
    prompt: int = 10,
    price: float = 2.0,
) -> Scene:
    """Choose a model and its machine: lower bounds of waiting time, speed, memory and price."""
    machine, devices = SETUPS[setup]
    answers = served(model, setup, precision, 2**prompt)
    costs = [cost_per_million(a.tokens_per_second, price, devices) for a in answers]
    now = answers[batch]
    room = devices * HARDWARE[machine].memory
    panels = [_exchange(answers, costs, batch), _memory(model, precision, batch, prompt, room)]
    text = (
        f"{model} in {precision} on {setup}, {_prompts(2**batch)} of {2**prompt:,} tokens:"
        f" the first token takes at least {time_said(now.first_token)}, each of the next"
        f" {ANSWER - 1} at least {time_said(now.per_token)}: at most"
        f" {number(now.tokens_per_second)} tokens per second in all. "
    )
    if now.fits:
        text += (
            f"They take {number(now.memory / GIGA)} of {number(room / GIGA)} GB. At"
            f" {number(price)} dollars per device and hour, a million tokens cost"
            f" {number(costs[batch])} dollars or more."
        )
    else:
        text += f"But this cannot run: {_lacking(now.memory, room)}."
    rows = [
        [b, time_said(a.first_token), time_said(a.per_token), a.tokens_per_second, price_now,
         a.memory / GIGA, "yes" if a.fits else "no"]
        for b, a, price_now in zip(BATCHES, answers, costs, strict=True)
    ]  # fmt: skip
    columns = ["batch", "first token", "each further", "tokens per second", "dollars per million",
               "GB", "fits"]  # fmt: skip
    caption = limits_said(HARDWARE[machine], PRECISIONS[precision].activations)
    return Scene(panels, text, Table(columns, rows, caption))


def _prompts(batch: int) -> str:
    return "one prompt" if batch == 1 else f"{batch:,} prompts at once"


def _lacking(memory: int, room: float) -> str:
    return f"it needs {number(memory / GIGA)} GB, and there are {number(room / GIGA)}"


def _exchange(answers: tuple[Latency, ...], costs: list[float], batch: int) -> Panel:
    """Price against the time of a token: a larger batch buys one with the other."""
    times = [1e3 * answer.per_token for answer in answers]
    kinds = [FITTING if answer.fits else TOO_LARGE for answer in answers]
    marks: list[Mark] = [
        Line(times, costs, "reference", width=1),
        Scatter(times, costs, classes=kinds, size=4),
        Scatter(times[batch : batch + 1], costs[batch : batch + 1], "output", size=8,
                label=f"batch {BATCHES[batch]:,}"),
    ]  # fmt: skip
    for i in {0, batch}:
        marks.append(Label(1.5 * times[i], 1.2 * costs[i], f"batch {BATCHES[i]:,}"))
    return Panel(
        marks, x=(0.3, 1e4), y=(1e-2, 1e3), x_label="milliseconds per token", weight=1.6,
        y_label="dollars per million tokens", title="Price and waiting (×: does not fit)",
        height=360, log_x=True, log_y=True,
    )  # fmt: skip


def _memory(model: str, precision: str, batch: int, prompt: int, room: float) -> Panel:
    """Return what is to be kept, beside what there is room for."""
    kept, config = PRECISIONS[precision], PRESETS[model]
    weights = weight_bytes(config, kept.weights) / GIGA
    positions = 2**prompt + ANSWER - 1
    cache = kv_cache_bytes(config, 2**batch, positions, kept.cache) / GIGA
    top = 1.2 * max(room / GIGA, weights + cache)
    return Panel(
        [
            Bars([weights, cache, weights + cache], ["weights", "cache", "both"], "input"),
            Rule(y=room / GIGA, label="room"),
        ],
        y=(0, top), y_label="gigabytes", title="Memory", height=360,
    )  # fmt: skip

"""One input channel far larger than the others, and where the difficulty can go."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Bars,
    Choice,
    Handle,
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
from ffnlib.quantization import dequantize, quantize, smooth, smoothquant_scales

TOKENS, D_IN, D_OUT, HOT = 64, 16, 16, 10

SHARING = {
    "matrix": "one scale for all inputs and one for all weights",
    "row": "one scale per token and one per output",
    "group": "one scale for every four neighbouring channels of a row",
    "channel": "one scale per channel of the inputs and one per output",
}

SIZES: dict[str, int | str] = {"row": "channel", "group": 4}

ALPHAS = tuple(i / 10 for i in range(11))
"""Where the curve of errors is computed, besides the α chosen."""


class Layer(NamedTuple):
    """Inputs of which one channel is hot, and weights."""

    x: Array  # (tokens, d_in)
    w: Array  # (d_out, d_in)


@cache
def layer(hot: int) -> Layer:
    """Draw a layer; channel ``HOT`` of the inputs lies ``hot`` times as far out as the others.

    As in language models it is large in every token and varies no more than the others do.
    """
    rng = np.random.default_rng(5)
    x = rng.normal(size=(TOKENS, D_IN)) * rng.uniform(0.6, 1.4, D_IN)
    x[:, HOT] += (hot - 1) * np.abs(np.delete(x, HOT, axis=1)).max()
    w = rng.normal(size=(D_OUT, D_IN)) * rng.uniform(0.6, 1.4, D_IN) / np.sqrt(D_IN)
    return Layer(x, w)


def rounded(a: Array, bits: int, shared: str) -> Array:
    """Round the rows of matrices, or their columns, to so many bits and back; (…, rows, columns).

    Each matrix by itself: a stack is rounded as quickly as one.
    """
    if shared == "matrix":
        flat = a.reshape(*a.shape[:-2], -1)
        return dequantize(quantize(flat, bits, "channel")).reshape(a.shape)
    if shared == "channel":
        return dequantize(quantize(a.swapaxes(-1, -2), bits, "channel")).swapaxes(-1, -2)
    return dequantize(quantize(a, bits, SIZES[shared]))


def error(x: Array, w: Array, bits: int, shared: str) -> Array:
    """Return the error of the product of rounded numbers, as a share of how the product varies.

    What is the same for all tokens is left out of both: the layer's bias can take it.
    """
    y = x @ w.swapaxes(-1, -2)
    by_row = "row" if shared == "channel" else shared
    off = rounded(x, bits, shared) @ rounded(w, bits, by_row).swapaxes(-1, -2) - y
    off -= off.mean(axis=-2, keepdims=True)
    y = y - y.mean(axis=-2, keepdims=True)
    share: Array = np.linalg.norm(off, axis=(-2, -1)) / np.linalg.norm(y, axis=(-2, -1))
    return share


@cache
def plain_error(hot: int, bits: int, shared: str) -> float:
    """Return the error without SmoothQuant."""
    return float(error(*layer(hot), bits, shared))


@lru_cache(maxsize=4096)
def smoothed_errors(hot: int, bits: int, shared: str, alphas: tuple[float, ...]) -> list[float]:
    """Return the errors after SmoothQuant has moved each ``alpha`` of the difficulty."""
    x, w = layer(hot)
    s = np.array([smoothquant_scales(x, w, alpha) for alpha in alphas])[:, None, :]
    result: list[float] = error(x / s, w * s, bits, shared).tolist()
    return result


@explorer(
    title="One outlier channel",
    controls=[
        Slider("hot", 1, 121, step=4, label="outlier channel", unit="×"),
        Slider("alpha", 0, 1, step=0.05, label="share moved, α"),
        Choice("shared", list(SHARING), label="one scale per"),
        Choice("bits", [4, 6, 8], label="bits"),
    ],
)
def outliers(hot: int = 61, alpha: float = 0.5, shared: str = "matrix", bits: int = 8) -> Scene:
    """Round a layer whose inputs have an outlier channel, with smoothing and without."""
    x, w = layer(hot)
    s = smoothquant_scales(x, w, alpha)
    after_x, after_w = smooth(x, w, s)
    plain, (now,) = plain_error(hot, bits, shared), smoothed_errors(hot, bits, shared, (alpha,))
    panels = [
        _peaks(x, after_x, "input", "Largest input of each channel"),
        _peaks(w, after_w, "output", "Largest weight of each channel"),
        _curve(hot, alpha, shared, bits, plain),
        _sharings(hot, alpha, shared, bits),
    ]
    better = "helps" if now < 0.98 * plain else "hurts" if now > 1.02 * plain else "changes little"
    text = (
        f"{_heat(hot)}, {bits} bits, {SHARING[shared]}: the error is {number(100 * plain)} % of"
        f" the outputs' variation. With SmoothQuant at α = {number(alpha)} it is"
        f" {number(100 * now)} %, so SmoothQuant {better}. It divides channel {HOT + 1} of the"
        f" inputs by {number(s[HOT])} and multiplies that channel's weights by the same number."
    )
    largest = [np.abs(a).max(axis=0) for a in (x, after_x, w, after_w)]
    rows = [[i + 1, *map(float, values)] for i, values in enumerate(zip(*largest, strict=True))]
    columns = ["channel", "inputs", "inputs / s", "weights", "weights × s"]
    return Scene(panels, text, Table(columns, rows, "Largest magnitude of each channel"))


def _heat(hot: int) -> str:
    return "No outlier" if hot == 1 else f"One channel {hot} times as large as the others"


def _peaks(before: Array, after: Array, role: str, title: str) -> Panel:
    channels = np.arange(1, D_IN + 1)
    old, new = (np.abs(a).max(axis=0) for a in (before, after))
    marks: list[Mark] = [
        Line(channels, old, "reference", dash=True, width=1.5),
        Line(channels, new, role, width=2.5),
        Scatter([HOT + 1], [new[HOT]], role, size=6, label="outlier channel, smoothed"),
    ]
    return Panel(marks, (0.5, D_IN + 0.5), (0.02, 1000), "channel (dashed: before)", title=title,
                 log_y=True, height=220)  # fmt: skip


def _curve(hot: int, alpha: float, shared: str, bits: int, plain: float) -> Panel:
    errors = dict(zip(ALPHAS, smoothed_errors(hot, bits, shared, ALPHAS), strict=True))
    (errors[alpha],) = smoothed_errors(hot, bits, shared, (alpha,))
    alphas = sorted(errors)
    marks: list[Mark] = [
        Rule(y=100 * plain, label="without"),
        Line(alphas, [100 * errors[a] for a in alphas], "error"),
        Handle(alpha, 100 * errors[alpha], param_x="alpha", label="error at α", role="error"),
    ]
    return Panel(marks, (0, 1), (0.1, 1000), "α", title="Error of the output (%)", log_y=True,
                 row=1, height=220)  # fmt: skip


def _sharings(hot: int, alpha: float, shared: str, bits: int) -> Panel:
    """The error of each way to share scales: bars smoothed, points without."""
    ways = list(SHARING)
    plain = [100 * plain_error(hot, bits, way) for way in ways]
    now = [100 * smoothed_errors(hot, bits, way, (alpha,))[0] for way in ways]
    marks: list[Mark] = [
        Bars(now, ways, "error", highlight=ways.index(shared), show_values=False),
        Scatter(list(range(len(ways))), plain, "reference", size=5, label="without SmoothQuant"),
    ]
    top = 1.15 * max(*plain, *now)
    return Panel(marks, (-0.6, len(ways) - 0.4), (0, top), title="By sharing (points: without)",
                 row=1, height=220)  # fmt: skip

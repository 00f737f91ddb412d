"""GPTQ at work: it rounds columns of weights one by one, and the others make up for the errors."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Button,
    Choice,
    HeatMap,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Steps,
    Table,
    explorer,
)
from ffnlib.quantization import dequantize, gptq_steps, output_error, quantize, relative_error

D_OUT, D_IN, INPUTS, FACTORS = 10, 16, 128, 3


class Layer(NamedTuple):
    """Weights and the inputs they meet."""

    w: Array  # (d_out, d_in)
    x: Array  # (inputs, d_in)


class State(NamedTuple):
    """The weights after some columns were rounded, and what that did."""

    w: Array
    column: int
    """The one rounded last; -1 at the start."""
    weight_error: float
    output_error: float


def draw(correlation: float, seed: int) -> Layer:
    """Draw weights, and inputs that follow a few common causes as far as ``correlation`` says."""
    rng = np.random.default_rng([11, seed])
    w = rng.normal(size=(D_OUT, D_IN))
    causes = rng.normal(size=(INPUTS, FACTORS)) @ rng.normal(size=(FACTORS, D_IN))
    own = rng.normal(size=(INPUTS, D_IN))
    size = rng.uniform(0.5, 1.5, D_IN)
    x = np.sqrt(correlation / FACTORS) * causes + np.sqrt(1 - correlation) * own
    return Layer(w, x * size)


@lru_cache(maxsize=64)
def run(bits: int, correlation: float, order: str, seed: int) -> tuple[list[State], list[State]]:
    """Quantize a layer column by column: with GPTQ, and each to its nearest level.

    Returns
    -------
    gptq : list of State
        Before the first column, after it, …, after the last.
    nearest : list of State
        The same columns, each rounded to its nearest level.
    """
    w, x = draw(correlation, seed)
    start = State(w, -1, 0.0, 0.0)
    steps = gptq_steps(w, x, bits, "channel", order=order)
    pushed = [start, *(State(s.w, s.column, s.weight_error, s.output_error) for s in steps)]
    rounded = dequantize(quantize(w, bits, "channel"))
    plain, now = [start], w
    for state in pushed[1:]:
        now = now.copy()
        now[:, state.column] = rounded[:, state.column]
        errors = relative_error(now, w), output_error(w, now, x)
        plain.append(State(now, state.column, *errors))
    return pushed, plain


@explorer(
    title="GPTQ, column by column",
    controls=[
        Steps(
            "steps",
            D_IN,
            stops_at=tuple(range(D_IN + 1)),
            unit="columns",
            pace=3,
            views=("bits", "correlation", "order", "seed"),
        ),
        Choice("bits", [2, 3, 4]),
        Slider("correlation", 0, 0.95, step=0.05, label="correlation"),
        Choice("order", ["given", "activity"], label="order"),
        Button("seed", label="Another layer"),
    ],
)
def gptq(
    steps: int = 0, bits: int = 3, correlation: float = 0.9, order: str = "given", seed: int = 0
) -> Scene:
    """Round a layer's weights column by column, with and without making up for the errors."""
    pushed, plain = run(bits, correlation, order, seed)
    now, other = pushed[steps], plain[steps]
    w = pushed[0].w
    limit = float(np.abs(plain[-1].w - w).max())
    panels = [
        _change(now, w, limit, "GPTQ: change of each weight"),
        _change(other, w, limit, "To nearest: change of each weight"),
        _curves("weight_error", pushed, plain, steps, "Error of the weights (%)"),
        _curves("output_error", pushed, plain, steps, "Error of the outputs (%)"),
    ]
    setting = f"{bits} bits, correlation {number(correlation)}, {order} order"
    if steps == 0:
        text = f"Nothing is rounded yet ({setting}, layer {seed + 1})."
    else:
        best = "GPTQ" if now.output_error < other.output_error else "rounding to nearest"
        text = (
            f"{steps} of {D_IN} columns are rounded ({setting}, layer {seed + 1}). With GPTQ the"
            f" error of the weights is {number(100 * now.weight_error)} % and that of the outputs"
            f" {number(100 * now.output_error)} %; with rounding to nearest,"
            f" {number(100 * other.weight_error)} % and {number(100 * other.output_error)} %. The"
            f" outputs are better with {best}."
        )
    rows = [
        [i, *(100 * e for s in pair for e in (s.weight_error, s.output_error))]
        for i, pair in enumerate(zip(pushed, plain, strict=True))
    ]
    columns = ["columns", "GPTQ weights %", "GPTQ outputs %", "nearest weights %",
               "nearest outputs %"]  # fmt: skip
    return Scene(panels, text, Table(columns, rows, "Relative errors"))


def _change(state: State, w: Array, limit: float, title: str) -> Panel:
    """Return how far each weight is from where it was; a rule marks the column rounded last."""
    x, y = (0.5, D_IN + 0.5), (0.5, D_OUT + 0.5)
    marks: list[Mark] = [HeatMap((state.w - w)[::-1], x, y, limit=limit, scale=True)]
    if state.column >= 0:
        marks.append(Rule(x=state.column + 1, role="second"))
    return Panel(marks, x, y, "column (input)", title=title, height=190)


def _curves(name: str, pushed: list[State], plain: list[State], steps: int, title: str) -> Panel:
    """An error against the number of columns rounded: so far solid, dashed what is to come."""
    whole = np.arange(len(pushed))
    marks: list[Mark] = []
    top = 0.0
    for states, role, label in ((plain, "reference", "nearest"), (pushed, "output", "GPTQ")):
        error = 100 * np.array([getattr(s, name) for s in states])
        top = max(top, float(error.max()))
        marks += [
            Line(whole, error, role, label, dash=True, width=1),
            Line(whole[: steps + 1], error[: steps + 1], role, width=3),
            Scatter([steps], [error[steps]], role, size=5, label=label),
        ]
    return Panel(marks, (0, D_IN), (0, 1.1 * top), "columns rounded", title=title, row=1,
                 height=210)  # fmt: skip

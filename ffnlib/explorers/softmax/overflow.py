"""Overflow in softmax."""

from functools import cache

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number  # fmt: skip
from ffnlib.explorers.softmax._overflows import DTYPES
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
from ffnlib.nn import softmax as stable_softmax
from ffnlib.nn import softmax_naive

LOGITS = np.array([3.0, 1.0, 0.0])
"""Whole numbers, so that every shift up to 1024 leaves them exact in all three types."""

CLASSES = ("A", "B", "C")

MOST = 1024

WRONG = 0.01
"""Digits count as lost when a probability is off by more than this share."""

RIGHT, LOST, NOTHING = range(3)


@cache
def _states(dtype: str, sign: int) -> tuple[int, ...]:
    """Return how the naive formula fares at the shifts 0, 1, …, 1024.

    Right, digits lost, or nan.
    """
    z = (LOGITS + sign * np.arange(MOST + 1)[:, None]).astype(dtype)  # (shifts, classes)
    p = softmax_naive(z).astype(np.float64)
    exact = stable_softmax(LOGITS)
    off = (np.abs(p - exact) > WRONG * exact).any(axis=-1)
    states = np.where(np.isnan(p).any(axis=-1), NOTHING, np.where(off, LOST, RIGHT))
    return tuple(states.tolist())


def first_failure(dtype: str, sign: int = 1) -> int:
    """The smallest whole shift at which the naive softmax of (3, 1, 0) is wrong in this type."""
    states = _states(dtype, sign)
    return next(shift for shift, state in enumerate(states) if state != RIGHT)


def _strip(dtype: str, sign: int, height: float, strong: bool) -> list[Mark]:
    """One row of the picture: solid while right, dashed once nan, a cross at the first failure."""
    states = np.array(_states(dtype, sign))
    marks: list[Mark] = []
    for state, role in ((RIGHT, "output"), (LOST, "second"), (NOTHING, "error")):
        shifts = np.flatnonzero(states[1:] == state) + 1
        if len(shifts):
            ends = np.log2([shifts[0], min(shifts[-1] + 1, MOST)])
            width = 7.0 if strong else 3.0
            marks.append(Line(ends, [height] * 2, role, dash=state == NOTHING, width=width))
    first = first_failure(dtype, sign)
    marks.append(Scatter([np.log2(first)], [height], classes=[3], size=7))
    marks.append(Label(0.0, height + 0.2, f"{dtype}: first wrong at {first}"))
    return marks


def _bars(p: Array, role: str, title: str) -> Panel:
    """Three probabilities; where one is no number there is no bar but the word."""
    words = [Label(i, (0.0 if np.isnan(v) else float(v)) + 0.03, _short(v), anchor="middle")
             for i, v in enumerate(p)]  # fmt: skip
    bars = Bars(np.nan_to_num(p), CLASSES, role, show_values=False)
    return Panel([bars, *words], x=(-0.6, 2.6), y=(0.0, 1.12), title=title)


def _short(value: float) -> str:
    return "nan" if np.isnan(value) else number(value)


def _rounded(power: float, sign: int) -> str:
    """Write the shift, and what it is rounded from."""
    exact, whole = 2**power, round(2**power)
    said = f"{'+' if sign > 0 else '−'}{whole}"
    return said if exact == whole else f"{said}, rounded from {number(exact)}"


@explorer(
    title="Overflow in softmax",
    controls=[
        Slider("power", 0, 10, step=0.25, label="shift = 2 to the power"),
        Choice("dtype", DTYPES, label="number format"),
        Choice("direction", ["add", "subtract"], label="the shift is"),
    ],
)
def overflow(power: float = 3.25, dtype: str = "float16", direction: str = "add") -> Scene:
    """Shift the logits (3, 1, 0) and compare the formula as printed with the shifted one."""
    shift, sign = round(2**power), 1 if direction == "add" else -1
    z = (LOGITS + sign * shift).astype(dtype)
    with np.errstate(all="ignore"):
        e = np.exp(z)
        total = e.sum()
    naive, stable = softmax_naive(z), stable_softmax(z)
    rows: list[Mark] = []
    for i, name in enumerate(DTYPES):
        rows += _strip(name, sign, 2.0 - 0.8 * i, strong=name == dtype)
    rows += [
        Line([0.0, 10.0], [-0.4] * 2, "gradient", width=7),
        Label(0.0, -0.2, "maximum subtracted: always right"),
        Rule(x=float(np.log2(shift)), label=_rounded(power, sign)),
    ]
    panels = [
        Panel(rows, x=(-0.2, 10.2), y=(-0.8, 2.8), axes=False,
              title=f"Shift from 1 to {MOST}, doubling", weight=1.4),
        _bars(naive, "output", f"As printed, {dtype}"),
        _bars(stable, "gradient", "Max subtracted"),
    ]  # fmt: skip
    said = ", ".join(map(_short, naive))
    where = f"{'Plus' if sign > 0 else 'Minus'} {number(shift)} in {dtype}:"
    if np.isinf(e).any():
        verb = "overflows" if np.isinf(e).sum() == 1 else "overflow"
        happened = f"{where} {int(np.isinf(e).sum())} of 3 exponentials {verb} to ∞; ∞/∞ is not"
        happened += f" a number (nan), and the formula gives {said}"
    elif np.isinf(total):
        happened = (
            f"{where} every exponential fits but their sum does not; dividing by ∞ gives {said}"
        )
    elif total == 0:
        happened = f"{where} all exponentials underflow to 0, and 0/0 gives {said}"
    else:
        happened = f"{where} the exponentials sum to {number(total)}, and the formula gives {said}"
    text = f"{happened}. With the maximum subtracted it is {', '.join(map(number, stable))}."
    table = Table(
        ["class", "logit", "exponential", "as printed", "maximum subtracted"],
        [[c, float(v), float(x), float(n), float(s)]
         for c, v, x, n, s in zip(CLASSES, z, e, naive, stable, strict=True)],
        caption=f"All computed in {dtype}",
    )  # fmt: skip
    return Scene(panels, text, table)

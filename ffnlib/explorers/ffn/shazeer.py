"""Shazeer's comparison of feed-forward blocks, as a chart that shows how sure each number is."""

from math import exp, hypot, sqrt
from typing import Final, NamedTuple

from ffnlib._base.numbers import number
from ffnlib.figures import (
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


class Run(NamedTuple):
    """One row of the table: held-out log-perplexity after two lengths of training."""

    short: float
    """After 65,536 steps, the mean of four runs."""
    deviation: float
    """The standard deviation of those four."""
    long: float
    """After 524,288 steps, one run."""


TABLE: Final[dict[str, Run]] = {
    "ReLU": Run(1.997, 0.005, 1.677),
    "GELU": Run(1.983, 0.005, 1.679),
    "Swish": Run(1.994, 0.003, 1.683),
    "GLU": Run(1.982, 0.006, 1.663),
    "Bilinear": Run(1.960, 0.005, 1.648),
    "GeGLU": Run(1.942, 0.004, 1.633),
    "SwiGLU": Run(1.944, 0.010, 1.636),
    "ReGLU": Run(1.953, 0.003, 1.645),
}
"""Table 1 of Shazeer (2020, arXiv:2002.05202): parameters and operations are the same in all."""

PLAIN: Final = ("ReLU", "GELU", "Swish")
"""Those without a gate."""

STEPS: Final = {"65,536": "short", "524,288": "long"}

UNITS: Final = ("log-perplexity", "perplexity")

BELOW, ABOVE = 0.042, 0.026
"""Log-perplexity shown beyond the lowest and highest mean: room for four standard deviations."""


def apart(a: str, b: str, steps: str = "65,536") -> float:
    """Return how many standard errors lie between two rows.

    Those of the short runs are means of four.

    The runs of 524,288 steps were not repeated; theirs is judged by the spread of the short ones.
    """
    first, second = TABLE[a], TABLE[b]
    runs = 4 if STEPS[steps] == "short" else 1
    gap = abs(_value(first, steps) - _value(second, steps))
    return gap * sqrt(runs) / hypot(first.deviation, second.deviation)


def _value(run: Run, steps: str) -> float:
    return run.short if STEPS[steps] == "short" else run.long


@explorer(
    title="Which feed-forward block is best?",
    controls=[
        Choice("steps", list(STEPS), label="training steps"),
        Choice("unit", UNITS),
        Slider("spread", 0.0, 4.0, step=0.5, label="bars reach", unit="σ"),
        Choice("against", list(TABLE), label="compare with"),
    ],
)
def shazeer(
    steps: str = "65,536",
    unit: str = "log-perplexity",
    spread: float = 2.0,
    against: str = "ReLU",
) -> Scene:
    """Read the published table with its spread, and judge which differences are differences."""
    shown = exp if unit == "perplexity" else float
    values = {name: _value(run, steps) for name, run in TABLE.items()}
    left, right = shown(min(values.values()) - BELOW), shown(max(values.values()) + ABOVE)
    room = 0.22 * (right - left)
    marks: list[Mark] = [Rule(x=shown(values[against]))]
    ends: dict[str, tuple[float, float]] = {}
    for row, (name, value) in enumerate(values.items()):
        reach = spread * TABLE[name].deviation
        ends[name] = value - reach, value + reach
        role = "reference" if name in PLAIN else "output"
        marks += [
            Line([shown(v) for v in ends[name]], [-row, -row], role, width=5),
            Scatter([shown(value)], [-row], role, size=6, label=name),
            Label(left - room, -row - 0.14, name),
            Label(right + room, -row - 0.14, f"{shown(value):.3f}", anchor="end"),
        ]
    panel = Panel(
        marks, x=(left - room, right + room), y=(0.4 - len(TABLE), 0.6), axes=False, height=300,
        title=f"Held-out {unit}: further left is better",
    )  # fmt: skip
    columns = ["block", "log-perplexity", "perplexity", "standard deviation", "gate"]
    rows = [[name, f"{v:.3f}", f"{exp(v):.3f}", f"{TABLE[name].deviation:.3f}",
             "no" if name in PLAIN else "yes"] for name, v in values.items()]  # fmt: skip
    source = "Shazeer (2020), Table 1; deviation of the log-perplexity, from four short runs"
    text = _lowest(values, ends, spread, unit, steps) + _compared(against, values, steps)
    return Scene([panel], text, Table(columns, rows, caption=source))


def _lowest(
    values: dict[str, float],
    ends: dict[str, tuple[float, float]],
    spread: float,
    unit: str,
    steps: str,
) -> str:
    """Name the lowest row, and those whose bars meet its bar."""
    best = min(values, key=lambda name: values[name])
    meeting = [name for name in values if name != best and ends[name][0] <= ends[best][1]]
    value = exp(values[best]) if unit == "perplexity" else values[best]
    whose = f"{'that' if len(meeting) == 1 else 'those'} of {_listed(meeting)}"
    met = f"Its bar of ±{number(spread)} σ overlaps {whose if meeting else 'no other'}."
    return f"After {steps} steps {best} has the lowest {unit}, {value:.3f}. {met}"


def _compared(against: str, values: dict[str, float], steps: str) -> str:
    """Say how far the lowest of the others is from the one compared with."""
    other = min((name for name in values if name != against), key=lambda name: values[name])
    borrowed = "" if STEPS[steps] == "short" else " (σ taken from the short runs)"
    ratio = 100 * (exp(values[other] - values[against]) - 1)
    return (
        f" From {against} to {other} the perplexity changes by {number(ratio, 2)} %,"
        f" {number(apart(against, other, steps), 2)} standard errors of the difference{borrowed}."
    )


def _listed(names: list[str]) -> str:
    return "".join(names) if len(names) < 2 else ", ".join(names[:-1]) + " and " + names[-1]

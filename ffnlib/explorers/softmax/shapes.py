"""Softmax as bars to pull at, and log-sum-exp as the smooth maximum whose slopes they are."""

from collections.abc import Sequence

import numpy as np

from ffnlib.arrays import Array
from ffnlib.explorer import Choice, Points, Slider, explorer
from ffnlib.scene import Bars, Handle, Line, Mark, Panel, Rule, Scatter, Scene, Table, number
from ffnlib.softmax import log_softmax, logsumexp
from ffnlib.softmax import softmax as probabilities

# ---- softmax

CLASSES = ("A", "B", "C", "D")
LOGITS = tuple((float(i), z) for i, z in enumerate((3.0, 1.0, -1.0, 0.0)))
REACH = (-0.6, len(CLASSES) - 0.4)
TALLEST = 5.0
SHOWN = {"probabilities": (0.0, 1.12), "log-probabilities": (-12.0, 0.9)}


def _listed(values: Array) -> str:
    said = [number(v) for v in values]
    return ", ".join(said[:-1]) + " and " + said[-1]


@explorer(
    title="Logits in, probabilities out",
    controls=[
        Slider("temperature", 0.25, 10, step=0.25, label="temperature T"),
        Slider("shift", -5, 5, step=0.25, label="added to every logit"),
        Choice("show", list(SHOWN), label="on the right"),
        Points("logits", n=len(CLASSES), x=(0, len(CLASSES) - 1), y=(-TALLEST, TALLEST), step=0.25),
    ],
)
def softmax(
    temperature: float = 1.0,
    shift: float = 0.0,
    show: str = "probabilities",
    logits: Sequence[Sequence[float]] = LOGITS,
) -> Scene:
    """Pull at the logits, add a constant, divide by a temperature; watch the probabilities."""
    z = np.array([float(point[1]) for point in logits])
    moved = z + shift
    p = probabilities(moved, temperature=temperature)
    log_p = log_softmax(moved, temperature=temperature)
    entropy = float(-(p * log_p).sum())
    pull: list[Mark] = [Bars(z, CLASSES, "input", show_values=False)]
    pull += [
        Handle(i, float(value), point=("logits", i), label=f"logit of {name}", role="input")
        for i, (name, value) in enumerate(zip(CLASSES, z, strict=True))
    ]
    seen = moved / temperature
    tall = max(2.2 * TALLEST, 1.15 * float(np.abs(seen).max()))
    middle = "z" if shift == 0 else "(z + c)" if shift > 0 else "(z − c)"
    panels = [
        Panel(pull, x=REACH, y=(-1.1 * TALLEST, 1.1 * TALLEST), title="Logits z: drag them"),
        Panel(
            [Bars(seen, CLASSES, "second"), Rule(y=0)],
            x=REACH, y=(-tall, tall), title=f"What softmax sees: {middle}/T",
        ),
        Panel(
            [Bars(p if show == "probabilities" else log_p, CLASSES, "output")],
            x=REACH, y=SHOWN[show], title=show.capitalize(),
        ),
    ]  # fmt: skip
    best = int(np.argmax(p))
    text = (
        f"{CLASSES[best]} leads: the probabilities are {_listed(p)};"
        f" the entropy is {number(entropy)} of at most {number(np.log(len(p)))} nats."
    )
    if shift:
        verb, amount = ("Adding", shift) if shift > 0 else ("Subtracting", -shift)
        text += f" {verb} {number(amount)} on every logit changed none of them."
    rows = [list(row) for row in zip(CLASSES, z, seen, p, log_p, strict=True)]
    columns = ["class", "logit z", "(z + c)/T", "probability", "log-probability"]
    sums = f"The probabilities sum to {number(float(p.sum()), 6)}; entropy {number(entropy)} nats"
    return Scene(panels, text, Table(columns, rows, caption=sums))


# ---- log-sum-exp

GRID = np.linspace(-5, 5, 61)


@explorer(
    title="Log-sum-exp is a maximum with a round corner",
    controls=[
        Slider("a", -5, 5, step=0.5),
        Slider("b", -5, 5, step=0.5),
        Slider("temperature", 0.1, 4, step=0.1, label="temperature T"),
    ],
)
def lse(a: float = 1.0, b: float = 0.0, temperature: float = 1.0) -> Scene:
    """Compare T log(e^(a/T) + e^(b/T)) with max(a, b); its slopes are the softmax of a and b."""
    t = temperature
    pairs = np.stack([GRID, np.full_like(GRID, b)], axis=-1)  # (points, 2)
    smooth, slopes = t * logsumexp(pairs / t), probabilities(pairs, temperature=t)
    here = t * float(logsumexp([a / t, b / t]))
    p = probabilities([a, b], temperature=t)
    values = Panel(
        [
            Line([-5.0, b, 5.0], [b, b, 5.0], "reference", "maximum", dash=True),
            Line(GRID, smooth, "output", "log-sum-exp"),
            Line([a, a], [max(a, b), here], "error", width=4),
            Handle(a, here, param_x="a", label="log-sum-exp at a"),
        ],
        x=(-5, 5), y=(-5.5, 8.5), x_label=f"a, with b = {number(b)}", title="Value",
    )  # fmt: skip
    steps = Panel(
        [
            Line(GRID, slopes[:, 0], "gradient", "by a"),
            Line(GRID, slopes[:, 1], "second", "by b"),
            Scatter([a], [p[0]], "gradient", size=6, label="softmax of a"),
            Scatter([a], [p[1]], "second", size=6, label="softmax of b"),
        ],
        x=(-5, 5), y=(-0.08, 1.08), x_label=f"a, with b = {number(b)}",
        title="Slopes: the softmax of a and b",
    )  # fmt: skip
    gap = here - max(a, b)
    text = (
        f"The smooth maximum of {number(a)} and {number(b)} is {number(here)},"
        f" {number(gap)} above the larger; never by more than T log 2 = {number(t * np.log(2))},"
        f" reached where both are equal. Its slopes here are {number(p[0])} and {number(p[1])}."
    )
    rows = [[float(x), max(float(x), b), float(y), *map(float, s)]
            for x, y, s in zip(GRID[::6], smooth[::6], slopes[::6], strict=True)]  # fmt: skip
    table = Table(["a", "maximum", "log-sum-exp", "slope by a", "slope by b"], rows)
    return Scene([values, steps], text, table)

"""Logits in, probabilities out."""

from collections.abc import Sequence

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Bars,
    Choice,
    Handle,
    Mark,
    Panel,
    Points,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import log_softmax
from ffnlib.nn import softmax as probabilities

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
    powers = np.exp(seen)
    total = float(powers.sum())
    middle = "z" if shift == 0 else "(z + c)" if shift > 0 else "(z − c)"
    exponent = middle if temperature == 1 else f"{middle}/T"
    panels = [
        Panel(pull, x=REACH, y=(-1.1 * TALLEST, 1.1 * TALLEST), title="Logits z: drag them"),
        Panel(
            [Bars(powers, CLASSES, "second")],
            x=REACH, y=(0, 1.12 * float(powers.max())), y_label=f"together {number(total)}",
            title=f"Powers: e to the {exponent}",
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
        verb = "Adding {} to" if shift > 0 else "Subtracting {} from"
        text += f" {verb.format(number(abs(shift)))} every logit changed none of them."
    rows = [list(row) for row in zip(CLASSES, z, seen, powers, p, log_p, strict=True)]
    columns = ["class", "logit z", "(z + c)/T", "power", "probability", "log-probability"]
    sums = f"The probabilities sum to {number(float(p.sum()), 6)}; entropy {number(entropy)} nats"
    return Scene(panels, text, Table(columns, rows, caption=sums))

"""The sigmoid far from zero."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number  # fmt: skip
from ffnlib.explorers.softmax._overflows import DTYPES
from ffnlib.figures import (
    Area,
    Choice,
    Handle,
    Label,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.nn import sigmoid as stable_sigmoid
from ffnlib.nn import softplus

FORMULAS = ("1/(1 + e⁻ˣ)", "eˣ/(1 + eˣ)", "by sign")

SAID = {"by sign": "the form chosen by the sign of x"}

FAR = 120

X = np.linspace(-FAR, FAR, 121)

DEEPEST = 1e-54
"""Below σ(−120), where the axis of the tails ends."""


def written(formula: str, x: Array) -> Array:
    """Evaluate a formula of the sigmoid in the type of ``x`` as it is written, overflow and all."""
    with np.errstate(all="ignore"):
        if formula == FORMULAS[0]:
            value: Array = 1 / (1 + np.exp(-x))
        elif formula == FORMULAS[1]:
            value = np.exp(x) / (1 + np.exp(x))
        else:
            value = stable_sigmoid(x)
    return value


def naive_loss(p: Array) -> Array:
    """Return minus the logarithm of 1 − p, computed as it is written."""
    with np.errstate(all="ignore"):
        loss: Array = -np.log(1 - p)
    return loss


@explorer(
    title="The sigmoid far from zero",
    controls=[
        Choice("formula", FORMULAS),
        Choice("dtype", DTYPES, label="number format"),
        Slider("x", -FAR, FAR, step=6, label="logit x"),
    ],
)
def sigmoid(formula: str = FORMULAS[1], dtype: str = "float32", x: int = 96) -> Scene:
    """Evaluate a formula of the sigmoid, and the loss −log(1 − σ) made from it, in one type."""
    grid, at = X.astype(dtype), np.array([x], dtype)
    curve, exact = written(formula, grid), softplus(grid)
    lost = naive_loss(curve)
    p, loss = float(written(formula, at)[0]), float(naive_loss(written(formula, at))[0])
    true_p, true_loss = float(stable_sigmoid(at)[0]), float(softplus(at)[0])
    tails: list[Mark] = []
    if np.isnan(curve).any():
        start = float(X[np.isnan(curve)][0])
        tails += [
            Area([start, FAR], DEEPEST, 10.0, "error"),
            Label(start - 4, 1e-33, "no number", "error", anchor="end"),
        ]
    for value, sign, role, name in ((curve, 1, "output", "σ"), (1 - curve, -1, "input", "1 − σ")):
        true = stable_sigmoid(sign * X)
        seen = np.isfinite(value) & (value > 0)
        tails.append(Line(X, true, "reference", width=1.5, dash=True))
        tails.append(Line(X[seen], value[seen].astype(np.float64), role, name, width=3))
    shown = float(stable_sigmoid(np.array(-abs(float(x)))))
    tails.append(Handle(x, shown, param_x="x", label="logit x"))
    losses: list[Mark] = [Line(X, exact, "gradient", "softplus", width=5)]
    reach = np.isfinite(lost)
    losses += [Line(X[reach], lost[reach], "output", width=2)]
    if not reach.all():
        start = float(X[~reach][0])
        what = "∞" if np.isinf(lost).any() else "no number"
        losses += [
            Area([start, FAR], 0, FAR, "error"),
            Label(start - 4, 0.85 * FAR, f"−log(1 − σ) is {what}", "error", anchor="end"),
        ]
    losses.append(Scatter([x], [true_loss], "gradient", size=6, label="exact loss"))
    panels = [
        Panel(tails, x=(-FAR, FAR), y=(DEEPEST, 10.0), x_label="x", log_y=True,
              y_label="dashed: exact; solid: as computed", title=f"σ as {formula}, and 1 − σ"),
        Panel(losses, x=(-FAR, FAR), y=(-6, 1.1 * FAR), x_label="x",
              title="Loss −log(1 − σ(x)), two ways"),
    ]  # fmt: skip
    text = (
        f"At x = {number(x)} in {dtype}, {SAID.get(formula, formula)} gives {number(p)}; the"
        f" correct value is {number(true_p)}. −log(1 − σ) gives {number(loss)}; the exact loss,"
        f" softplus(x), is {number(true_loss)}."
    )
    rows = [
        [name, float(written(name, at)[0]), float(naive_loss(written(name, at))[0])]
        for name in FORMULAS
    ]
    table = Table(["formula", "σ(x)", "−log(1 − σ(x))"], [*rows, ["softplus", "", true_loss]],
                  caption=f"At x = {number(x)} in {dtype}")  # fmt: skip
    return Scene(panels, text, table)

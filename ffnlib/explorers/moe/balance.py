"""Six ways to keep the experts of a small mixture busy, in training on the chapter's ring."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.explorers.moe.balance_run import EVERY, METHODS, STEPS, train
from ffnlib.figures import (
    Bars,
    Choice,
    Line,
    Mark,
    Panel,
    Rule,
    Scene,
    Slider,
    Table,
    explorer,
)


@explorer(
    title="Keeping experts busy",
    controls=[
        Slider("step", 0, STEPS, step=EVERY),
        Choice("method", list(METHODS)),
        Slider("seed", 0, 4, step=1, label="start"),
    ],
)
def balance(step: int = STEPS, method: str = "bias, 8 halves", seed: int = 0) -> Scene:
    """Watch a mixture learn, and how its tokens are divided among the experts."""
    run = train(method, seed)
    now = run[step // EVERY]
    n = len(now.shares)
    times = EVERY * np.arange(float(len(run)))
    idle = sum(share < 0.02 for share in now.shares)
    text = (
        f"Start {seed}, step {step}, {METHODS[method]}: the busiest expert has"
        f" {number(now.busiest)} times an equal share, and {idle or 'none'} of {n} experts"
        f" {'is' if idle == 1 else 'are'} idle. {number(100 * now.accuracy)} % of the tokens are"
        f" correct; the loss is {number(now.loss)}."
    )
    load: list[Mark] = [
        Bars(np.array(now.shares) * n, [str(i + 1) for i in range(n)], "output", show_values=False),
        Rule(y=1, label="equal share"),
    ]
    panels = [
        Panel(load, (-0.6, n - 0.4), (0, 8), "expert", title="Load, in equal shares", height=230),
        _curve(times, [m.busiest for m in run], "output", step, (0, 8), "Busiest expert's load"),
        _curve(times, [m.loss for m in run], "error", step, (0, 1.5), "Loss of the task"),
    ]
    rows = [[int(t), m.loss, 100 * m.accuracy, m.busiest] for t, m in zip(times, run, strict=True)]
    return Scene(panels, text, Table(["step", "loss", "correct %", "busiest"], rows))


def _curve(
    x: Array, y: list[float], role: str, step: int, reach: tuple[float, float], title: str
) -> Panel:
    top = max(reach[1], 1.05 * max(y))
    marks: list[Mark] = [Line(x, y, role), Rule(x=step)]
    return Panel(marks, (0, STEPS), (reach[0], top), "step", title=title, row=1, height=200)

"""The digit reader learns."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.explorers.ten_minutes.digit_run import (
    HIDDEN,
    IMAGES,
    SIDE,
    STEPS,
    data,
    history,
    measure,
    network,
    percent,
    probabilities,
)
from ffnlib.figures import (
    Bars,
    HeatMap,
    Label,
    Line,
    Panel,
    Scatter,
    Scene,
    Slider,
    Steps,
    Table,
    explorer,
)

BAKED = (0, 5, 10, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400)
EVERY = 10
ACROSS = 8
"""Units side by side."""
GAP = 1
"""Pixels between the pictures of two units."""


@explorer(
    title="The weights while they learn",
    controls=[
        Steps("step", STEPS, stops_at=BAKED, unit="steps", views=["image"]),
        Slider("image", 0, IMAGES - 1, step=1, label="held-out image, no."),
    ],
)
def learning(step: int = 0, image: int = 0) -> Scene:
    """Show every weight of the first layer after some steps of training."""
    test = data()[1]
    model, now = network(step), measure(network(step))
    x, label = test.x[image], int(test.y[image])
    shares = probabilities(model, x)
    said = int(shares.argmax())
    steps = range(0, STEPS + 1, EVERY)
    told = history(EVERY)
    before = told[: -(-step // EVERY)]
    so_far = [*steps[: len(before)], step]
    sheet = _sheet(model.layers[0].W)
    down, across = sheet.shape
    panels = [
        Panel(
            [HeatMap(sheet[::-1], (0, across), (0, down), limit=1.0)],
            (0, across), (0, down), equal=True, axes=False, height=200, broad=True,
            title=f"The weights of the {HIDDEN} hidden units",
        ),
        Panel(
            [
                Line(so_far, [*(m.loss for m in before), now.loss], "input", width=1.5),
                Line(so_far, [*(m.test_loss for m in before), now.test_loss], "output"),
                Scatter([step], [now.test_loss], "output"),
                Label(0.5 * STEPS, 2.2, "on the held-out images", "output"),
                Label(0.5 * STEPS, 1.8, "on those it learns from", "input"),
            ],
            (0, STEPS), (0, 2.6), "steps", title="Loss", row=1, height=240, broad=True,
        ),
        Panel(
            [Bars(shares, [str(d) for d in range(10)], highlight=said, show_values=False)],
            (-0.6, 9.6), (0, 1), "digit", row=1, height=240,
            title=f"Probabilities for image {image}, a {label}",
        ),
    ]  # fmt: skip
    text = (
        f"After {number(step)} of {STEPS} steps the network reads {number(100 * now.accuracy)} % of"
        f" {len(test.y)} held-out images correctly; its loss on them is {number(now.test_loss)}."
        f" It takes image {image}, a {label}, for a {said}"
        f" ({percent(shares[said])})."
    )
    rows = [[s, m.loss, m.test_loss, 100 * m.accuracy] for s, m in zip(steps, told, strict=True)]
    columns = ["steps", "loss, learned from", "loss, held out", "% of held-out images right"]
    return Scene(panels, text, Table(columns, rows[:: len(rows) // ACROSS]))


def _sheet(weights: np.ndarray) -> np.ndarray:
    """The weights of all units as pictures beside and below each other."""
    high = len(weights) // ACROSS
    sheet = np.zeros((high * (SIDE + GAP) - GAP, ACROSS * (SIDE + GAP) - GAP))
    for unit, w in enumerate(weights):
        top, left = ((SIDE + GAP) * n for n in divmod(unit, ACROSS))
        sheet[top : top + SIDE, left : left + SIDE] = w.reshape(SIDE, SIDE)
    return sheet

"""One weight of the digit reader is changed."""

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.explorers.ten_minutes.digit_run import (
    HIDDEN,
    IMAGES,
    SIDE,
    data,
    measure,
    network,
    percent,
    probabilities,
)
from ffnlib.figures import Bars, Handle, HeatMap, Mark, Panel, Scene, Slider, Table, explorer

MIDDLE = SIDE // 2


@explorer(
    title="One weight among a thousand",
    controls=[
        Slider("unit", 0, HIDDEN - 1, step=1, label="hidden unit"),
        Slider("column", 0, SIDE - 1, step=1, label="column"),
        Slider("row", 0, SIDE - 1, step=1, label="row"),
        Slider("change", -10, 10, step=0.5, label="add to this weight"),
        Slider("image", 0, IMAGES - 1, step=1, label="held-out image, no."),
    ],
)
def weight(
    unit: int = 0, column: int = MIDDLE, row: int = MIDDLE, change: float = 0.0, image: int = 0
) -> Scene:
    """Change one weight of the trained network and see what becomes of its answers."""
    test = data()[1]
    x, label = test.x[image], int(test.y[image])
    before, after = network(), network()
    after.layers[0].W[unit, row * SIDE + column] += change
    w = after.layers[0].W[unit].reshape(SIDE, SIDE)
    z = after.trace(x[None])[0].z[0]
    a = np.maximum(z, 0.0)
    shares, shares_before = probabilities(after, x), probabilities(before, x)
    said, said_before = int(shares.argmax()), int(shares_before.argmax())
    share, share_before = (100 * measure(m).accuracy for m in (after, before))
    ends = (0.0, float(SIDE))
    place = Handle(
        column + 0.5, SIDE - row - 0.5, "column", label="the weight that is changed", role="output"
    )
    picture = x.reshape(SIDE, SIDE)
    maps: list[tuple[str, list[Mark]]] = [
        ("The image x", [HeatMap(picture[::-1], ends, ends, signed=False, limit=1.0)]),
        (f"Weights w of unit {unit}", [HeatMap(w[::-1], ends, ends), place]),
        ("Products w · x", [HeatMap((w * picture)[::-1], ends, ends)]),
    ]
    panels = [
        Panel(marks, ends, ends, equal=True, axes=False, title=title, height=230)
        for title, marks in maps
    ]
    top = max(1.0, 1.15 * float(a.max()))
    panels += [
        Panel(
            [Bars(a, [str(i) for i in range(HIDDEN)], "input", unit, show_values=False)],
            (-0.6, HIDDEN - 0.4), (0, top), "hidden unit", row=1, height=220,
            title="Outputs of the hidden units",
        ),
        Panel(
            [Bars(shares, [str(d) for d in range(10)], highlight=said, show_values=False)],
            (-0.6, 9.6), (0, 1), "digit", row=1, height=220,
            title="The probabilities",
        ),
    ]  # fmt: skip
    text = (
        f"Unit {unit} adds up 64 products and its bias: {number(z[unit])}. After ReLU its output"
        f" is {number(a[unit])}. Image {image} shows a {label}; the network reads a {said}"
        f" ({percent(shares[said])}). The weight in column {column}, row {row} is"
        f" {number(w[row, column])}."
    )
    if change:
        text += (
            f" Before the change it read a {said_before} ({percent(shares_before[said_before])})."
            f" Of all held-out images it now reads {number(share)} % correctly; before,"
            f" {number(share_before)} %."
        )
    else:
        text += f" It reads {number(share)} % of all held-out images correctly."
    rows = [[d, p, q] for d, (p, q) in enumerate(zip(shares_before, shares, strict=True))]
    return Scene(panels, text, Table(["digit", "before the change", "now"], rows))

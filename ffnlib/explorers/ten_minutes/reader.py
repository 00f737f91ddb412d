"""A digit is drawn, and read."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.explorers.ten_minutes.digit_run import (
    CANVAS,
    IMAGES,
    SIDE,
    as_image,
    bitmap,
    data,
    network,
    percent,
    probabilities,
)
from ffnlib.figures import (
    Bars,
    Canvas,
    Drawing,
    HeatMap,
    Panel,
    Scene,
    Slider,
    Table,
    explorer,
)


@explorer(
    title="A network that reads digits",
    controls=[
        Drawing("drawn", CANVAS, label="your digit"),
        Slider("image", 0, IMAGES - 1, step=1, label="or a held-out image, no."),
    ],
)
def reader(drawn: str = "", image: int = 0) -> Scene:
    """Let the network read what the reader draws, or an image that it has never seen."""
    ink = bitmap(drawn) if drawn else np.zeros((CANVAS, CANVAS), dtype=bool)
    test = data()[1]
    seen = as_image(ink) if ink.any() else test.x[image]
    shares = probabilities(network(), seen)
    first, second = np.argsort(-shares)[:2]
    text = (
        f"It reads a {first} ({percent(shares[first])}); {second} comes next"
        f" ({percent(shares[second])})."
    )
    if ink.any():
        text = f"Your drawing becomes 64 numbers. {text}"
    else:
        right = "It is" if first == test.y[image] else "It is not: the image shows"
        text = f"Image {image}: {text[0].lower()}{text[1:]} {right} a {test.y[image]}."
    shown = ink if ink.any() else np.kron(_square(seen), np.ones((CANVAS // SIDE,) * 2))
    ends = (0.0, float(CANVAS))
    panels = [
        Panel(
            [Canvas("drawn", shown.astype(float), ends, ends)],
            ends, ends, equal=True, axes=False, title="Draw a digit here", height=250,
        ),
        Panel(
            [HeatMap(_square(seen)[::-1], (0, SIDE), (0, SIDE), signed=False, limit=1.0)],
            (0, SIDE), (0, SIDE), equal=True, axes=False, title="What the network sees", height=250,
        ),
        Panel(
            [Bars(shares, [str(d) for d in range(10)], highlight=int(first), show_values=False)],
            (-0.6, 9.6), (0, 1), "digit", title="Its probabilities", height=250,
        ),
    ]  # fmt: skip
    rows = [[digit, share] for digit, share in enumerate(shares.tolist())]
    return Scene(panels, text, Table(["digit", "probability"], rows))


def _square(image: Array) -> Array:
    return image.reshape(SIDE, SIDE)

"""The same ReLUs, stacked or side by side."""

from collections.abc import Sequence

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import hidden_layers, linear_pieces, one_layer_zigzag, tent_network
from ffnlib.figures import Area, Button, Choice, Line, Mark, Panel, Scene, Slider, explorer
from ffnlib.nn import MLP, Linear

FINEST = 256
"""With more pieces than this the zigzag is drawn as the band it fills."""


def random_relu_net(sizes: Sequence[int], seed: int) -> MLP:
    """Draw a network of one input with biases, so that its kinks spread out."""
    rng = np.random.default_rng([seed, *sizes])
    hidden = hidden_layers(sizes[:-1], rng, spread=0.7)
    return MLP.from_layers([*hidden, Linear(sizes[-2], sizes[-1], rng=rng)], "relu")


@explorer(
    title="The same ReLUs, stacked or side by side",
    controls=[
        Choice("weights", ["folding", "random"]),
        Slider("depth", 1, 10, step=1, label="hidden layers"),
        Button("seed", label="Draw again (random weights)"),
    ],
)
def pieces(weights: str = "folding", depth: int = 4, seed: int = 0) -> Scene:
    """Count the straight pieces of a deep network and of one hidden layer of as many units."""
    folding = weights == "folding"
    units, reach = (2, (0.0, 1.0)) if folding else (8, (-3.0, 3.0))
    n = units * depth
    if folding:
        networks = [tent_network(depth), one_layer_zigzag(n)]
    else:
        shapes = ([1, *[units] * depth, 1], [1, n, 1])
        networks = [random_relu_net(sizes, seed) for sizes in shapes]
    curves = [linear_pieces(network, *reach) for network in networks]
    deep, wide = (len(knots) - 1 for knots, _ in curves)
    layers = f"{depth} layer{'s' * (depth > 1)} of {units}"
    text = (
        f"{n} ReLUs in {layers} make {number(deep, 7)} straight piece{'s' * (deep > 1)}; {n} in"
        f" one hidden layer make {wide}, and can never make more than {n + 1}."
    )
    if folding:
        text += f" One layer would need at least {number(deep - 1, 7)} for as many."
    shown = []
    for (knots, values), title in zip(curves, (layers, f"1 layer of {n}"), strict=True):
        count = len(knots) - 1
        mark: Mark = Line(knots, values, width=2 if count < 100 else 1)
        if count > FINEST:
            mark = Area(list(reach), [values.min()] * 2, [values.max()] * 2, role="output")
        title += f": {number(count, 7)} piece{'s' * (count > 1)}"
        y = (-0.05, 1.05) if folding else None
        shown.append(Panel([mark], x=reach, y=y, x_label="x", title=title))
    if deep > FINEST:
        text += " Too fine to draw, they fill the band."
    return Scene(shown, text=text)

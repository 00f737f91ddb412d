"""Linear layers stacked: with and without something nonlinear between them."""

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.analysis import _affine as affine
from ffnlib.analysis import hidden_layers, read_out
from ffnlib.datasets import circles, xor
from ffnlib.explorers.neurons._planes import grid
from ffnlib.figures import Button, Choice, HeatMap, Panel, Rule, Scatter, Scene, Slider, explorer
from ffnlib.nn import MLP, Linear

DATA = {"xor": (xor, (-0.5, 1.5)), "circles": (circles, (-1.5, 1.5))}

WIDTH = 12
"""Units in each hidden layer."""

CELLS = 33


def draw_stack(
    data: str, activation: str, depth: int, seed: int
) -> tuple[list[Linear], MLP, Array]:
    """Draw the hidden layers and fit the output layer on 200 points.

    Returns
    -------
    layers : list of Linear
        ``depth`` hidden ones and the output.
    net : MLP
        The same layers with the activation.
    field : ndarray, shape (CELLS * CELLS, 2)
        Points of the plane the explorer shows.
    """
    draw, reach = DATA[data]
    train = draw(n=200, noise=0.1, rng=np.random.default_rng(1))
    init = "he" if activation == "relu" else "lecun"
    hidden = hidden_layers([2, *[WIDTH] * depth], np.random.default_rng(seed), init)
    features = MLP.from_layers(hidden, activation, output=activation).forward(train.x)
    layers = [*hidden, read_out(features, 2.0 * train.y[:, None] - 1)]
    return layers, MLP.from_layers(layers, activation), grid(reach, reach, CELLS)


@explorer(
    title="A stack of layers, with and without a nonlinearity",
    controls=[
        Choice("data", list(DATA)),
        Choice("activation", ["identity", "relu", "tanh"]),
        Slider("depth", 1, 5, step=1, label="hidden layers"),
        Button("seed", label="Draw new weights"),
    ],
)
def collapse(
    data: str = "xor", activation: str = "identity", depth: int = 1, seed: int = 0
) -> Scene:
    """Show the decision of random hidden layers with an output fitted by least squares."""
    layers, net, points = draw_stack(data, activation, depth, seed)
    draw, reach = DATA[data]
    fresh = draw(n=200, noise=0.1, rng=np.random.default_rng(2))
    field, seen = net.forward(points)[:, 0], net.forward(fresh.x)[:, 0]
    right = 100 * float(np.mean((seen > 0) == fresh.y))
    between = "no activation" if activation == "identity" else activation
    text = (
        f"{depth} hidden layer{'s' * (depth > 1)} of {WIDTH} units, {between}: {number(right)} %"
        f" of 200 new points are classified correctly; outputs run from {number(seen.min(), 2)} to"
        f" {number(seen.max(), 2)}."
    )
    if activation == "identity":
        one = affine.collapse(layers).forward(points)[:, 0]
        apart = number(float(np.max(np.abs(one - field))), 2)
        text += f" The whole stack is one affine map, x W′ᵀ + b′, to within {apart}."
    inputs = Panel(
        [
            HeatMap(field.reshape(CELLS, CELLS), reach, reach, limit=2.0),
            Scatter(fresh.x[:, 0], fresh.x[:, 1], classes=fresh.y, size=3),
        ],
        x=reach,
        y=reach,
        x_label="x₁",
        y_label="x₂",
        title="Output over the plane",
        equal=True,
    )
    rows = fresh.y + np.linspace(-0.3, 0.3, len(fresh.y))
    scores = Panel(
        [Scatter(np.clip(seen, -2, 2), rows, classes=fresh.y, size=2.5), Rule(x=0.0)],
        x=(-2.1, 2.1),
        y=(-0.6, 1.6),
        x_label="output of the network",
        y_label="class",
        title="The output for each point",
    )
    return Scene([inputs, scores], text=text)

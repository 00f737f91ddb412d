"""More features than dimensions: the directions that a toy model gives them."""

from functools import cache

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.analysis import ToyModel, train_superposition
from ffnlib.figures import (
    Arrows,
    Bars,
    HeatMap,
    Label,
    Mark,
    Panel,
    Scene,
    Slider,
    Table,
    explorer,
)

REACH = 1.45

KEPT = 0.5
"""A feature counts as kept if its direction is longer."""


@cache
def trained(features: int, percent: int) -> ToyModel:
    """Train the toy model in two dimensions, on features that are 0 so often."""
    return train_superposition(features, 2, percent / 100, rng=np.random.default_rng(0))


@explorer(
    title="More features than dimensions",
    controls=[
        Slider("zero", 0, 90, step=10, label="a feature is 0 in", unit="% of examples"),
        Slider("features", 3, 8, step=1, label="features"),
    ],
)
def superposition(zero: int = 90, features: int = 5) -> Scene:
    """Squeeze features into two numbers and see where they go."""
    model = trained(features, zero)
    lengths = np.linalg.norm(model.W, axis=0)
    kept = [i for i in range(features) if lengths[i] > KEPT]
    lost = features - len(kept)
    said = {0: "none is lost", 1: "one is lost"}.get(lost, f"{lost} are lost")
    disturbed = np.abs(model.W.T @ model.W - np.diag(lengths**2))
    text = (
        f"{features} features, each 0 in {zero} % of the examples, in two dimensions: the model"
        f" keeps {len(kept)} of them, {said}. The biases go from {number(model.b.min(), 2)} to"
        f" {number(model.b.max(), 2)}; the two directions that disturb each other most have a"
        f" product of {number(disturbed.max(), 2)} in magnitude."
    )
    zeros = np.zeros(features)
    plane: list[Mark] = [Arrows(zeros, zeros, model.W[0], model.W[1], "output")]
    for i in kept:
        x, y = 1.17 * model.W[:, i]
        plane.append(Label(float(x), float(y) - 0.04, str(i + 1), anchor="middle"))
    names = [str(i + 1) for i in range(features)]
    ends = (0.5, features + 0.5)
    panels = [
        Panel(plane, (-REACH, REACH), (-REACH, REACH), "first number", "second number",
              title="Direction of each feature", height=300),
        Panel([Bars(lengths, names, "output", show_values=False)], (-0.6, features - 0.4),
              (0, 1.4), "feature", title="Length of its direction", height=300),
        Panel([HeatMap(model.W.T @ model.W, ends, ends, limit=1.2)], ends, ends, "feature read",
              "feature given", title="What one feature reads of another", row=1, height=230),
    ]  # fmt: skip
    columns = ["feature", "first number", "second number", "bias"]
    rows = [[i + 1, *map(float, model.W[:, i]), float(model.b[i])] for i in range(features)]
    return Scene(panels, text, Table(columns, rows))

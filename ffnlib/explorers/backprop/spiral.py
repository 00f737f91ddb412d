"""A small network on the first page: press play, and two spirals come apart."""

from ffnlib._base.numbers import number
from ffnlib.explorers.backprop.playground import BAKED, network_panel, plane_panel
from ffnlib.explorers.backprop.playground_run import Run, Settings, begin, copy, maps, step
from ffnlib.figures import Button, Choice, Scene, Steps, Table, explorer
from ffnlib.training import Replay

LAST = 400
"""Epochs after which a run ends."""

INPUTS = ("x₁", "x₂", "x₁²", "x₂²", "sin x₁", "sin x₂")

_runs: Replay[Run] = Replay(lambda *key: begin(Settings(*key)), step, every=20, copy=copy)


@explorer(
    title="A network that learns",
    controls=[
        Steps("epoch", LAST, stops_at=BAKED, unit="epochs"),
        Choice("data", ["spirals", "circles", "xor", "moons"], label="points"),
        Button("seed", label="New points and weights"),
    ],
)
def spiral(epoch: int = 0, data: str = "spirals", seed: int = 0) -> Scene:
    """Watch two hidden layers of eight units learn to tell two kinds of points apart."""
    settings = Settings(
        data, 0.0, INPUTS, (8, 8), "tanh", "glorot", "adam", 0.1, 125, 0.0, 0.0, seed
    )
    run = _runs.at(settings, epoch)
    grid = maps(run, 33)
    now, done = run.epochs[-1], len(run.epochs) - 1
    share = number(100 * now.test_accuracy)
    right = f"classifies {share} % of unseen points correctly"
    if done:
        text = f"After {number(done)} {'epoch' if done == 1 else 'epochs'} the network {right}."
    else:
        text = f"With random weights the network {right}, by chance. Press play to train it."
    rows = [
        ["parameters", run.model.num_parameters],
        ["training loss", now.loss],
        ["test accuracy", now.test_accuracy],
    ]
    return Scene(
        [network_panel(run, grid), plane_panel(run, grid)],
        text=text,
        table=Table(["quantity", "value"], rows),
    )

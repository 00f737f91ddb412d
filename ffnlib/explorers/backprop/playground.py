"""The training playground: a network that learns while you watch."""

import re
from collections.abc import Sequence

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.explorers.backprop.playground_run import (
    DATASETS,
    FEATURES,
    REACH,
    Maps,
    Run,
    Settings,
    begin,
    copy,
    maps,
    parse_widths,
    step,
    without,
)
from ffnlib.figures import (
    Button,
    Card,
    Choice,
    HeatMap,
    Line,
    Mark,
    Network,
    Panel,
    Picked,
    Scatter,
    Scene,
    Several,
    Slider,
    Steps,
    Table,
    Text,
    explorer,
)
from ffnlib.figures._words import said
from ffnlib.training import Replay

LAST = 2000
"""Epochs after which a run ends."""

BAKED = (0, 1, 2, 3, 5, 7, 10, 13, 16, 20, 25, 30, 35, 40, 50, 60, 80, 100)

SIDE = 33
"""Points of the decision surface along one axis; the units' small maps take every third."""

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)

_runs: Replay[Run] = Replay(lambda *key: begin(Settings(*key)), step, every=20, copy=copy)


@explorer(
    title="The training playground",
    controls=[
        Steps("epoch", LAST, stops_at=BAKED, unit="epochs", views=["off"]),
        Choice("data", DATASETS, label="points"),
        Several("features", tuple(FEATURES), label="inputs", more=True),
        Text("hidden", max_length=20, label="hidden layers"),
        Choice(
            "activation",
            ["tanh", "sigmoid", "relu", "leaky_relu", "gelu", "silu", "identity"],
            more=True,
        ),
        Choice("init", ["glorot", "he", "zeros"], label="initial weights", more=True),
        Choice("optimizer", ["sgd", "momentum", "nesterov", "adam", "adamw"], more=True),
        Choice("learning_rate", RATES, label="learning rate"),
        Choice("batch_size", [5, 10, 25, 125, 250], label="batch size", more=True),
        Slider("noise", 0, 0.3, step=0.05, more=True),
        Slider("dropout", 0, 0.5, step=0.1, more=True),
        Choice("weight_decay", [0.0, 0.001, 0.01, 0.1], label="weight decay", more=True),
        Button("seed", label="New points and weights", more=True),
        Picked("off", label="units switched off"),
    ],
    cards=[
        Card(
            "spirals",
            {},
            "Eight units a layer bend one line around both arms: watch which maps turn.",
        ),
        Card(
            "too high a rate",
            {"learning_rate": 3.0, "optimizer": "sgd", "batch_size": 5},
            "The loss jumps instead of falling: each step is longer than the valley is wide.",
        ),
        Card(
            "dead",
            {"activation": "relu", "learning_rate": 1.0, "data": "circles"},
            "White maps are units that answer 0 everywhere: no gradient reaches them again.",
        ),
        Card(
            "overfit",
            {
                "data": "moons",
                "noise": 0.3,
                "hidden": "10, 10, 10",
                "learning_rate": 0.03,
                "batch_size": 25,
            },
            "The training loss goes on falling while the dashed test loss turns up.",
        ),
    ],
)
def playground(
    epoch: int = 0,
    data: str = "spirals",
    features: Sequence[str] = ("x₁", "x₂", "x₁²", "x₂²", "sin x₁", "sin x₂"),
    hidden: str = "8, 8",
    activation: str = "tanh",
    init: str = "glorot",
    optimizer: str = "adam",
    learning_rate: float = 0.1,
    batch_size: int = 125,
    noise: float = 0.0,
    dropout: float = 0.0,
    weight_decay: float = 0.0,
    seed: int = 0,
    off: Sequence[str] = (),
) -> Scene:
    """Train a small network on points of the plane and watch every part of it."""
    settings = Settings(
        data,
        noise,
        tuple(features),
        parse_widths(hidden),
        activation,
        init,
        optimizer,
        learning_rate,
        batch_size,
        dropout,
        weight_decay,
        seed,
    )
    run = _runs.at(settings, epoch)
    seen = without(run, silenced) if (silenced := _silenced(off)) else run
    grid = maps(seen, SIDE)
    panels = [network_panel(seen, grid, off), plane_panel(seen, grid), *_curves(run)]
    text = _sentence(run)
    if silenced:
        now = seen.epochs[-1]
        text += (
            f" Without {' and '.join(off)} it would be {number(100 * now.accuracy)} % and"
            f" {number(100 * now.test_accuracy)} %."
        )
    return Scene(panels, text=text, table=_table(run))


def _unit(layer: int, unit: int) -> str:
    return f"unit {unit + 1} of layer {layer + 1}"


def _silenced(off: Sequence[str]) -> list[tuple[int, int]]:
    """Return layer and unit of names such as ``"unit 3 of layer 1"``.

    Raises
    ------
    ValueError
        If a name is not of this form.
    """
    found = []
    for name in off:
        parts = re.fullmatch(r"unit (\d+) of layer (\d+)", name)
        if not parts:
            raise ValueError(f"Units switched off: names look like {_unit(2, 0)!r}, got {name!r}.")
        found.append((int(parts[2]) - 1, int(parts[1]) - 1))
    return found


def network_panel(run: Run, grid: Maps, off: Sequence[str] | None = None) -> Panel:
    """Return the network with each unit's own map; the last column is class 1 against 0.

    Where units can be switched off, ``off`` names those that are.
    """
    shown = [unit[:, ::3, ::3] for unit in grid.units] + [grid.output[None, ::3, ::3]]
    weights = [layer.W for layer in run.model.layers]
    # The two logits matter only by their difference, so one row of weights says it all.
    weights = [*weights[:-1], weights[-1][1:] - weights[-1][:1]]
    names = [list(run.settings.features)]
    units = [[], *([_unit(i, k) for k in range(n)] for i, n in enumerate(run.settings.hidden))]
    diagram = Network(
        [np.zeros(len(m)) for m in shown],
        weights,
        labels=names,
        maps=shown,
        picks="off" if off is not None else "",
        names=units,
        off=off or (),
    )
    title = "The network" + (": click a unit to switch it off" if off is not None else "")
    return Panel([diagram], axes=False, title=title, weight=1.35, height=330, broad=True)


def plane_panel(run: Run, grid: Maps) -> Panel:
    """Return the answers over the plane, with the points of training and test."""
    both = [run.train, run.test]
    x1, x2 = (np.concatenate([part.plane[:, i] for part in both]) for i in (0, 1))
    kinds = np.concatenate([part.y for part in both])
    half = len(run.train.y)
    square = (-REACH, REACH)
    marks: list[Mark] = [
        HeatMap(grid.output, square, square, limit=1.0),
        Scatter(x1[:half], x2[:half], classes=kinds[:half], size=3),
        Scatter(x1[half:], x2[half:], classes=kinds[half:], size=1.6),
    ]
    title = "Its answers (small points: test)"
    return Panel(marks, x=square, y=square, equal=True, title=title, height=330)


def _curves(run: Run) -> list[Panel]:
    epochs = np.arange(len(run.epochs))
    keep = np.unique(np.linspace(0, len(epochs) - 1, 150).astype(int))  # enough for a curve
    x = epochs[keep]
    end = max(float(len(epochs) - 1), 10.0)
    seen = [run.epochs[i] for i in keep]
    losses = [
        Line(x, [e.test_loss for e in seen], role="reference", label="test", dash=True),
        Line(x, [e.loss for e in seen], label="training"),
    ]
    norms = np.array([e.gradient_norms for e in seen])  # (epochs, layers)
    slopes = [
        Line(x[1:], norms[1:, i], role="gradient", label=f"layer {i + 1}", width=1 + i)
        for i in range(norms.shape[1])
    ]
    finite = norms[1:][np.isfinite(norms[1:]) & (norms[1:] > 0)]
    low, high = (finite.min(), finite.max()) if finite.size else (1e-3, 1.0)
    reach = (10.0 ** np.floor(np.log10(low)), 10.0 ** np.ceil(np.log10(high * 1.01)))
    top = max([1.0, *(e.loss for e in seen if np.isfinite(e.loss))])

    def below(marks: list[Line], name: str, y: tuple[float, float], log_y: bool = False) -> Panel:
        return Panel(
            marks, (0, end), y, x_label="epoch", y_label=name, log_y=log_y, row=1, height=230
        )

    return [
        below(losses, "loss", (0, min(top * 1.05, 10))),
        below(slopes, "gradient norm", reach, log_y=True),
    ]


def _sentence(run: Run) -> str:
    now, done = run.epochs[-1], len(run.epochs) - 1
    if not np.isfinite(now.loss):
        return (
            f"After {done} epochs the loss is not a number any more: the steps were too large."
            " Try a smaller learning rate."
        )
    s = run.settings
    if not done:
        return (
            f"After 0 epochs: {number(100 * now.accuracy)} % of the training points and"
            f" {number(100 * now.test_accuracy)} % of the test points are classified correctly, by"
            f" chance. Settings: {said(s.optimizer)}, rate {number(s.learning_rate)}, batches of"
            f" {s.batch_size}, dropout {number(s.dropout)}, weight decay {number(s.weight_decay)}."
        )
    after = f"After {number(done)} {'epoch' if done == 1 else 'epochs'}"
    right = (100 * now.accuracy, 100 * now.test_accuracy)
    text = (
        f"{after}: {number(right[0])} % of the training points and {number(right[1])} % of the test"
        f" points are classified correctly; training loss {number(now.loss)}."
    )
    if max(now.gradient_norms) < 1e-6:
        text += " Every gradient is almost 0: this network has stopped learning."
    return text


def _table(run: Run) -> Table:
    now = run.epochs[-1]
    rows = [
        ["parameters", run.model.num_parameters],
        ["training loss", now.loss],
        ["training accuracy", now.accuracy],
        ["test loss", now.test_loss],
        ["test accuracy", now.test_accuracy],
    ]
    rows += [[f"gradient norm, layer {i}", n] for i, n in enumerate(now.gradient_norms, start=1)]
    return Table(["quantity", "value"], rows)

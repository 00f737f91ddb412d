"""Low-rank training, live: a frozen network with an adapter, and full training beside it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib import datasets
from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Choice,
    HeatMap,
    Label,
    Line,
    Mark,
    Panel,
    Scatter,
    Scene,
    Steps,
    Table,
    explorer,
)
from ffnlib.lora import Frozen, LoRALinear, adapt, lora_layers
from ffnlib.nn import MLP, Linear, cross_entropy
from ffnlib.training import Adam, Replay, carry_over, train_step

WIDTH: Final = 16

PLACE: Final = "layers.1"
"""The layer that is adapted, WIDTH × WIDTH."""

POINTS, PRETRAINING = 200, 80

LAST = 400

BAKED = (0, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 400)

RANKS = (1, 2, 4, 8, 16)

ALPHAS = (1, 4, 16, 64)

RATES = (0.001, 0.003, 0.01, 0.03, 0.1)

STARTS = ("B zero", "A zero", "both zero", "both random")

REACH = (-1.3, 1.3)

SIDE = 33


class Settings(NamedTuple):
    """Everything a run depends on."""

    rank: int
    alpha: float
    rate: float
    start: str


class Moment(NamedTuple):
    """The measurements before each step and after the last."""

    loss: float
    right: float
    """Share of the turned points."""
    full_loss: float
    full_right: float
    norms: tuple[float, float]
    """Lengths of the gradients of A and B."""


@dataclass
class Run:
    """An adapted network in training, and one of which everything is trained."""

    settings: Settings
    adapted: MLP
    optimizer: Adam
    full: MLP
    full_optimizer: Adam
    moments: list[Moment] = field(default_factory=list)

    @property
    def layer(self) -> LoRALinear:
        """The one that carries the adapter."""
        return lora_layers(self.adapted)[PLACE]


@lru_cache(maxsize=1)
def points() -> tuple[Array, Array, NDArray[np.int64]]:
    """Two moons upright and turned by a right angle, (POINTS, 2) each, and their classes."""
    moons = datasets.moons(POINTS, noise=0.1, rng=np.random.default_rng(0))
    x = (moons.x - [0.5, 0.25]) / 1.5
    return x, np.stack([-x[:, 1], x[:, 0]], axis=1), moons.y


@lru_cache(maxsize=1)
def pretrained() -> MLP:
    """The network that has learnt the upright points."""
    x, _, y = points()
    model = MLP([2, WIDTH, WIDTH, 2], "tanh", rng=np.random.default_rng(2), init="glorot")
    optimizer = Adam(model.parameters(), 0.02)
    for _ in range(PRETRAINING):
        train_step(model, optimizer, x, y)
    return model


def begin(*key: object) -> Run:
    """Put an adapter on the trained network, and start its factors as the settings say."""
    settings = Settings(*key)  # type: ignore[arg-type]
    rng = np.random.default_rng(5)
    adapted = adapt(deepcopy(pretrained()), settings.rank, settings.alpha, rng=rng, layers=[PLACE])
    full = deepcopy(pretrained())
    run = Run(
        settings,
        adapted,
        Adam(adapted.parameters(), settings.rate),
        full,
        Adam(full.parameters(), settings.rate),
    )
    A, B = run.layer.A, run.layer.B
    if settings.start in ("A zero", "both random"):
        B[...] = rng.normal(0, settings.rank**-0.5, B.shape)
    if settings.start in ("A zero", "both zero"):
        A[...] = 0
    measure(run)
    return run


def measure(run: Run) -> None:
    """Add one `Moment` to the run."""
    _, x, y = points()
    losses, right = [], []
    for model in (run.adapted, run.full):
        logits = model.forward(x, training=True)
        loss, g = cross_entropy.with_gradient(logits, y)
        losses.append(loss)
        right.append(float(np.mean(logits.argmax(axis=1) == y)))
        model.backward(g, inputs=False)
    norm_a, norm_b = (float(np.linalg.norm(g)) for g in run.adapted.gradients())
    run.moments.append(Moment(losses[0], right[0], losses[1], right[1], (norm_a, norm_b)))


def step(run: Run) -> None:
    """Take one step with the gradients of the last measurement, and measure again."""
    run.optimizer.step(run.adapted.gradients())
    run.full_optimizer.step(run.full.gradients())
    measure(run)


def copy(run: Run) -> Run:
    """An independent run that continues exactly like this one."""
    other = begin(*run.settings)
    carry_over(run.adapted, run.optimizer, other.adapted, other.optimizer)
    carry_over(run.full, run.full_optimizer, other.full, other.full_optimizer)
    other.moments.clear()
    measure(other)  # the gradients of the next step
    other.moments = list(run.moments)
    return other


_runs: Replay[Run] = Replay(begin, step, every=50, copy=copy)


@explorer(
    title="LoRA, live",
    controls=[
        Steps("steps", LAST, stops_at=BAKED),
        Choice("rank", RANKS, label="rank r"),
        Choice("alpha", ALPHAS, label="α"),
        Choice("learning_rate", RATES, label="learning rate"),
        Choice("start", STARTS, label="at the start"),
    ],
)
def training(
    steps: int = 0,
    rank: int = 4,
    alpha: int = 4,
    learning_rate: float = 0.03,
    start: str = "B zero",
) -> Scene:
    """Adapt a trained network to turned points by a low-rank update of one layer."""
    run = _runs.at((rank, float(alpha), learning_rate, start), steps)
    panels = [_plane(run), _factors(run), *_curves(run)]
    return Scene(panels, text=_sentence(run), table=_table(run))


def _plane(run: Run) -> Panel:
    axis = np.linspace(*REACH, SIDE)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    logits = run.adapted.forward(grid)
    with np.errstate(over="ignore"):
        surface = np.tanh((logits[:, 1] - logits[:, 0]) / 2).reshape(SIDE, SIDE)
    _, x, y = points()
    marks: list[Mark] = [
        HeatMap(surface, REACH, REACH, limit=1.0),
        Scatter(x[:, 0], x[:, 1], classes=y, size=2.5),
    ]
    title = "The turned points"
    return Panel(marks, x=REACH, y=REACH, equal=True, title=title, height=340)


def _factors(run: Run) -> Panel:
    """W and ΔW in one scale; left of ΔW stands B, above it A, as the product is written."""
    layer, gap = run.layer, 1.5
    W, delta = layer.base.W, layer.adapter.delta()
    side, r = float(WIDTH), layer.rank
    limit = float(np.abs(W).max())
    left = r + gap  # B, then ΔW
    second = left + side + 2 * gap
    marks: list[Mark] = [
        *(_frame(*box) for box in (
            (0, r, 0, side), (left, left + side, side + gap, side + gap + r),
            (left, left + side, 0, side), (second, second + side, 0, side),
        )),
        HeatMap(layer.B[::-1], (0, r), (0, side), limit=_limit(layer.B)),
        HeatMap(layer.A[::-1], (left, left + side), (side + gap, side + gap + r),
                limit=_limit(layer.A)),
        HeatMap(delta[::-1], (left, left + side), (0, side), limit=limit),
        HeatMap(W[::-1], (second, second + side), (0, side), limit=limit),
        Label(r / 2, -1.9, "B", anchor="middle"),
        Label(left + side + 0.6, side + gap + r / 2 - 0.6, "A"),
        Label(left + side / 2, -1.9, "ΔW = (α/r) B A", anchor="middle"),
        Label(second + side / 2, -1.9, "W, frozen", anchor="middle"),
    ]  # fmt: skip
    x, y = (-0.5, second + side + 0.5), (-3.0, side + gap + max(r, 2) + 0.5)
    title = "The adapted layer"
    return Panel(
        marks, x=x, y=y, equal=True, axes=False, title=title, weight=1.35, height=340, broad=True
    )


def _frame(x0: float, x1: float, y0: float, y1: float) -> Line:
    """The outline of a matrix, which may be all zero."""
    return Line([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], "reference", width=1)


def _limit(factor: Array) -> float:
    return max(float(np.abs(factor).max()), 1e-9)


def _curves(run: Run) -> list[Panel]:
    taken = np.arange(len(run.moments))
    keep = np.unique(np.linspace(0, len(taken) - 1, 120).astype(int))
    x, seen = taken[keep], [run.moments[i] for i in keep]
    end = max(float(taken[-1]), 20.0)
    losses: list[Mark] = [
        Line(x, [m.full_loss for m in seen], "reference", "everything", dash=True),
        Line(x, [m.loss for m in seen], "output", "adapter"),
        Scatter(x[-1:], [seen[-1].loss], "output", size=5, label="now"),
    ]
    norms: list[Mark] = [
        Line(x, [m.norms[0] for m in seen], "gradient", "of A"),
        Line(x, [m.norms[1] for m in seen], "second", "of B", dash=True),
        Scatter(x[-1:], [seen[-1].norms[0]], "gradient", size=5, label="A, now"),
        Scatter(x[-1:], [seen[-1].norms[1]], "second", size=5, label="B, now"),
    ]
    return [
        Panel(
            losses, (0, end), (1e-2, 1e2), x_label="step", y_label="loss", log_y=True, row=1,
            title="Loss on the turned points", height=220,
        ),
        Panel(
            norms, (0, end), (1e-3, 1e2), x_label="step", y_label="length", log_y=True, row=1,
            title="Lengths of the gradients", height=220, broad=True,
        ),
    ]  # fmt: skip


def _sentence(run: Run) -> str:
    s, now, done = run.settings, run.moments[-1], len(run.moments) - 1
    count = _numbers(run)
    norm_a, norm_b = (number(norm, 2) for norm in now.norms)
    if not done:
        return (
            f"{_beginning(run)}, and {number(100 * now.right)} % of the turned points are"
            f" classified correctly. The gradient of A has length {norm_a}, that of B {norm_b}."
            f" The adapter has {count}; rank {s.rank}, α/r = {number(s.alpha / s.rank)}, rate"
            f" {number(s.rate)}, {s.start}."
        )
    after = f"After {done} {'step' if done == 1 else 'steps'}"
    if not run.layer.A.any() and not run.layer.B.any():
        return (
            f"{after} nothing has moved: with both factors at zero, both gradients are zero and"
            " stay zero."
        )
    size = float(np.linalg.norm(run.layer.adapter.delta()) / np.linalg.norm(run.layer.base.W))
    same = pretrained().layers[1].W.tobytes() == run.layer.base.W.tobytes()
    still = "Not one bit of W has changed" if same else "W has changed"
    old = old_points_right(
        [layer.base for layer in run.adapted.layers if isinstance(layer, Frozen)]
    )
    return (
        f"{after}, with {count}, {number(100 * now.right)} % of the turned points are classified"
        f" correctly (everything trained: {number(100 * now.full_right)} %). ΔW is"
        f" {number(size, 2)} times as long as W. {still}: without the adapter,"
        f" {number(100 * old)} % of the upright points are still classified correctly."
    )


def _numbers(run: Run) -> str:
    """Say how many numbers are trained, and whether that saves any."""
    trained, own = run.adapted.num_parameters, WIDTH * WIDTH
    said = f"{trained} trained numbers ({run.full.num_parameters} in the whole network)"
    return said if trained < own else f"{said}, no fewer than the layer's own {own}"


def _beginning(run: Run) -> str:
    """Say what the update changed before any training."""
    if not run.layer.adapter.delta().any():
        return "At the start, the adapted network equals the old one"
    old = number(100 * old_points_right(run.adapted.layers))
    return f"At the start, the update already changes the network (upright points: {old} %)"


def old_points_right(layers: Sequence[Linear]) -> float:
    """Share of the upright points that a network of these layers gets right."""
    x, _, y = points()
    return float(np.mean(MLP.from_layers(layers, "tanh").predict(x) == y))


def _table(run: Run) -> Table:
    now = run.moments[-1]
    rows = [
        ["numbers trained", run.adapted.num_parameters, run.full.num_parameters],
        ["loss", now.loss, now.full_loss],
        ["turned points correct", now.right, now.full_right],
    ]
    return Table(["quantity", "adapter", "everything"], rows)

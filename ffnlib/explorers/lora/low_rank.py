"""How much of an update fits into few ranks: singular values, approximation, error, cost."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.datasets import Dataset, digits
from ffnlib.figures import (
    Bars,
    Choice,
    HeatMap,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Table,
    explorer,
)
from ffnlib.lora import best_approximation, least_error
from ffnlib.nn import MLP
from ffnlib.training import Adam, fit

D_OUT, D_IN = 32, 64

FULL = D_OUT * D_IN

EPOCHS, RATE = 5, 4e-3

TARGETS = ("trained", "three patterns", "ring", "noise")

ACROSS, UP = (0.0, float(D_IN)), (0.0, float(D_OUT))


class Tuned(NamedTuple):
    """A network before and after it was trained on turned digits."""

    before: Array
    """First weights, (D_OUT, D_IN)."""
    after: MLP
    turned: Dataset


def turn(data: Dataset) -> Dataset:
    """Turn every image of 8 × 8 pixels by a right angle."""
    images = data.x.reshape(-1, 8, 8)
    return data._replace(x=np.rot90(images, axes=(1, 2)).reshape(data.x.shape).copy())


@lru_cache(maxsize=1)
def tuned() -> Tuned:
    """Train a network on the upright digits, then all of it on the turned ones."""
    data, rng = digits(), np.random.default_rng(0)
    model = MLP([D_IN, D_OUT, 10], rng=rng)
    turned, before = turn(data), model.layers[0].W
    for task in (data, turned):
        before = model.layers[0].W.copy()
        optimizer = Adam(model.parameters(), RATE)
        fit(model, task, rng=rng, epochs=EPOCHS, batch_size=128, optimizer=optimizer)
    return Tuned(before, model, turned)


@lru_cache(maxsize=128)
def share_right(rank: int) -> float:
    """Return how many turned digits are read with only the best part of this rank of the update."""
    before, model, turned = tuned()
    first, *rest = model.layers
    update = best_approximation(first.W - before, rank).matrix
    short = MLP.from_layers(
        [type(first).from_arrays(before + update, first.b), *rest], model.activation
    )
    return float(np.mean(short.predict(turned.x) == turned.y))


@lru_cache(maxsize=8)
def target_matrix(target: str) -> Array:
    """Return the matrix to be approximated, (D_OUT, D_IN), of length 1."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[0:D_OUT, 0:D_IN]
    if target == "trained":
        before, model, _ = tuned()
        W = model.layers[0].W - before
    elif target == "three patterns":
        W = np.zeros((D_OUT, D_IN))
        for size, k in ((3, 1), (2, 2), (1, 3)):
            W += size * np.outer(np.sin(k * rows[:, 0] / 5), np.cos(k * columns[0] / 9))
        W += rng.normal(0, 0.1, W.shape)
    elif target == "ring":
        distance = np.hypot((columns - 31.5) / 2, rows - 15.5)
        W = np.where(np.abs(distance - 10.5) < 2.5, 1.0, 0.0)
    else:
        W = rng.normal(size=(D_OUT, D_IN))
    matrix: Array = W / np.linalg.norm(W)
    return matrix


@explorer(
    title="What fits into a few ranks",
    controls=[
        Choice("target", TARGETS, label="update ΔW"),
        Slider("rank", 1, D_OUT, step=1, label="rank r"),
    ],
)
def low_rank(target: str = "trained", rank: int = 4) -> Scene:
    """Keep the largest singular values of a matrix, and see what is left out."""
    W = target_matrix(target)
    best = best_approximation(W, rank)
    limit = float(np.abs(W).max())
    pictures = [
        Panel(
            [HeatMap(z, ACROSS, UP, limit=limit)], x=ACROSS, y=UP, axes=False, title=title,
            height=190,
        )
        for z, title in (
            (W, f"ΔW: {number(FULL, 4)} numbers"),
            (best.matrix, f"B A of rank {rank}: {number(rank * (D_IN + D_OUT), 4)}"),
            (W - best.matrix, "What is missing"),
        )
    ]  # fmt: skip
    scene = [*pictures, _values(best.singular_values, rank), _costs(best.singular_values, rank)]
    error = best.error
    return Scene(scene, _sentence(target, rank, error), _table(best.singular_values))


def _values(sigma: Array, rank: int) -> Panel:
    """All singular values; those kept in colour."""
    standing = np.concatenate([[0.0], sigma])  # so that bar k is the k-th
    kept = np.arange(D_OUT + 1) <= rank
    marks: list[Mark] = [
        Bars(np.where(kept, 0, standing), role="reference", show_values=False),
        Bars(np.where(kept, standing, 0)[: rank + 1], role="output", show_values=False),
    ]
    return Panel(
        marks, x=(0.3, D_OUT + 0.7), y=(0, 1.05 * float(sigma[0])), x_label="k",
        y_label="σₖ", title="Singular values (grey: left out)", row=1, height=230,
    )  # fmt: skip


def _costs(sigma: Array, rank: int) -> Panel:
    """Error against the numbers that two factors of each rank hold."""
    ranks = np.arange(1, D_OUT + 1)
    errors = np.array([least_error(sigma, int(r)) for r in ranks])
    numbers = ranks * (D_IN + D_OUT)
    marks: list[Mark] = [
        Rule(x=FULL, label="ΔW itself"),
        Line(numbers, errors, "output", width=2),
        Scatter([numbers[rank - 1]], [errors[rank - 1]], "output", size=6, label=f"rank {rank}"),
    ]
    return Panel(
        marks, x=(0, D_OUT * (D_IN + D_OUT) * 1.03), y=(0, 1), x_label="numbers in B and A",
        y_label="least error", title="Error against cost", row=1, height=230,
    )  # fmt: skip


def _sentence(target: str, rank: int, error: float) -> str:
    count = rank * (D_IN + D_OUT)
    said = (
        f"Rank {rank} keeps {number(100 * (1 - error**2))} % of the square of ΔW. The error is"
        f" {number(error)} of ΔW's length, and no matrix of this rank is closer."
        f" B and A hold {number(count, 4)} numbers, {number(100 * count / FULL)} % of ΔW's"
        f" {number(FULL, 4)}."
    )
    if target == "trained":
        said += (
            f" With B A in place of ΔW, the network reads {number(100 * share_right(rank))} % of"
            f" the turned digits correctly; with ΔW itself, {number(100 * share_right(D_OUT))} %."
        )
    return said


def _table(sigma: Array) -> Table:
    rows = [
        [r, float(sigma[r - 1]), least_error(sigma, r), r * (D_IN + D_OUT)]
        for r in range(1, D_OUT + 1)
    ]
    return Table(["rank", "singular value", "least error", "numbers in B and A"], rows)

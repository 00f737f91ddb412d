"""Accuracy against size and against time: every row of the experiments is a point."""

from typing import Any, NamedTuple

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.experiments import SETTINGS, Results, accuracy, stored
from ffnlib.figures import Choice, Label, Line, Mark, Panel, Scatter, Scene, Table, Toggle, explorer

DATA = {"MNIST": "mnist", "Fashion-MNIST": "fashion", "digits": "digits"}

ROWS = {
    "images as they are": "plain",
    "dense": "dense",
    "2 of 4 experts": "moe",
    "2 of 8 experts": "moe-8",
    "small": "small",
    "LoRA": "lora",
    "INT4": "gptq",
    "full stack": "stack",
    "small, INT4": "small-gptq",
    "low rank, INT4": "thin",
    "distorted images": "distorted",
    "distorted, low rank, INT4": "thin-distorted",
}
"""Short names of the rows."""

SIZES = {"bytes": "stored", "numbers": "total", "numbers in use": "active"}

SIZE_AXES = {
    "bytes": "bytes stored",
    "numbers": "numbers in the network",
    "numbers in use": "numbers that one image uses",
}

TIMES = {"one image": "one", "1,000 images": "batch"}

IMAGES = {
    "as they are": "the images as they are",
    "jittered": "images turned and moved a little",
    "shifted": "images shifted by up to a pixel",
    "distorted": "images turned, moved and bent",
}
"""What a recipe does to them, in words."""

ROOM = 1.6
"""How far, as a factor, a logarithmic axis goes on beyond its points."""


class Point(NamedTuple):
    """A row as it is drawn."""

    name: str
    key: str
    accuracy: float
    """In percent, the mean over seeds."""
    error: float
    size: float
    micros: float
    speedup: float


def points(data: str, size: str, time: str, prepared: bool) -> list[Point]:
    """Return the rows there are for a collection, measured as asked for."""
    results = stored(DATA[data])
    times = results["times"][TIMES[time] + (", plain" if prepared else "")]
    found = []
    for name, key in ROWS.items():
        if key not in results["rows"]:
            continue
        right = accuracy(results, key)
        found.append(Point(
            name, key, 100 * right.mean, 100 * right.error, results["rows"][key][SIZES[size]],
            1e6 * times[key]["seconds"], times[key]["speedup"],
        ))  # fmt: skip
    return found


def unbeaten(cost: Array, score: Array) -> list[int]:
    """Return the points that no other beats in both, cheapest first."""
    kept: list[int] = []
    for i in np.lexsort((-score, cost)).tolist():
        if not kept or score[i] > score[kept[-1]]:
            kept.append(i)
    return kept


@explorer(
    title="What a row costs and achieves",
    controls=[
        Choice("row", list(ROWS)),
        Choice("data", list(DATA), label="images"),
        Choice("size", list(SIZES), label="size in"),
        Choice("time", list(TIMES), label="time of"),
        Toggle("prepared", label="unpack weights and merge adapters beforehand"),
    ],
)
def tradeoff(
    row: str = "dense",
    data: str = "MNIST",
    size: str = "bytes",
    time: str = "one image",
    prepared: bool = False,
) -> Scene:
    """Show all rows, and the details of the chosen one."""
    shown = points(data, size, time, prepared)
    chosen = next((p for p in shown if p.name == row), None)
    best = min(100.0, max(p.accuracy + p.error for p in shown))
    least = min(p.accuracy - p.error for p in shown)
    room = 0.12 * (best - least)
    y = (least - room, best + 2 * room)
    panels = [
        _panel(shown, [p.size for p in shown], chosen, y, SIZE_AXES[size], "Accuracy and size"),
        _panel(shown, [p.micros for p in shown], chosen, y, f"µs for {time}", "Accuracy and time"),
    ]
    return Scene(panels, _said(row, chosen, data, time, prepared), _table(shown, data, size, time))


def _panel(
    shown: list[Point],
    cost: list[float],
    chosen: Point | None,
    y: tuple[float, float],
    x_label: str,
    title: str,
) -> Panel:
    x, right = np.array(cost), np.array([p.accuracy for p in shown])
    front = unbeaten(x, right)
    marks: list[Mark] = [Line(x[front], right[front], "reference", dash=True, width=1.5)]
    for p, at in zip(shown, cost, strict=True):
        role, size = ("output", 7.0) if p is chosen else ("input", 4.0)
        marks.append(Line([at, at], [p.accuracy - p.error, p.accuracy + p.error], role, width=1.5))
        clicked = ("row", p.name)
        marks.append(Scatter([at], [p.accuracy], role, size=size, label=p.name, chooses=clicked))
    lo, hi = x.min() / ROOM, x.max() * ROOM
    if chosen is not None:
        at = cost[shown.index(chosen)]
        left = np.log(at / lo) < 0.5 * np.log(hi / lo)
        place, anchor = (at * ROOM**0.35, "start") if left else (at / ROOM**0.35, "end")
        above = 0.045 * (y[1] - y[0])
        marks.append(Label(place, chosen.accuracy + above, chosen.name, "output", anchor))
    return Panel(marks, (lo, hi), y, x_label, "% of the test images correct", title, log_x=True)


def _said(row: str, chosen: Point | None, data: str, time: str, prepared: bool) -> str:
    results = stored(DATA[data])
    if chosen is None:
        return f"On {data} the row “{row}” was not measured; the other rows are shown."
    entry = results["rows"][chosen.key]
    return (
        f"{row}, {data}: {number(chosen.accuracy, 4)} ± {number(chosen.error, 2)} % of the test"
        f" images correct. The network has {entry['total']:,} numbers; one image uses"
        f" {entry['active']:,} of them, and {_trained(entry)}. It takes {entry['stored']:,} bytes"
        f" and reads {time} in {number(chosen.micros)} µs{_against(chosen, prepared)}."
        f" {_recipe(entry)}"
    )


def _trained(entry: dict[str, Any]) -> str:
    return f"{entry['trained']:,} were trained" if entry["trained"] else "none were trained"


def _against(chosen: Point, prepared: bool) -> str:
    how = ", prepared beforehand" if prepared else ""
    if chosen.key == "dense":
        return how
    change = 100 * (1 / chosen.speedup - 1)
    if abs(change) < 0.5:
        return f"{how}, as long as dense"
    if change < 0:
        return f"{how}, {number(chosen.speedup)} times as fast as dense"
    if change < 100:
        return f"{how}, {number(change, 2)} % longer than dense"
    return f"{how}, {number(1 / chosen.speedup)} times as long as dense"


def _recipe(entry: dict[str, Any]) -> str:
    recipe, base = entry["recipe"], entry["base"]
    begun = "" if base is None else f" from “{_short(base)}”"
    if recipe is None:
        return f"It was made{begun} without training."
    epochs = recipe["epochs"]
    return (
        f"It was trained{begun} for {epochs} epoch{'s' if epochs > 1 else ''} on"
        f" {IMAGES[recipe['images']]}."
    )


def _short(key: str) -> str:
    return next(name for name, known in ROWS.items() if known == key)


def _table(shown: list[Point], data: str, size: str, time: str) -> Table:
    results: Results = stored(DATA[data])
    columns = ["row", "% correct", "± (standard error)", size, f"µs for {time}", "times as fast"]
    rows = [[p.name, p.accuracy, p.error, f"{p.size:,}", p.micros, p.speedup] for p in shown]
    seeds = accuracy(results, "dense").n
    return Table(columns, rows, f"{SETTINGS[DATA[data]].said}, {seeds} seeds: {_where(results)}")


def _where(results: Results) -> str:
    return f"{results['machine']['processor']}, NumPy {results['versions']['numpy']}"

"""How soon a network reaches the target: counted in steps, in multiplications, and by the clock."""

from typing import NamedTuple

from ffnlib._base.numbers import number
from ffnlib.experiments import SETTINGS, Results, stored
from ffnlib.explorers.experiments.tradeoff import DATA, ROWS
from ffnlib.figures import Bars, Choice, Mark, Panel, Rule, Scatter, Scene, Table, explorer

RUNNERS = {
    "dense": "dense",
    "2 of 4": "2 of 4 experts",
    "2 of 8": "2 of 8 experts",
    "small": "small",
}
"""The rows that are compared, with the names under their bars."""

CURRENCIES = {"steps": "steps", "arithmetic": "billion operations", "clock": "seconds"}
"""What is counted, and its unit."""

PASSES = 6
"""Operations per number and example: two in the forward pass, four in the backward pass."""

CLAIMED = 2.3


class Runner(NamedTuple):
    """The cost of a row up to the target, one entry per seed."""

    name: str
    steps: list[int]
    operations: float
    """The operations of a step, in billions."""
    seconds: float
    """The seconds of a step."""

    def spent(self, currency: str) -> list[float]:
        """Return what each seed took."""
        price = {"steps": 1.0, "arithmetic": self.operations, "clock": self.seconds}[currency]
        return [price * steps for steps in self.steps]

    def mean(self, currency: str) -> float:
        """Mean over the seeds."""
        return sum(self.spent(currency)) / len(self.steps)


def runners(data: str) -> list[Runner]:
    """Return the rows that were trained from scratch in the same way and reached the target."""
    results: Results = stored(DATA[data])
    found = []
    for short, name in RUNNERS.items():
        row = results["rows"][ROWS[name]]
        steps = [run["to_target"] for run in row["runs"].values()]
        if None in steps:
            continue
        operations = PASSES * results["settings"]["batch"] * row["active"] / 1e9
        seconds = results["times"]["step"][ROWS[name]]["seconds"]
        found.append(Runner(short, steps, operations, seconds))
    return found


def _compared(ratio: float) -> str:
    """Say what a network spends against dense.

    >>> _compared(2.0), _compared(0.8)
    ('50 % less', '25 % more')
    """
    change = 100 * (1 / ratio - 1)
    return f"{number(abs(change), 2)} % {'more' if change > 0 else 'less'}"


@explorer(
    title="How soon is the target reached?",
    controls=[
        Choice("counted", list(CURRENCIES), label="counted in"),
        Choice("data", list(DATA), label="images"),
    ],
)
def race(counted: str = "steps", data: str = "MNIST") -> Scene:
    """Compare what the networks spend until they read most of the test images."""
    shown = runners(data)
    means = [runner.mean(counted) for runner in shown]
    dense = next(runner.mean(counted) for runner in shown if runner.name == "dense")
    ratios = [dense / mean for mean in means]
    names = [runner.name for runner in shown]
    unit = CURRENCIES[counted]
    seeds: list[Mark] = [
        Scatter([i] * len(runner.steps), runner.spent(counted), "reference", label=runner.name)
        for i, runner in enumerate(shown)
    ]
    most = max(max(runner.spent(counted)) for runner in shown)
    panels = [
        Panel([Bars(means, names, "input", show_values=False), *seeds], None, (0, 1.2 * most),
              title=f"Spent: {unit} (points: seeds)"),
        Panel([Bars(ratios, names, "output"), Rule(y=1),
               Rule(y=CLAIMED, role="error", label=f"claimed of experts: {CLAIMED}")], None,
              (0, 1.15 * max(*ratios, CLAIMED)), title="Dense's cost over this one's"),
    ]  # fmt: skip
    target = SETTINGS[DATA[data]].target
    parts = [
        f"{RUNNERS[runner.name]} {number(mean)} ({_compared(ratio)})"
        for runner, mean, ratio in zip(shown, means, ratios, strict=True)
        if runner.name != "dense"
    ]
    text = (
        f"{data}: to read {100 * target:.0f} % of the test images correctly, dense takes"
        f" {number(dense)} {unit}; {'; '.join(parts)}."
    )
    missing = [name for name in RUNNERS if name not in names]
    if missing:
        text += f" Left out, because not every seed got there: {', '.join(missing)}."
    table = Table(["row", "steps of each seed", unit, "dense's over this"], [
        [runner.name, ", ".join(map(str, runner.steps)), mean, ratio]
        for runner, mean, ratio in zip(shown, means, ratios, strict=True)
    ])  # fmt: skip
    return Scene(panels, text, table)

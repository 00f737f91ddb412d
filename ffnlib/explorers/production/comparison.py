"""Two feed-forward variants, many seeds each, and whether their difference is more than chance."""

from functools import lru_cache

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.figures import (
    Area,
    Choice,
    Label,
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
from ffnlib.production import (
    EXAMPLES,
    SETUPS,
    Comparison,
    bootstrap_interval,
    compare_paired,
    compare_unpaired,
    load_trials,
    seeds_needed,
)

SIGNALS = {"digits read": "accuracy", "loss": "loss"}

UNITS = {"digits read": "points", "loss": "nats"}

SEEDS = len(load_trials().right[0])

RESAMPLES = 1000

MOST = 2000
"""Seeds beyond which nobody would go."""


def differences(first: str, second: str, signal: str, examples: int, seeds: int) -> np.ndarray:
    """Return first less second, one a seed: in percentage points, or nats."""
    trials = load_trials()
    a, b = (trials.scores(setup, SIGNALS[signal], examples)[:seeds] for setup in (first, second))
    return np.asarray((a - b) * (100 if signal == "digits read" else 1))


@lru_cache(maxsize=2048)
def compared(
    first: str, second: str, signal: str, examples: int, seeds: int
) -> tuple[Comparison, Comparison]:
    """Compare two setups, seed with seed and without regard to seeds, in the same units."""
    trials = load_trials()
    factor = 100 if signal == "digits read" else 1
    a, b = (
        factor * trials.scores(setup, SIGNALS[signal], examples)[:seeds]
        for setup in (first, second)
    )
    return compare_paired(a, b), compare_unpaired(a, b)


@explorer(
    title="Better, or lucky?",
    controls=[
        Slider("seeds", 2, SEEDS, step=1, label="seeds", unit=""),
        Choice("first", list(SETUPS), label="first variant"),
        Choice("second", list(SETUPS), label="second variant"),
        Choice("signal", list(SIGNALS), label="judged by"),
        Choice("examples", list(EXAMPLES), label="unseen digits"),
    ],
)
def comparison(
    seeds: int = 5,
    first: str = "SwiGLU",
    second: str = "ReLU",
    signal: str = "digits read",
    examples: int = EXAMPLES[-1],
) -> Scene:
    """Compare two feed-forward layers in a classifier of digits, over a number of seeds."""
    paired, unpaired = compared(first, second, signal, examples, seeds)
    d = differences(first, second, signal, examples, SEEDS)
    reach = _reach(d)
    panels = [
        _seeds(d, seeds, paired, reach, signal),
        _funnel(first, second, signal, examples, seeds, reach),
        _intervals(d[:seeds], paired, unpaired, reach, signal),
    ]
    text = _sentence(first, second, signal, examples, seeds, paired, unpaired)
    return Scene(panels, text, _table(first, second, signal, examples, seeds))


def _reach(d: np.ndarray) -> float:
    """Return how far the axis of differences goes: the same for every number of seeds."""
    largest = float(np.abs(d).max())
    if largest == 0:
        return 1.0
    power = 10 ** np.floor(np.log10(1.3 * largest))
    return float(np.ceil(1.3 * largest / power) * power)


def _seeds(d: np.ndarray, seeds: int, paired: Comparison, reach: float, signal: str) -> Panel:
    """The difference in every seed, its mean and its interval."""
    x = np.arange(1, len(d) + 1)
    marks: list[Mark] = [
        Area([1, seeds], [paired.interval.low] * 2, [paired.interval.high] * 2, "output"),
        Rule(y=0.0),
        Line([1, seeds], [paired.difference] * 2, "output", width=2),
        Scatter(x, d, "reference", size=2, label="difference"),
        Scatter(x[:seeds], d[:seeds], "input", size=4, label="difference"),
    ]
    return Panel(
        marks, (0, len(d) + 1), (-reach, reach), "seed",
        title=f"Difference in each seed ({UNITS[signal]})", height=250,
    )  # fmt: skip


def _funnel(first: str, second: str, signal: str, examples: int, seeds: int, reach: float) -> Panel:
    """The intervals that 2, 3, … seeds would have given."""
    x = np.arange(2, SEEDS + 1)
    both = [compared(first, second, signal, examples, int(n)) for n in x]
    marks: list[Mark] = []
    for which, role in ((1, "reference"), (0, "output")):
        low = np.array([pair[which].interval.low for pair in both])
        high = np.array([pair[which].interval.high for pair in both])
        marks.append(Area(x, low.clip(-reach, reach), high.clip(-reach, reach), role))
        marks += [Line(x, edge, role, width=1.5, dash=which == 1) for edge in (low, high)]
    marks += [Rule(y=0.0), Rule(x=float(seeds), role="input")]
    return Panel(
        marks, (0, SEEDS + 1), (-reach, reach), "seeds (grey: unpaired)",
        title="95 % interval by number of seeds", height=250,
    )  # fmt: skip


def _intervals(
    d: np.ndarray, paired: Comparison, unpaired: Comparison, reach: float, signal: str
) -> Panel:
    """Three ways to an interval, one above the other."""
    again = bootstrap_interval(d, rng=np.random.default_rng(0), resamples=RESAMPLES)
    rows = [
        ("unpaired", unpaired.interval, "reference"),
        ("paired, bootstrap", again, "second"),
        ("paired, t", paired.interval, "output"),
    ]
    marks: list[Mark] = [Rule(x=0.0)]
    for y, (name, (low, high), role) in enumerate(rows):
        ends = np.clip([low, high], -reach, reach)
        marks.append(Line(ends, [y, y], role, width=5))
        marks.append(Scatter([paired.difference], [y], role, size=5, label=name))
        marks.append(Label(-reach, y + 0.25, f"{name}: {number(low)} to {number(high)}"))
    return Panel(
        marks, (-reach, reach), (-0.4, 2.6), axes=False,
        title=f"Three 95 % intervals ({UNITS[signal]}; dashed: no difference)", row=1, height=170,
        broad=True,
    )  # fmt: skip


def _sentence(
    first: str, second: str, signal: str, examples: int, seeds: int,
    paired: Comparison, unpaired: Comparison,
) -> str:  # fmt: skip
    if first == second:
        return (
            f"{first} against itself: the same networks, so there is no difference, judged by"
            f" {signal} on {examples} unseen digits over {seeds} seeds."
        )
    better = paired.difference > 0 if signal == "digits read" else paired.difference < 0
    size = f"{number(abs(paired.difference))} {UNITS[signal]}"
    said = (
        f"Over {seeds} seeds and {examples} unseen digits each, judged by {signal}, {first} is"
        f" {size} {'better' if better else 'worse'} than {second}"
        f" (95 % interval of the difference {_written(paired)}, p = {number(paired.p, 2)}): "
    )
    if paired.difference == 0:
        said = (
            f"Over {seeds} seeds and {examples} unseen digits each, judged by {signal}, {first}"
            f" and {second} are equally good: "
        )
    told = paired.interval.excludes_zero
    said += "that is more than chance. " if told else "that may be chance. "
    if told:
        also = unpaired.interval.excludes_zero
        return said + (
            "Without pairs you could tell that too."
            if also
            else "Without pairs you could not tell."
        )
    return said + _needed(paired, seeds)


def _needed(paired: Comparison, seeds: int) -> str:
    spread = paired.error * seeds**0.5
    if paired.difference == 0 or spread == 0:
        return "No number of seeds can find a difference of 0."
    n = seeds_needed(spread, paired.difference, most=MOST)
    if n >= MOST:
        return f"If it is real, it takes more than {MOST} seeds to find it 8 times in 10."
    return f"If it is real and this large, it takes {n} seeds to find it 8 times in 10."


def _written(one: Comparison) -> str:
    return f"{number(one.interval.low)} to {number(one.interval.high)}"


def _table(first: str, second: str, signal: str, examples: int, seeds: int) -> Table:
    trials, rows = load_trials(), []
    for setup in dict.fromkeys((first, second)):
        own = trials.scores(setup, SIGNALS[signal], examples)[:seeds]
        rows.append([setup, "mean", float(own.mean()), float(own.std(ddof=1))])
    paired, unpaired = compared(first, second, signal, examples, seeds)
    rows.append(["difference, paired", _written(paired), paired.difference, paired.error])
    rows.append(["difference, unpaired", _written(unpaired), unpaired.difference, unpaired.error])
    columns = ["what", "95 % interval", "mean", "spread, or standard error"]
    return Table(columns, rows, f"{signal}, {seeds} seeds")

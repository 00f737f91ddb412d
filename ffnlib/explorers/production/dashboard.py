"""A training under watch: what a dashboard shows, and which alarm goes off at which step."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.figures import (
    Area,
    Button,
    Choice,
    Line,
    Mark,
    Panel,
    Range,
    Rule,
    Scatter,
    Scene,
    Steps,
    Table,
    Toggle,
    explorer,
)
from ffnlib.production import (
    SIGNALS,
    TRAININGS,
    Alarm,
    Limits,
    Run,
    Signal,
    begin,
    limits_for,
    rung,
    signals,
    step,
)

LAST = 240
"""Steps after which a run ends."""

BAKED = (0, 20, 50, 78, 80, 82, 84, 86, 90, 96, 110, 140, 180, LAST)

POINTS = 97
"""The number of points of a curve."""

STRICTNESS = {"early": 0.4, "usual": 1.0, "late": 1.8}
"""What the limits are multiplied by."""

NAMES = {
    "loss": "loss",
    "gradient": "gradient",
    "vanishing": "vanishing",
    "update": "change",
    "dead": "dead units",
    "flat": "flat places",
}
"""What the signals are called here."""

TIME: Range = (0.0, float(LAST))


class Seen(NamedTuple):
    """A training up to some step, and what was made of it."""

    run: Run
    steps: int
    signals: dict[str, Signal]
    """All (steps,)."""
    alarms: list[Alarm]


@lru_cache(maxsize=16)
def _run(training: str, clip: bool, seed: int) -> Run:
    return begin(training, clip, seed)


def limits_of(training: str, alarms: str) -> Limits:
    """Return the usual limits of a training, or stricter or laxer ones."""
    usual, factor = limits_for(TRAININGS[training].activation), STRICTNESS[alarms]
    share = {name: min(factor * getattr(usual, name), 0.99) for name in ("dead", "flat")}
    ratio = {name: factor * getattr(usual, name) for name in ("loss", "gradient", "update")}
    return Limits(vanishing=usual.vanishing, **share, **ratio)


@lru_cache(maxsize=64)
def seen(training: str, clip: bool, seed: int, alarms: str, steps: int) -> Seen:
    """Train as far as is asked for, if that was not done before, and look at so many steps."""
    run = _run(training, clip, seed)
    while len(run.readings) < steps:
        step(run)
    if not steps:
        return Seen(run, 0, {}, [])
    found = signals(run.readings[:steps], limits_of(training, alarms))
    return Seen(run, steps, found, rung(found))


@explorer(
    title="A training under watch",
    controls=[
        Steps("steps", LAST, stops_at=BAKED, views=("training", "alarms", "clip", "seed"), pace=30),
        Choice("training", list(TRAININGS)),
        Choice("alarms", list(STRICTNESS), label="alarms"),
        Toggle("clip", label="clip gradients"),
        Button("seed", label="Other weights"),
    ],
)
def dashboard(
    steps: int = LAST,
    training: str = "half dies",
    alarms: str = "usual",
    clip: bool = False,
    seed: int = 0,
) -> Scene:
    """Watch a training that goes well or badly, with the alarms that would have warned you."""
    now = seen(training, clip, seed, alarms, steps)
    return Scene(
        [_loss(now), _gradient(now), _change(now), _units(now)],
        _sentence(now, training, alarms, clip, seed),
        _table(now),
    )


def _kept(n: int) -> NDArray[np.int64]:
    """Indices of readings enough for a curve."""
    if n <= POINTS:
        return np.arange(n)
    return np.unique(np.linspace(0, n - 1, POINTS).round().astype(int))


def _curve(now: Seen, values: Array, role: str, label: str = "", dash: bool = False) -> Line:
    """A curve over the steps; what is infinite is drawn as very large, nan as a gap."""
    kept = _kept(now.steps)
    shown = np.where(np.isposinf(values), 1e300, values)[kept]
    return Line(kept + 1, shown, role, label, dash=dash, width=1.5 if dash else 2)


def _rung(now: Seen, name: str, y: Range) -> list[Mark]:
    """Return where an alarm rings, shaded, and the step at which it did first."""
    marks: list[Mark] = []
    ringing = now.signals[name].ringing
    if ringing.any():
        kept = np.arange(now.steps)
        edges = np.flatnonzero(np.diff(ringing.astype(int), prepend=0, append=0))
        kept = np.unique(np.concatenate([edges - 1, edges]).clip(0, now.steps - 1))
        marks.append(Area(kept + 1, y[0], np.where(ringing[kept], y[1], y[0]), "error"))
        first = int(ringing.argmax()) + 1
        marks.append(Rule(x=first, role="error", label=f"{NAMES[name]}: step {first}"))
    return marks


def _panel(marks: list[Mark], title: str, y: Range, row: int, log_y: bool = True) -> Panel:
    label = "step" if row else ""
    return Panel(marks, TIME, y, label, title=title, log_y=log_y, row=row, height=200)


def _compared(now: Seen, name: str, title: str, y: Range, row: int) -> Panel:
    """A quantity that is compared with what was usual; dashed: its limit."""
    if not now.steps:
        return _panel([], title, y, row)
    readings = now.run.readings[: now.steps]
    own = np.array([r.loss if name == "loss" else r.gradient_norm for r in readings])
    signal = now.signals[name]
    recent = own
    if name == "loss":
        recent = np.array([own[max(0, i - 4) : i + 1].mean() for i in range(len(own))])
    with np.errstate(invalid="ignore"):
        limit = signal.limit * recent / signal.values  # the usual, times the limit
    role = "output" if name == "loss" else "gradient"
    marks = [
        *_rung(now, name, y), _curve(now, limit, "reference", "limit", dash=True),
        _curve(now, own, role),
    ]  # fmt: skip
    return _panel(marks, title, y, row)


def _loss(now: Seen) -> Panel:
    return _compared(now, "loss", "Loss of the batch", (0.01, 1000.0), 0)


def _gradient(now: Seen) -> Panel:
    return _compared(now, "gradient", "Norm of the gradient", (0.01, 1000.0), 0)


def _change(now: Seen) -> Panel:
    """Change of the weights over their size: the layer that changes most."""
    y, title = (1e-3, 10.0), "Change of the weights, over their size"
    if not now.steps:
        return _panel([], title, y, 1)
    signal = now.signals["update"]
    marks: list[Mark] = [
        *_rung(now, "update", y),
        Rule(y=signal.limit),
        _curve(now, signal.values, "input"),
    ]
    return _panel(marks, title, y, 1)


def _units(now: Seen) -> Panel:
    """Shares of units that cannot learn, and of places where the activation is flat."""
    y = (0.0, 1.0)
    bounded = now.run.training.activation == "tanh"
    name = "flat" if bounded else "dead"
    title = "Share of flat places" if bounded else "Share of dead units"
    title += ", worst layer"
    if not now.steps:
        return _panel([], title, y, 1, log_y=False)
    signal = now.signals[name]
    marks: list[Mark] = [
        *_rung(now, name, y),
        Rule(y=signal.limit),
        _curve(now, signal.values, "second"),
        Scatter([now.steps], [signal.values[-1]], "second", size=4, label=NAMES[name]),
    ]
    return _panel(marks, title, y, 1, log_y=False)


def _sentence(now: Seen, training: str, alarms: str, clip: bool, seed: int) -> str:
    setting = (
        f"“{training}”: {now.run.training.event};"
        f" gradients {'clipped' if clip else 'not clipped'}, alarms {alarms}, weights {seed + 1}"
    )
    right = f"the network reads {100 * now.run.accuracy[now.steps]:.0f} % of the digits"
    if not now.steps:
        return f"Before the first step, {right} ({setting})."
    last = now.run.readings[now.steps - 1]
    loss = (
        f"the loss is {number(last.loss)}"
        if np.isfinite(last.loss)
        else "the loss is no longer a number"
    )
    said = f"After {now.steps} {'step' if now.steps == 1 else 'steps'}, {loss} and {right}"
    idle = max(last.dead)
    if idle > 0:
        said += f"; in one layer {100 * idle:.0f} % of the units are dead"
    said += f" ({setting}). "
    if not now.alarms:
        return said + "No alarm has gone off."
    first = now.alarms[0]
    said += f"First alarm: {NAMES[first.signal]}, at step {first.reading + 1}"
    others = [f"{NAMES[a.signal]} {a.reading + 1}" for a in now.alarms[1:]]
    return said + (f"; then {', '.join(others)}." if others else ".")


def _table(now: Seen) -> Table:
    rang = {alarm.signal: alarm for alarm in now.alarms}
    rows = []
    for name, meaning in SIGNALS.items():
        signal = now.signals.get(name)
        rows.append(
            [
                NAMES[name],
                meaning,
                "" if signal is None else signal.limit,
                "" if signal is None or np.isnan(signal.values[-1]) else float(signal.values[-1]),
                rang[name].reading + 1 if name in rang else "",
            ]
        )
    return Table(["alarm", "compares", "limit", "now", "went off at step"], rows)

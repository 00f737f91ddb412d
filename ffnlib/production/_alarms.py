r"""Alarms: when what is read off a training is no longer what a healthy one shows.

Six signals are kept in view, each against a limit. Those that have no natural scale, loss and
gradient, are compared with what was usual: the median of the readings before. The others have one:
a share, or a ratio. An alarm rings when a signal is beyond its limit ``patience`` readings in a
row, and at once when it is no number.

Which signals: saturation and gradients layer by layer, Glorot and Bengio (2010); exploding
gradients, Pascanu et al. (2013, arXiv:1211.5063); dead units, Maas et al. (2013); spikes of the
loss in large trainings, Chowdhery et al. (2022, arXiv:2204.02311, section 5.1). The limits are
rules of thumb; ``Limits`` is there to change them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ffnlib._base.arrays import Array, as_count
from ffnlib.nn import Activation
from ffnlib.nn import activation as find_activation
from ffnlib.production._telemetry import Reading

SIGNALS: Final[dict[str, str]] = {
    "loss": "mean loss of the last five batches, divided by the usual loss",
    "gradient": "norm of the gradient of all layers, divided by the usual norm",
    "vanishing": "norm of the last layer's gradient, divided by the smallest layer's",
    "update": "largest change of a layer's weights, relative to their size",
    "dead": "largest share of dead units of a hidden layer",
    "flat": "largest share of a hidden layer's places where the activation is flat",
}
"""What each signal compares with its limit; larger is worse."""


@dataclass(frozen=True)
class Limits:
    """The limits of what is still healthy; ValueError unless all are above 0, the counts whole.

    ``flat`` is for activations with two flat ends. Others are flat on one side, where a healthy
    ReLU has half of its places: see ``limits_for``.
    """

    loss: float = 3.0
    gradient: float = 10.0
    vanishing: float = 1e4
    update: float = 0.1
    dead: float = 0.5
    flat: float = 0.4
    window: int = 50
    """Readings before, whose median is what is usual."""
    warm_up: int = 10
    """Readings needed before anything is usual."""
    patience: int = 2
    """Readings in a row that must be beyond the limit."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("window", "warm_up", "patience"):
                as_count(value, field.name)
            elif not value > 0:
                raise ValueError(f"{field.name} must be above 0, got {value!r}")


USUAL: Final = Limits()


class Signal(NamedTuple):
    """One signal over a whole training."""

    values: Array
    """(readings,); nan where there is nothing to compare with yet."""
    limit: float
    ringing: NDArray[np.bool_]
    """(readings,)"""


class Alarm(NamedTuple):
    """The first time that a signal rang."""

    signal: str
    """A key of ``SIGNALS``."""
    reading: int
    """Index of the reading, from 0."""
    value: float
    limit: float


def limits_for(activation: str | Activation) -> Limits:
    """Return the usual limits for an activation: one that is flat on one side may be flat longer.

    Raises TypeError or ValueError for an unknown one.
    """
    f = find_activation(activation)
    ends = np.abs(f.derivative([-30.0, 30.0])) < 0.01
    return Limits(flat=Limits.flat if ends.all() else 0.95)


def signals(readings: Sequence[Reading], limits: Limits = USUAL) -> dict[str, Signal]:
    """Compute all signals of a training, and where their alarms ring.

    Parameters
    ----------
    readings : sequence of Reading
        One a step, at least one, all of one network.
    limits : Limits

    Returns
    -------
    dict from the keys of ``SIGNALS`` to Signal

    Raises
    ------
    ValueError
        If there is no reading.
    """
    if not readings:
        raise ValueError("readings must hold at least one Reading, got none")
    loss = np.array([r.loss for r in readings])
    norms = np.array([r.gradient_norms for r in readings])  # (readings, layers)
    with np.errstate(all="ignore"):  # what is no number rings
        total = np.sqrt(np.sum(norms**2, axis=1))
        lowest, last = norms.min(axis=1), norms[:, -1]
        values = {
            "loss": _recent(loss) / _usual(loss, limits),
            "gradient": total / _usual(total, limits),
            "vanishing": np.where(lowest > 0, last / lowest, np.where(last > 0, np.inf, 1.0)),
            "update": np.array([max(r.update_ratios) for r in readings]),
            "dead": np.array([max(r.dead, default=0.0) for r in readings]),
            "flat": np.array([max(r.flat, default=0.0) for r in readings]),
        }
    bad = ~np.array([r.finite for r in readings])
    found = {}
    for name, value in values.items():
        limit = float(getattr(limits, name))
        ringing = _in_a_row(value > limit, limits.patience)
        if name in ("loss", "gradient"):
            ringing |= bad
        found[name] = Signal(value, limit, ringing)
    return found


def first_alarms(readings: Sequence[Reading], limits: Limits = USUAL) -> list[Alarm]:
    """Return the first ring of each signal that rang, the earliest first; as ``signals``."""
    return rung(signals(readings, limits))


def rung(found: Mapping[str, Signal]) -> list[Alarm]:
    """Return the first ring of each of the signals that rang, the earliest first."""
    first = []
    for name, signal in found.items():
        if signal.ringing.any():
            at = int(signal.ringing.argmax())
            first.append(Alarm(name, at, float(signal.values[at]), signal.limit))
    return sorted(first, key=lambda alarm: alarm.reading)


def _usual(x: Array, limits: Limits) -> Array:
    """Return the median of the finite readings before each; nan while there are too few."""
    padded = np.concatenate([np.full(limits.window, np.inf), np.where(np.isfinite(x), x, np.inf)])
    before = np.sort(sliding_window_view(padded, limits.window)[: len(x)], axis=1)
    count = np.isfinite(before).sum(axis=1)
    rows, half = np.arange(len(x)), np.maximum(count - 1, 0) // 2
    median = 0.5 * (before[rows, half] + before[rows, np.minimum(count // 2, limits.window - 1)])
    usual: Array = np.where((rows >= limits.warm_up) & (count > 0), median, np.nan)
    return usual


def _recent(x: Array, n: int = 5) -> Array:
    """Return the mean of each reading and the four before it; fewer at the start."""
    return np.array([x[max(0, i - n + 1) : i + 1].mean() for i in range(len(x))])


def _in_a_row(beyond: NDArray[np.bool_], patience: int) -> NDArray[np.bool_]:
    """Tell where so many in a row are true, at the last of them and as long as it goes on."""
    kept = beyond.copy()
    for shift in range(1, patience):
        kept[shift:] &= beyond[:-shift]
        kept[:shift] = False
    return kept

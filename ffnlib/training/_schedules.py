"""Learning rates that change as training goes on: callables from the step, 0 first, to a rate."""

import math
from dataclasses import dataclass

from ffnlib._base.arrays import as_count


@dataclass(frozen=True)
class Constant:
    """The same rate at every step."""

    rate: float

    def __post_init__(self) -> None:
        _check_rate(self.rate)

    def __call__(self, step: int) -> float:  # noqa: ARG002
        """Return the rate of a step."""
        return float(self.rate)


@dataclass(frozen=True)
class Cosine:
    r"""Warm up in a straight line, then come down along half a cosine.

    With w steps of warm-up out of T, step t has the rate :math:`\eta (t + 1)/w` for :math:`t < w`
    and then :math:`\eta_T + (\eta - \eta_T)(1 + \cos \pi\frac{t - w}{T - w})/2`. Loshchilov and
    Hutter (2017), without restarts.
    """

    rate: float
    """The largest, η."""
    steps: int
    """All steps of the training, T; later ones keep the final rate."""
    warmup: int = 0
    """How many of them warm up, w."""
    final: float = 0.0
    """The rate at the end, η_T."""

    def __post_init__(self) -> None:
        _check_rate(self.rate)
        as_count(self.steps, "steps")
        as_count(self.warmup, "warmup", least=0)
        if self.warmup > self.steps:
            raise ValueError(f"warmup must be at most steps={self.steps}, got {self.warmup}")
        if not 0 <= self.final <= self.rate:
            raise ValueError(f"final must be from 0 to rate={self.rate}, got {self.final!r}")

    def __call__(self, step: int) -> float:
        """Return the rate of a step."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        if step >= self.steps:
            return float(self.final)
        way = (step - self.warmup) / (self.steps - self.warmup)
        return self.final + (self.rate - self.final) * (1 + math.cos(math.pi * way)) / 2


@dataclass(frozen=True)
class StepDecay:
    """Multiply the rate by ``factor`` after every ``every`` steps."""

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check_rate(self.rate)
        as_count(self.every, "every")
        if not 0 < self.factor <= 1:
            raise ValueError(f"factor must be above 0 and at most 1, got {self.factor!r}")

    def __call__(self, step: int) -> float:
        """Return the rate of a step."""
        return float(self.rate * self.factor ** (step // self.every))


def _check_rate(rate: float) -> None:
    if not 0 < rate < math.inf:
        raise ValueError(f"the learning rate must be a finite number above 0, got {rate!r}")

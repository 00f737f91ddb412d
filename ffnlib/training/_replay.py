"""Runs that can be repeated and rewound: the state after n steps, for any n.

A run is a start and a step, both deterministic (random numbers come from a generator inside the
state). The state after n steps is then a function of the run's parameters and n, so an explorer
that shows it is as pure as any other. Here it is only remembered, so that playing on costs the new
steps alone and rewinding starts from a checkpoint.
"""

from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ffnlib._base.arrays import as_count
from ffnlib._base.parameters import Trainable
from ffnlib._base.patience import over
from ffnlib.errors import UnfinishedError
from ffnlib.training._optimizers import Optimizer

S = TypeVar("S")


class Replay(Generic[S]):
    """The states of a few runs: the last ones that were asked for.

    Parameters
    ----------
    begin : callable
        ``begin(*key)`` gives the state before the first step.
    step : callable
        ``step(state)`` carries a state one step on, in place.
    every : int
        Steps between checkpoints at first; doubled whenever ``keep`` are full.
    keep : int
        Checkpoints kept.
    copy : callable
        ``copy(state)`` gives an independent state that continues exactly alike. The default copies
        everything; it does not do for a state with arrays that are views of others.
    runs : int
        Runs remembered, so that a reader who goes back to the last settings need not wait.
    """

    def __init__(
        self,
        begin: Callable[..., S],
        step: Callable[[S], Any],
        every: int = 50,
        keep: int = 32,
        copy: Callable[[S], S] = deepcopy,
        runs: int = 4,
    ) -> None:
        self._begin, self._step, self._copy = begin, step, copy
        self._first_every = as_count(every, "every")
        self._keep = as_count(keep, "keep", least=2)
        self._most = as_count(runs, "runs")
        self._runs: dict[tuple[Hashable, ...], _Run[S]] = {}

    def at(self, key: tuple[Hashable, ...], steps: int) -> S:
        """The state of run ``key`` after ``steps`` steps; read it, do not change it."""
        steps = as_count(steps, "steps", least=0)
        run = self._runs.pop(key, None)
        if run is None:
            begun = self._begin(*key)
            run = _Run(begun, 0, {0: self._copy(begun)}, self._first_every)
        self._runs[key] = run  # the last in the row of runs is the last asked for
        if len(self._runs) > self._most:
            del self._runs[next(iter(self._runs))]
        if steps < run.steps:
            run.steps = max(n for n in run.saved if n <= steps)
            run.state = self._copy(run.saved[run.steps])
        while run.steps < steps:
            self._step(run.state)
            run.steps += 1
            if run.steps % run.every == 0:
                self._save(run)
            if run.steps < steps and over():
                raise UnfinishedError(run.steps / steps)
        return run.state

    def _save(self, run: "_Run[S]") -> None:
        run.saved[run.steps] = self._copy(run.state)
        if len(run.saved) > self._keep:
            run.every *= 2
            run.saved = {n: s for n, s in run.saved.items() if n % run.every == 0}


@dataclass
class _Run(Generic[S]):
    """Where a run is, and its checkpoints by their number of steps."""

    state: S
    steps: int
    saved: dict[int, S]
    every: int


def carry_over(
    model: Trainable, optimizer: Optimizer, other: Trainable, other_optimizer: Optimizer
) -> None:
    """Bring a second model and optimizer, made alike, to where the first ones are."""
    here = [*model.parameters(), *optimizer.state_arrays()]
    there = [*other.parameters(), *other_optimizer.state_arrays()]
    for target, source in zip(there, here, strict=True):
        target[...] = source
    other_optimizer.steps = optimizer.steps

"""Runs that can be repeated and rewound: the state after n steps, for any n.

A run is a start and a step, both deterministic (random numbers come from a generator inside the
state). The state after n steps is then a function of the run's parameters and n, so an explorer
that shows it is as pure as any other. Here it is only remembered, so that playing on costs the new
steps alone and rewinding starts from a checkpoint.
"""

from collections.abc import Callable, Hashable
from copy import deepcopy
from typing import Any, Generic, TypeVar

from ffnlib.arrays import as_count
from ffnlib.optim import Optimizer
from ffnlib.parameters import Trainable

S = TypeVar("S")


class Replay(Generic[S]):
    """The states of one run at a time.

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
    """

    def __init__(
        self,
        begin: Callable[..., S],
        step: Callable[[S], Any],
        every: int = 50,
        keep: int = 32,
        copy: Callable[[S], S] = deepcopy,
    ) -> None:
        self._begin, self._step, self._copy = begin, step, copy
        self._first_every = as_count(every, "every")
        self._keep = as_count(keep, "keep", least=2)
        self._key: tuple[Hashable, ...] | None = None

    def at(self, key: tuple[Hashable, ...], steps: int) -> S:
        """The state of run ``key`` after ``steps`` steps; read it, do not change it."""
        steps = as_count(steps, "steps", least=0)
        if key != self._key:
            self._state, self._steps = self._begin(*key), 0
            self._saved = {0: self._copy(self._state)}
            self._every, self._key = self._first_every, key
        if steps < self._steps:
            self._steps = max(n for n in self._saved if n <= steps)
            self._state = self._copy(self._saved[self._steps])
        while self._steps < steps:
            self._step(self._state)
            self._steps += 1
            if self._steps % self._every == 0:
                self._save()
        return self._state

    def _save(self) -> None:
        self._saved[self._steps] = self._copy(self._state)
        if len(self._saved) > self._keep:
            self._every *= 2
            self._saved = {n: s for n, s in self._saved.items() if n % self._every == 0}


def carry_over(
    model: Trainable, optimizer: Optimizer, other: Trainable, other_optimizer: Optimizer
) -> None:
    """Bring a second model and optimizer, made alike, to where the first ones are."""
    here = [*model.parameters(), *optimizer.state_arrays()]
    there = [*other.parameters(), *other_optimizer.state_arrays()]
    for target, source in zip(there, here, strict=True):
        target[...] = source
    other_optimizer.steps = optimizer.steps

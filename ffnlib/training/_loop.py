"""The training loop: mini-batches, forwards, backwards, a step of the optimizer, and again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, as_rng
from ffnlib._base.parameters import Model
from ffnlib.nn import Loss, cross_entropy
from ffnlib.training._monitor import gradient_norms as norms_per_layer
from ffnlib.training._optimizers import Adam, Optimizer


class Score(NamedTuple):
    """The loss and accuracy of a model on some data."""

    loss: float
    accuracy: float
    """Share of right classes; nan if the targets are not classes."""


@dataclass
class History:
    """A record of training; lists have one entry per epoch unless they say otherwise."""

    step_loss: list[float] = field(default_factory=list)
    """Loss of each batch before its step, one entry a step."""
    loss: list[float] = field(default_factory=list)
    """Mean loss over the epoch's examples, each taken before the step it took part in."""
    accuracy: list[float] = field(default_factory=list)
    """Share of them that was right; nan if the targets are not classes."""
    validation_loss: list[float] = field(default_factory=list)
    """After each epoch; empty without validation data."""
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Time each epoch took, validation included."""
    gradient_norms: list[NDArray[np.float64]] = field(default_factory=list)
    """One entry a step, (layers,); empty unless asked for."""
    best_epoch: int | None = None
    """Number of the epoch, 0 first, whose parameters early stopping has brought back."""

    def __repr__(self) -> str:
        if not self.loss:
            return "History(no epoch)"
        text = f"epochs={len(self.loss)}, steps={len(self.step_loss)}, loss={self.loss[-1]:.4g}"
        if self.validation_loss:
            text += f", validation_accuracy={self.validation_accuracy[-1]:.4g}"
        return f"History({text})"


Data = Sequence[Any]
"""Inputs and targets first: a ``Dataset``, or a pair (x, y)."""

Augment = Callable[[NDArray[Any], np.random.Generator], ArrayLike]
"""Changes a batch of inputs, (batch, d_in), before it is learned from."""


def train_step(
    model: Model,
    optimizer: Optimizer,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss = cross_entropy,
    rng: np.random.Generator | None = None,
) -> float:
    """Forwards, backwards, one step; give the loss of the batch before it.

    Parameters
    ----------
    model : Model
        Its parameters are changed by ``optimizer``, which must have been made for them.
    optimizer : Optimizer
    x : array_like, (batch, d_in)
    y : array_like
        Targets, as ``loss`` wants them.
    loss : Loss
    rng : numpy.random.Generator, optional
        Needed for dropout.

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the model or the loss.

    Notes
    -----
    A training that diverges is no error: the loss becomes inf or nan, and NumPy is told not to
    warn.
    """
    return _step(model, optimizer, x, y, loss, rng)[0]


def _step(
    model: Model,
    optimizer: Optimizer,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    rng: np.random.Generator | None,
) -> tuple[float, Array]:
    """Take a step, and give the loss and the output, (batch, d_out), that it was taken from."""
    with np.errstate(over="ignore", invalid="ignore"):
        output = model.forward(x, training=True, rng=rng)
        value, g = loss.with_gradient(output, y)
        model.backward(g, inputs=False)
        optimizer.step(model.gradients())
    return value, output


def fit(
    model: Model,
    data: Data,
    *,
    rng: np.random.Generator,
    epochs: int = 10,
    batch_size: int = 128,
    optimizer: Optimizer | None = None,
    loss: Loss = cross_entropy,
    validation: Data | None = None,
    patience: int | None = None,
    augment: Augment | None = None,
    gradient_norms: bool = False,
    progress: bool = False,
    after_epoch: Callable[[int, History], object] | None = None,
) -> History:
    """Train a model in place.

    Parameters
    ----------
    model : Model
    data : Dataset or (x, y)
        x (n, d_in); y as ``loss`` wants its targets, n of them.
    rng : numpy.random.Generator
        For the order of the examples, dropout and ``augment``. Same seed, same model.
    epochs : int
        How often each example is used.
    batch_size : int
        Examples a step; the last batch of an epoch may be smaller.
    optimizer : Optimizer, optional
        Made for ``model.parameters()``; Adam with its usual rate if not given.
    loss : Loss
    validation : Dataset or (x, y), optional
        Examples that are not learned from; looked at after each epoch.
    patience : int, optional
        Stop after so many epochs without a smaller validation loss, and bring back the parameters
        of the best one.
    augment : callable, optional
        ``augment(x, rng)`` gives a changed copy of a batch of inputs.
    gradient_norms : bool
        Whether to note the size of the gradient of every layer at every step.
    progress : bool
        Show a bar, if tqdm is installed.
    after_epoch : callable, optional
        ``after_epoch(epoch, history)`` is called after each, 0 first; true means stop.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the model or the loss, or an argument is out of its range.
    """
    x, y = _examples(data, "data")
    rng, epochs = as_rng(rng), as_count(epochs, "epochs", least=0)
    batch_size = as_count(batch_size, "batch_size")
    stop = _EarlyStop(model, patience, validation)
    optimizer = Adam(model.parameters()) if optimizer is None else optimizer
    history = History()
    bar = _bar(epochs * count_steps(len(x), batch_size), progress)
    for epoch in range(epochs):
        start = time.perf_counter()
        total, right = 0.0, 0
        for batch in batches(len(x), batch_size, rng):
            x_batch, y_batch = x[batch], y[batch]
            if augment is not None:
                x_batch = np.asarray(augment(x_batch, rng))
            value, output = _step(model, optimizer, x_batch, y_batch, loss, rng)
            total += value * len(batch)
            right += _count_right(output, y_batch)
            history.step_loss.append(value)
            if gradient_norms:
                history.gradient_norms.append(norms_per_layer(model))
            if bar is not None:
                bar.update()
        history.loss.append(total / len(x))
        history.accuracy.append(right / len(x) if _are_classes(y) else float("nan"))
        if validation is not None:
            score = evaluate(model, validation, loss)
            history.validation_loss.append(score.loss)
            history.validation_accuracy.append(score.accuracy)
        history.seconds.append(time.perf_counter() - start)
        asked = after_epoch is not None and after_epoch(epoch, history)
        if stop.now(history) or asked:
            break
    stop.restore(history)
    if bar is not None:
        bar.close()
    return history


def evaluate(model: Model, data: Data, loss: Loss = cross_entropy, batch_size: int = 1024) -> Score:
    """Measure a model on some data, without changing it.

    Parameters
    ----------
    model : Model
    data : Dataset or (x, y)
    loss : Loss
    batch_size : int
        Examples at a time; it limits the memory, not the result.

    Returns
    -------
    Score

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the model or the loss.
    """
    x, y = _examples(data, "data")
    total, right = 0.0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(x), as_count(batch_size, "batch_size")):
            x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
            output = model.forward(as_float(x_batch, "x").astype(model.dtype, copy=False))
            total += loss(output, y_batch) * len(x_batch)
            right += _count_right(output, y_batch)
    return Score(total / len(x), right / len(x) if _are_classes(y) else float("nan"))


def batches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Deal the examples 0 to n - 1 out in random order, ``batch_size`` at a time."""
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def count_steps(examples: int, batch_size: int, epochs: int = 1) -> int:
    """Count the steps that ``fit`` takes: for schedules, which have to know the end."""
    return -(-as_count(examples, "examples") // as_count(batch_size, "batch_size")) * epochs


class _EarlyStop:
    """Keep the parameters of the epoch with the smallest validation loss."""

    def __init__(self, model: Model, patience: int | None, validation: Data | None) -> None:
        self.model = model
        self.patience = None if patience is None else as_count(patience, "patience")
        if patience is not None and validation is None:
            raise ValueError("patience needs validation data, and validation is None")
        self.best: list[Array] = []
        self.best_loss = float("inf")
        self.best_epoch: int | None = None

    def now(self, history: History) -> bool:
        """Return whether to stop after this epoch."""
        if self.patience is None:
            return False
        epoch = len(history.validation_loss) - 1
        if history.validation_loss[-1] < self.best_loss:
            self.best_loss, self.best_epoch = history.validation_loss[-1], epoch
            self.best = [p.copy() for p in self.model.parameters()]
        return epoch - (-1 if self.best_epoch is None else self.best_epoch) >= self.patience

    def restore(self, history: History) -> None:
        """Bring the best parameters back, into the arrays there are."""
        history.best_epoch = self.best_epoch
        if self.best:
            for p, best in zip(self.model.parameters(), self.best, strict=True):
                p[...] = best


def _examples(data: Data, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    if isinstance(data, np.ndarray) or not isinstance(data, Sequence) or len(data) < 2:
        raise TypeError(f"{name} must be a Dataset or a pair (x, y), got {type(data).__name__}")
    x, y = np.asarray(data[0]), np.asarray(data[1])
    if x.ndim != 2 or len(x) == 0 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(
            f"{name} must hold x (n, d_in) and n targets, n at least 1; got shapes {x.shape} and "
            f"{y.shape}"
        )
    return x, y


def _are_classes(y: NDArray[Any]) -> bool:
    return y.ndim == 1 and y.dtype.kind in "iu"


def _count_right(output: Array, y: NDArray[Any]) -> int:
    """Count the examples whose largest output is the one of their class."""
    return int(np.count_nonzero(output.argmax(axis=1) == y)) if _are_classes(y) else 0


def _bar(steps: int, wanted: bool) -> Any:
    """Return a progress bar; None if it is not wanted or tqdm is not installed."""
    if not wanted:
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(total=steps, unit="step")

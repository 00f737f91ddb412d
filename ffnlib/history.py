"""What a training leaves behind besides the parameters."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Score(NamedTuple):
    """How well a model does on some data."""

    loss: float
    accuracy: float
    """Share of right classes; nan if the targets are not classes."""


@dataclass
class History:
    """What happened during training; lists with one entry an epoch unless said otherwise."""

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

"""Feed-forward variants on the bundled digits, many seeds each: scores to compare.

``python -m ffnlib.production`` trains them all (some minutes on one core) and writes
``ffnlib/data/variant_trials.npz``; ``load_trials`` reads it. A seed draws which digits are learned
from and which are read, the initial weights and the order of the batches: all that would be
different another time. Two setups of one seed share digits and order, so their scores are pairs.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import Array
from ffnlib.datasets import digits, holdout
from ffnlib.nn import FFNClassifier, log_softmax
from ffnlib.training import Adam, Cosine, count_steps, fit

D_MODEL: Final = 16
EPOCHS: Final = 15
BATCH: Final = 64
RATE: Final = 0.01
SEEDS: Final = 40
EXAMPLES: Final = (25, 50, 100, 200, 400, 719)
"""How many unseen digits are looked at; the last are all there are."""

SETUPS: Final[dict[str, tuple[str, int]]] = {
    "ReLU": ("relu", 64),
    "GELU": ("gelu", 64),
    "GLU": ("glu", 43),
    "GEGLU": ("geglu", 43),
    "SwiGLU": ("swiglu", 43),
    "ReGLU": ("reglu", 43),
    "bilinear": ("bilinear", 43),
    "ReLU ½×": ("relu", 8),
    "ReLU 1×": ("relu", 16),
    "ReLU 2×": ("relu", 32),
    "ReLU 8×": ("relu", 128),
    "ReLU 16×": ("relu", 256),
}
"""Variant and hidden units; without a factor, the parameters of
four times the width, within a percent."""


class Trials(NamedTuple):
    """Scores of every setup with every seed."""

    setups: tuple[str, ...]
    right: NDArray[np.int64]
    """How many of the first 25, 50, … unseen digits were read: (setups, seeds, len(EXAMPLES))."""
    loss: Array
    """Mean loss on them, in the same shape."""

    @property
    def accuracy(self) -> Array:
        """Share of the digits that were read."""
        share: Array = self.right / np.array(EXAMPLES)
        return share

    def scores(self, setup: str, signal: str = "accuracy", examples: int = 719) -> Array:
        """Return one score a seed, (seeds,).

        Parameters
        ----------
        setup : str
        signal : {"accuracy", "loss"}
        examples : int
            One of ``EXAMPLES``.

        Raises
        ------
        ValueError
            For another name or number.
        """
        for name, value, allowed in (
            ("setup", setup, self.setups),
            ("signal", signal, ("accuracy", "loss")),
            ("examples", examples, EXAMPLES),
        ):
            if value not in allowed:
                listed = ", ".join(map(str, allowed))
                raise ValueError(f"{name} must be one of {listed}, got {value!r}")
        table = self.accuracy if signal == "accuracy" else self.loss
        one: Array = table[self.setups.index(setup), :, EXAMPLES.index(examples)]
        return one


def classifier(setup: str, rng: np.random.Generator) -> FFNClassifier:
    """Make the network of a setup; ValueError for an unknown one."""
    if setup not in SETUPS:
        raise ValueError(f"setup must be one of {', '.join(SETUPS)}, got {setup!r}")
    variant, d_ff = SETUPS[setup]
    return FFNClassifier(64, 10, D_MODEL, d_ff, variant, rng=rng)


def trial(setup: str, seed: int) -> tuple[NDArray[np.int64], Array]:
    """Train one network and read unseen digits with it.

    Returns
    -------
    right : array, (len(EXAMPLES),)
        Digits read of the first 25, 50, ….
    loss : array, (len(EXAMPLES),)
        The mean loss on them.

    Raises
    ------
    ValueError
        For an unknown setup.
    """
    rngs = [np.random.default_rng([seed, i]) for i in range(3)]
    train, test = holdout(digits(), 0.4, rngs[0])
    model = classifier(setup, rngs[1])
    rate = Cosine(RATE, count_steps(len(train.x), BATCH, EPOCHS))
    fit(
        model, train, rng=rngs[2], epochs=EPOCHS, batch_size=BATCH,
        optimizer=Adam(model.parameters(), rate),
    )  # fmt: skip
    logits = model.forward(test.x)
    right = logits.argmax(axis=1) == test.y
    loss = -log_softmax(logits)[np.arange(len(test.y)), test.y]
    return (
        np.array([np.count_nonzero(right[:n]) for n in EXAMPLES], dtype=np.int64),
        np.array([loss[:n].mean() for n in EXAMPLES]),
    )


@cache
def load_trials() -> Trials:
    """Read the scores that come with the package."""
    home = files("ffnlib") / "data" / "variant_trials.npz"
    with home.open("rb") as file, np.load(file) as stored:
        right, loss = stored["right"], stored["loss"]
    return Trials(tuple(SETUPS), right.astype(np.int64), loss.astype(np.float64))


def write_trials(path: Path, seeds: Sequence[int] = range(SEEDS)) -> None:
    """Train every setup with every seed and write the scores."""
    results = []
    for setup in SETUPS:
        print(setup, flush=True)
        results.append([trial(setup, seed) for seed in seeds])
    np.savez_compressed(
        path,
        right=np.array([[r for r, _ in row] for row in results], dtype=np.uint16),
        loss=np.array([[loss for _, loss in row] for row in results], dtype=np.float32),
    )

"""Sizes and recipes of the experiments, one set of them for each collection of images.

Rates were chosen on training images held out, for the dense networks; the mixtures have the rate of
the large one. The test set had no say.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from ffnlib import datasets
from ffnlib.datasets import Dataset, holdout


class Mixture(NamedTuple):
    """Sizes of a ``MoEClassifier``."""

    d_model: int
    d_ff: int
    num_experts: int
    top_k: int


class Recipe(NamedTuple):
    """How a network is trained: by Adam, its rate rising for a while and then a cosine."""

    epochs: int
    rate: float
    images: str
    """What is done to them; see ``learn.AUGMENT``."""
    timed: bool = True
    """Whether the steps to the target are counted: not where training starts from a trained net."""


@dataclass(frozen=True)
class Settings:
    """What the rows are built from; ``hidden`` and so on leave out inputs and classes."""

    said: str
    """Name of the images in a sentence."""
    d_in: int
    hidden: tuple[int, ...]
    """Of the dense network."""
    small: tuple[int, ...]
    """Of a plain network with a fifth of the weights."""
    four: Mixture
    eight: Mixture
    images: str
    """What is done to them, in all rows but the first; see ``learn.AUGMENT``."""
    batch: int
    epochs: int
    rate: float
    """The learning rate of the dense network and the mixtures."""
    small_rate: float
    adapter_epochs: int
    adapter_rate: float
    rank: int
    """The rank of the adapters on all dense layers but the last."""
    thin: tuple[int, ...]
    """Ranks of the factored layers, all but the last."""
    group: int
    """Weights that share a step in 4 bits."""
    calibration: int
    """Training images that GPTQ and the factors see."""
    target: float
    """Accuracy on the test images to which steps are counted."""
    every: int
    """Steps from one look at it to the next."""
    rounds: int
    """The rounds of timing."""
    distorted_epochs: int = 0
    """The epochs of the dense network on distorted images; 0 leaves this row out."""

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain lists, numbers and strings."""
        plain: dict[str, Any] = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}


CLASSES: Final = 10
DIGITS_TEST: Final = 0.4
"""Share of the bundled digits that is kept for the test."""

_FULL: Final[dict[str, Any]] = {
    "d_in": 784,
    "hidden": (1024, 400),
    "small": (256, 128),
    "four": Mixture(256, 440, 4, 2),
    "eight": Mixture(192, 300, 8, 2),
    "batch": 128,
    "rate": 1e-3,
    "small_rate": 2e-3,
    "adapter_epochs": 1,
    "adapter_rate": 3e-3,
    "rank": 4,
    "group": 128,
    "calibration": 4096,
    "every": 10,
    "rounds": 25,
    "images": "shifted",
}
SETTINGS: Final[dict[str, Settings]] = {
    "digits": Settings(
        "the bundled digits", 64, (160, 64), (40, 20), Mixture(48, 36, 4, 2),
        Mixture(40, 24, 8, 2), images="jittered", batch=128, epochs=12, rate=1.5e-2,
        small_rate=1.5e-2,
        adapter_epochs=3, adapter_rate=1e-2, rank=2, thin=(24, 20), group=32, calibration=512,
        target=0.95, every=3, rounds=7,
    ),
    "mnist": Settings(
        "MNIST", **_FULL, epochs=4, thin=(64, 48), target=0.95, distorted_epochs=8
    ),
    "fashion": Settings("Fashion-MNIST", **_FULL, epochs=3, thin=(96, 64), target=0.85),
}  # fmt: skip
"""By the name that ``--data`` takes."""


def named(data: str) -> Settings:
    """Return the settings of a collection; ValueError if there is none of this name."""
    if data not in SETTINGS:
        raise ValueError(f"data must be one of {', '.join(SETTINGS)}; got {data!r}")
    return SETTINGS[data]


def images(data: str) -> tuple[Dataset, Dataset]:
    """Return training and test images of a collection, float32.

    Errors as ``named``, ``ffnlib.datasets.mnist`` and ``ffnlib.datasets.fashion_mnist``.
    """
    named(data)
    if data == "digits":
        whole = datasets.digits(np.float32)
        return holdout(whole, DIGITS_TEST, np.random.default_rng(0))
    read = {"mnist": datasets.mnist, "fashion": datasets.fashion_mnist}[data]
    return read("train"), read("test")

"""The digits that a case describes in words, because they cannot be written out in a test cell.

A set of them is given by which part of which shuffle it is. Only cases hold such descriptions;
nothing a student returns is read here.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from numpy import float64, int64, load
from numpy.random import default_rng
from numpy.typing import NDArray

__all__ = ["TRAINING", "images", "labels", "training_digits"]

TRAINING = 1200
"""How many of the digits are there to learn from; the others are held out."""


@lru_cache(maxsize=2)
def _shuffled(seed: int) -> tuple[NDArray[float64], NDArray[int64]]:
    # not by ffnlib.datasets, which `begin` disables
    with (files("ffnlib") / "data" / "digits.npz").open("rb") as file, load(file) as stored:
        x, y = stored["images"], stored["labels"]
    order = default_rng(seed).permutation(len(y))
    return x.reshape(len(x), -1)[order].astype(float64) / 16, y[order].astype(int64)


def _part(described: Any) -> tuple[slice, int]:
    which, seed = described
    parts = {"training": slice(None, TRAINING), "held out": slice(TRAINING, None)}
    return parts[which], int(seed)


def images(described: Any) -> NDArray[float64]:
    """Return the images, (n, 64), of a part such as ``("training", 7)``: which, and its shuffle."""
    rows, seed = _part(described)
    return _shuffled(seed)[0][rows].copy()


def labels(described: Any) -> NDArray[int64]:
    """Return the labels, (n,), of a part."""
    rows, seed = _part(described)
    return _shuffled(seed)[1][rows].copy()


def training_digits() -> tuple[NDArray[float64], NDArray[int64]]:
    """Return the digits to learn from: images (1200, 64) from 0 to 1, and labels (1200,)."""
    return images(("training", 0)), labels(("training", 0))

"""Inputs that a case describes in words, because they cannot be written out in a test cell.

A function is given by its formula, a set of digits by which part of which shuffle it is. Only cases
hold such descriptions; nothing a student returns is read here.
"""

from functools import lru_cache
from typing import Any

from numpy import array, asarray, cos, exp, float64, int64, log, prod, sin, sqrt, tanh
from numpy import sum as np_sum
from numpy.random import default_rng
from numpy.typing import NDArray

__all__ = ["TRAINING", "Formula", "images", "labels", "training_digits"]

KNOWN = {"array": array, "cos": cos, "exp": exp, "log": log, "prod": prod, "sin": sin,
         "sqrt": sqrt, "sum": np_sum, "tanh": tanh}  # fmt: skip

TRAINING = 1200
"""How many of the digits are there to learn from; the others are held out."""


class Formula:
    """A function of one array ``p``, written as an expression such as ``sum(p**2)``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._code = compile(text, "<formula>", "eval")  # a case's text, which is ours

    def __call__(self, p: Any) -> Any:
        """Compute the expression at ``p``."""
        at = asarray(p)
        if at.dtype.kind in "biu":
            at = at.astype(float64)
        return eval(self._code, {"__builtins__": {}, **KNOWN, "p": at})

    def __repr__(self) -> str:
        return f"<p -> {self.text}>"


@lru_cache(maxsize=2)
def _shuffled(seed: int) -> tuple[NDArray[float64], NDArray[int64]]:
    from ffnlib.datasets import digits

    data = digits()
    order = default_rng(seed).permutation(len(data.y))
    x: NDArray[float64] = data.x[order].astype(float64)
    return x, data.y[order]


def _part(described: Any) -> tuple[slice, int]:
    which, seed = described
    parts = {"training": slice(None, TRAINING), "held out": slice(TRAINING, None)}
    return parts[which], int(seed)


def images(described: Any) -> NDArray[float64]:
    """Give the images, (n, 64), of a part such as ``("training", 7)``: which one, which shuffle."""
    rows, seed = _part(described)
    return _shuffled(seed)[0][rows].copy()


def labels(described: Any) -> NDArray[int64]:
    """Give the labels, (n,), of a part."""
    rows, seed = _part(described)
    return _shuffled(seed)[1][rows].copy()


def training_digits() -> tuple[NDArray[float64], NDArray[int64]]:
    """Give the digits to learn from: images (1200, 64) from 0 to 1, and labels (1200,)."""
    return images(("training", 0)), labels(("training", 0))

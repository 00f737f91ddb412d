"""Data to learn from: small point sets, the bundled digits, MNIST and Fashion-MNIST."""

import gzip
import math
import struct
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_rng, float_dtype
from ffnlib.datasets import _corpus as _prose
from ffnlib.datasets._download import read_checked

__all__ = [
    "Dataset", "blobs", "circles", "digits", "fashion_mnist", "holdout", "mnist", "moons", "prose",
    "spirals", "xor",
]  # fmt: skip


class Dataset(NamedTuple):
    """Examples and their classes."""

    x: Array
    """Inputs, (n, d)."""
    y: NDArray[np.int64]
    """Class of each, (n,), 0 to len(classes) - 1."""
    classes: tuple[str, ...]
    """Names of the classes."""
    image_shape: tuple[int, int] | None = None
    """Rows and columns, if each row of ``x`` is an image; values are then from 0 to 1."""


DIGITS: Final = tuple("0123456789")
CLOTHES: Final = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip


def digits(dtype: DTypeLike = np.float64) -> Dataset:
    """Return 1,797 handwritten digits of 8 × 8 pixels, bundled with the package.

    The test part of Alpaydin and Kaynak's optical digits (UCI, 1998; CC BY 4.0); provenance and
    limits are in ``ffnlib/data/DATASHEET.md``.

    Parameters
    ----------
    dtype : float16, float32 or float64

    Returns
    -------
    Dataset
        x (1797, 64), between 0 and 1; y (1797,); ten classes.
    """
    kind = float_dtype(dtype)
    with (files("ffnlib") / "data" / "digits.npz").open("rb") as file, np.load(file) as stored:
        images, labels = stored["images"], stored["labels"]
    x = images.reshape(len(images), -1).astype(kind) / kind.type(16)
    return Dataset(x, labels.astype(np.int64), DIGITS, images.shape[1:])


def mnist(split: str = "train", dtype: DTypeLike = np.float32) -> Dataset:
    """Return MNIST: handwritten digits of 28 × 28 pixels (LeCun, Cortes and Burges; CC BY-SA 3.0).

    Looked for in the folder that the environment variable ``FFN_DATA`` names, then in the cache,
    then downloaded from public mirrors and checked.

    Parameters
    ----------
    split : "train" or "test"
    dtype : float16, float32 or float64
        float32 by default: float64 would take 376 MB.

    Returns
    -------
    Dataset
        x (60000 or 10000, 784), between 0 and 1; y; ten classes.

    Raises
    ------
    ValueError
        For another ``split``.
    DataUnavailableError
        If it is in no folder and cannot be downloaded; ``digits()`` always works.
    CorruptDataError
        If a file in the ``FFN_DATA`` folder is not the published one.
    """
    return _image_set("mnist", split, dtype, DIGITS)


def fashion_mnist(split: str = "train", dtype: DTypeLike = np.float32) -> Dataset:
    """Return Fashion-MNIST: clothes, 28 × 28 pixels (Xiao, Rasul and Vollgraf, 2017; MIT licence).

    Everything as for ``mnist``.
    """
    return _image_set("fashion_mnist", split, dtype, CLOTHES)


def prose() -> str:
    """Return the course's own text, for the character model: plain letters, a paragraph a line.

    How it was taken from the chapters is in ``ffnlib.datasets``.
    """
    return _prose.read()


def xor(n: int = 4, noise: float = 0.0, rng: np.random.Generator | None = None) -> Dataset:
    """Return the corners of the unit square; class 1 where the two coordinates differ.

    Parameters
    ----------
    n : int
        Examples; the corners are taken in turn.
    noise : float
        Standard deviation of what is added to each coordinate.
    rng : numpy.random.Generator
        Needed when ``noise`` is not 0.

    Returns
    -------
    Dataset
        x (n, 2), y (n,), two classes.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is not a whole number above 0, ``noise`` is negative or ``rng`` is missing.
    """
    i = np.arange(as_count(n, "n"))
    x = np.stack([i // 2 % 2, i % 2], axis=1).astype(np.float64)
    return _noisy(x, (i // 2 + i) % 2, noise, rng, ("equal", "different"))


def moons(n: int = 200, noise: float = 0.1, rng: np.random.Generator | None = None) -> Dataset:
    """Return two interlocking half circles. Parameters, result and errors as for ``xor``."""
    which, t = _two_curves(n)
    angle = np.pi * t
    x = np.stack(
        [np.cos(angle) * (1 - 2 * which) + which, np.sin(angle) * (1 - 2 * which) + which / 2],
        axis=1,
    )
    return _noisy(x, which, noise, rng, ("upper", "lower"))


def circles(n: int = 200, noise: float = 0.1, rng: np.random.Generator | None = None) -> Dataset:
    """Return two circles, radius 1 and 1/2. Parameters, result and errors as for ``xor``."""
    which, t = _two_curves(n, closed=True)
    angle = 2 * np.pi * t
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 - which / 2)[:, None]
    return _noisy(x, which, noise, rng, ("outer", "inner"))


def spirals(
    n: int = 200, noise: float = 0.05, rng: np.random.Generator | None = None, turns: float = 1.5
) -> Dataset:
    """Return two spirals from the origin to radius 1, ``turns`` times round. Else as ``xor``."""
    if not 0 < turns < math.inf:
        raise ValueError(f"turns must be above 0, got {turns!r}")
    which, t = _two_curves(n)
    radius = 0.1 + 0.9 * t
    angle = 2 * np.pi * turns * t + np.pi * which
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(x, which, noise, rng, ("first arm", "second arm"))


def blobs(
    n: int = 200, noise: float = 0.2, rng: np.random.Generator | None = None, classes: int = 3
) -> Dataset:
    """Return ``classes`` round clouds with their centres on the unit circle. Else as ``xor``."""
    classes = as_count(classes, "classes", least=2)
    which = np.arange(as_count(n, "n")) % classes
    angle = 2 * np.pi * which / classes
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(x, which, noise, rng, tuple(f"blob {k}" for k in range(classes)))


def holdout(data: Dataset, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Split into training and test examples at random.

    Parameters
    ----------
    data : Dataset
    fraction : float, between 0 and 1
        Share of the examples, rounded down, that go to the test part.
    rng : numpy.random.Generator

    Returns
    -------
    (Dataset, Dataset)
        Training part and test part, both shuffled; no example is in both.

    Raises
    ------
    ValueError
        If ``fraction`` is not between 0 and 1.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction!r}")
    order = as_rng(rng).permutation(len(data.y))
    cut = len(order) - int(fraction * len(order))
    train, test = order[:cut], order[cut:]
    return (
        data._replace(x=data.x[train], y=data.y[train]),
        data._replace(x=data.x[test], y=data.y[test]),
    )


def _two_curves(n: int, closed: bool = False) -> tuple[NDArray[np.int64], Array]:
    """Return the class (0, 1, 0, 1, …) and the place from 0 to 1 along its curve of n points."""
    i = np.arange(as_count(n, "n"), dtype=np.int64)
    which = i % 2
    per_class = np.where(which == 0, (n + 1) // 2, n // 2)
    t = (i // 2) / np.maximum(per_class - (not closed), 1)
    return which, t


def _noisy(
    x: Array,
    y: NDArray[Any],
    noise: float,
    rng: np.random.Generator | None,
    classes: tuple[str, ...],
) -> Dataset:
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must be a standard deviation, 0 or more, got {noise!r}")
    if noise > 0:
        x = x + as_rng(rng).normal(0.0, noise, size=x.shape)
    return Dataset(x, y.astype(np.int64), classes)


def _image_set(dataset: str, split: str, dtype: DTypeLike, classes: tuple[str, ...]) -> Dataset:
    prefixes = {"train": "train", "test": "t10k"}
    if split not in prefixes:
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    kind = float_dtype(dtype)
    images = _read_idx(read_checked(dataset, f"{prefixes[split]}-images-idx3-ubyte.gz"))
    labels = _read_idx(read_checked(dataset, f"{prefixes[split]}-labels-idx1-ubyte.gz"))
    x = images.reshape(len(images), -1).astype(kind)
    x /= kind.type(255)
    rows, columns = images.shape[1:]
    return Dataset(x, labels.astype(np.int64), classes, (rows, columns))


def _read_idx(compressed: bytes) -> NDArray[np.uint8]:
    """Decode IDX: two zero bytes, the type (8: uint8), the number of axes, their lengths, data."""
    raw = gzip.decompress(compressed)
    axes = raw[3]
    shape = struct.unpack(f">{axes}I", raw[4 : 4 + 4 * axes])
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)

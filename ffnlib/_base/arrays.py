"""What the library accepts as an array of numbers, and how it walks over one."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[np.floating[Any]]
"""A floating-point array; its dtype is the dtype of what was given."""

Ids = NDArray[np.int64]

BLOCK: Final[int] = 32768
"""Elements handled at a time: the temporaries of one block stay in the processor's cache."""


def as_float(x: ArrayLike, name: str) -> Array:
    """Return ``x`` as an array of float16, float32 or float64.

    These three dtypes are kept; integers and booleans become float64. ``name`` is the argument's
    name for the error message. Raises TypeError for anything else.
    """
    if type(x) is np.ndarray and x.dtype.char in "efd" and x.dtype.isnative:
        return x  # the usual case, at once
    try:
        a = np.asarray(x)
    except ValueError as error:
        raise TypeError(
            f"{name} must be one rectangular array, got rows of different lengths"
        ) from error
    if a.dtype.kind in "iub":
        return a.astype(np.float64)
    if a.dtype.kind != "f" or a.dtype.itemsize > 8:
        raise TypeError(
            f"{name} must hold float16, float32, float64, integers or booleans, got dtype {a.dtype}"
        )
    native: Array = a.astype(a.dtype.newbyteorder("="), copy=False)
    return native


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return ``dtype`` as a NumPy dtype; ValueError unless it is float16, float32 or float64."""
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind not in (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype must be float16, float32 or float64, got {kind}")
    return kind


Kernel = Callable[[Array, Array], bool]
"""Reads one array and writes another; or does nothing, where it does not serve them: False."""


def elementwise(
    f: Callable[[Array], Array], x: ArrayLike, name: str = "x", kernel: Kernel | None = None
) -> Array:
    """Apply ``f`` to every element of ``x``, keeping shape and dtype.

    ``f`` sees blocks of shape (n,), in float32 for float16 input (rounded once, at the end) and in
    the input's dtype otherwise. ``kernel`` is asked first, with all of ``x``, (n,).
    """
    a = as_float(x, name)
    flat = a.reshape(-1)  # (n,)
    out = np.empty_like(flat)
    _fill(f, flat, out, kernel)
    shaped: Array = out.reshape(a.shape)[()]
    return shaped


def transform(
    f: Callable[[Array], Array], x: Array, out: Array, kernel: Kernel | None = None
) -> Array:
    """Write ``f`` of every element of ``x`` to ``out`` and give that back; both C-contiguous.

    What ``elementwise`` does, without its checks and without a new array for the result.
    """
    _fill(f, x.reshape(-1), out.reshape(-1), kernel)
    return out


def _fill(f: Callable[[Array], Array], x: Array, out: Array, kernel: Kernel | None) -> None:
    """Results that underflow are zero, which is right, so NumPy is told not to mention it."""
    if kernel is not None and kernel(x, out):
        return
    work = np.dtype(np.float32) if x.dtype == np.float16 else x.dtype
    with np.errstate(under="ignore"):
        for start in range(0, x.size, BLOCK):
            block = x[start : start + BLOCK].astype(work, copy=False)
            out[start : start + BLOCK] = f(block)


class Scratch:
    """Arrays that are written anew in every step instead of being made anew."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Return the array of this name; what it holds is left over from its last use."""
        array = self._arrays.get(name)
        fits = (
            array is not None
            and array.dtype == dtype
            and array.shape[1:] == shape[1:]
            and len(array) >= shape[0]
        )
        if array is None or not fits:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array[: shape[0]]


def as_rng(rng: object, name: str = "rng") -> np.random.Generator:
    """Return ``rng`` back if it is a ``numpy.random.Generator``; raise TypeError otherwise."""
    if isinstance(rng, np.random.Generator):
        return rng
    raise TypeError(
        f"{name} must be a numpy.random.Generator, got {rng!r}; "
        "write rng=np.random.default_rng(0), for example"
    )


def as_count(n: object, name: str, least: int = 1) -> int:
    """Return ``n`` as a Python int of at least ``least``; else raise TypeError or ValueError."""
    if isinstance(n, bool | np.bool_) or not isinstance(n, int | np.integer):
        raise TypeError(f"{name} must be a whole number, got {n!r}")
    if n < least:
        raise ValueError(f"{name} must be at least {least}, got {n}")
    return int(n)

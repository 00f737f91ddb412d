"""Compiled forms of a few functions, for machines that have numba (extra ``fast``).

NumPy's form is the one to read, and the only one where numba is missing, in the browser for
example. The compiled one gives the same numbers up to rounding. Importing numba and fetching a
kernel takes about a second, so both wait until an array is large enough to be worth it.
"""

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from ffnlib._base.arrays import BLOCK, Array

LARGE: Final[int] = 1 << 17
"""Elements from which on a function of an array is left to its kernel.

A kernel is ahead from a few hundred elements on (``benchmarks/elementwise.py``), but it takes
thousands of smaller arrays to win back the second that loading it costs.
"""

PRODUCTS: Final[int] = 1 << 20
"""Products of numbers from which on a product of matrices, one of few rows, is left to its kernel.

Below, OpenBLAS has a form for small matrices, which is the faster one."""
ROWS: Final = {1: 32, 2: 16}
"""How few rows, for the threads that the linear algebra may use; the kernel uses one."""


@cache
def threads() -> int:
    """Return how many threads NumPy's linear algebra may use."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        if (given := os.environ.get(name, "")).isdigit():
            return max(1, int(given))
    return os.cpu_count() or 1


@cache
def kernels_of(module: str) -> Any:
    """Return a module of compiled kernels, or None where numba is missing or cannot be loaded."""
    if find_spec("numba") is None:
        return None
    try:
        return import_module(module)
    except (ImportError, OSError):  # a numba that is not made for this NumPy, or for this machine
        return None


def run_kernel(module: str, name: str, x: Array, out: Array) -> bool:
    """Let a kernel read ``x`` and write ``out`` if it serves such arrays; tell whether it did."""
    serves = (
        x.size >= LARGE
        and x.dtype == out.dtype
        and x.dtype.char in "fd"
        and x.flags.c_contiguous
        and out.flags.c_contiguous
    )
    kernels = kernels_of(module) if serves else None
    if kernels is None:
        return False
    kernel = getattr(kernels, name)
    if np.may_share_memory(x, out):  # the compiler would take one element at a time
        for start in range(0, len(x), BLOCK):
            part = slice(start, start + BLOCK)
            kernel(x[part].copy(), out[part])
    else:
        kernel(x, out)
    return True


def product_kernel(module: str, x: Array, W: Array, y: Array | None) -> Any:
    """Return the kernel that writes x W^T to y, or None where NumPy is to do it.

    x is (n, d_in) with few rows, but not one; W is (d_out, d_in); without y it will be made.
    """
    if not (
        x.ndim == 2
        and 2 <= len(x) <= ROWS.get(threads(), 0)
        and x.shape[0] * W.size >= PRODUCTS
        and all(a is None or (a.dtype == np.float32 and a.flags.c_contiguous) for a in (x, W, y))
    ):
        return None
    if y is not None and (np.may_share_memory(x, y) or np.may_share_memory(W, y)):
        return None
    kernels = kernels_of(module)
    return None if kernels is None else kernels.few_rows

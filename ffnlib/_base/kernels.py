"""Compiled forms of a few functions, for machines that have numba (extra ``fast``).

NumPy's form is the one to read, and the only one where numba is missing, in the browser for
example. The compiled one gives the same numbers up to rounding. Importing numba and fetching a
kernel takes about a second, so both wait until an array is large enough to be worth it.
"""

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

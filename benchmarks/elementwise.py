"""Time of softmax, log-sum-exp and GELU, beside SciPy and PyTorch.

Wanted, with one thread: log-sum-exp and softmax over 10 classes of many examples 3 times as fast as
SciPy, softmax over 32,000 twice and as fast as PyTorch; exact GELU in float32 3 times as fast as
SciPy's ``x * (1 + erf(x / sqrt 2)) / 2`` and as fast as PyTorch's, in float64 1.2 and 0.7 times.

At last, sizes below and above the one from which on the compiled form is taken: there it has to be
ahead of NumPy's, or within 5 % of it.
"""

import sys
from functools import partial

import numpy as np
import scipy.special
import torch
from interleave import print_speedups, run_with_threads, time_in_turns

from ffnlib._base import kernels
from ffnlib.nn import gelu, gelu_tanh, logsumexp, softmax

SHAPES = [(10_000, 10), (128, 10), (64, 32_000)]
WIDE = [(16, 100), (128, 1000), (2000, 66), (1, 1 << 17), (8, 50_000), (64, 32_000)]
WANTED = {
    ("softmax", (10_000, 10)): {"SciPy": 3.0},
    ("softmax", (64, 32_000)): {"SciPy": 2.0, "PyTorch": 1.0},
    ("logsumexp", (64, 32_000)): {"SciPy": 3.0, "PyTorch": 1.0},
    ("logsumexp", (10_000, 10)): {"SciPy": 3.0},
    ("logsumexp", (128, 10)): {"SciPy": 3.0},
}
WANTED_OF_GELU = {
    np.float32: {"SciPy's erf": 3.0, "PyTorch": 1.0},
    np.float64: {"SciPy's erf": 1.2, "PyTorch": 0.7},
}


def scipy_gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + scipy.special.erf(x * x.dtype.type(np.sqrt(0.5)))) / 2


def power_gelu(x: np.ndarray) -> np.ndarray:
    """The tanh form as it is often written."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x**3)))


def measure() -> None:
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        z = rng.normal(scale=5, size=shape).astype(np.float32)
        tensor = torch.from_numpy(z)
        rounds, repeats = (21, 1) if z.size > 10**6 else (41, 5)
        for ours, theirs, torchs in (
            (softmax, scipy.special.softmax, torch.softmax),
            (logsumexp, scipy.special.logsumexp, torch.logsumexp),
        ):
            what = f"{ours.__name__}, {shape[0]:,} x {shape[1]:,}, float32"
            timings = time_in_turns(
                {
                    "ffnlib": lambda ours=ours, z=z: ours(z),
                    "SciPy": lambda theirs=theirs, z=z: theirs(z, axis=-1),
                    "PyTorch": lambda torchs=torchs, tensor=tensor: torchs(tensor, -1),
                },
                rounds,
                repeats,
            )
            print_speedups(
                what, timings, "ffnlib", "µs", 1e6, WANTED.get((ours.__name__, shape), {})
            )

    for dtype in (np.float32, np.float64):
        x = rng.normal(scale=3, size=10**6).astype(dtype)
        tensor = torch.from_numpy(x)
        what = f"GELU of a million, {np.dtype(dtype)}"
        timings = time_in_turns(
            {
                "ffnlib, exact": lambda x=x: gelu(x),
                "ffnlib, tanh form": lambda x=x: gelu_tanh(x),
                "SciPy's erf": lambda x=x: scipy_gelu(x),
                "tanh form with x**3": lambda x=x: power_gelu(x),
                "PyTorch": lambda t=tensor: torch.nn.functional.gelu(t),
            },
            15,
        )
        print_speedups(what, timings, "ffnlib, exact", "ms", 1e3, WANTED_OF_GELU[dtype])
        measure_choice(dtype)


def measure_choice(dtype: type) -> None:
    """Kernel beside NumPy, by size."""
    shapes = [(1 << k,) for k in (10, 13, 16, 17, 18, 20, 22)]
    for f, given in ((gelu, shapes), (gelu.derivative, shapes), (softmax, WIDE)):
        name = {gelu: "GELU", softmax: "softmax"}.get(f, "GELU's slope")
        for shape in given:
            x = np.random.default_rng(0).normal(scale=3, size=shape).astype(dtype)
            timings = time_in_turns(
                {
                    "kernel": partial(with_kernels_from, 0, f, x),
                    "NumPy": partial(with_kernels_from, sys.maxsize, f, x),
                },
                15,
                max(1, (1 << 19) // x.size),
            )
            taken = x.size >= kernels.LARGE
            what = f"{name} of {' x '.join(map(str, shape))}, {np.dtype(dtype)}"
            print_speedups(what, timings, "kernel", "µs", 1e6, {"NumPy": 0.95} if taken else {})


def with_kernels_from(size: int, f, x: np.ndarray) -> np.ndarray:
    usual, kernels.LARGE = kernels.LARGE, size
    try:
        return f(x)
    finally:
        kernels.LARGE = usual


if __name__ == "__main__":
    run_with_threads(__file__, measure)

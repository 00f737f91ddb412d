"""What a machine can do at most: operations and bytes a second, from its data sheet or measured.

Data sheets quote tensor-core speeds "with sparsity", two of every four weights being 0; ``peak``
holds those for ordinary (dense) matrices, which are half as high. They are limits, not what a
program reaches.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from types import MappingProxyType
from typing import Final

import numpy as np

from ffnlib._base.arrays import as_count

BITS: Final[Mapping[str, int]] = MappingProxyType(
    {"float32": 32, "bfloat16": 16, "float16": 16, "float8": 8, "int8": 8, "int4": 4}
)
"""Bits of a number in each precision; scales and zero points of quantised ones not counted."""


@dataclass(frozen=True)
class Machine:
    """The limits of one device.

    Attributes
    ----------
    name : str
    peak : mapping from precision to float
        Operations a second on dense matrices, in the precisions that it computes in.
    bandwidth : float
        Bytes a second from its main memory.
    memory : float
        Bytes that it holds; infinite if not known.
    link : float, optional
        Bytes a second that it sends to another device, one way; None if not known.
    source : str
        Key in the bibliography, or what was measured.

    Raises
    ------
    TypeError, ValueError
        If a limit is not above 0, there is no peak, or an unknown precision.
    """

    name: str
    peak: Mapping[str, float] = field(hash=False)
    bandwidth: float
    memory: float = inf
    link: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.peak:
            raise ValueError("peak must hold at least one precision, got none")
        for precision, speed in self.peak.items():
            check_precision(precision, "peak")
            above_zero(speed, f"peak[{precision!r}]")
        above_zero(self.bandwidth, "bandwidth")
        if self.memory != inf:
            above_zero(self.memory, "memory")
        if self.link is not None:
            above_zero(self.link, "link")

    def speed(self, precision: str) -> float:
        """Return the peak in a precision; ValueError if the machine does not compute in it."""
        if precision not in self.peak:
            raise ValueError(
                f"precision must be one that {self.name} computes in ({', '.join(self.peak)}), "
                f"got {precision!r}"
            )
        return self.peak[precision]

    def ridge(self, precision: str) -> float:
        """Return the operations a byte from which on computing is the limit, not the memory."""
        return self.speed(precision) / self.bandwidth


def check_precision(precision: str, name: str = "precision") -> str:
    """Return ``precision`` back if it is a key of ``BITS``; raise ValueError otherwise."""
    if precision not in BITS:
        raise ValueError(f"{name} must be one of {', '.join(BITS)}, got {precision!r}")
    return precision


def above_zero(value: float, name: str) -> float:
    """Return a finite number above 0 as a float; raise TypeError or ValueError otherwise."""
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 < value < inf:
        raise ValueError(f"{name} must be above 0 and finite, got {value}")
    return float(value)


def bytes_of(numbers: int, precision: str) -> int:
    """Return the bytes of so many numbers, rounded up to a whole one.

    TypeError or ValueError if ``numbers`` is no whole number from 0, or the precision unknown.
    """
    bits = as_count(numbers, "numbers", least=0) * BITS[check_precision(precision)]
    return -(-bits // 8)


@dataclass(frozen=True)
class Precision:
    """In what the numbers are kept: keys of ``BITS``.

    Products are computed in the precision of the activations. ValueError for an unknown one.
    """

    weights: str = "bfloat16"
    cache: str = "bfloat16"
    activations: str = "bfloat16"

    def __post_init__(self) -> None:
        for name in ("weights", "cache", "activations"):
            check_precision(getattr(self, name), name)


BFLOAT16: Final = Precision()


_T: Final = 1e12
_G: Final = 1e9

HARDWARE: Final[dict[str, Machine]] = {
    machine.name: machine
    for machine in (
        # 2,039 GB/s; NVLink's 600 GB/s are both ways together
        Machine(
            "A100 80GB SXM",
            {"float32": 19.5 * _T, "bfloat16": 312 * _T, "float16": 312 * _T, "int8": 624 * _T},
            2039 * _G, 80 * _G, 300 * _G, "nvidia2021a100",
        ),
        # quoted with sparsity: 1,979 TFLOP/s in bfloat16, 3,958 in int8 and FP8; NVLink 900 GB/s,
        # both ways together
        Machine(
            "H100 SXM",
            {"float32": 67 * _T, "bfloat16": 1979 / 2 * _T, "float16": 1979 / 2 * _T,
             "float8": 3958 / 2 * _T, "int8": 3958 / 2 * _T},
            3350 * _G, 80 * _G, 450 * _G, "nvidia2023h100",
        ),
        # quoted with sparsity: 242 TFLOP/s and 485; PCIe Gen4 x16, 64 GB/s both ways together
        Machine(
            "L4",
            {"float32": 30.3 * _T, "bfloat16": 242 / 2 * _T, "float16": 242 / 2 * _T,
             "float8": 485 / 2 * _T, "int8": 485 / 2 * _T},
            300 * _G, 24 * _G, 32 * _G, "nvidia2023l4",
        ),
        # 275 TFLOP/s in bfloat16 or int8, 32 GiB, 1,200 GB/s: docs.cloud.google.com/tpu/docs/v4 too
        Machine(
            "TPU v4", {"bfloat16": 275 * _T, "int8": 275 * _T}, 1200 * _G, 32 * 2**30, None,
            "jouppi2023",
        ),
    )
}  # fmt: skip
"""Published limits of devices, with the source of each."""


def measure_machine(seconds: float = 1.0, megabytes: int = 96, size: int = 1024) -> Machine:
    """Measure what NumPy reaches here: products of float32 matrices, and reading from memory.

    Parameters
    ----------
    seconds : float
        Time for all, half of it for the products; at least one round of each is done.
    megabytes : int
        Size of the matrix that is read; several times the processor's cache.
    size : int
        Rows and columns of the matrices that are multiplied.

    Returns
    -------
    Machine
        ``peak["float32"]`` is the fastest product of two (size, size) matrices, ``bandwidth`` the
        fastest product of a matrix of that many megabytes with a vector, as in decoding.

    Raises
    ------
    TypeError, ValueError
        If ``seconds`` is not above 0 and at most 60, or a size not a whole number above 0.
    """
    start, seconds = perf_counter(), above_zero(seconds, "seconds")
    if seconds > 60:
        raise ValueError(f"seconds must be at most 60, got {seconds:g}")
    n, rows = as_count(size, "size"), as_count(megabytes, "megabytes") * 2**20 // (4 * 2048)
    a = np.full((n, n), 0.5, np.float32)
    product = np.empty_like(a)
    quickest = _quickest(lambda: np.matmul(a, a, out=product), start + seconds / 2)
    matrix = np.full((rows, 2048), 0.5, np.float32)  # full, so that every page is there
    vector, out = np.full(2048, 0.5, np.float32), np.empty(rows, np.float32)
    read = _quickest(lambda: np.matmul(matrix, vector, out=out), start + seconds)
    return Machine(
        "this machine",
        {"float32": 2 * n**3 / quickest},
        (matrix.nbytes + vector.nbytes + out.nbytes) / read,
        source=f"measured: float32, {n} x {n} matrices; {megabytes} MB read",
    )


def _quickest(work: Callable[[], object], deadline: float) -> float:
    """Repeat until the deadline; give the seconds of the quickest round after the first."""
    work()  # wakes the threads, fills the caches
    best = inf
    while True:
        began = perf_counter()
        work()
        now = perf_counter()
        best = min(best, now - began)
        if now + best > deadline:
            return max(best, 1e-9)  # a clock as coarse as a browser's may have stood still

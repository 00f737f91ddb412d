"""Which form of a computation this machine uses: NumPy's, or a compiled one."""

from typing import Any, Final, NamedTuple

from ffnlib._base.kernels import LARGE, PRODUCTS, ROWS, kernels_of, threads
from ffnlib.quantization import load_kernels


class Engine(NamedTuple):
    """What does a kind of work here."""

    work: str
    engine: str
    """ "NumPy", "numba", or "numba, VNNI" where the processor's own instruction is used."""
    when: str
    """For which arrays; NumPy does the others."""


FLOATS: Final = f"float32 or float64, {LARGE:,} numbers or more"


def engines() -> list[Engine]:
    """Say who does the work that has a compiled form; the results are equal up to rounding.

    The choice is made by size for each array. Compiled forms need numba (extra ``fast``), which is
    loaded by this call.

    Returns
    -------
    list of Engine
    """
    plain, packed = kernels_of("ffnlib.nn._kernels"), load_kernels()
    rows = ROWS.get(threads(), 0)
    whole = "numba, VNNI" if packed is not None and packed.VNNI else _engine(packed)
    few = f"float32, 2 to {rows} rows, {PRODUCTS:,} products of numbers or more"
    return [
        Engine("GELU and its slope", _engine(plain), FLOATS),
        Engine("softmax over more than 64 classes", _engine(plain), FLOATS),
        Engine(
            "products of few rows with a weight matrix",
            _engine(plain if rows else None),
            few if rows else f"never: NumPy's linear algebra has {threads()} threads",
        ),
        Engine("INT8 and INT4 weights, inputs in INT8", whole, "up to 8 rows"),
        Engine("INT8 and INT4 weights, float inputs", _engine(packed), "float32, up to 8 rows"),
        Engine("inputs that are 0 skipped", _engine(packed), "float32, one row"),
    ]


def _engine(kernels: Any) -> str:
    return "NumPy" if kernels is None else "numba"

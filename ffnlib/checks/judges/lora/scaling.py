"""Mistakes in the factor alpha/r of an update."""

from collections.abc import Callable
from typing import Any

from numpy import float64, sqrt
from numpy.typing import NDArray

from ffnlib.checks.problem import Mistake

Array = NDArray[float64]


def _factors(alpha: float, r: int, A: Array, B: Array) -> list[tuple[str, float]]:
    """Return the factors that are mistaken for alpha/r, each with what to say."""
    d_in, d_out = A.shape[1], B.shape[0]
    sizes = (("inputs", d_in), ("outputs", d_out))
    return [
        ("alpha is not divided by the rank", alpha),
        ("the factor alpha/r is forgotten", 1.0),
        ("alpha is forgotten: only the division by the rank is there", 1.0 / r),
        ("the factor is upside down: it is alpha/r, not r/alpha", r / alpha),
        ("alpha is divided by the root of the rank: here by the rank itself", alpha / sqrt(r)),
        ("alpha is multiplied by the rank: divide by it", alpha * r),
        ("alpha // r rounds down: divide with /", alpha // r),
        ("the factor alpha/r is multiplied twice", (alpha / r) ** 2),
        *(
            (f"the rank is misread: alpha is divided by the number of {said}", alpha / size)
            for said, size in sizes
        ),
        ("the update is subtracted: add it", -alpha / r),
    ]


def with_factors(
    alpha: float, A: Array, B: Array, base: Any, update: Array, name: str = ""
) -> list[Mistake]:
    """Make the mistakes in the factor of an update that is added to a base."""

    def made(factor: float) -> Callable[[], Any]:
        return lambda: base + factor * update

    return [Mistake(f"{name}{words}", made(f)) for words, f in _factors(alpha, len(A), A, B)]


ADAPTER: dict[str, Any] = {"A": "matrix", "B": "matrix", "alpha": "number"}

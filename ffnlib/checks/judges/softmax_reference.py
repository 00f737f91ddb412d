"""Softmax and its relatives for the judges, and how results with nan and inf are compared."""

from collections.abc import Callable, Sequence

from numpy import all as np_all
from numpy import asarray, exp, float64, isnan, isneginf, log, shape
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, judge_value

Array = NDArray[float64]

NO_SHIFT = "subtract the maximum of each line before exp"


def naive(z: Array, axis: int) -> Array:
    """The formula as printed, with its overflow."""
    e = exp(z)
    p: Array = e / np_sum(e, axis=axis, keepdims=True)
    return p


def softmax(z: Array, axis: int) -> Array:
    """Softmax of any logits."""
    return naive(z - np_max(z, axis=axis, keepdims=True), axis)


def logsumexp(z: Array, axis: int, keepdims: bool = False) -> Array:
    """Logarithm of the sum of exponentials, of lines with a finite maximum."""
    m = np_max(z, axis=axis, keepdims=True)
    lse: Array = m + log(np_sum(exp(z - m), axis=axis, keepdims=True))
    return lse if keepdims else lse.squeeze(axis)


def log_softmax(z: Array, axis: int) -> Array:
    """Logarithm of the softmax; -inf where a logit is -inf."""
    return z - logsumexp(z, axis, keepdims=True)


def along(
    z: Array, axis: int, function: Callable[[Array, int], Array], words: str
) -> list[Mistake]:
    """Return the mistakes of taking another axis than the one asked for."""

    def made(other: int) -> Mistake:
        ignored = " (axis is an argument: is it used?)" if other in (0, z.ndim - 1) else ""
        return Mistake(words + ignored, lambda: function(z, other))

    return [made(other) for other in range(z.ndim) if other != axis % z.ndim]


def judge_logits(
    name: str, got: Array, wanted: Array, mistakes: Sequence[Mistake], tolerance: float
) -> Fault | None:
    """Compare a result in which -inf stands for a masked class."""
    overflow = f": does exp overflow, or a log get 0? {NO_SHIFT}"
    fault = judge_value(name, got, wanted, mistakes, tolerance, overflow=overflow)
    if fault is None or fault.guesses:
        return fault
    masked = isneginf(asarray(wanted))
    if shape(got) == shape(wanted) and masked.any():
        here = asarray(got)[masked]
        if not np_all(isneginf(here)):
            what = "nan" if isnan(here).any() else "a finite number"
            return fault.observed(
                f"a logit of -inf gives {what}: the class is ruled out, its log is -inf"
            )
    return fault

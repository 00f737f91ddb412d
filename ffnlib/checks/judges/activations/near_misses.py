"""Say what is wrong with a result that is right almost everywhere, or only nearly right."""

from numpy import abs as np_abs
from numpy import float64, maximum
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, close

Array = NDArray[float64]

OVERFLOW = ": does exp overflow for large |x|?"


def far_off(fault: Fault | None, x: Array, got: Array, wanted: Array) -> Fault | None:
    """Say of a result that is right for small inputs that it goes wrong for large ones."""
    if fault is None or not fault.unexplained:
        return fault
    off = np_abs(got - wanted) > 1e-5 * maximum(1.0, np_abs(wanted))
    if off.any() and np_abs(x[off]).min() > 3.0:
        return fault.observed("right for small x, but not far from 0: is something cut off there?")
    return fault


def rough(fault: Fault | None, got: Array, wanted: Array) -> Fault | None:
    """Say of a result that is nearly right that it is only nearly right."""
    if fault is not None and fault.unexplained and close(got, wanted, 3e-3):
        return fault.observed(
            "the derivative is only roughly right: an approximation, or too coarse a difference"
        )
    return fault

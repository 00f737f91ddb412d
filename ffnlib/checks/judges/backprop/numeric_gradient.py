"""The problem ``numeric_gradient``, with the mistakes its results give away."""

from functools import partial

from numpy import float64, shape, zeros_like
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close,
    guessed,
    judge_value,
    mistakes_made,
)

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    f, p = inputs["f"], inputs["p"]
    got, wanted = returned["gradient"], expected["gradient"]
    total = zeros_like(wanted) + np_sum(wanted)

    def moved_along(axis: int) -> Array:
        together: Array = zeros_like(wanted) + np_sum(wanted, axis=axis, keepdims=True)
        return together

    # differences that are not divided are as many times too small as the step is
    most = abs(wanted).max(initial=1e-300)
    small = abs(got).max(initial=0.0) / most if abs(got).max(initial=0.0) < 0.03 * most else 0.0
    mistakes = [
        Mistake("twice too large: f(p + h) - f(p - h) is divided by 2h", lambda: 2.0 * wanted),
        Mistake("half as large: a difference over one h is divided by h", lambda: wanted / 2.0),
        Mistake("the sign is wrong", lambda: -wanted),
        Mistake("all entries are moved at once: move one and leave the others", lambda: total),
        Mistake("all entries are moved at once: move one and leave the others",
                lambda: np_sum(wanted)),
        *(
            Mistake("whole rows or columns are moved at once: move one entry and leave the others",
                    partial(moved_along, axis))
            for axis in range(wanted.ndim)
            if wanted.ndim > 1
        ),
        Mistake("the differences are not divided by the step", lambda: wanted * small),
        Mistake("this is f, not its gradient", lambda: zeros_like(wanted) + f(p)),
        Mistake("flattened: the gradient has the shape of p", lambda: wanted.reshape(-1)),
        Mistake("the gradient is multiplied by p", lambda: wanted * p),
        Mistake("transposed: the gradient has the shape of p", lambda: wanted.T),
    ]  # fmt: skip
    fault = judge_value("the gradient", returned["gradient"], wanted, [], tol)
    if fault is None:
        return None
    guesses = mistakes_made(got, wanted, mistakes, 1e-4)
    if guesses:
        return guessed(guesses, fault.fact, fault.detail)
    if close(got, wanted, 5e-2):
        return Fault(
            "only roughly right: take the difference on both sides, with a step that is neither "
            "large nor tiny, and put each entry back",
            fault.detail,
            fact=fault.fact,
        )
    if not fault.unexplained:
        return fault
    if shape(got) and close(got.reshape(-1)[0], wanted.reshape(-1)[0], tol):
        return fault.observed(
            "the first entry is right, then it goes wrong: is every entry put back?"
        )
    return fault


PROBLEM = Problem(
    "numeric_gradient",
    {"f": "function", "p": "array"},
    {"gradient": "array"},
    _judge,
    single=1e-6,
)

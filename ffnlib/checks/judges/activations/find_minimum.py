"""The problem ``find_minimum``, with the mistakes its results give away."""

from collections.abc import Callable
from functools import partial
from math import sqrt

from numpy import asarray, float64
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import gelu_slope, normal, sigmoid, silu_slope
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, guessed, mistakes_made

Array = NDArray[float64]


def _root(slope: Callable[[Array], Array]) -> float:
    """Return where a slope changes sign between -3 and 0."""
    low, high = -3.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if float(slope(asarray(middle))) < 0.0 else (low, middle)
    return (low + high) / 2.0


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    name, beta = inputs["name"], inputs["beta"]
    x, v = expected["x"], expected["value"]
    got = (returned["x"], returned["value"])
    near = max(1e-4, tol)
    if close(got[0], x, near) and close(got[1], v, tol):
        return None
    gate = {"gelu": normal, "silu": sigmoid}
    other = "silu" if name == "gelu" else "gelu"
    slope = silu_slope if other == "silu" else gelu_slope
    swap = _root(slope) / beta
    # where the derivative itself is least, for beta = 1
    steep = -sqrt(2.0) if name == "gelu" else -2.3993572805154
    f = gate[name]

    def ended(start: float) -> tuple[float, float]:
        """Where a search ends that begins right of the minimum."""
        if start <= x:
            raise ValueError("the minimum is found")
        return start, start * float(f(asarray(beta * start)))

    mistakes = [
        Mistake("the two results are swapped: return x, then the value", lambda: (v, x)),
        Mistake("beta is ignored: this is the minimum for beta = 1", lambda: (x * beta, v * beta)),
        Mistake("beta is on the wrong side: a larger beta moves the minimum towards 0",
                lambda: (x * beta * beta, v * beta * beta)),
        Mistake("the wrong function: check what name asks for",
                lambda: (swap, swap * float(gate[other](beta * swap)))),
        Mistake("x has the wrong sign: the minimum lies left of 0", lambda: (-x, v)),
        Mistake("both have the wrong sign: the function was turned over", lambda: (-x, -v)),
        *(
            Mistake("the search begins too late: with a small beta the minimum lies further left",
                    partial(ended, float(start)))
            for start in range(-5, 0)
        ),
        Mistake("the value has the wrong sign", lambda: (x, -v)),
        Mistake("x is right, but the value is that of the derivative, which is 0 there",
                lambda: (x, 0.0)),
        Mistake("x is right, but the value is that of the gate alone", lambda: (x, v / x)),
        Mistake("x is right, but the value ignores beta", lambda: (x, x * float(f(x)))),
    ]  # fmt: skip
    guesses = mistakes_made(got, (x, v), mistakes, 1e-4)
    if close(got[0], steep / beta, 1e-3):
        guesses.append("this is where the derivative is least, not the function")
    if close(got[0], x, 0.06) and close(got[1], v, 0.01):
        guesses.append("near the minimum, but not within 1e-4 in x and 1e-6 in value: search finer")
    if got[0] >= 0.0:
        guesses.append("x is wrong: the minimum lies left of 0")
    return guessed(guesses, "this is not the minimum: is the derivative 0 there?")


PROBLEM = Problem(
    "find_minimum",
    {"name": "text", "beta": "number"},
    {"x": "number", "value": "number"},
    _judge,
    single=1e-6,
)

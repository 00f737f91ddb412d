"""The problem ``dead_unit_rate``, with the mistakes its results give away."""

from numpy import float64
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    X, W, b = inputs["X"], inputs["W"], inputs["b"]
    z: Array = X @ W.T + b  # (batch, units)
    off = z <= 0.0
    rate = expected["rate"]
    mistakes = [
        Mistake("this is the share of zeros: a dead unit is off for every example",
                lambda: off.mean()),
        Mistake("a unit counts as dead if it is off for one example: it must be off for all",
                lambda: off.any(axis=0).mean()),
        Mistake("this is the share of living units", lambda: 1.0 - rate),
        Mistake("this is the number of dead units, not their share", lambda: rate * z.shape[1]),
        Mistake("this is the number of living units, not the share of dead ones",
                lambda: (1.0 - rate) * z.shape[1]),
        Mistake("this is in per cent: a share lies between 0 and 1", lambda: 100.0 * rate),
        Mistake("the wrong axis: this is the share of examples for which all units are off",
                lambda: off.all(axis=1).mean()),
        Mistake("divided by the number of examples, not of units",
                lambda: off.all(axis=0).sum() / z.shape[0]),
        Mistake("the bias is missing or has the wrong sign",
                lambda: (X @ W.T <= 0.0).all(axis=0).mean()),
        Mistake("the bias is missing or has the wrong sign",
                lambda: (X @ W.T - b <= 0.0).all(axis=0).mean()),
        Mistake("exactly 0 is off as well: relu(0) is 0", lambda: (z < 0.0).all(axis=0).mean()),
        Mistake("this is the mean over the batch: off on average is not off always",
                lambda: (z.mean(axis=0) <= 0.0).mean()),
        Mistake("W is transposed: a unit is a row of W",
                lambda: (X @ W + b <= 0.0).all(axis=0).mean()),
    ]  # fmt: skip
    return judge_value("the rate", returned["rate"], rate, mistakes, tol)


PROBLEM = Problem(
    "dead_unit_rate",
    {"X": "matrix", "W": "matrix", "b": "vector"},
    {"rate": "number"},
    _judge,
)

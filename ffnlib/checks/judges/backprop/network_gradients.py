"""The problem ``network_gradients``, with the mistakes its results give away."""

from collections.abc import Collection
from itertools import combinations
from typing import Any

from numpy import eye, float64, tanh
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, guessed, judge_value

Array = NDArray[float64]

# The four in the notebook's broken function, in the order of the backward pass.
PLANTED = {
    "late": "the targets are subtracted after the division by m: they need the 1/m too",
    "before": "dW2 is made with z1: it needs what entered the second layer, h",
    "slope": "the slope of tanh is taken with z1: it is 1 - h^2",
    "twice": "dW1 and db1 are divided by m again: the 1/m is in d2 already",
}

# Others that somebody may make while repairing.
OTHERS = {
    "no_mean": "the 1/m is missing: the loss is the mean over the batch",
    "sign": "the sign is wrong: p minus the targets, or training climbs",
    "no_target": "the targets are not subtracted from p",
    "no_slope": "the slope of tanh is missing in d1",
    "slope_of_h": "the slope of tanh is taken at h, where z1 belongs",
    "slope_linear": "the slope of tanh is 1 - h^2, not 1 - h",
    "double": "dW2 is divided by m again: the 1/m is in d2 already",
    "bias_mean": "the biases get the mean over the batch: they need the sum, 1/m is in d2 already",
}


def gradients(given: Parts, faults: Collection[str] = ()) -> tuple[Array, ...]:
    """Return the gradients of the mean cross-entropy for W1, b1, W2 and b2, with faults."""
    x, t, W1, b1, W2, b2 = (given[name] for name in ("x", "t", "W1", "b1", "W2", "b2"))
    m = len(x)
    z1 = x @ W1.T + b1  # (m, hidden)
    h = tanh(z1)
    p, one_hot = softmax(h @ W2.T + b2, -1), eye(len(b2))[t]  # (m, classes)
    d2 = p / m - one_hot if "late" in faults else (p - one_hot) / m
    if "no_target" in faults:
        d2 = p / m
    d2 = d2 * (m if "no_mean" in faults else 1) * (-1 if "sign" in faults else 1)
    dW2 = d2.T @ (z1 if "before" in faults else h) / (m if "double" in faults else 1)
    slope: Any = 1 - h**2
    others = {"slope": 1 - z1**2, "no_slope": 1.0, "slope_of_h": 1 - tanh(h) ** 2,
              "slope_linear": 1 - h}  # fmt: skip
    for name, other in others.items():
        slope = other if name in faults else slope
    d1 = d2 @ W2 * slope
    again = m if "twice" in faults else 1
    each = m if "bias_mean" in faults else 1
    return d1.T @ x / again, d1.sum(axis=0) / again / each, dW2, d2.sum(axis=0) / each


def _in_one(name: str, wanted: Array, m: int) -> list[Mistake]:
    """Mistakes in the gradient of one parameter."""
    return [
        Mistake(f"{name} is transposed: it has the shape of the parameter", lambda: wanted.T),
        Mistake(f"{name} has the wrong sign", lambda: -wanted),
        Mistake(f"{name} is m times too large", lambda: wanted * m),
        Mistake(f"{name} is m times too small", lambda: wanted / m),
        Mistake(f"{name} is 0: this parameter would never learn", lambda: wanted * 0.0),
        Mistake(f"{name} is added up over the units as well: every unit has its own",
                lambda: wanted * 0.0 + np_sum(wanted)),
    ]  # fmt: skip


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the repaired backward pass of the classifier."""
    names = ("dW1", "db1", "dW2", "db2")
    got, wanted = [returned[n] for n in names], [expected[n] for n in names]

    def agree(ours: Any) -> bool:
        return all(close(a, b, tol) for a, b in zip(got, ours, strict=True))

    if agree(wanted):
        return None
    left = [c for n in range(1, 5) for c in combinations(PLANTED, n)]
    single = [(name,) for name in OTHERS]
    mixed = [(*planted, other) for other in OTHERS for planted in left if len(planted) < 3]
    words = PLANTED | OTHERS
    guesses = []
    for faults in (*left, *single, *mixed):
        if agree(gradients(inputs, faults)):
            more = f" ({len(faults) - 1} more beside this)" if len(faults) > 1 else ""
            whole = len(faults) == len(PLANTED)
            guesses.append("all four faults are still there" if whole else words[faults[0]] + more)
    if guesses:
        return guessed(guesses, "the gradients are wrong")
    m = len(inputs["x"])
    # backwards, as the gradients are computed: the first wrong one is nearest to the fault
    for name, ours, theirs in reversed(list(zip(names, wanted, got, strict=True))):
        fault = judge_value(name, theirs, ours, _in_one(name, ours, m), tol)
        if fault is not None:
            return fault
    return None


PROBLEM = Problem(
    "network_gradients",
    {"x": "matrix", "t": "classes", "W1": "matrix", "b1": "vector", "W2": "matrix", "b2": "vector"},
    {"dW1": "matrix", "db1": "vector", "dW2": "matrix", "db2": "vector"},
    _judge,
)

"""Judges of the broken two-layer classifier and of the trained one."""

from collections.abc import Callable, Collection
from itertools import combinations
from typing import Any

from numpy import all as np_all
from numpy import argmax, exp, eye, float64, isfinite, maximum, mean, shape, std, tanh
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, close, guessed, judge_value

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
MOST_UNITS = 200
REQUIRED = 0.93


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


def judge_network(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


def _judge_shapes(d_in: int, classes: int, net: Parts) -> Fault | None:
    W1, b1, W2, b2 = (net[name] for name in ("W1", "b1", "W2", "b2"))
    hidden = W1.shape[0]
    if W1.shape[1] != d_in:
        if hidden == d_in:
            return Fault(f"W1 is transposed: it has a row for each hidden unit, {d_in} columns")
        return Fault("W1 needs a column for each input", f"it has {W1.shape[1]}, there are {d_in}")
    if W2.shape != (classes, hidden) and W2.shape == (hidden, classes):
        return Fault("W2 is transposed: it has a row for each class")
    for name, part, wanted in (
        ("b1", b1, (hidden,)), ("W2", W2, (classes, hidden)), ("b2", b2, (classes,)),
    ):  # fmt: skip
        if shape(part) != wanted:
            return Fault(
                f"{name} does not fit W1",
                f"its shape is {shape(part)}, with this W1 it needs {wanted}",
            )
    if hidden > MOST_UNITS:
        return Fault(f"the network has more than {MOST_UNITS} hidden units", f"it has {hidden}")
    return None


def _relu(z: Array) -> Array:
    value: Array = maximum(z, 0.0)
    return value


def _logistic(z: Array) -> Array:
    value: Array = 1.0 / (1.0 + exp(-z))
    return value


def _rescaled(x: Array, training: Array) -> list[Array]:
    """Images as somebody may have changed them before training."""
    centre, spread = mean(training), std(training)
    each = mean(training, axis=0)
    return [16.0 * x, 2.0 * x - 1.0, x - 0.5, x - centre, (x - centre) / spread, x - each,
            (x - each) / (std(training, axis=0) + 1e-8)]  # fmt: skip


def judge_training(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge a trained network by its accuracy on digits it has not seen."""
    x, y = expected["x"], expected["y"]
    fault = _judge_shapes(x.shape[1], 10, returned)
    if fault is not None:
        return fault
    W1, b1, W2, b2 = (returned[name] for name in ("W1", "b1", "W2", "b2"))

    def accuracy(images: Array, classes: Any, f: Callable[[Array], Array] = _relu) -> float:
        return float(mean(argmax(f(images @ W1.T + b1) @ W2.T + b2, axis=1) == classes))

    if not all(np_all(isfinite(part)) for part in (W1, b1, W2, b2)):
        return Fault("the weights have nan or inf in them: did the training diverge?")
    score = accuracy(x, y)
    if score >= REQUIRED:
        return None
    detail = f"the accuracy is {score:.1%}, it must be {REQUIRED:.0%}"
    others = [
        # on digits a network trained with tanh does about as well with none: one name for them
        ("the weights fit a network with another activation: the hidden units are ReLU",
         max(accuracy(x, y, f) for f in (tanh, _logistic, lambda z: z))),
        ("the rows of W2 are shifted by one: row 0 belongs to digit 0", accuracy(x, (y + 1) % 10)),
        ("the rows of W2 are shifted by one: row 0 belongs to digit 0", accuracy(x, (y - 1) % 10)),
        ("the weights fit other inputs: x must go in as it came, from 0 to 1",
         max(accuracy(other, y) for other in _rescaled(x, inputs["x"]))),
        ("the output has the wrong sign: the largest one names the digit",
         float(mean(argmax(-(_relu(x @ W1.T + b1) @ W2.T + b2), axis=1) == y))),
    ]  # fmt: skip
    # an explanation counts if it does clearly better than the network as it is and than others
    best = max(other for _, other in others)
    if best >= max(REQUIRED - 0.02, score + 0.05):
        near = {words for words, other in others if other >= best - 0.02}
        if len(near) == 1:
            return guessed([*near], "the accuracy on held-out digits is too low", detail)
    outputs = argmax(_relu(x @ W1.T + b1) @ W2.T + b2, axis=1)
    if np_all(outputs == outputs[0]):
        return Fault("the network gives every digit the same class: did its weights move?", detail)
    if score < 0.2:
        return Fault("the network does little better than guessing", detail)
    seen = accuracy(inputs["x"], inputs["y"])
    if seen >= 0.97:
        return Fault("the training digits are learned, but too few of the others", detail)
    return Fault("the accuracy on held-out digits is too low, as it is in training: train longer "
                 "or with another learning rate", detail)  # fmt: skip

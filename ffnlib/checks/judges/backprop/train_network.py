"""The problem ``train_network``, with the mistakes its results give away."""

from collections.abc import Callable
from typing import Any

from numpy import all as np_all
from numpy import argmax, exp, float64, isfinite, maximum, mean, shape, std, tanh
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Parts, Problem, guessed

Array = NDArray[float64]

MOST_UNITS = 200

REQUIRED = 0.93


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


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "train_network",
    {"x": "images", "y": "labels", "seed": "integer"},
    {"W1": "matrix", "b1": "vector", "W2": "matrix", "b2": "vector"},
    _judge,
    {"x": "images", "y": "labels"},
)

"""The problems of the assignment ``backprop``, with the mistakes their results give away."""

from functools import partial

from numpy import abs as np_abs
from numpy import float64, mean, ones_like, outer, shape, zeros_like
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.coerce import Kind
from ffnlib.checks.judges.cross_entropy import judge_loss_gradient
from ffnlib.checks.judges.optimizers import judge_adam, judge_nesterov
from ffnlib.checks.judges.two_layer import judge_network, judge_training
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close,
    close_to_terms,
    guessed,
    judge_value,
    mistakes_made,
)

Array = NDArray[float64]


def _judge_dense(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, g = inputs["x"], inputs["W"], inputs["g"]
    m = len(x)
    in_x = [
        Mistake("dx uses W transposed: y = x W.T going forward, so g W going back",
                lambda: g @ W.T),
        Mistake("dx is transposed: it has the shape of x", lambda: (g @ W).T),
        Mistake("dx is divided by the batch size: 1/m belongs to the loss, it is in g already",
                lambda: g @ W / m),
        Mistake("dx is summed over the batch: each example has its own", lambda: np_sum(g @ W, 0)),
        Mistake("dx is multiplied by x: the derivative of y with respect to x is W alone",
                lambda: g @ W * x),
        Mistake("dx is the gradient itself sent through no weights", lambda: g),
        Mistake("dx holds the weights only: the gradient from above is missing",
                lambda: ones_like(g) @ W),
    ]  # fmt: skip
    in_W = [
        Mistake("dW is transposed: it has the shape of W", lambda: x.T @ g),
        Mistake("dW is reshaped where it had to be transposed",
                lambda: (x.T @ g).reshape(W.shape)),
        Mistake("dW is divided by the batch size: 1/m belongs to the loss, it is in g already",
                lambda: g.T @ x / m),
        Mistake("dW is multiplied by W: the derivative of y with respect to W is x alone",
                lambda: g.T @ x * W),
        Mistake("dW adds the examples first: multiply, then add over the batch",
                lambda: outer(np_sum(g, 0), np_sum(x, 0))),
        Mistake("dW averages the examples first: multiply, then add over the batch",
                lambda: outer(np_sum(g, 0), mean(x, 0))),
        Mistake("dW is that of the last example alone: add over the batch",
                lambda: outer(g[-1], x[-1])),
        Mistake("dW is that of the first example alone: add over the batch",
                lambda: outer(g[0], x[0])),
        Mistake("dW is made with the outputs: it needs the inputs x", lambda: g.T @ (x @ W.T)),
        Mistake("dW ignores g: the gradient from above is missing", lambda: ones_like(g).T @ x),
    ]  # fmt: skip
    in_b = [
        Mistake("db is the mean over the batch: 1/m belongs to the loss, it is in g already",
                lambda: mean(g, 0)),
        Mistake("db is summed over the units: sum over the batch, one number for each unit",
                lambda: np_sum(g, 1)),
        Mistake("db is one number: each unit has its own", lambda: np_sum(g)),
        Mistake("db is one number: each unit has its own", lambda: [np_sum(g)]),
        Mistake("db is 1 or m: the derivative of y with respect to b is 1, times the gradient "
                "from above",
                lambda: ones_like(g[0])),
        Mistake("db is 1 or m: the derivative of y with respect to b is 1, times the gradient "
                "from above",
                lambda: ones_like(g[0]) * m),
        Mistake("db is that of the first example alone: add over the batch", lambda: g[0]),
        Mistake("db is that of the last example alone: add over the batch", lambda: g[-1]),
    ]  # fmt: skip
    size = np_abs(g)
    sizes = {"dx": size @ np_abs(W), "dW": size.T @ np_abs(x), "db": np_sum(size, 0)}
    for (name, terms), mistakes in zip(sizes.items(), (in_x, in_W, in_b), strict=True):
        alike = close_to_terms(terms)
        fault = judge_value(name, returned[name], expected[name], mistakes, tol, alike)
        if fault is not None:
            return fault
    return None


def _judge_numeric(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


WEIGHTS: dict[str, Kind] = {"W1": "matrix", "b1": "vector", "W2": "matrix", "b2": "vector"}

PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "dense_backward",
            {"x": "matrix", "W": "matrix", "g": "matrix"},
            {"dx": "matrix", "dW": "matrix", "db": "vector"},
            _judge_dense,
        ),
        Problem(
            "loss_gradient", {"z": "matrix", "t": "classes"}, {"dz": "matrix"}, judge_loss_gradient
        ),
        Problem(
            "numeric_gradient",
            {"f": "function", "p": "array"},
            {"gradient": "array"},
            _judge_numeric,
            single=1e-6,
        ),
        Problem(
            "network_gradients",
            {"x": "matrix", "t": "classes", **WEIGHTS},
            {"dW1": "matrix", "db1": "vector", "dW2": "matrix", "db2": "vector"},
            judge_network,
        ),
        Problem(
            "nesterov_step",
            {
                "p": "array", "v": "array", "gradient": "function", "rate": "number",
                "momentum": "number",
            },
            {"p": "array", "v": "array"},
            judge_nesterov,
        ),
        Problem(
            "adam_step",
            {
                "p": "array", "g": "array", "m": "array", "v": "array", "t": "integer",
                "rate": "number", "beta1": "number", "beta2": "number", "eps": "number",
            },
            {"p": "array", "m": "array", "v": "array"},
            judge_adam,
        ),
        Problem(
            "train_network",
            {"x": "images", "y": "labels", "seed": "integer"},
            WEIGHTS,
            judge_training,
            {"x": "images", "y": "labels"},
        ),
    )
}  # fmt: skip

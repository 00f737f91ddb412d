"""The problem ``dense_backward``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import mean, ones_like, outer
from numpy import sum as np_sum

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_to_terms, judge_value


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "dense_backward",
    {"x": "matrix", "W": "matrix", "g": "matrix"},
    {"dx": "matrix", "dW": "matrix", "db": "vector"},
    _judge,
)

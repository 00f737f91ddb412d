"""The problems of the assignment ``backprop``, with the mistakes their results give away."""

from collections.abc import Sequence
from typing import Any

from numpy import all as np_all
from numpy import float64, isfinite, mean, ones_like, outer, shape, sqrt, zeros_like
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.cross_entropy import judge_loss_gradient
from ffnlib.checks.plain import Kind
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, judge_value
from ffnlib.checks.two_layer import judge_network, judge_training

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
        Mistake("dx is multiplied by x: the slope of y by x is W alone", lambda: g @ W * x),
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
        Mistake("dW is multiplied by W: the slope of y by W is x alone", lambda: g.T @ x * W),
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
        Mistake("db is 1 or m: the slope by b is 1, times the gradient from above",
                lambda: ones_like(g[0])),
        Mistake("db is 1 or m: the slope by b is 1, times the gradient from above",
                lambda: ones_like(g[0]) * m),
        Mistake("db is that of the first example alone: add over the batch", lambda: g[0]),
        Mistake("db is that of the last example alone: add over the batch", lambda: g[-1]),
    ]  # fmt: skip
    return (
        judge_value("dx", returned["dx"], expected["dx"], in_x, tol)
        or judge_value("dW", returned["dW"], expected["dW"], in_W, tol)
        or judge_value("db", returned["db"], expected["db"], in_b, tol)
    )


def _judge_numeric(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    f, p = inputs["f"], inputs["p"]
    got, wanted = returned["gradient"], expected["gradient"]
    total = zeros_like(wanted) + np_sum(wanted)
    mistakes = [
        Mistake("twice too large: f(p + h) - f(p - h) is divided by 2h", lambda: 2.0 * wanted),
        Mistake("half as large: a difference over one h is divided by h", lambda: wanted / 2.0),
        Mistake("the sign is wrong", lambda: -wanted),
        Mistake("all entries are moved at once: move one and leave the others", lambda: total),
        Mistake("all entries are moved at once: move one and leave the others",
                lambda: np_sum(wanted)),
        Mistake("the differences are not divided by the step", lambda: zeros_like(wanted)),
        Mistake("this is f, not its gradient", lambda: zeros_like(wanted) + f(p)),
        Mistake("flattened: the gradient has the shape of p", lambda: wanted.reshape(-1)),
        Mistake("the gradient is multiplied by p", lambda: wanted * p),
        Mistake("transposed: the gradient has the shape of p", lambda: wanted.T),
    ]  # fmt: skip
    if shape(got) == shape(wanted) and np_all(isfinite(got)):
        # differences that were forgotten to be divided are small, but not 0
        got = got * (1.0 if abs(got).max(initial=0.0) > 1e-3 else 0.0)
    for words, result in mistakes:
        wrong = result()
        if close(got, wrong, 1e-4) and not close(wrong, wanted, 1e-3):
            return Fault(words)
    fault = judge_value("the gradient", returned["gradient"], wanted, [], tol)
    if fault is None or shape(got) != shape(wanted) or not np_all(isfinite(got)):
        return fault
    if close(got, wanted, 5e-2):
        return Fault("only roughly right: take the difference on both sides, with a step that is "
                     "neither large nor tiny, and put each entry back", fault.detail)  # fmt: skip
    if shape(got) and close(got.reshape(-1)[0], wanted.reshape(-1)[0], tol):
        return Fault("the first entry is right, then it goes wrong: is every entry put back?",
                     fault.detail)  # fmt: skip
    return fault


def _judge_nesterov(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    p, v, slope, rate, beta = (
        inputs[name] for name in ("p", "v", "gradient", "rate", "momentum")
    )  # fmt: skip
    wanted, got = (expected["p"], expected["v"]), (returned["p"], returned["v"])
    if shape(got[0]) != shape(p) or shape(got[1]) != shape(v):
        return Fault(f"both results have the shape of p, {shape(p)}")

    def step(ahead: Any, keep: float = beta, share: float = 1.0) -> tuple[Array, Array]:
        new = keep * v + share * slope(p - ahead)
        return p - rate * new, new

    here = beta * v + slope(p)
    right = wanted[1]
    mistakes = [
        Mistake("this is the heavy ball: the gradient is taken at p, not at the point ahead",
                lambda: step(0.0)),
        Mistake("the look ahead goes backwards: v is subtracted, so the point ahead is p minus "
                "rate times momentum times v", lambda: step(-rate * beta * v)),
        Mistake("the look ahead lacks the rate", lambda: step(beta * v)),
        Mistake("the look ahead lacks the momentum", lambda: step(rate * v)),
        Mistake("the momentum is missing in v", lambda: step(rate * beta * v, keep=1.0)),
        Mistake("this is plain gradient descent: the old velocity is not used",
                lambda: step(0.0, keep=0.0)),
        Mistake("the old velocity is lost: v keeps momentum times its old value",
                lambda: step(rate * beta * v, keep=0.0)),
        Mistake("v is an average here, with 1 - momentum before the gradient; it is a plain sum",
                lambda: step(rate * beta * v, share=1.0 - beta)),
        Mistake("the form with the gradient at p keeps another point: here p itself is asked for",
                lambda: (p - rate * (slope(p) + beta * here), here)),
        Mistake("the step starts from the point ahead: it starts from p",
                lambda: (p - rate * beta * v - rate * right, right)),
        Mistake("p moves by the old velocity: first the new v, then p",
                lambda: (p - rate * v, right)),
        Mistake("p moves the wrong way: the velocity is subtracted",
                lambda: (p + rate * right, right)),
        Mistake("the rate is missing in the step of p", lambda: (p - right, right)),
        Mistake("p moves by the gradient alone: it moves by the whole velocity",
                lambda: (p - rate * (right - beta * v), right)),
        Mistake("the rate is in v as well: v adds plain gradients", lambda: (
            p - rate * right, beta * v + rate * slope(p - rate * beta * v))),
        Mistake("the two results are swapped: return p, then v", lambda: (wanted[1], wanted[0])),
    ]  # fmt: skip
    words = _step_made(got, wanted, mistakes, tol)
    if words is not None:
        return Fault(words)
    return judge_value("v", got[1], wanted[1], [], tol) or judge_value(
        "p", got[0], wanted[0], [], tol
    )


def _step_made(
    got: Sequence[Array], wanted: Sequence[Array], mistakes: Sequence[Mistake], tol: float
) -> str | None:
    """Words of the first mistake that gives this very step, all its parts together."""

    def agree(ours: Sequence[Array], theirs: Sequence[Array]) -> bool:
        return all(close(a, b, tol) for a, b in zip(ours, theirs, strict=True))

    for words, result in mistakes:
        wrong = result()
        if agree(got, wrong) and not agree(wrong, wanted):
            return words
    return None


def _judge_adam(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    p, g, m, v = (inputs[name] for name in ("p", "g", "m", "v"))
    rate, b1, b2, eps = (inputs[name] for name in ("rate", "beta1", "beta2", "eps"))
    t = int(inputs["t"])
    names = ("p", "m", "v")
    wanted = tuple(expected[name] for name in names)
    got = tuple(returned[name] for name in names)
    for name, part in zip(names, got, strict=True):
        if shape(part) != shape(p):
            return Fault(f"{name} has the wrong shape", f"all three have the shape {shape(p)}")
    m2, v2 = wanted[1], wanted[2]
    c1, c2 = 1.0 - b1**t, 1.0 - b2**t

    def step(M: Any, V: Any, keep: Any = None) -> tuple[Array, ...]:
        moved: Array = p - rate * M / (sqrt(V) + eps)
        return (moved, *(keep or (m2, v2)))

    def other(M: Any, V: Any) -> tuple[Array, ...]:
        return step(M / c1, V / c2, (M, V))

    mistakes = [
        Mistake("the bias correction is missing: m and v start at 0 and are too small at first",
                lambda: step(m2, v2)),
        Mistake("only m is corrected: v is too small at first as well", lambda: step(m2 / c1, v2)),
        Mistake("only v is corrected: m is too small at first as well", lambda: step(m2, v2 / c2)),
        Mistake("the bias correction multiplies; it divides", lambda: step(m2 * c1, v2 * c2)),
        Mistake("the corrected m and v are returned: keep the uncorrected ones",
                lambda: step(m2 / c1, v2 / c2, (m2 / c1, v2 / c2))),
        Mistake("the bias correction has no power t: it is the same in every step",
                lambda: step(m2 / (1.0 - b1), v2 / (1.0 - b2))),
        Mistake("the bias correction has beta times t, not beta to the power t",
                lambda: step(m2 / (1.0 - b1 * t), v2 / (1.0 - b2 * t))),
        Mistake("the steps count from 1, here the power is t + 1",
                lambda: step(m2 / (1.0 - b1 ** (t + 1)), v2 / (1.0 - b2 ** (t + 1)))),
        Mistake("the steps count from 1, here the power is t - 1",
                lambda: step(m2 / (1.0 - b1 ** (t - 1)), v2 / (1.0 - b2 ** (t - 1)))),
        Mistake("the old m and v move p: first the new ones, then p",
                lambda: step(m / c1, v / c2)),
        Mistake("the root is missing: m is divided by the root of v",
                lambda: (p - rate * (m2 / c1) / (v2 / c2 + eps), m2, v2)),
        Mistake("eps is inside the root: it is added after the root", lambda: (
            p - rate * (m2 / c1) / sqrt(v2 / c2 + eps), m2, v2)),
        Mistake("eps is missing", lambda: (p - rate * (m2 / c1) / sqrt(v2 / c2), m2, v2)),
        Mistake("eps is added before the bias correction of v", lambda: (
            p - rate * (m2 / c1) / ((sqrt(v2) + eps) / sqrt(c2)), m2, v2)),
        Mistake("p moves the wrong way: the step is subtracted",
                lambda: (2.0 * p - wanted[0], m2, v2)),
        Mistake("the rate is missing", lambda: (p - (p - wanted[0]) / rate, m2, v2)),
        Mistake("v averages the gradient: it averages its square",
                lambda: other(m2, b2 * v + (1.0 - b2) * g)),
        Mistake("v averages |g|: it averages the square",
                lambda: other(m2, b2 * v + (1.0 - b2) * abs(g))),
        Mistake("the two betas are swapped",
                lambda: _swapped(p, g, m, v, (rate, b1, b2, eps), t)),
        Mistake("1 - beta is missing before the new gradient: m and v are averages",
                lambda: other(b1 * m + g, b2 * v + g * g)),
        Mistake("beta and 1 - beta are swapped: most of the old average is kept",
                lambda: other((1.0 - b1) * m + b1 * g, (1.0 - b2) * v + b2 * g * g)),
        Mistake("the gradient moves p: m moves it", lambda: step(g, v2 / c2)),
        Mistake("v averages the square of m, not of g",
                lambda: other(m2, b2 * v + (1.0 - b2) * m2 * m2)),
    ]  # fmt: skip
    words = _step_made(got, wanted, mistakes, tol)
    if words is not None:
        return Fault(words)
    in_v = [
        Mistake("v averages the gradient: it averages its square",
                lambda: b2 * v + (1.0 - b2) * g),
        Mistake("v does not keep its old value: it is a running average", lambda: g * g),
    ]  # fmt: skip
    in_m = [
        Mistake("m does not keep its old value: it is a running average", lambda: g),
        Mistake("m averages the square: that is v", lambda: v2),
    ]
    return (
        judge_value("m", got[1], m2, in_m, tol)
        or judge_value("v", got[2], v2, in_v, tol)
        or judge_value("p", got[0], wanted[0], [], tol)
    )


def _swapped(p: Any, g: Any, m: Any, v: Any, rates: Any, t: int) -> tuple[Array, ...]:
    """Adam with beta1 in the place of beta2."""
    rate, b2, b1, eps = rates
    M, V = b1 * m + (1.0 - b1) * g, b2 * v + (1.0 - b2) * g * g
    return p - rate * M / (1.0 - b1**t) / (sqrt(V / (1.0 - b2**t)) + eps), M, V


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
            _judge_nesterov,
        ),
        Problem(
            "adam_step",
            {
                "p": "array", "g": "array", "m": "array", "v": "array", "t": "integer",
                "rate": "number", "beta1": "number", "beta2": "number", "eps": "number",
            },
            {"p": "array", "m": "array", "v": "array"},
            _judge_adam,
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

"""The problems of the assignment ``neurons``, with the mistakes that their results give away."""

from functools import partial
from itertools import pairwise
from math import prod
from typing import Any

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import (
    concatenate,
    errstate,
    float64,
    interp,
    isfinite,
    maximum,
    ones_like,
    unique,
)
from numpy import max as np_max
from numpy.typing import NDArray

from ffnlib.checks.coerce import Kind
from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, close_to_terms, judge_value

Array = NDArray[float64]

# One hidden layer with one input: f(x) = sum_i v_i relu(w_i x + b_i) + c
MOST_UNITS = 1000
ONE_INPUT: dict[str, Kind] = {"w": "vector", "b": "vector", "v": "vector", "c": "number"}


def _judge_compose(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    A, a, B, b = (inputs[name] for name in ("A", "a", "B", "b"))
    C, c = expected["C"], expected["c"]
    in_matrix = [
        Mistake("C is the product in the wrong order: which map meets x first?", lambda: A @ B),
        Mistake("C is transposed: x is a column here, as in A x + a", lambda: C.T),
        Mistake("C is transposed and in the wrong order", lambda: (A @ B).T),
        Mistake("C multiplies entry by entry: * is not the matrix product", lambda: B * A),
        Mistake("C adds the matrices: maps that follow one another multiply", lambda: A + B),
        Mistake("C uses a transposed matrix: check B against B.T", lambda: B.T @ A),
        Mistake("C uses a transposed matrix: check A against A.T", lambda: B @ A.T),
    ]
    fault = judge_value(
        "C", returned["C"], C, in_matrix, tol, close_to_terms(np_abs(B) @ np_abs(A))
    )
    if fault is not None:
        return fault
    in_vector = [
        Mistake(
            "c adds the two shifts: the first shift passes through the second map", lambda: a + b
        ),
        Mistake("c forgets the second shift b", lambda: c - b),
        Mistake("c forgets the first shift a", lambda: b),
        Mistake("c forgets the second shift b and the second map", lambda: a),
        Mistake("c sends the wrong shift through the second map", lambda: B @ b + a),
        Mistake("c sends the shift b through A: which map comes second?", lambda: A @ b + a),
        Mistake("c sends the shift a through A: which map comes second?", lambda: A @ a + b),
        Mistake("c sends a through the transposed second matrix", lambda: a @ B + b),
        Mistake("c sends a through the whole composed matrix", lambda: C @ a + b),
        Mistake("c multiplies the shift by the sum of the rows", lambda: B.sum(axis=1) * a + b),
    ]
    return judge_value(
        "c", returned["c"], c, in_vector, tol, close_to_terms(np_abs(B) @ np_abs(a) + np_abs(b))
    )


def _judge_count(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    sizes: list[int] = inputs["sizes"]
    count, got = expected["count"], returned["count"]
    pairs = list(pairwise(sizes))
    weights = sum(n * m for n, m in pairs)
    units = sum(sizes[1:])
    mistakes = [
        ("the biases are missing: one for each unit after the input", weights),
        ("the weights are missing: only the biases are counted", units),
        ("the inputs have no biases: they are numbers given, not units", weights + sum(sizes)),
        ("a bias was counted per input, not per unit of the layer", weights + sum(sizes[:-1])),
        ("the biases of the last layer are missing", weights + units - sizes[-1]),
        ("one bias a layer is too few: each unit has its own", weights + len(pairs)),
        ("the last layer is missing", sum((n + 1) * m for n, m in pairs[:-1])),
        ("the first layer is missing", sum((n + 1) * m for n, m in pairs[1:])),
        ("units are counted, not weights and biases", sum(sizes)),
        ("every parameter is counted twice", 2 * count),
        ("the hidden layers are left out: count between neighbouring layers",
         (sizes[0] + 1) * sizes[-1]),
        ("sizes of all layers are multiplied: count between neighbouring layers and add",
         prod(sizes)),
    ]  # fmt: skip
    return judge_count("the count", got, count, [
        Mistake(words, partial(int, wrong)) for words, wrong in mistakes
    ])  # fmt: skip


def _relu_network(x: Array, W1: Array, b1: Array, w2: Array, b2: float) -> Array:
    """x: (points, 2), W1: (2, 2) with a row per unit -> (points,)."""
    out: Array = maximum(x @ W1.T + b1, 0) @ w2 + b2
    return out


def _judge_xor(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    W1, b1, w2, b2 = (returned[name] for name in ("W1", "b1", "w2", "b2"))
    x, y = expected["points"], expected["outputs"]
    for name, part, wanted in (("W1", W1, (2, 2)), ("b1", b1, (2,)), ("w2", w2, (2,))):
        if part.shape != wanted:
            return Fault(f"{name} has shape {part.shape}, a 2-2-1 network has {wanted} there")
    with errstate(all="ignore"):
        out = _relu_network(x, W1, b1, w2, b2)
        other = _relu_network(x, W1.T, b1, w2, b2)
    if not np_all(isfinite(out)):
        return Fault("the network's outputs are nan or inf")
    if close(out, y, tol):
        return None
    detail = "outputs on the four points: " + ", ".join(f"{v:.6g}" for v in out)
    if close(out, 1 - y, tol):
        return Fault("the network computes the opposite of XOR (its negation)", detail)
    if close(other, y, tol):
        return Fault("W1 is transposed: row i holds the weights of hidden unit i", detail)
    gates = {
        "OR": maximum(x[:, 0], x[:, 1]),
        "AND": x[:, 0] * x[:, 1],
        "NAND": 1 - x[:, 0] * x[:, 1],
        "the sum x1 + x2": x[:, 0] + x[:, 1],
    }
    for name, values in gates.items():
        if close(out, values, tol):
            return Fault(f"the network computes {name}, not XOR", detail)
    if close(out, out[0] * ones_like(out), tol):
        return Fault("the network gives the same output on all four points", detail)
    shift = y - out
    if close(shift, shift[0] * ones_like(shift), tol):
        return Fault("all outputs are off by one and the same number: check b2", detail)
    if np_all((out > 0.5) == (y > 0.5)):
        return Fault("the sides are right, but the outputs are not 0 and 1 to within 1e-6", detail)
    return Fault("the outputs are not those of XOR", detail)


def _hinges(x: Array, w: Array, b: Array, v: Array, c: float) -> Array:
    """x: (points,), w, b, v: (units,) -> (points,)."""
    out: Array = maximum(x[:, None] * w + b, 0) @ v + c
    return out


def _check_points(xs: Array, w: Array, b: Array) -> Array:
    """Knots and kinks inside the interval: two piecewise-linear functions differ most there."""
    with errstate(all="ignore"):
        kinks: Array = -b / w
    inside = kinks[isfinite(kinks) & (kinks > xs[0]) & (kinks < xs[-1])]
    found: Array = unique(concatenate([xs, inside]))  # sorted
    return found


def _off(net: Parts, xs: Array, ys: Array) -> float:
    """Largest difference between a network and the straight lines through (xs, ys)."""
    points = _check_points(xs, net["w"], net["b"])
    with errstate(all="ignore"):
        out = _hinges(points, net["w"], net["b"], net["v"], net["c"])
    if not np_all(isfinite(out)):
        return float("inf")
    return float(np_max(np_abs(out - interp(points, xs, ys))))


def _judge_hinges(xs: Array, ys: Array, net: dict[str, Any], tol: float) -> Fault | None:
    w, b, v = net["w"], net["b"], net["v"]
    if not w.shape == b.shape == v.shape:
        return Fault(
            "w, b and v need one entry a unit each", f"they have {w.size}, {b.size}, {v.size}"
        )
    if w.size > MOST_UNITS:
        return Fault(f"the network has more than {MOST_UNITS} hidden units")
    allowed = tol * max(1.0, float(np_max(np_abs(ys))))
    off = _off(net, xs, ys)
    if off <= allowed:
        return None
    if off == float("inf"):
        return Fault("the network's outputs are nan or inf")
    detail = f"the largest error is {off:.3g}"
    others = [
        ("the sign of b is wrong: the kink of relu(w x + b) is at -b / w", {"b": -b}),
        ("the output weights v have the wrong sign", {"v": -v}),
        ("v holds the slopes of the pieces: each unit adds the change of slope",
         {"v": _differences(v)}),
        ("c is wrong: everything else fits", {"c": net["c"] + _offset(net, xs, ys)}),
        ("the slope of the first piece is missing: the first change of slope is at the first knot",
         _with_first_slope(net, xs, ys)),
    ]  # fmt: skip
    for words, change in others:
        if _off({**net, **change}, xs, ys) <= allowed:
            return Fault(words, detail)
    xk, yk = _corners(xs, ys)
    if xk.size > 3 and _off(net, xk[:-1], yk[:-1]) <= allowed:
        return Fault("only the last piece is wrong: a change of slope is missing", detail)
    if xk.size > 2 and _off(net, xk[:2], yk[:2]) <= allowed:
        return Fault("the first piece is right, then the slopes go wrong", detail)
    points = _hinges(xs, w, b, v, net["c"])
    if close(points, ys, allowed):
        return Fault(
            "right at the knots but not between them: a kink is where none belongs", detail
        )
    return Fault("the network does not follow the lines", detail)


def _differences(v: Array) -> Array:
    """Changes of slope, if v were slopes."""
    return concatenate([v[:1], v[1:] - v[:-1]])


def _with_first_slope(net: Parts, xs: Array, ys: Array) -> dict[str, Array]:
    """Weights with one more unit, which gives the first piece its slope."""
    slope = (ys[1] - ys[0]) / (xs[1] - xs[0])
    more = {"w": 1.0, "b": -xs[0], "v": slope}
    return {name: concatenate([net[name], [value]]) for name, value in more.items()}


def _corners(xs: Array, ys: Array) -> tuple[Array, Array]:
    """Points where the slope changes, and the two ends."""
    slopes = (ys[1:] - ys[:-1]) / (xs[1:] - xs[:-1])
    turns = np_abs(slopes[1:] - slopes[:-1]) > 1e-9
    keep = concatenate([[True], turns, [True]])
    return xs[keep], ys[keep]


def _offset(net: Parts, xs: Array, ys: Array) -> float:
    return float(ys[0] - _hinges(xs[:1], net["w"], net["b"], net["v"], net["c"])[0])


def _judge_abs(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    if returned["w"].size > 4:
        return Fault(f"the network has {returned['w'].size} hidden units, at most 4 are allowed")
    xs, ys = expected["x"], expected["f"]
    if returned["w"].size == 1:
        return Fault("one ReLU only rises or only falls: it cannot turn at 0")
    with errstate(all="ignore"):
        out = (
            _hinges(xs, returned["w"], returned["b"], returned["v"], returned["c"])
            if returned["w"].shape == returned["b"].shape == returned["v"].shape
            else ys
        )
    if close(out, xs, tol):
        return Fault("the network computes x: the left half must be turned up")
    if close(out, maximum(xs, 0), tol):
        return Fault("the network computes relu(x): the left half must be turned up")
    if close(out, -ys, tol):
        return Fault("the network computes -|x|: the output weights have the wrong sign")
    return _judge_hinges(xs, ys, dict(returned), tol)


def _judge_piecewise(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    return _judge_hinges(expected["x"], expected["f"], dict(returned), tol)


PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "compose",
            {"A": "matrix", "a": "vector", "B": "matrix", "b": "vector"},
            {"C": "matrix", "c": "vector"},
            _judge_compose,
        ),
        Problem("count_parameters", {"sizes": "integers"}, {"count": "integer"}, _judge_count),
        Problem(
            "xor_network",
            {},
            {"W1": "matrix", "b1": "vector", "w2": "vector", "b2": "number"},
            _judge_xor,
            {"points": "matrix", "outputs": "vector"},
            single=1e-6,
        ),
        Problem(
            "abs_network", {}, ONE_INPUT, _judge_abs, {"x": "vector", "f": "vector"}, single=1e-6
        ),
        Problem(
            "piecewise_network",
            {"x": "vector", "y": "vector"},
            ONE_INPUT,
            _judge_piecewise,
            {"x": "vector", "f": "vector"},
            single=1e-6,
        ),
    )
}

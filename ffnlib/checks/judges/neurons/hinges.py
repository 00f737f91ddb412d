"""Judge a hidden layer of ReLUs on one input by the lines that it should follow."""

from typing import Any

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import concatenate, errstate, float64, interp, isfinite, maximum, unique
from numpy import max as np_max
from numpy.typing import NDArray

from ffnlib.checks.coerce import Kind
from ffnlib.checks.problem import Fault, Parts, close

Array = NDArray[float64]

# One hidden layer with one input: f(x) = sum_i v_i relu(w_i x + b_i) + c
MOST_UNITS = 1000

ONE_INPUT: dict[str, Kind] = {"w": "vector", "b": "vector", "v": "vector", "c": "number"}


def hinges(x: Array, w: Array, b: Array, v: Array, c: float) -> Array:
    """Return the outputs (points,) for inputs x (points,) and weights w, b, v (units,)."""
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
        out = hinges(points, net["w"], net["b"], net["v"], net["c"])
    if not np_all(isfinite(out)):
        return float("inf")
    return float(np_max(np_abs(out - interp(points, xs, ys))))


def judge_hinges(xs: Array, ys: Array, net: dict[str, Any], tol: float) -> Fault | None:
    """Judge the weights of a hidden layer by the lines through the points (xs, ys)."""
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
    points = hinges(xs, w, b, v, net["c"])
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
    return float(ys[0] - hinges(xs[:1], net["w"], net["b"], net["v"], net["c"])[0])

"""The problem ``xor_network``, with the mistakes its results give away."""

from numpy import all as np_all
from numpy import errstate, float64, isfinite, maximum, ones_like
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Parts, Problem, close

Array = NDArray[float64]


def _relu_network(x: Array, W1: Array, b1: Array, w2: Array, b2: float) -> Array:
    """x: (points, 2), W1: (2, 2) with a row per unit -> (points,)."""
    out: Array = maximum(x @ W1.T + b1, 0) @ w2 + b2
    return out


def _judge(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "xor_network",
    {},
    {"W1": "matrix", "b1": "vector", "w2": "vector", "b2": "number"},
    _judge,
    {"points": "matrix", "outputs": "vector"},
    single=1e-6,
)

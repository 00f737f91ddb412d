"""The problems of the assignment ``activations``, with the mistakes their results give away."""

from collections.abc import Callable
from functools import partial
from math import sqrt

from numpy import array, asarray, float64, prod
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import (
    gelu_slope,
    judge_gelu,
    judge_gelu_slope,
    judge_silu,
    judge_silu_slope,
    normal,
    sigmoid,
    silu_slope,
)
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close,
    close_relative,
    guessed,
    judge_value,
    mistakes_made,
)

Array = NDArray[float64]


def _root(slope: Callable[[Array], Array]) -> float:
    """Return where a slope changes sign between -3 and 0."""
    low, high = -3.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if float(slope(asarray(middle))) < 0.0 else (low, middle)
    return (low + high) / 2.0


def _judge_minimum(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    name, beta = inputs["name"], inputs["beta"]
    x, v = expected["x"], expected["value"]
    got = (returned["x"], returned["value"])
    near = max(1e-4, tol)
    if close(got[0], x, near) and close(got[1], v, tol):
        return None
    gate = {"gelu": normal, "silu": sigmoid}
    other = "silu" if name == "gelu" else "gelu"
    slope = silu_slope if other == "silu" else gelu_slope
    swap = _root(slope) / beta
    # where the derivative itself is least, for beta = 1
    steep = -sqrt(2.0) if name == "gelu" else -2.3993572805154
    f = gate[name]

    def ended(start: float) -> tuple[float, float]:
        """Where a search ends that begins right of the minimum."""
        if start <= x:
            raise ValueError("the minimum is found")
        return start, start * float(f(asarray(beta * start)))

    mistakes = [
        Mistake("the two results are swapped: return x, then the value", lambda: (v, x)),
        Mistake("beta is ignored: this is the minimum for beta = 1", lambda: (x * beta, v * beta)),
        Mistake("beta is on the wrong side: a larger beta moves the minimum towards 0",
                lambda: (x * beta * beta, v * beta * beta)),
        Mistake("the wrong function: check what name asks for",
                lambda: (swap, swap * float(gate[other](beta * swap)))),
        Mistake("x has the wrong sign: the minimum lies left of 0", lambda: (-x, v)),
        Mistake("both have the wrong sign: the function was turned over", lambda: (-x, -v)),
        *(
            Mistake("the search begins too late: with a small beta the minimum lies further left",
                    partial(ended, float(start)))
            for start in range(-5, 0)
        ),
        Mistake("the value has the wrong sign", lambda: (x, -v)),
        Mistake("x is right, but the value is that of the derivative, which is 0 there",
                lambda: (x, 0.0)),
        Mistake("x is right, but the value is that of the gate alone", lambda: (x, v / x)),
        Mistake("x is right, but the value ignores beta", lambda: (x, x * float(f(x)))),
    ]  # fmt: skip
    guesses = mistakes_made(got, (x, v), mistakes, 1e-4)
    if close(got[0], steep / beta, 1e-3):
        guesses.append("this is where the derivative is least, not the function")
    if close(got[0], x, 0.06) and close(got[1], v, 0.01):
        guesses.append("near the minimum, but not within 1e-4 in x and 1e-6 in value: search finer")
    if got[0] >= 0.0:
        guesses.append("x is wrong: the minimum lies left of 0")
    return guessed(guesses, "this is not the minimum: is the derivative 0 there?")


def _judge_dead(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


def _walk(
    x: float, w: Array, b: Array, shift: bool = True, bend: bool = True
) -> tuple[Array, Array]:
    """Pre-activations and activations of a chain, each (L,)."""
    z_all, a_all = [], []
    a = x
    for weight, bias in zip(w.tolist(), b.tolist(), strict=True):
        z = weight * a + (bias if shift else 0.0)
        a = float(sigmoid(z)) if bend else z
        z_all.append(z)
        a_all.append(float(sigmoid(z)))
    return array(z_all), array(a_all)


def _judge_chain(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, w, b = inputs["x"], inputs["w"], inputs["b"]
    wanted, got = expected["gradient"], returned["gradient"]
    z, a = _walk(x, w, b)
    slope = a * sigmoid(-z)
    bare = sigmoid(_walk(x, w, b, shift=False)[0])
    straight = _walk(x, w, b, bend=False)[1]
    again = sigmoid(a)
    before = array([x, *a[:-1]])
    mistakes = [
        Mistake("the weights are missing: every layer gives a factor w times the slope",
                lambda: prod(slope)),
        Mistake("the slopes are missing: every layer gives a factor w times the slope",
                lambda: prod(w)),
        Mistake("the sigmoid itself stands where its derivative belongs", lambda: prod(w * a)),
        Mistake("the slope is taken at a, the layer's output, instead of at z",
                lambda: prod(w * again * (1.0 - again))),
        Mistake("the slopes are those of the layers before: take each at the layer's own output",
                lambda: prod(w * before * (1.0 - before))),
        Mistake("the slope is taken as 1/4 everywhere: that is only its largest value",
                lambda: prod(w * 0.25)),
        Mistake("the first layer's factor is missing", lambda: prod((w * slope)[1:])),
        Mistake("the last layer's factor is missing", lambda: prod((w * slope)[:-1])),
        Mistake("the first layer's weight is missing", lambda: prod(slope) * prod(w[1:])),
        Mistake("the last layer's weight is missing", lambda: prod(slope) * prod(w[:-1])),
        Mistake("the factors of the layers are added: the chain rule multiplies them",
                lambda: (w * slope).sum()),
        Mistake("this is the last layer's factor alone", lambda: (w * slope)[-1]),
        Mistake("this is the first layer's factor alone", lambda: (w * slope)[0]),
        Mistake("this is the derivative with respect to the first weight, not to x",
                lambda: prod(w * slope) * x / w[0]),
        Mistake("this is the output of the chain, not its derivative", lambda: a[-1]),
        Mistake("the biases are missing on the way forward",
                lambda: prod(w * bare * (1.0 - bare))),
        Mistake("the sigmoid is missing on the way forward: a layer's output enters the next",
                lambda: prod(w * straight * (1.0 - straight))),
        Mistake("the sign of the derivative is wrong", lambda: -wanted),
    ]  # fmt: skip
    fault = judge_value("the gradient", got, wanted, mistakes, tol, close_relative)
    if fault is None or not fault.unexplained:
        return fault
    if got == 0.0 and abs(wanted) < 1e-6:
        return fault.observed(
            "the gradient is tiny but not 0: multiply the factors, do not subtract values"
        )
    if close_relative(got, wanted, 1e-2):
        return fault.observed(
            "nearly right, but not to 1e-6 relative: use the derivative, not a difference"
        )
    return fault


PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem("gelu", {"x": "array"}, {"y": "array"}, judge_gelu),
        Problem("silu", {"x": "array"}, {"y": "array"}, judge_silu),
        Problem("gelu_derivative", {"x": "array"}, {"dy": "array"}, judge_gelu_slope),
        Problem("silu_derivative", {"x": "array"}, {"dy": "array"}, judge_silu_slope),
        Problem(
            "find_minimum",
            {"name": "text", "beta": "number"},
            {"x": "number", "value": "number"},
            _judge_minimum,
            single=1e-6,
        ),
        Problem(
            "dead_unit_rate",
            {"X": "matrix", "W": "matrix", "b": "vector"},
            {"rate": "number"},
            _judge_dead,
        ),
        Problem(
            "chain_gradient",
            {"x": "number", "w": "vector", "b": "vector"},
            {"gradient": "number"},
            _judge_chain,
            single=1e-6,
        ),
    )
}

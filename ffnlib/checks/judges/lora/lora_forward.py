"""The problem ``lora_forward``, with the mistakes its results give away."""

from typing import Any

from numpy import abs as np_abs
from numpy import float64, maximum, zeros_like
from numpy.typing import NDArray

from ffnlib.checks.judges.lora.scaling import ADAPTER, with_factors
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_to_terms, judge_value

Array = NDArray[float64]


def _output_terms(x: Array, W: Array, b: Array, A: Array, B: Array, s: Any) -> Array:
    """Sizes of what is added up in each output, from the sizes of the inputs."""
    terms: Array = x @ W.T + b + s * (x @ A.T) @ B.T
    return terms


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, b, A, B, alpha = (inputs[name] for name in ("x", "W", "b", "A", "B", "alpha"))
    y, got = expected["y"], returned["y"]
    r = len(A)
    s = alpha / r
    base = x @ W.T + b
    update = (x @ A.T) @ B.T
    mistakes = [
        *with_factors(alpha, A, B, base, update),
        Mistake("the update is missing: this is the frozen layer alone", lambda: base),
        Mistake("the frozen layer is missing: this is the update alone", lambda: s * update),
        Mistake("the update alone, and without its factor", lambda: update),
        Mistake("the bias is missing", lambda: y - b),
        Mistake("the bias is added twice", lambda: y + b),
        Mistake("the bias is multiplied by alpha/r too: it belongs to the frozen layer",
                lambda: x @ W.T + s * (update + b)),
        Mistake("everything is multiplied by alpha/r: only the update is",
                lambda: s * (base + update)),
        Mistake("W is multiplied by alpha/r too: only the update is",
                lambda: s * (x @ W.T + update) + b),
        Mistake("A and B are swapped: x goes through A first, then through B",
                lambda: base + s * (x @ B) @ A),
        Mistake("A and B are swapped, and alpha/r is forgotten", lambda: base + (x @ B) @ A),
        Mistake("A and B are swapped, and alpha is not divided by the rank",
                lambda: base + alpha * (x @ B) @ A),
        Mistake("W is transposed: its rows are the outputs", lambda: x @ W + b + s * update),
        Mistake("W and the update are transposed: their rows are the outputs",
                lambda: x @ W + b + s * (x @ B) @ A),
        Mistake("the update gets the frozen layer's result: it gets x, as W does",
                lambda: base + s * (base @ A.T) @ B.T),
        Mistake("there is an activation between A and B: they are only multiplied",
                lambda: base + s * maximum(x @ A.T, 0.0) @ B.T),
        Mistake("the result is transposed: a row for each input", lambda: y.T),
        Mistake("x is added: there is no residual here", lambda: x + y),
        Mistake("the inputs in a batch are mixed: each row of x has its own result",
                lambda: zeros_like(y) + y.mean(axis=0)),
    ]  # fmt: skip
    terms = _output_terms(*map(np_abs, (x, W, b, A, B, s)))
    return judge_value("the result", got, y, mistakes, tol, close_to_terms(terms))


PROBLEM = Problem(
    "lora_forward",
    {"x": "matrix", "W": "matrix", "b": "vector", **ADAPTER},
    {"y": "matrix"},
    _judge,
)

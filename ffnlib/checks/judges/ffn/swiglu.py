"""The problem ``swiglu``, with the mistakes its results give away."""

from collections.abc import Callable
from functools import partial

from numpy import abs as np_abs
from numpy import clip, exp, float64, maximum, mean, tanh
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import gelu_tanh, normal, sigmoid
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close_by_row,
    close_to_terms,
    judge_value,
)

Array = NDArray[float64]


def _silu(z: Array) -> Array:
    return z * sigmoid(z)


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, Wg, Wu, Wd = (inputs[name] for name in ("x", "W_gate", "W_up", "W_down"))
    g: Array = x @ Wg.T  # (n, h)
    u: Array = x @ Wu.T
    y, got = expected["y"], returned["y"]

    def down(hidden: Callable[[], Array]) -> Callable[[], Array]:
        return lambda: hidden() @ Wd.T

    def cut(most: float) -> Array:
        hidden: Array = _silu(clip(g, -most, most)) * u
        return hidden

    e = exp(g - g.max(axis=1, keepdims=True))
    mistakes = [
        Mistake("silu is on the up branch: it belongs on the gate branch",
                down(lambda: g * _silu(u))),
        Mistake("silu is on both branches: it belongs on the gate branch alone",
                down(lambda: _silu(g) * _silu(u))),
        Mistake("the two branches are added: multiply them", down(lambda: _silu(g) + u)),
        Mistake("silu is missing: without it the block is the bilinear variant",
                down(lambda: g * u)),
        Mistake("the sigmoid alone is the gate of GLU: SwiGLU has silu, z times sigmoid(z)",
                down(lambda: sigmoid(g) * u)),
        Mistake("the gate goes through GELU: this is GEGLU", down(lambda: g * normal(g) * u)),
        Mistake("the gate goes through GELU: this is GEGLU", down(lambda: gelu_tanh(g) * u)),
        Mistake("the gate goes through ReLU: this is ReGLU", down(lambda: maximum(g, 0.0) * u)),
        Mistake("the gate goes through tanh, not silu", down(lambda: tanh(g) * u)),
        Mistake("silu has no 1.702: that is an approximation of GELU",
                down(lambda: g * sigmoid(1.702 * g) * u)),
        Mistake("silu has the wrong sign in the exponent", down(lambda: g * sigmoid(-g) * u)),
        Mistake("the gate goes through a softmax, not silu",
                down(lambda: e / np_sum(e, axis=1, keepdims=True) * u)),
        Mistake("silu is taken of the product: it belongs on the gate, before the product",
                down(lambda: _silu(g * u))),
        *(
            Mistake("large gates are cut off", down(partial(cut, c)))
            for c in (10.0, 20.0, 30.0)
        ),
        Mistake("silu is taken twice", down(lambda: _silu(_silu(g)) * u)),
        Mistake("silu is taken of x: multiply by W_gate first",
                down(lambda: (_silu(x) @ Wg.T) * u)),
        Mistake("the up branch is missing: multiply silu(gate) by it", down(lambda: _silu(g))),
        Mistake("the up branch is missing: silu(gate) is multiplied by itself",
                down(lambda: _silu(g) * g)),
        Mistake("the gate branch is missing", down(lambda: u)),
        Mistake("the gate branch is missing: this is a plain block with silu",
                down(lambda: _silu(u))),
        Mistake("silu is taken once more, of the output", lambda: _silu(y)),
        Mistake("x is added: the residual is outside of the block", lambda: x + y),
        Mistake("this is the hidden layer: multiply by W_down", lambda: _silu(g) * u),
        Mistake("W_down is transposed: an output is a row of it",
                lambda: (_silu(g) * u) @ Wd),
        Mistake("W_gate and W_up are transposed: a hidden unit is a row of each",
                down(lambda: _silu(x @ Wg) * (x @ Wu))),
        Mistake("all three matrices are transposed: an output is a row",
                lambda: (_silu(x @ Wg) * (x @ Wu)) @ Wd),
        Mistake("the result is transposed: a token is a row", lambda: y.T),
        Mistake("averaged over the tokens: each has its own output", lambda: mean(y, axis=0)),
        Mistake("added over the tokens: each has its own output", lambda: np_sum(y, axis=0)),
        Mistake("this is only the first token: each has its own output", lambda: y[:1]),
        Mistake("this is only the first token: each has its own output", lambda: y[0]),
        Mistake("divided by the number of hidden units: W_down adds, it does not average",
                lambda: y / g.shape[1]),
    ]  # fmt: skip
    # how far the outputs can move with the inputs: no slope of silu is above 1.1
    by_gate, by_up = np_abs(x) @ np_abs(Wg).T, np_abs(x) @ np_abs(Wu).T
    terms = (1.1 * by_gate * np_abs(u) + np_abs(_silu(g)) * by_up) @ np_abs(Wd).T
    fault = judge_value("the result", got, y, mistakes, tol, close_to_terms(terms))
    if fault is None or not fault.unexplained:
        return fault
    if any(close_by_row(a, b, tol) for a, b in zip(got, y, strict=True)):
        return fault.observed(
            "some tokens are right, others not: each goes through the block on its own"
        )
    return fault


PROBLEM = Problem(
    "swiglu",
    {"x": "matrix", "W_gate": "matrix", "W_up": "matrix", "W_down": "matrix"},
    {"y": "matrix"},
    _judge,
)

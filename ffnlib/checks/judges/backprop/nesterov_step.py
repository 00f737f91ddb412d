"""The problem ``nesterov_step``, with the mistakes its results give away."""

from typing import Any

from numpy import float64, shape
from numpy.typing import NDArray

from ffnlib.checks.judges.backprop.whole_step import all_close, with_guesses
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value, mistakes_made

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge a step of Nesterov's method."""
    p, v, slope, rate, beta = (
        inputs[name] for name in ("p", "v", "gradient", "rate", "momentum")
    )  # fmt: skip
    wanted, got = (expected["p"], expected["v"]), (returned["p"], returned["v"])
    if shape(got[0]) != shape(p) or shape(got[1]) != shape(v):
        return Fault("both results have the shape of p", f"here {shape(p)}")

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
    guesses = mistakes_made(got, wanted, mistakes, tol, all_close)
    fault = judge_value("v", got[1], wanted[1], [], tol) or judge_value(
        "p", got[0], wanted[0], [], tol
    )
    return with_guesses(guesses, fault)


PROBLEM = Problem(
    "nesterov_step",
    {
        "p": "array",
        "v": "array",
        "gradient": "function",
        "rate": "number",
        "momentum": "number",
    },
    {"p": "array", "v": "array"},
    _judge,
)

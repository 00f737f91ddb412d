"""The problem ``lora_gradients``, with the mistakes its results give away."""

from typing import Any

from numpy import abs as np_abs
from numpy import float64
from numpy.typing import NDArray

from ffnlib.checks.judges.lora.scaling import ADAPTER, with_factors
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, close_to_terms, judge_value

Array = NDArray[float64]


def _slips(name: str, form: str, right: Array, n: int) -> list[Mistake]:
    return [
        Mistake(f"{name} has the wrong sign", lambda: -right),
        Mistake(f"{name} is the mean over the batch: add up", lambda: right / n),
        Mistake(f"{name} is transposed: it has the shape of {form}", lambda: right.T),
        Mistake(f"{name} is twice too large", lambda: 2.0 * right),
    ]


def _gradient_terms(x: Array, W: Array, A: Array, B: Array, s: Any, g: Array) -> dict[str, Array]:
    """Sizes of what is added up in each gradient, from the sizes of the inputs."""
    back = s * (g @ B)
    return {"dA": back.T @ x, "dB": s * (g.T @ (x @ A.T)), "dx": g @ W + back @ A}


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, A, B, alpha, g = (inputs[name] for name in ("x", "W", "A", "B", "alpha", "g"))
    n = len(x)
    h, back = x @ A.T, g @ B  # (n, r)
    dA, dB = back.T @ x, g.T @ h
    swapped = close(returned["dA"], expected["dB"], tol)
    if swapped and close(returned["dB"], expected["dA"], tol):
        return Fault("dA and dB are swapped")
    terms = _gradient_terms(*map(np_abs, (x, W, A, B, alpha / len(A), g)))
    frozen = Mistake("this is the gradient of W, which is frozen", lambda: g.T @ x)
    for name, plain, form in (("dA", dA, "A, (r, d_in)"), ("dB", dB, "B, (d_out, r)")):
        fault = judge_value(name, returned[name], expected[name], [
            *with_factors(alpha, A, B, 0.0, plain, f"{name}: ")[:-1],
            *_slips(name, form, expected[name], n),
            frozen,
        ], tol, close_to_terms(terms[name]))  # fmt: skip
        if fault is not None:
            return fault
    base, low, s = g @ W, back @ A, alpha / len(A)
    dx = expected["dx"]
    return judge_value("dx", returned["dx"], dx, [
        Mistake("dx is that of the frozen layer alone: the update carries gradients too",
                lambda: base),
        Mistake("dx leaves out the frozen layer: frozen weights still pass gradients on",
                lambda: s * low),
        *with_factors(alpha, A, B, base, low, "dx: "),
        Mistake("dx: the frozen part is multiplied by alpha/r too",
                lambda: s * (base + low)),
        Mistake("dx is averaged over the batch: each row has its own", lambda: dx / n),
        Mistake("dx: W is transposed", lambda: g @ W.T + s * low),
        Mistake("dx: A and B are swapped", lambda: base + s * (g @ A.T) @ B.T),
    ], tol, close_to_terms(terms["dx"]))  # fmt: skip


PROBLEM = Problem(
    "lora_gradients",
    {"x": "matrix", "W": "matrix", **ADAPTER, "g": "matrix"},
    {"dA": "matrix", "dB": "matrix", "dx": "matrix"},
    _judge,
)

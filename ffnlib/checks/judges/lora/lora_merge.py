"""The problem ``lora_merge``, with the mistakes its results give away."""

from numpy import abs as np_abs

from ffnlib.checks.judges.lora.scaling import ADAPTER, with_factors
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_to_terms, judge_value


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    W, A, B, alpha = (inputs[name] for name in ("W", "A", "B", "alpha"))
    merged, got = expected["merged"], returned["merged"]
    r = len(A)
    s = alpha / r
    product = B @ A
    mistakes = [
        *with_factors(alpha, A, B, W, product),
        Mistake("these are the weights as they were: the update is missing", lambda: W),
        Mistake("this is the update alone: add it to W", lambda: s * product),
        Mistake("this is the update alone, without its factor: add it to W", lambda: product),
        Mistake("the update is transposed: it is B A, with a row for each output",
                lambda: W + s * product.T),
        Mistake("the update is transposed, and alpha/r is forgotten", lambda: W + product.T),
        Mistake("the result is transposed: it has the shape of W", lambda: merged.T),
        Mistake("the factor alpha/r is multiplied to W too", lambda: s * (W + product)),
        Mistake("the factors are in the wrong order: B A, not A B", lambda: W + s * (A @ B)),
        Mistake("the factors are in the wrong order: B A, not A B", lambda: W + A @ B),
        Mistake("W is multiplied by the update: add it", lambda: W * s * product),
        Mistake("the update is added twice", lambda: W + 2.0 * s * product),
    ]  # fmt: skip
    terms = np_abs(W) + np_abs(s) * np_abs(B) @ np_abs(A)
    return judge_value("the result", got, merged, mistakes, tol, close_to_terms(terms))


PROBLEM = Problem("lora_merge", {"W": "matrix", **ADAPTER}, {"merged": "matrix"}, _judge)

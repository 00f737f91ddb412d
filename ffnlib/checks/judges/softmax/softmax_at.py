"""The problem ``softmax_at``, with the mistakes its results give away."""

from numpy import argmax, eye, sqrt, where, zeros_like
from numpy import max as np_max
from numpy import sum as np_sum

from ffnlib.checks.judges.softmax_reference import NO_SHIFT, judge_logits, naive, softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z, T = inputs["z"], float(inputs["T"])
    p1 = softmax(z, -1)
    # where several give the same nan, the one that fails more rarely stands first
    mistakes = [
        Mistake("the probabilities of T = 1 raised to a power in single steps underflow: start "
                "from the logits", lambda: p1 ** (1.0 / T) / np_sum(p1 ** (1.0 / T))),
        Mistake("the maximum of z is subtracted after the division by T: divide it too",
                lambda: naive(z / T - np_max(z), -1)),
        Mistake(f"the logits over T are too large for exp: {NO_SHIFT}", lambda: naive(z / T, -1)),
        Mistake("T is ignored: these are the probabilities for T = 1", lambda: p1),
        Mistake("multiplied by T: a large temperature must flatten", lambda: softmax(z * T, -1)),
        Mistake("the probabilities are divided by T: divide the logits", lambda: p1 / T),
        Mistake("the powers of the probabilities are not divided by their sum",
                lambda: p1 ** (1.0 / T)),
        Mistake("softmax is taken twice: T divides the logits, not the probabilities",
                lambda: softmax(p1 / T, -1)),
        Mistake("T is subtracted, which changes nothing: divide by it", lambda: softmax(z - T, -1)),
        Mistake("divided by the square of T", lambda: softmax(z / T**2, -1)),
        Mistake("divided by the root of T", lambda: softmax(z / sqrt(T), -1)),
        Mistake("the exponentials are divided by T, which changes nothing: divide the logits",
                lambda: p1),
        Mistake("the sign is wrong: the largest logit keeps the largest probability",
                lambda: softmax(-z / T, -1)),
        Mistake("the largest class gets everything: that is only the limit T to 0",
                lambda: where(z == np_max(z), 1.0, 0.0)),
        Mistake("the largest class gets everything: that is only the limit T to 0",
                lambda: eye(len(z))[argmax(z)]),
        Mistake("all classes get the same: that is only the limit of a large T",
                lambda: zeros_like(z) + 1.0 / len(z)),
    ]  # fmt: skip
    return judge_logits("the result", returned["p"], expected["p"], mistakes, tol)


PROBLEM = Problem("softmax_at", {"z": "vector", "T": "number"}, {"p": "vector"}, _judge)

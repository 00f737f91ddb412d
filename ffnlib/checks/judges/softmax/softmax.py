"""The problem ``softmax``, with the mistakes its results give away."""

from numpy import clip, exp, log, sqrt, swapaxes, where, zeros_like
from numpy import max as np_max
from numpy import min as np_min
from numpy import sum as np_sum

from ffnlib.checks.judges.softmax_reference import along, log_softmax, softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, guessed, judge_value


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z, axis = inputs["z"], int(inputs["axis"])
    wanted, got = expected["p"], returned["p"]
    e = exp(z)
    sums = np_sum(e, axis=axis)
    mistakes = [
        *along(z, axis, softmax, "the sums are taken along the wrong axis"),
        Mistake("divided by the sum of the whole array: each line along axis needs its own",
                lambda: e / np_sum(e)),
        Mistake("divided by the sums along the wrong direction: keepdims=True keeps them in line",
                lambda: e / sums),
        Mistake("not divided by the sum", lambda: e),
        Mistake("the exponential is missing: these are logits divided by their sum",
                lambda: z / np_sum(z, axis=axis, keepdims=True)),
        Mistake("the sign in the exponent is wrong: the largest logit gets the largest probability",
                lambda: softmax(-z, axis)),
        Mistake("the base of the powers is not e", lambda: softmax(z * log(2.0), axis)),
        Mistake("divided by the largest exponential, not by the sum",
                lambda: e / np_max(e, axis=axis, keepdims=True)),
        Mistake("divided by the number of classes: this is a mean, not a probability",
                lambda: e / z.shape[axis]),
        Mistake("these are logarithms of probabilities", lambda: log_softmax(z, axis)),
        Mistake("this is the sigmoid of each logit: a softmax looks at the other classes too",
                lambda: 1.0 / (1.0 + exp(-z))),
        Mistake("the largest class gets everything: this is a hard maximum",
                lambda: where(z == np_max(z, axis=axis, keepdims=True), 1.0, 0.0)),
        Mistake("the logits are squared before the exponential", lambda: softmax(z * z, axis)),
        Mistake("softmax is taken twice", lambda: softmax(softmax(z, axis), axis)),
        Mistake("large logits are cut off", lambda: softmax(clip(z, -10.0, 10.0), axis)),
        Mistake("the shift is not the same for the whole line: it changes the probabilities",
                lambda: softmax(z - np_max(z, axis=0), axis)),
        Mistake("scaled to length 1, not to sum 1",
                lambda: e / sqrt(np_sum(e * e, axis=axis, keepdims=True))),
        Mistake("the result is transposed: keep the axes in the order they came in",
                lambda: swapaxes(softmax(z, axis), 0, axis)),
    ]  # fmt: skip
    fault = judge_value("the result", got, wanted, mistakes, tol)
    if fault is None or not fault.unexplained:
        return fault
    total = np_sum(got, axis=axis)
    if not close(total, zeros_like(total) + 1.0, tol):
        return guessed(
            ["the probabilities do not sum to 1 along axis"],
            fault.fact,
            f"the sums run from {np_min(total):.4g} to {np_max(total):.4g}",
        )
    return fault.observed("they sum to 1 along axis, but are not the probabilities")


PROBLEM = Problem("softmax", {"z": "array", "axis": "integer"}, {"p": "array"}, _judge)

"""The problem ``loss_gradient``, with the mistakes its results give away."""

from typing import Any

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import arange, eye, float64, log, mean, where
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import NO_SHIFT, naive, softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the gradient of the mean cross-entropy by the logits."""
    z, t = inputs["z"], inputs["t"]
    m, k = z.shape
    p, one_hot = softmax(z, -1), eye(k)[t]
    wanted, got = expected["dz"], returned["dz"]
    rows = arange(m)
    mistakes: list[Mistake] = [
        Mistake("the 1/m is missing: the loss is the mean over the batch", lambda: wanted * m),
        Mistake("1/m is there twice", lambda: wanted / m),
        Mistake("divided by the number of classes, not of examples", lambda: wanted * m / k),
        Mistake("divided by all entries: the mean is over the examples only", lambda: wanted / k),
        Mistake("the sign is wrong: with t - p training would climb", lambda: -wanted),
        Mistake("the sign is wrong, and the 1/m is missing", lambda: -wanted * m),
        Mistake("the targets are not subtracted", lambda: p / m),
        Mistake("the targets are not subtracted, and the 1/m is missing", lambda: p),
        Mistake("softmax is taken over the batch: the probabilities of an example sum to 1",
                lambda: (softmax(z, 0) - one_hot) / m),
        Mistake("softmax is missing: the logits themselves are compared with the targets",
                lambda: (z - one_hot) / m),
        Mistake("p (1 - p) is one factor too many: the logarithm has taken it away",
                lambda: wanted * p * (1.0 - p)),
        Mistake("p (1 - p) is the sigmoid's slope, not this gradient", lambda: p * (1.0 - p) / m),
        Mistake("this is the gradient with respect to the probabilities, -t/p: go on to the logits",
                lambda: -one_hot / p / m),
        Mistake("only the target's entry has a gradient here: every logit has one",
                lambda: one_hot * wanted),
        Mistake("the target's entry is 0 here: it is (p - 1)/m", lambda: wanted * (1.0 - one_hot)),
        Mistake("softmax is computed without a shift: subtract each row's maximum before exp",
                lambda: (naive(z, -1) - one_hot) / m),
        Mistake("the classes count from 0, here they are taken to count from 1",
                lambda: (p - eye(k)[t - 1]) / m),
        Mistake("the hardest class stands where the probabilities belong",
                lambda: (where(z == np_max(z, axis=-1, keepdims=True), 1.0, 0.0) - one_hot) / m),
        Mistake("1 is subtracted from whole columns: only the target's entry of each row loses 1",
                lambda: _columns(p, t) / m),
        Mistake("this is the mean gradient of the batch, repeated: each example has its own",
                lambda: wanted * 0.0 + mean(wanted, axis=0)),
        Mistake("1 is subtracted after the division by m",
                lambda: p / m - one_hot),
        Mistake("these are the values of the loss, not its gradient",
                lambda: -log(p[rows, t]) / m),
    ]  # fmt: skip
    overflow = f": does exp overflow? {NO_SHIFT}"
    fault = judge_value("the gradient", got, wanted, mistakes, tol, overflow=overflow)
    if fault is None or not fault.unexplained:
        return fault
    sums = np_sum(got, axis=-1)
    if np_all(np_abs(sums) <= 1e-6) or close(got, wanted, 1e-2):
        return fault
    return fault.observed("each row of the gradient must sum to 0: p and the targets both sum to 1")


def _columns(p: Array, t: NDArray[Any]) -> Array:
    spoiled = p.copy()
    spoiled[:, t] -= 1.0
    return spoiled


PROBLEM = Problem("loss_gradient", {"z": "matrix", "t": "classes"}, {"dz": "matrix"}, _judge)

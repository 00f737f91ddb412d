"""The problem ``cross_entropy``, with the mistakes its results give away."""

from typing import Any

from numpy import arange, argmax, exp, eye, float64, isfinite, log, mean, where
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import (
    NO_SHIFT,
    judge_logits,
    log_softmax,
    naive,
    softmax,
)
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _unstable(z: Array, t: NDArray[Any]) -> list[Mistake]:
    """Formulas that are right on paper, and overflow."""
    m, k = z.shape
    rows, one_hot = arange(m), eye(k)[t]
    log_p, p = log_softmax(z, -1), softmax(z, -1)
    # where several give the same inf or nan, the one that fails more rarely stands first
    return [
        Mistake("the logarithm of a probability that rounds to 0: compute log sum exp minus the "
                "target's logit", lambda: -mean(log(p[rows, t]))),
        Mistake("0 times inf is nan: pick the target's entry, do not multiply by the one-hot rows",
                lambda: -np_sum(one_hot * log_p) / m),
        Mistake("0 times inf is nan: pick the target's entry, do not multiply by the one-hot rows",
                lambda: -np_sum(one_hot * log(p)) / m),
        Mistake(f"softmax is computed without a shift: {NO_SHIFT}",
                lambda: -mean(log(naive(z, -1)[rows, t]))),
        Mistake(f"softmax is computed without a shift: {NO_SHIFT}",
                lambda: -np_sum(one_hot * log(naive(z, -1))) / m),
        Mistake(f"log sum exp is computed without a shift: {NO_SHIFT}",
                lambda: mean(log(np_sum(exp(z), axis=-1)) - z[rows, t])),
    ]  # fmt: skip


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the mean cross-entropy of a batch."""
    z, t = inputs["z"], inputs["t"]
    m, k = z.shape
    rows = arange(m)
    one_hot = eye(k)[t]  # (batch, classes)
    log_p, p = log_softmax(z, -1), softmax(z, -1)
    chosen = log_p[rows, t]
    top = np_max(z, axis=-1, keepdims=True)
    wanted, got = expected["loss"], returned["loss"]
    mistakes = [
        *_unstable(z, t),
        Mistake("this is the sum over the batch, not the mean", lambda: -np_sum(chosen)),
        Mistake("the sign is wrong: the loss is never negative", lambda: mean(chosen)),
        Mistake("the mean is taken over examples and classes: divide by the number of examples",
                lambda: -np_sum(chosen) / (m * k)),
        Mistake("divided by the number of classes, not of examples", lambda: -np_sum(chosen) / k),
        Mistake("normalized over the batch: the probabilities of an example sum to 1",
                lambda: -mean(log_softmax(z, 0)[rows, t])),
        Mistake("one shift for the whole batch: examples far below its maximum underflow",
                lambda: mean(np_max(z) + log(np_sum(exp(z - np_max(z)), axis=-1)) - z[rows, t])),
        Mistake("the maximum was taken off and not added back",
                lambda: mean(log(np_sum(exp(z - top), axis=-1)) - z[rows, t])),
        Mistake("this is the mean probability of the targets: the logarithm is missing",
                lambda: mean(p[rows, t])),
        Mistake("this is 1 minus the mean probability of the targets, not a logarithm",
                lambda: 1.0 - mean(p[rows, t])),
        Mistake("the mean is taken before the logarithm: the mean of the logarithms is asked for",
                lambda: -log(mean(p[rows, t]))),
        Mistake("the base of the logarithm is 2, not e", lambda: -mean(chosen) / log(2.0)),
        Mistake("this is the loss of the most probable classes: the targets were not used",
                lambda: -mean(log_p[rows, argmax(z, axis=-1)])),
        Mistake("this is minus the mean logit: log sum exp is missing", lambda: -mean(z[rows, t])),
        Mistake("this is the mean of log sum exp: the target's logit is missing",
                lambda: mean(z[rows, t] - chosen)),
        Mistake("only the largest logit is used: log sum exp is more than the maximum",
                lambda: mean(top[:, 0] - z[rows, t])),
        Mistake("softmax is taken twice: the logits go into log softmax once",
                lambda: -mean(log_softmax(p, -1)[rows, t])),
        Mistake("the classes count from 0, here they are taken to count from 1",
                lambda: -mean(log_p[rows, t - 1])),
        Mistake("this is the squared error of the probabilities",
                lambda: np_sum((p - one_hot) ** 2) / m),
        Mistake("all classes are added: only the target's counts", lambda: -np_sum(log_p) / m),
        Mistake("this is the loss of the first example alone", lambda: -chosen[0]),
        Mistake("this is the entropy of the probabilities: the targets were not used",
                lambda: -np_sum(where(p > 0.0, p * log_p, 0.0)) / m),
    ]  # fmt: skip
    fault = judge_logits("the loss", got, wanted, mistakes, tol)
    if fault is None or not fault.unexplained:
        return fault
    if isfinite(got) and got < wanted and np_max(-chosen) > 20.0:
        return fault.observed("large losses are cut off: was something added inside the logarithm?")
    return fault


PROBLEM = Problem(
    "cross_entropy",
    {"z": "matrix", "t": "classes"},
    {"loss": "number"},
    _judge,
)

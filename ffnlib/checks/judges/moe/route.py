"""The problem ``route``, with the mistakes its results give away."""

from functools import partial

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import any as np_any
from numpy import (
    argsort,
    asarray,
    exp,
    float64,
    intp,
    isfinite,
    mean,
    ones_like,
    shape,
    sort,
    take_along_axis,
)
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import sigmoid
from ffnlib.checks.judges.softmax_reference import softmax
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close,
    guessed,
    judge_value,
    mistakes_made,
)

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the k best experts of each token, in any order, and their gates."""
    z, k = inputs["logits"], inputs["k"]
    chosen, gates = returned["chosen"], returned["gates"]
    for name, part in (("chosen", chosen), ("gates", gates)):
        if shape(part) != (len(z), k):
            return Fault(f"{name} has the wrong shape: a row for each token, k numbers in it",
                         f"its shape is {shape(part)}, expected {(len(z), k)}")  # fmt: skip
    fault = _judge_choice(z, k, chosen, sort(expected["chosen"], axis=1))
    if fault is not None:
        return fault
    # the order of a row is free: each expert's gate, put where the student has that expert
    wanted = take_along_axis(expected["gates"], argsort(expected["chosen"], axis=1), axis=1)
    place = argsort(argsort(chosen, axis=1), axis=1)
    return _judge_gates(z, chosen, gates, take_along_axis(wanted, place, axis=1), tol)


def _sorted_result(mistake: Mistake) -> Array:
    return sort(mistake.result(), axis=1)


def _judge_choice(z: Array, k: int, chosen: Array, right: Array) -> Fault | None:
    found = sort(chosen, axis=1)
    if close(found, right, 0.0):
        return None
    if not np_all(isfinite(chosen)) or np_any(chosen != chosen.round()):
        return Fault("chosen must hold numbers of experts, from 0 to one less than there are")
    experts = z.shape[1]
    rank = argsort(argsort(-z, axis=1), axis=1)
    down, up = argsort(-z, axis=1), argsort(z, axis=1)
    mistakes = [
        Mistake("the experts with the smallest logits are chosen: argsort goes upwards",
                lambda: up[:, :k]),
        Mistake("experts are counted from 1: the first one is 0", lambda: down[:, :k] + 1),
        Mistake("these are ranks, not numbers of experts", lambda: rank[:, :k]),
        Mistake("only the best one is right: it is not followed by the next best",
                lambda: down[:, [0, *range(2, k + 1)]]),
        Mistake("the best one is left out", lambda: down[:, 1 : k + 1]),
        Mistake("chosen by the size of the logit without its sign",
                lambda: argsort(-np_abs(z), axis=1)[:, :k]),
        Mistake("the tokens are ranked for each expert: rank the experts of each token",
                lambda: argsort(-z, axis=0)[:, :k]),
        Mistake("all tokens get the same experts: each token has its own logits",
                lambda: ones_like(down[:, :k]) * argsort(-mean(z, axis=0))[:k]),
        Mistake("all tokens get the experts of the first: each token has its own logits",
                lambda: ones_like(down[:, :k]) * down[0, :k]),
        Mistake("the same expert is chosen k times: take the k best", lambda: down[:, :1]
                * ones_like(down[:, :k])),
    ]  # fmt: skip
    guesses = mistakes_made(
        found, right, [Mistake(m.words, partial(_sorted_result, m)) for m in mistakes], 0.0
    )
    fact = "chosen has the wrong experts: the k largest logits of each token"
    if not guesses and np_any((chosen < 0) | (chosen >= experts)):
        return Fault("chosen has an expert that is not there: they are numbered from 0", fact=fact)
    return guessed(guesses, fact)


def _judge_gates(z: Array, chosen: Array, got: Array, wanted: Array, tol: float) -> Fault | None:
    """All four have a row for each token; ``wanted`` stands in the order of ``chosen``."""
    at = asarray(chosen, dtype=intp)
    best = take_along_axis(z, at, axis=1)
    everywhere = take_along_axis(softmax(z, -1), at, axis=1)
    k = at.shape[1]
    mistakes = [
        Mistake("softmax is taken over all experts and not renormalised: the gates of a token "
                "must sum to 1", lambda: everywhere),
        Mistake("all gates are equal: they follow the logits", lambda: ones_like(wanted) / k),
        Mistake("all gates are 1: softmax over the chosen logits is missing",
                lambda: ones_like(wanted)),
        Mistake("these are the logits: softmax over the chosen ones is missing", lambda: best),
        Mistake("the logits are divided by their sum: softmax is missing",
                lambda: best / np_sum(best, axis=1, keepdims=True)),
        Mistake("the exponentials are not divided by their sum", lambda: exp(best)),
        Mistake("divided by the largest, not by the sum",
                lambda: exp(best - np_max(best, axis=1, keepdims=True))),
        Mistake("the sigmoid of each logit is not a softmax over the chosen ones",
                lambda: sigmoid(best)),
        Mistake("softmax is taken twice", lambda: softmax(wanted, -1)),
        Mistake("softmax is taken twice: once over all experts, then over the chosen "
                "probabilities; divide those by their sum instead",
                lambda: softmax(everywhere, -1)),
        Mistake("softmax runs over the tokens: it runs over the chosen experts of one token",
                lambda: softmax(best, 0)),
        Mistake("softmax has the wrong sign: the larger logit gets the larger gate",
                lambda: softmax(-best, -1)),
        Mistake("softmax runs over all tokens at once: each token's gates sum to 1",
                lambda: exp(best) / np_sum(exp(best))),
        Mistake("softmax is taken of the numbers of the experts, not of their logits",
                lambda: softmax(asarray(at, dtype=float64), -1)),
    ]  # fmt: skip
    if close(got, wanted, tol):
        return None
    if close(sort(got, axis=1), sort(wanted, axis=1), tol):
        words = ("the gates stand beside the wrong experts: the largest gate belongs to the "
                 "largest logit")  # fmt: skip
        mistakes.insert(0, Mistake(words, lambda: got))
    fault = judge_value("gates", got, wanted, mistakes, tol)
    if fault is None or not fault.unexplained:
        return fault
    if not close(np_sum(got, axis=1), ones_like(got[:, 0]), tol):
        return fault.observed("the gates of a token do not sum to 1")
    return fault


PROBLEM = Problem(
    "route",
    {"logits": "matrix", "k": "integer"},
    {"chosen": "matrix", "gates": "matrix"},
    _judge,
)

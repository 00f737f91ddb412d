"""Judges of what happens before the experts: routing, the balancing loss, capacity."""

from functools import partial
from math import ceil, floor

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import any as np_any
from numpy import (
    arange,
    argsort,
    asarray,
    bincount,
    cumsum,
    exp,
    eye,
    float64,
    intp,
    isfinite,
    mean,
    ones_like,
    shape,
    sort,
    take_along_axis,
    where,
)
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import sigmoid
from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.judges.softmax_reference import softmax
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    close,
    close_relative,
    guessed,
    judge_value,
    mistakes_made,
)

Array = NDArray[float64]
Integers = NDArray[intp]


def judge_route(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


def judge_balance(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the Switch loss that evens out the load."""
    p, chosen, alpha = inputs["p"], inputs["chosen"], inputs["alpha"]
    n, experts = p.shape
    k = chosen.shape[1]
    P = mean(p, axis=0)

    def share(which: Integers) -> Array:
        return bincount(which.reshape(-1), minlength=experts) / which.size

    f = share(chosen)
    fP, loss = np_sum(f * P), expected["loss"]
    best = argsort(-p, axis=1, kind="stable")[:, :k]
    mistakes = [
        Mistake("alpha is missing", lambda: loss / alpha),
        Mistake("the number of experts is missing: a balanced load must give alpha",
                lambda: alpha * fP),
        Mistake("alpha and the number of experts are missing", lambda: fP),
        Mistake("multiplied by the number of tokens, not of experts", lambda: alpha * n * fP),
        Mistake("this is the mean over the experts: the loss has the sum, times their number",
                lambda: alpha * fP / experts),
        Mistake("f holds numbers of tokens: it is the share of the choices",
                lambda: loss * n * k),
        Mistake("f is divided by the number of tokens: there are k choices for each, and f sums "
                "to 1", lambda: loss * k),
        Mistake("P is summed over the tokens: it is the mean", lambda: loss * n),
        Mistake("f and P are both summed over the tokens: divide by their number",
                lambda: loss * n * n * k),
        Mistake("P stands twice: f counts the choices, it does not average probabilities",
                lambda: alpha * experts * np_sum(P * P)),
        Mistake("f stands twice: P is the mean probability",
                lambda: alpha * experts * np_sum(f * f)),
        Mistake("the number of experts is squared", lambda: loss * experts),
        Mistake("f counts an expert once, however often it is chosen: an index that stands "
                "several times in += adds once; np.add.at and np.bincount count",
                lambda: alpha * experts * np_sum(P[share(chosen) > 0]) / n / k),
        Mistake("f counts the most probable experts: count those in chosen",
                lambda: alpha * experts * np_sum(share(best) * P)),
        Mistake("f counts the most probable experts: count those in chosen",
                lambda: alpha * experts * np_sum(share(best[:, :1]) * P)),
        Mistake("f counts the first choice only: count all choices in chosen",
                lambda: alpha * experts * np_sum(share(chosen[:, :1]) * P)),
        Mistake("the probabilities are multiplied token by token: average them first",
                lambda: alpha * experts * mean(take_along_axis(p, chosen, axis=1))),
        Mistake("the probabilities are multiplied token by token: average them first",
                lambda: alpha * mean(take_along_axis(p, chosen, axis=1))),
        Mistake("the sign is wrong: an uneven load must cost more", lambda: -loss),
        Mistake("only the busiest expert is counted: add over all of them",
                lambda: alpha * experts * np_max(f * P)),
        Mistake("f and P are subtracted: multiply them",
                lambda: alpha * experts * np_sum((f - P) ** 2)),
        Mistake("P is that of the first token: average over all of them",
                lambda: alpha * experts * np_sum(f * p[0])),
        Mistake("the sums are multiplied: multiply expert by expert, then add",
                lambda: alpha * experts),
    ]  # fmt: skip
    return judge_value("the loss", returned["loss"], loss, mistakes, tol, close_relative)


def kept_within(chosen: Integers, capacity: int) -> Array:
    """Return the flags of the tokens that find room, first come, first served, (tokens,)."""
    each = eye(int(chosen.max(initial=0)) + 1)[chosen]  # (tokens, experts)
    place = np_sum(cumsum(each, axis=0) * each, axis=1)  # from 1
    return where(place <= capacity, 1.0, 0.0)


def judge_capacity(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge how many tokens an expert takes and which of them find room."""
    chosen, experts, factor = inputs["chosen"], inputs["experts"], inputs["factor"]
    n = len(chosen)
    even = factor * n / experts
    c = expected["capacity"]
    in_capacity = [
        Mistake("capacity is rounded to the nearest integer: round up", lambda: round(even)),
        Mistake("capacity is rounded down: round up", lambda: floor(even)),
        Mistake("capacity leaves out the factor", lambda: ceil(n / experts)),
        Mistake("capacity is rounded up before the factor: round once, at the end",
                lambda: ceil(factor * ceil(n / experts))),
        Mistake("capacity is rounded down before the factor: round once, at the end",
                lambda: ceil(factor * (n // experts))),
        Mistake("capacity adds the factor: multiply by it", lambda: ceil(n / experts + factor)),
        Mistake("capacity divides by the factor: multiply by it",
                lambda: ceil(n / experts / factor)),
        Mistake("capacity is not divided by the number of experts", lambda: ceil(factor * n)),
        Mistake("capacity is upside down: tokens divided by experts",
                lambda: ceil(factor * experts / n)),
        Mistake("capacity is the load of the busiest expert: it does not depend on the choices",
                lambda: int(bincount(chosen).max())),
        Mistake("capacity is one too many: a whole number stays", lambda: floor(even) + 1),
        Mistake("capacity is cut off at the number of tokens: it may be larger", lambda: min(c, n)),
        Mistake("capacity is the number of tokens", lambda: n),
    ]  # fmt: skip
    fault = judge_count("capacity", returned["capacity"], c, in_capacity)
    if fault is not None:
        return fault
    load = bincount(chosen, minlength=experts)
    in_kept = [
        Mistake("the capacity is forgotten: all tokens are kept", lambda: ones_like(chosen)),
        Mistake("kept marks the tokens that are dropped: turn it round",
                lambda: 1.0 - expected["kept"]),
        Mistake("the last tokens are kept: first come, first served", lambda: kept_within(
                chosen[::-1], c)[::-1]),
        Mistake("an expert takes one token too many", lambda: kept_within(chosen, c + 1)),
        Mistake("an expert takes one token too few", lambda: kept_within(chosen, c - 1)),
        Mistake("all tokens of a full expert are dropped: the first of them find room",
                lambda: where(load[chosen] <= c, 1.0, 0.0)),
        Mistake("the capacity is one for all experts together: each has its own",
                lambda: where(arange(n) < c, 1.0, 0.0)),
        Mistake("the capacity of all experts together is what limits: each has its own",
                lambda: where(arange(n) < c * experts, 1.0, 0.0)),
        Mistake("the experts after the first few are closed: the capacity counts tokens",
                lambda: where(chosen < c, 1.0, 0.0)),
        Mistake("the tokens are counted in the order of the experts: keep their own order",
                lambda: kept_within(sort(chosen), c)),
    ]  # fmt: skip
    kept = returned["kept"]
    if shape(kept) != (n,):
        return Fault("kept has the wrong shape: one flag for each token",
                     f"it has {kept.size} entries for {n} tokens")  # fmt: skip
    fault = judge_value("kept", kept, expected["kept"], in_kept, 1e-6)
    if fault is not None and np_any((kept != 0) & (kept != 1)):
        return Fault("kept holds other numbers than True and False", fact=fault.fact)
    return fault

"""The problem ``keep_tokens``, with the mistakes its results give away."""

from math import ceil, floor

from numpy import any as np_any
from numpy import arange, bincount, cumsum, eye, float64, intp, ones_like, shape, sort, where
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Array = NDArray[float64]
Integers = NDArray[intp]


def kept_within(chosen: Integers, capacity: int) -> Array:
    """Return the flags of the tokens that find room, first come, first served, (tokens,)."""
    each = eye(int(chosen.max(initial=0)) + 1)[chosen]  # (tokens, experts)
    place = np_sum(cumsum(each, axis=0) * each, axis=1)  # from 1
    return where(place <= capacity, 1.0, 0.0)


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "keep_tokens",
    {"chosen": "classes", "experts": "integer", "factor": "number"},
    {"capacity": "integer", "kept": "vector"},
    _judge,
)

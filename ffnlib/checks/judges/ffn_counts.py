"""Judges of the sizes of feed-forward blocks: hidden size, parameters, operations, shares."""

from functools import partial
from typing import Any

from ffnlib.checks.judges.counts import judge_count, judge_shares
from ffnlib.checks.problem import Fault, Mistake, Parts

GATED = ("glu", "geglu", "swiglu", "reglu", "bilinear")


def _up(size: int, multiple: int) -> int:
    """Return the next multiple of a size, in integers."""
    return -(-size // multiple) * multiple


def judge_hidden(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the hidden size of a gated block: two thirds of 4d, rounded up to a multiple."""
    d, m = inputs["d_model"], inputs["multiple_of"]
    h = 8 * d // 3
    got, wanted = returned["d_ff"], expected["d_ff"]

    def rounded(factor: float) -> int:
        return _up(int(factor * d), m)

    nearest = "rounded to the nearest multiple: the rule rounds up"
    mistakes = [
        Mistake(nearest, lambda: (h + m // 2) // m * m),
        Mistake(nearest, lambda: round(h / m) * m),
        Mistake(nearest, lambda: round(8 * d / 3 / m) * m),
        Mistake("rounded down: the rule rounds up to the next multiple", lambda: h // m * m),
        Mistake("8d/3 is rounded up first: take its whole part, then go up to a multiple",
                lambda: _up(_up(8 * d, 3) // 3, m)),
        Mistake("8d/3 is rounded to the nearest integer first: take its whole part",
                lambda: _up(round(8 * d / 3), m)),
        *(
            Mistake("8/3 is rounded: compute in whole numbers, 8 * d // 3",
                    partial(rounded, factor))
            for digits in range(1, 7)
            for factor in (round(8 / 3, digits), 4 * round(2 / 3, digits))
        ),
        Mistake("a multiple too many: a size that is a multiple already stays",
                lambda: (h // m + 1) * m),
        Mistake("not rounded to a multiple of multiple_of", lambda: h),
        Mistake("this is 4d: a gated block gets two thirds of it", lambda: _up(4 * d, m)),
        Mistake("this is 4d: a gated block gets two thirds of it", lambda: 4 * d),
        Mistake("this starts from 2d/3: two thirds of 4d is 8d/3", lambda: _up(2 * d // 3, m)),
        Mistake("two thirds are taken twice", lambda: _up(16 * d // 9, m)),
        Mistake("divided by two thirds: a gated block is narrower than 4d",
                lambda: _up(6 * d, m)),
        Mistake("this is 8d/3 upside down: 3d/8", lambda: _up(3 * d // 8, m)),
        Mistake("how many multiples is only half the way: multiply by multiple_of",
                lambda: _up(h, m) // m),
        Mistake("d is rounded up before 8/3 is taken: round last",
                lambda: 8 * _up(d, m) // 3),
        Mistake("multiple_of is added, not rounded to", lambda: h + m),
        Mistake("rounded up to a power of two: multiple_of says which multiples",
                lambda: 2 ** (h - 1).bit_length()),
        Mistake("multiple_of is doubled until it is large enough: go up to the next multiple",
                lambda: m * 2 ** max(0, _up(h, m) // m - 1).bit_length()),
        Mistake("rounded to multiples of 256: multiple_of is an argument",
                lambda: _up(h, 256)),
    ]  # fmt: skip
    fault = judge_count("d_ff", got, wanted, mistakes)
    if fault is None or not fault.unexplained:
        return fault
    if got % m:
        return fault.observed("this is not a multiple of multiple_of")
    if got < h:
        return fault.observed("this is smaller than 8d/3: the rule rounds up")
    return fault.observed("this is a multiple, but not the next one after 8d/3")


def judge_counts(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the parameters of a plain block of width 4d, of a gated one, and their difference."""
    d, h = inputs["d_model"], inputs["d_ff"]
    plain, gated, extra = (expected[name] for name in ("plain", "gated", "extra"))
    in_plain = [
        Mistake("plain counts biases: here no layer has one", lambda: plain + 5 * d),
        Mistake("plain counts one matrix: there are two, up and down", lambda: plain // 2),
        Mistake("plain counts three matrices: it has no gate", lambda: 12 * d * d),
        Mistake("plain has the width of the gated block: its own hidden size is 4d",
                lambda: 2 * d * h),
        Mistake("plain and gated are swapped", lambda: gated),
        Mistake("plain adds the two sizes of a matrix: multiply them", lambda: 2 * (d + 4 * d)),
        Mistake("plain is twice too large: two matrices of d times 4d, and a weight is one "
                "parameter", lambda: 16 * d * d),
    ]  # fmt: skip
    in_gated = [
        Mistake("gated counts two matrices: gate, up and down make three", lambda: 2 * d * h),
        Mistake("gated counts biases: here no layer has one", lambda: gated + 2 * h + d),
        Mistake("gated counts four matrices: gate, up and down make three", lambda: 4 * d * h),
        Mistake("gated has the width 4d: its own hidden size is d_ff", lambda: 12 * d * d),
        Mistake("gated is set equal to plain: after rounding it is not", lambda: plain),
        Mistake("gated adds the two sizes of a matrix: multiply them", lambda: 3 * (d + h)),
        Mistake("gated counts operations: a weight is one parameter", lambda: 2 * gated),
        Mistake("gated counts one matrix: gate, up and down make three", lambda: d * h),
    ]  # fmt: skip
    in_extra = [
        Mistake("extra has lost its sign: gated minus plain is below 0 if gated is smaller",
                lambda: abs(extra)),
        Mistake("extra has the wrong sign: it is gated minus plain", lambda: -extra),
        Mistake("extra cannot be below 0 here, but gated minus plain can", lambda: max(extra, 0)),
        Mistake("extra is the sum of the two: it is gated minus plain", lambda: plain + gated),
        Mistake("extra is the difference of the hidden sizes: subtract the parameters",
                lambda: h - 4 * d),
        Mistake("extra is that of one matrix: there are three and two", lambda: d * h - 4 * d * d),
    ]  # fmt: skip
    return (
        judge_count("plain", returned["plain"], plain, in_plain)
        or judge_count("gated", returned["gated"], gated, in_gated)
        or judge_count("extra", returned["extra"], extra, in_extra, scale=plain)
    )


def judge_flops(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the operations of a feed-forward block on some tokens."""
    n, d, h, variant = (inputs[name] for name in ("tokens", "d_model", "d_ff", "variant"))
    gated = variant in GATED
    wanted = expected["flops"]
    other = (
        "a gated block is counted as if it had two matrices: gate, up and down make three"
        if gated
        else "a plain block is counted as if it had three matrices: it has no gate"
    )
    mistakes = [
        Mistake("these are multiply-adds: a multiplication and an addition are 2 operations",
                lambda: wanted // 2),
        Mistake(other, lambda: 2 * n * (2 if gated else 3) * d * h),
        Mistake(other, lambda: n * (2 if gated else 3) * d * h),
        Mistake("these are the operations for one token", lambda: wanted // n),
        Mistake("these are the parameters: every token uses each of them",
                lambda: wanted // n // 2),
        Mistake("the backward pass is counted too: only the forward pass is asked for",
                lambda: 3 * wanted),
        Mistake("the hidden size is taken to be 4d: it is d_ff",
                lambda: 2 * n * (3 if gated else 2) * d * 4 * d),
        Mistake("only one matrix is counted", lambda: 2 * n * d * h),
        Mistake("the activations are counted too: only products with matrices",
                lambda: wanted + n * h),
        Mistake("the activations are counted too: only products with matrices",
                lambda: wanted + 2 * n * h),
        Mistake("every token is taken to see every other: the block works on each alone",
                lambda: wanted * n),
        Mistake("twice too many: 2 operations for each weight", lambda: 2 * wanted),
    ]  # fmt: skip
    exact = [
        Mistake("an addition too few for each sum: here every weight counts 2 operations",
                lambda: wanted - n * ((2 if gated else 1) * h + d)),
    ]  # fmt: skip
    return judge_count("the number of operations", returned["flops"], wanted, [*mistakes, *exact])


def judge_parameter_shares(
    inputs: Parts, expected: Parts, returned: Parts, tol: float
) -> Fault | None:
    """Judge the shares of attention and feed-forward block in a layer's weights."""
    d, h, heads, kv = (inputs[name] for name in ("d_model", "d_ff", "heads", "kv_heads"))
    group = kv / heads
    attention, ffn = 2 * d * d * (1 + group), 3 * d * h

    def pair(a: float, f: float) -> Any:
        return lambda: (a, f)

    mistakes = [
        ("kv_heads is ignored: keys and values have only kv_heads heads", pair(4 * d * d, ffn)),
        ("only the keys are smaller: values have kv_heads heads too",
         pair(d * d * (3 + group), ffn)),
        ("the queries are smaller too: only keys and values have kv_heads heads",
         pair(d * d * (1 + 3 * group), ffn)),
        ("all four matrices are smaller: only keys and values have kv_heads heads",
         pair(4 * d * d * group, ffn)),
        ("heads and kv_heads are swapped", pair(2 * d * d * (1 + heads / kv), ffn)),
        ("the output matrix of the attention is missing", pair(d * d * (1 + 2 * group), ffn)),
        ("only keys and values are counted: queries and output are matrices too",
         pair(2 * d * d * group, ffn)),
        ("the attention is one matrix: queries, keys, values and output make four",
         pair(d * d, ffn)),
        ("the queries, keys and values of every head are counted as if each were d wide",
         pair(4 * d * d * heads, ffn)),
        ("the feed-forward block has two matrices: gate, up and down make three",
         pair(attention, 2 * d * h)),
        ("the feed-forward block is counted with 4d: its hidden size is d_ff",
         pair(attention, 12 * d * d)),
        ("the feed-forward block is counted with 4d and two matrices: it is gated, of size d_ff",
         pair(attention, 8 * d * d)),
        ("the norms are counted too: only matrices", pair(attention + 2 * d, ffn)),
        ("the norms are counted too: only matrices", pair(attention, ffn + 2 * d)),
        ("biases are counted: only matrices",
         pair(attention + 2 * d * (1 + group), ffn + 2 * h + d)),
        ("the feed-forward block is one matrix: gate, up and down make three",
         pair(attention, d * h)),
    ]  # fmt: skip
    return _judge_pair(returned, expected, mistakes, tol)


def judge_flops_shares(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the shares of attention and feed-forward block in a layer's operations for a token."""
    d, h, n = (inputs[name] for name in ("d_model", "d_ff", "context"))
    matrices, scores, ffn = 8 * d * d, 4 * n * d, 4 * d * h

    def pair(a: float, f: float) -> Any:
        return lambda: (a, f)

    mistakes = [
        ("the context is missing: queries meet n keys, and weights n values", pair(matrices, ffn)),
        ("half of the work with the context is missing: n scores and a sum of n values, d "
         "multiplications and d additions each", pair(matrices + scores / 2, ffn)),
        ("the four matrices of the attention are missing", pair(scores, ffn)),
        ("the four matrices are counted with one operation for a weight: it is 2",
         pair(matrices / 2 + scores, ffn)),
        ("the attention is counted with one operation for a weight: it is 2",
         pair((matrices + scores) / 2, ffn)),
        ("the feed-forward block is counted with one operation for a weight: it is 2",
         pair(matrices + scores, ffn / 2)),
        ("the scores are those of the whole sequence: one token meets n positions",
         pair(matrices + scores * n, ffn)),
        ("the scores are those of the whole sequence, the rest is that of one token",
         pair(matrices + 2 * n * n * d, ffn)),
        ("the output matrix of the attention is missing", pair(6 * d * d + scores, ffn)),
        ("the attention is one matrix: queries, keys, values and output make four",
         pair(2 * d * d + scores, ffn)),
        ("the feed-forward block has a gate here: it is a plain one, with two matrices",
         pair(matrices + scores, 6 * d * h)),
        ("the feed-forward block is one matrix: up and down make two",
         pair(matrices + scores, 2 * d * h)),
        ("the hidden size is taken to be 4d: it is d_ff", pair(matrices + scores, 16 * d * d)),
        ("the feed-forward block depends on the context: it works on one token alone",
         pair(matrices + scores, ffn * n)),
        ("the keys and values of the whole context are made anew: only the token's own",
         pair(4 * d * d * (1 + n) + scores, ffn)),
        ("the products with the context have no d: a key and a value have d numbers",
         pair(matrices + 4 * n, ffn)),
    ]  # fmt: skip
    return _judge_pair(returned, expected, mistakes, tol)


def _judge_pair(
    returned: Parts, expected: Parts, mistakes: list[tuple[str, Any]], tol: float
) -> Fault | None:
    names = ("attention", "ffn")
    return judge_shares(
        names,
        (returned["attention"], returned["ffn"]),
        (expected["attention"], expected["ffn"]),
        mistakes,
        tol,
    )

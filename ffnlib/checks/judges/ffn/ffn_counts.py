"""The problem ``ffn_counts``, with the mistakes its results give away."""

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "ffn_counts",
    {"d_model": "integer", "d_ff": "integer"},
    {"plain": "integer", "gated": "integer", "extra": "integer"},
    _judge,
)

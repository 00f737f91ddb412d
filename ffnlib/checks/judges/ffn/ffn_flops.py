"""The problem ``ffn_flops``, with the mistakes its results give away."""

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

GATED = ("glu", "geglu", "swiglu", "reglu", "bilinear")


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "ffn_flops",
    {"tokens": "integer", "d_model": "integer", "d_ff": "integer", "variant": "text"},
    {"flops": "integer"},
    _judge,
)

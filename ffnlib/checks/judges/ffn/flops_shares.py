"""The problem ``flops_shares``, with the mistakes its results give away."""

from typing import Any

from ffnlib.checks.judges.ffn.shares import judge_pair
from ffnlib.checks.problem import Fault, Parts, Problem


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return judge_pair(returned, expected, mistakes, tol)


PROBLEM = Problem(
    "flops_shares",
    {"d_model": "integer", "d_ff": "integer", "context": "integer"},
    {"attention": "number", "ffn": "number"},
    _judge,
)

"""The problem ``parameter_shares``, with the mistakes its results give away."""

from typing import Any

from ffnlib.checks.judges.ffn.shares import judge_pair
from ffnlib.checks.problem import Fault, Parts, Problem


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    return judge_pair(returned, expected, mistakes, tol)


PROBLEM = Problem(
    "parameter_shares",
    {"d_model": "integer", "d_ff": "integer", "heads": "integer", "kv_heads": "integer"},
    {"attention": "number", "ffn": "number"},
    _judge,
)

"""Judge the shares of attention and of the feed-forward block together."""

from typing import Any

from ffnlib.checks.judges.counts import judge_shares
from ffnlib.checks.problem import Fault, Parts


def judge_pair(
    returned: Parts, expected: Parts, mistakes: list[tuple[str, Any]], tol: float
) -> Fault | None:
    """Judge the two shares of a pair of results."""
    names = ("attention", "ffn")
    return judge_shares(
        names,
        (returned["attention"], returned["ffn"]),
        (expected["attention"], expected["ffn"]),
        mistakes,
        tol,
    )

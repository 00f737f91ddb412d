"""The problems of the assignment ``moe``, with the mistakes their results give away."""

from ffnlib.checks.judges.moe import (
    keep_tokens,
    load_balancing_loss,
    moe_forward,
    moe_parameters,
    route,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        route,
        load_balancing_loss,
        keep_tokens,
        moe_forward,
        moe_parameters,
    )
}

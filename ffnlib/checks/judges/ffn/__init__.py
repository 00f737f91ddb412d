"""The problems of the assignment ``ffn``, with the mistakes their results give away."""

from ffnlib.checks.judges.ffn import (
    ffn_counts,
    ffn_flops,
    flops_shares,
    hidden_size,
    parameter_shares,
    swiglu,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        swiglu,
        hidden_size,
        ffn_counts,
        ffn_flops,
        parameter_shares,
        flops_shares,
    )
}

"""The problems of the assignment ``activations``, with the mistakes their results give away."""

from ffnlib.checks.judges.activations import (
    chain_gradient,
    dead_unit_rate,
    find_minimum,
    gelu,
    gelu_derivative,
    silu,
    silu_derivative,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        gelu,
        silu,
        gelu_derivative,
        silu_derivative,
        find_minimum,
        dead_unit_rate,
        chain_gradient,
    )
}

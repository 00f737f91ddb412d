"""The problems of the assignment ``neurons``, with the mistakes their results give away."""

from ffnlib.checks.judges.neurons import (
    abs_network,
    compose,
    count_parameters,
    piecewise_network,
    xor_network,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        compose,
        count_parameters,
        xor_network,
        abs_network,
        piecewise_network,
    )
}

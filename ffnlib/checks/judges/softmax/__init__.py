"""The problems of the assignment ``softmax``, with the mistakes their results give away."""

from ffnlib.checks.judges.softmax import (
    cross_entropy,
    log_softmax,
    logsumexp,
    naive_and_shifted,
    softmax,
    softmax_at,
    softmax_steps,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        softmax_steps,
        softmax,
        naive_and_shifted,
        logsumexp,
        log_softmax,
        cross_entropy,
        softmax_at,
    )
}

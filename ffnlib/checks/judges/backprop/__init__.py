"""The problems of the assignment ``backprop``, with the mistakes their results give away."""

from ffnlib.checks.judges.backprop import (
    adam_step,
    dense_backward,
    loss_gradient,
    nesterov_step,
    network_gradients,
    numeric_gradient,
    train_network,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        dense_backward,
        loss_gradient,
        numeric_gradient,
        network_gradients,
        nesterov_step,
        adam_step,
        train_network,
    )
}

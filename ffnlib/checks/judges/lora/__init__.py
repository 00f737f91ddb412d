"""The problems of the assignment ``lora``, with the mistakes their results give away."""

from ffnlib.checks.judges.lora import (
    lora_counts,
    lora_forward,
    lora_gradients,
    lora_merge,
    low_rank,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        lora_forward,
        lora_merge,
        lora_counts,
        low_rank,
        lora_gradients,
    )
}

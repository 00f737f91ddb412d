"""The problem ``count_parameters``, with the mistakes its results give away."""

from functools import partial
from itertools import pairwise
from math import prod

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    sizes: list[int] = inputs["sizes"]
    count, got = expected["count"], returned["count"]
    pairs = list(pairwise(sizes))
    weights = sum(n * m for n, m in pairs)
    units = sum(sizes[1:])
    mistakes = [
        ("the biases are missing: one for each unit after the input", weights),
        ("the weights are missing: only the biases are counted", units),
        ("the inputs have no biases: they are numbers given, not units", weights + sum(sizes)),
        ("a bias was counted per input, not per unit of the layer", weights + sum(sizes[:-1])),
        ("the biases of the last layer are missing", weights + units - sizes[-1]),
        ("one bias a layer is too few: each unit has its own", weights + len(pairs)),
        ("the last layer is missing", sum((n + 1) * m for n, m in pairs[:-1])),
        ("the first layer is missing", sum((n + 1) * m for n, m in pairs[1:])),
        ("units are counted, not weights and biases", sum(sizes)),
        ("every parameter is counted twice", 2 * count),
        ("the hidden layers are left out: count between neighbouring layers",
         (sizes[0] + 1) * sizes[-1]),
        ("sizes of all layers are multiplied: count between neighbouring layers and add",
         prod(sizes)),
    ]  # fmt: skip
    return judge_count("the count", got, count, [
        Mistake(words, partial(int, wrong)) for words, wrong in mistakes
    ])  # fmt: skip


PROBLEM = Problem("count_parameters", {"sizes": "integers"}, {"count": "integer"}, _judge)

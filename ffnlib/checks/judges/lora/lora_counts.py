"""The problem ``lora_counts``, with the mistakes its results give away."""

import math

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem


def _judge_trained(
    r: int, count: int, wanted: int, layers: int, shapes: list[tuple[int, int]]
) -> Fault | None:
    outs, ins = (sum(column) for column in zip(*shapes, strict=True))
    full = layers * sum(rows * columns for rows, columns in shapes)
    return judge_count("trained", count, wanted, [
        Mistake("trained counts the product B A: its two factors are what is trained",
                lambda: r * full),
        Mistake("trained counts the full matrices: the factors are smaller", lambda: full),
        Mistake("trained counts W too: it is frozen", lambda: full + wanted),
        Mistake("trained is what is left of W: the factors themselves are asked for",
                lambda: full - wanted),
        Mistake("trained counts one layer: multiply by layers", lambda: wanted // layers),
        Mistake("trained counts one row of each factor: there are as many as the rank",
                lambda: wanted // r),
        Mistake("B is missing: it is d_out by r", lambda: layers * r * ins),
        Mistake("A is missing: it is r by d_in", lambda: layers * r * outs),
        Mistake("both factors have the size of A: B is d_out by r",
                lambda: 2 * layers * r * ins),
        Mistake("both factors have the size of B: A is r by d_in",
                lambda: 2 * layers * r * outs),
        Mistake("r by r numbers are added: there is nothing between A and B",
                lambda: wanted + layers * len(shapes) * r * r),
        Mistake("alpha is counted: it is not trained", lambda: wanted + layers * len(shapes)),
        Mistake("biases are counted: they are frozen", lambda: wanted + layers * outs),
        Mistake("only one matrix a layer is counted: each of them has its adapter",
                lambda: layers * r * sum(shapes[0])),
        Mistake("twice too many: each factor is counted once", lambda: 2 * wanted),
        Mistake("three numbers for each are counted: what Adam keeps is not a parameter",
                lambda: 3 * wanted),
    ])  # fmt: skip


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    shapes = [(int(rows), int(columns)) for rows, columns in inputs["shapes"]]
    layers, ranks = inputs["layers"], inputs["ranks"]
    full, trained = expected["full"], expected["trained"]
    outs, ins = (sum(column) for column in zip(*shapes, strict=True))
    weights = full // layers
    fault = judge_count("full", returned["full"], full, [
        Mistake("full counts one layer: multiply by layers", lambda: weights),
        Mistake("full adds the two sizes of a matrix: multiply them",
                lambda: layers * (outs + ins)),
        Mistake("full counts biases: only the matrices", lambda: full + layers * outs),
        Mistake("full counts one matrix a layer: add them all",
                lambda: layers * shapes[0][0] * shapes[0][1]),
        Mistake("full multiplies the sums of the sizes: multiply matrix by matrix, then add",
                lambda: layers * outs * ins),
        Mistake("full multiplies all sizes together: multiply matrix by matrix, then add",
                lambda: layers * math.prod(math.prod(shape) for shape in shapes)),
        Mistake("full counts bytes: a weight is one", lambda: 4 * full),
    ])  # fmt: skip
    if fault is not None:
        return fault
    got = returned["trained"]
    if len(got) != len(ranks):
        return Fault("trained must have a count for each of the ranks, in their order")
    if list(got) != list(trained) and sorted(got) == sorted(trained):
        return Fault("trained is in another order: the counts follow the order of ranks",
                     fact="trained is wrong")  # fmt: skip
    for r, count, wanted in zip(ranks, got, trained, strict=True):
        fault = _judge_trained(r, count, wanted, layers, shapes)
        if fault is not None:
            return fault
    return None


PROBLEM = Problem(
    "lora_counts",
    {"shapes": "int64", "layers": "integer", "ranks": "integers"},
    {"full": "integer", "trained": "integers"},
    _judge,
)

"""The problems of the assignment ``lora``, with the mistakes their results give away."""

import math
from collections.abc import Callable
from typing import Any

from numpy import abs as np_abs
from numpy import float64, maximum, sqrt, zeros_like
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.judges.low_rank import judge_nearest
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, close_to_terms, judge_value

Array = NDArray[float64]


def _factors(alpha: float, r: int, A: Array, B: Array) -> list[tuple[str, float]]:
    """Return the factors that are mistaken for alpha/r, each with what to say."""
    d_in, d_out = A.shape[1], B.shape[0]
    sizes = (("inputs", d_in), ("outputs", d_out))
    return [
        ("alpha is not divided by the rank", alpha),
        ("the factor alpha/r is forgotten", 1.0),
        ("alpha is forgotten: only the division by the rank is there", 1.0 / r),
        ("the factor is upside down: it is alpha/r, not r/alpha", r / alpha),
        ("alpha is divided by the root of the rank: here by the rank itself", alpha / sqrt(r)),
        ("alpha is multiplied by the rank: divide by it", alpha * r),
        ("alpha // r rounds down: divide with /", alpha // r),
        ("the factor alpha/r is multiplied twice", (alpha / r) ** 2),
        *(
            (f"the rank is misread: alpha is divided by the number of {said}", alpha / size)
            for said, size in sizes
        ),
        ("the update is subtracted: add it", -alpha / r),
    ]


def _with_factors(
    alpha: float, A: Array, B: Array, base: Any, update: Array, name: str = ""
) -> list[Mistake]:
    """Make the mistakes in the factor of an update that is added to a base."""

    def made(factor: float) -> Callable[[], Any]:
        return lambda: base + factor * update

    return [Mistake(f"{name}{words}", made(f)) for words, f in _factors(alpha, len(A), A, B)]


def _output_terms(x: Array, W: Array, b: Array, A: Array, B: Array, s: Any) -> Array:
    """Sizes of what is added up in each output, from the sizes of the inputs."""
    terms: Array = x @ W.T + b + s * (x @ A.T) @ B.T
    return terms


def _judge_forward(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, b, A, B, alpha = (inputs[name] for name in ("x", "W", "b", "A", "B", "alpha"))
    y, got = expected["y"], returned["y"]
    r = len(A)
    s = alpha / r
    base = x @ W.T + b
    update = (x @ A.T) @ B.T
    mistakes = [
        *_with_factors(alpha, A, B, base, update),
        Mistake("the update is missing: this is the frozen layer alone", lambda: base),
        Mistake("the frozen layer is missing: this is the update alone", lambda: s * update),
        Mistake("the update alone, and without its factor", lambda: update),
        Mistake("the bias is missing", lambda: y - b),
        Mistake("the bias is added twice", lambda: y + b),
        Mistake("the bias is multiplied by alpha/r too: it belongs to the frozen layer",
                lambda: x @ W.T + s * (update + b)),
        Mistake("everything is multiplied by alpha/r: only the update is",
                lambda: s * (base + update)),
        Mistake("W is multiplied by alpha/r too: only the update is",
                lambda: s * (x @ W.T + update) + b),
        Mistake("A and B are swapped: x goes through A first, then through B",
                lambda: base + s * (x @ B) @ A),
        Mistake("A and B are swapped, and alpha/r is forgotten", lambda: base + (x @ B) @ A),
        Mistake("A and B are swapped, and alpha is not divided by the rank",
                lambda: base + alpha * (x @ B) @ A),
        Mistake("W is transposed: its rows are the outputs", lambda: x @ W + b + s * update),
        Mistake("W and the update are transposed: their rows are the outputs",
                lambda: x @ W + b + s * (x @ B) @ A),
        Mistake("the update gets the frozen layer's result: it gets x, as W does",
                lambda: base + s * (base @ A.T) @ B.T),
        Mistake("there is an activation between A and B: they are only multiplied",
                lambda: base + s * maximum(x @ A.T, 0.0) @ B.T),
        Mistake("the result is transposed: a row for each input", lambda: y.T),
        Mistake("x is added: there is no residual here", lambda: x + y),
        Mistake("the inputs in a batch are mixed: each row of x has its own result",
                lambda: zeros_like(y) + y.mean(axis=0)),
    ]  # fmt: skip
    terms = _output_terms(*map(np_abs, (x, W, b, A, B, s)))
    return judge_value("the result", got, y, mistakes, tol, close_to_terms(terms))


def _judge_merge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    W, A, B, alpha = (inputs[name] for name in ("W", "A", "B", "alpha"))
    merged, got = expected["merged"], returned["merged"]
    r = len(A)
    s = alpha / r
    product = B @ A
    mistakes = [
        *_with_factors(alpha, A, B, W, product),
        Mistake("these are the weights as they were: the update is missing", lambda: W),
        Mistake("this is the update alone: add it to W", lambda: s * product),
        Mistake("this is the update alone, without its factor: add it to W", lambda: product),
        Mistake("the update is transposed: it is B A, with a row for each output",
                lambda: W + s * product.T),
        Mistake("the update is transposed, and alpha/r is forgotten", lambda: W + product.T),
        Mistake("the result is transposed: it has the shape of W", lambda: merged.T),
        Mistake("the factor alpha/r is multiplied to W too", lambda: s * (W + product)),
        Mistake("the factors are in the wrong order: B A, not A B", lambda: W + s * (A @ B)),
        Mistake("the factors are in the wrong order: B A, not A B", lambda: W + A @ B),
        Mistake("W is multiplied by the update: add it", lambda: W * s * product),
        Mistake("the update is added twice", lambda: W + 2.0 * s * product),
    ]  # fmt: skip
    terms = np_abs(W) + np_abs(s) * np_abs(B) @ np_abs(A)
    return judge_value("the result", got, merged, mistakes, tol, close_to_terms(terms))


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


def _judge_counts(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


def _slips(name: str, form: str, right: Array, n: int) -> list[Mistake]:
    return [
        Mistake(f"{name} has the wrong sign", lambda: -right),
        Mistake(f"{name} is the mean over the batch: add up", lambda: right / n),
        Mistake(f"{name} is transposed: it has the shape of {form}", lambda: right.T),
        Mistake(f"{name} is twice too large", lambda: 2.0 * right),
    ]


def _gradient_terms(x: Array, W: Array, A: Array, B: Array, s: Any, g: Array) -> dict[str, Array]:
    """Sizes of what is added up in each gradient, from the sizes of the inputs."""
    back = s * (g @ B)
    return {"dA": back.T @ x, "dB": s * (g.T @ (x @ A.T)), "dx": g @ W + back @ A}


def _judge_gradients(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, A, B, alpha, g = (inputs[name] for name in ("x", "W", "A", "B", "alpha", "g"))
    n = len(x)
    h, back = x @ A.T, g @ B  # (n, r)
    dA, dB = back.T @ x, g.T @ h
    swapped = close(returned["dA"], expected["dB"], tol)
    if swapped and close(returned["dB"], expected["dA"], tol):
        return Fault("dA and dB are swapped")
    terms = _gradient_terms(*map(np_abs, (x, W, A, B, alpha / len(A), g)))
    frozen = Mistake("this is the gradient of W, which is frozen", lambda: g.T @ x)
    for name, plain, form in (("dA", dA, "A, (r, d_in)"), ("dB", dB, "B, (d_out, r)")):
        fault = judge_value(name, returned[name], expected[name], [
            *_with_factors(alpha, A, B, 0.0, plain, f"{name}: ")[:-1],
            *_slips(name, form, expected[name], n),
            frozen,
        ], tol, close_to_terms(terms[name]))  # fmt: skip
        if fault is not None:
            return fault
    base, low, s = g @ W, back @ A, alpha / len(A)
    dx = expected["dx"]
    return judge_value("dx", returned["dx"], dx, [
        Mistake("dx is that of the frozen layer alone: the update carries gradients too",
                lambda: base),
        Mistake("dx leaves out the frozen layer: frozen weights still pass gradients on",
                lambda: s * low),
        *_with_factors(alpha, A, B, base, low, "dx: "),
        Mistake("dx: the frozen part is multiplied by alpha/r too",
                lambda: s * (base + low)),
        Mistake("dx is averaged over the batch: each row has its own", lambda: dx / n),
        Mistake("dx: W is transposed", lambda: g @ W.T + s * low),
        Mistake("dx: A and B are swapped", lambda: base + s * (g @ A.T) @ B.T),
    ], tol, close_to_terms(terms["dx"]))  # fmt: skip


ADAPTER: dict[str, Any] = {"A": "matrix", "B": "matrix", "alpha": "number"}

PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "lora_forward",
            {"x": "matrix", "W": "matrix", "b": "vector", **ADAPTER},
            {"y": "matrix"},
            _judge_forward,
        ),
        Problem("lora_merge", {"W": "matrix", **ADAPTER}, {"merged": "matrix"}, _judge_merge),
        Problem(
            "lora_counts",
            {"shapes": "int64", "layers": "integer", "ranks": "integers"},
            {"full": "integer", "trained": "integers"},
            _judge_counts,
        ),
        Problem(
            "low_rank",
            {"W": "matrix", "r": "integer"},
            {"B": "matrix", "A": "matrix", "error": "number"},
            judge_nearest,
            expected={"error": "number"},
        ),
        Problem(
            "lora_gradients",
            {"x": "matrix", "W": "matrix", **ADAPTER, "g": "matrix"},
            {"dA": "matrix", "dB": "matrix", "dx": "matrix"},
            _judge_gradients,
        ),
    )
}

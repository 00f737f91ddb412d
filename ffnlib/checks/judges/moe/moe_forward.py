"""The problem ``moe_forward``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import einsum, float64, int64, isfinite, isinf, maximum, mean
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import softmax
from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close,
    close_by_row,
    close_to_terms,
    judge_value,
)

Array = NDArray[float64]


def _outputs(x: Array, chosen: NDArray[int64], W_in: Array, W_out: Array, bend: bool) -> Array:
    """Return what each token's experts give it, in the order of its choices: (tokens, k, d)."""
    z = einsum("td,tkhd->tkh", x, W_in[chosen])
    out: Array = einsum("tkh,tkdh->tkd", maximum(z, 0.0) if bend else z, W_out[chosen])
    return out


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, chosen, gates, W_in, W_out = (
        inputs[name] for name in ("x", "chosen", "gates", "W_in", "W_out")
    )
    y, got = expected["y"], returned["y"]
    each = _outputs(x, chosen, W_in, W_out, True)
    weighted = gates[:, :, None] * each
    last = chosen.argmax(axis=1)  # the choice that a loop over experts meets last
    rows = range(len(x))
    everybody = maximum(einsum("td,ehd->teh", x, W_in), 0.0)
    dense = einsum("teh,edh->ted", everybody, W_out)  # (tokens, experts, d)
    mistakes = [
        Mistake("the gates are forgotten: the outputs are only added",
                lambda: np_sum(each, axis=1)),
        Mistake("the gates are forgotten: this is the mean of the chosen experts",
                lambda: mean(each, axis=1)),
        Mistake("this is the mean over the chosen experts: their gates weigh them already",
                lambda: mean(weighted, axis=1)),
        Mistake("only the first choice is used", lambda: weighted[:, 0]),
        Mistake("only the first choice is used, without its gate", lambda: each[:, 0]),
        Mistake("an output overwrites the one before: add what the chosen experts give",
                lambda: weighted[:, -1]),
        Mistake("an output overwrites the one before: add what the chosen experts give",
                lambda: weighted[rows, last]),
        Mistake("the gates stand beside the wrong choices",
                lambda: np_sum(gates[:, ::-1, None] * each, axis=1)),
        Mistake("the gates are those of the first token: each token has its own",
                lambda: np_sum(gates[:1, :, None] * each, axis=1)),
        Mistake("the gates go through softmax again",
                lambda: np_sum(softmax(gates, -1)[:, :, None] * each, axis=1)),
        Mistake("the gates are divided by their sum: take them as they are", lambda: np_sum(
                weighted, axis=1) / np_sum(gates, axis=1, keepdims=True)),
        Mistake("the last gate is taken to be 1 minus the others: take it as it is",
                lambda: np_sum(weighted[:, :-1], axis=1) + each[:, -1]
                * (1.0 - np_sum(gates[:, :-1], axis=1, keepdims=True))),
        Mistake("the gates are multiplied twice",
                lambda: np_sum(gates[:, :, None] * weighted, axis=1)),
        Mistake("relu is missing inside the experts",
                lambda: np_sum(gates[:, :, None] * _outputs(x, chosen, W_in, W_out, False), 1)),
        Mistake("relu is taken of the experts' outputs too", lambda: np_sum(
                gates[:, :, None] * maximum(each, 0.0), axis=1)),
        Mistake("relu is taken of the result too", lambda: maximum(y, 0.0)),
        Mistake("all experts are added: only the chosen ones count", lambda: np_sum(dense, axis=1)),
        Mistake("all experts are averaged: only the chosen ones count",
                lambda: mean(dense, axis=1)),
        Mistake("the numbers in chosen are not used: the first experts are taken for all tokens",
                lambda: np_sum(gates[:, :, None] * dense[:, : gates.shape[1]], axis=1)),
        Mistake("every token goes to the experts of the first: each has its own", lambda: np_sum(
                gates[:, :, None] * dense[:, chosen[0]], axis=1)),
        Mistake("x is added: the residual is outside of the layer", lambda: x + y),
        Mistake("the matrices are transposed: a hidden unit is a row of W_in, an output of W_out",
                lambda: np_sum(gates[:, :, None] * _outputs(
                    x, chosen, W_in.swapaxes(1, 2), W_out.swapaxes(1, 2), True), axis=1)),
        Mistake("averaged over the tokens: each has its own output", lambda: mean(y, axis=0)),
        Mistake("added over the tokens: each has its own output", lambda: np_sum(y, axis=0)),
    ]  # fmt: skip
    overflow = ": was an expert computed for a token that did not choose it? 0 times inf is nan"
    sizes = _outputs(np_abs(x), chosen, np_abs(W_in), np_abs(W_out), False)
    terms = np_sum(np_abs(gates)[:, :, None] * sizes, axis=1)
    fault = judge_value("the result", got, y, mistakes, tol, close_to_terms(terms), overflow)
    if fault is None or not fault.unexplained:
        return fault
    if (isinf(y) & isfinite(got)).any():
        return fault.observed(
            "an overflow is hidden: an expert that a token chose gives inf here; compute an expert "
            "only for the tokens that chose it"
        )
    if close(sorted(got.tolist()), sorted(y.tolist()), tol):
        return fault.observed(
            "the rows are right but in another order: put each back in its token's place"
        )
    if any(close_by_row(a, b, tol) for a, b in zip(got, y, strict=True)):
        return fault.observed(
            "some tokens are right, others not: does every choice of every token count?"
        )
    return fault


PROBLEM = Problem(
    "moe_forward",
    {
        "x": "matrix",
        "chosen": "classes",
        "gates": "matrix",
        "W_in": "array",
        "W_out": "array",
    },
    {"y": "matrix"},
    _judge,
)

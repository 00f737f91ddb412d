"""The problems of the assignment ``moe``, with the mistakes their results give away."""

from collections.abc import Mapping
from functools import partial
from itertools import combinations

from numpy import abs as np_abs
from numpy import einsum, float64, int64, isfinite, isinf, maximum, mean
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.judges.routing import judge_balance, judge_capacity, judge_route
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

SIZES = ("d_model", "d_ff", "layers", "heads", "kv_heads", "vocabulary", "experts", "k")


PIECES = ("the attention", "the routers", "the norms of the layers", "the last norm")


def _outputs(x: Array, chosen: NDArray[int64], W_in: Array, W_out: Array, bend: bool) -> Array:
    """Return what each token's experts give it, in the order of its choices: (tokens, k, d)."""
    z = einsum("td,tkhd->tkh", x, W_in[chosen])
    out: Array = einsum("tkh,tkdh->tkd", maximum(z, 0.0) if bend else z, W_out[chosen])
    return out


def _judge_forward(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


def _parts(sizes: Mapping[str, int]) -> dict[str, int]:
    """Parameters by part, of a layer where a layer has it: names as the messages say them."""
    d, h, layers, heads, kv, words, experts, _ = (sizes[name] for name in SIZES)
    return {
        "the embedding": words * d,
        "the output matrix": words * d,
        "the attention": layers * (2 * d * d + 2 * d * (d // heads) * kv),
        "the experts": layers * experts * 3 * d * h,
        "the routers": layers * d * experts,
        "the norms of the layers": layers * 2 * d,
        "the last norm": d,
    }


def _left_out(parts: Mapping[str, int], gap: int) -> list[str]:
    """Return which parts make a count too small by ``gap``.

    Every choice that does, the fewest first.
    """
    words = parts["the embedding"]
    pieces = {
        "the embedding or the output matrix": words,
        "both the embedding and the output matrix": 2 * words,
        **{name: parts[name] for name in PIECES},
    }
    return [
        " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        for n in range(1, len(pieces))
        for missing in combinations(pieces, n)
        if sum(pieces[name] for name in missing) == gap
    ]


def _changed(sizes: Mapping[str, int], experts: int) -> list[Mistake]:
    """Mistakes in a count with this many experts a layer."""
    parts = _parts(sizes)
    d, h, layers, heads, kv, words, all_experts, k = (sizes[name] for name in SIZES)
    block = 3 * d * h
    count = sum(parts.values()) + layers * block * (experts - all_experts)
    attention = parts["the attention"] // layers
    return [
        Mistake("the embedding or the output matrix is missing: here they are two matrices",
                lambda: count - words * d),
        Mistake("the experts have two matrices: gate, up and down make three",
                lambda: count - layers * experts * d * h),
        Mistake("kv_heads is ignored: keys and values have only kv_heads heads",
                lambda: count + layers * (4 * d * d - attention)),
        Mistake("only the keys are smaller: values have kv_heads heads too",
                lambda: count + layers * (d * d - d * (d // heads) * kv)),
        Mistake("the attention of only one layer is counted",
                lambda: count - (layers - 1) * attention),
        Mistake("the feed-forward blocks of only one layer are counted",
                lambda: count - (layers - 1) * experts * block),
        Mistake("one norm a layer: there are two", lambda: count - layers * d),
        Mistake("the norms have a shift too: here they have one gain for each entry",
                lambda: count + layers * 2 * d + d),
        Mistake("a dense block is counted beside the experts: they stand in its place",
                lambda: count + layers * block),
        Mistake("one router for the whole model: each layer has its own",
                lambda: count - (layers - 1) * d * all_experts),
        Mistake("the routers have biases: here they have none",
                lambda: count + layers * all_experts),
        Mistake("the routers of only k experts are counted: a token needs the logits of all",
                lambda: count - layers * d * (all_experts - k)),
        Mistake("the attention is counted once for each expert: only the feed-forward blocks are "
                "several", lambda: count + (all_experts - 1) * layers * attention),
        Mistake("every model weight is multiplied: only the feed-forward blocks are several",
                lambda: experts * (count - layers * block * (experts - 1))),
        Mistake("the embedding counts as a single row", lambda: count - words * d + d),
    ]  # fmt: skip


def _judge_count(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    parts = _parts(inputs)
    layers, block = inputs["layers"], 3 * inputs["d_model"] * inputs["d_ff"]
    total, active = expected["total"], expected["active"]
    special = {
        "total": [
            Mistake("these are the active ones: total counts all experts", lambda: active),
            Mistake("one expert a layer is counted", lambda: total - layers * block
                    * (inputs["experts"] - 1)),
        ],
        "active": [
            Mistake("these are all parameters: a token uses only k experts of each layer",
                    lambda: total),
            Mistake("one expert a layer is counted: a token uses k of them",
                    lambda: active - layers * block * (inputs["k"] - 1)),
            Mistake("the experts are missing: a token uses k of them",
                    lambda: active - layers * block * inputs["k"]),
            Mistake("the total is multiplied by k over the number of experts: only the "
                    "feed-forward blocks are shared out",
                    lambda: total * inputs["k"] // inputs["experts"]),
            Mistake("only the experts are counted: a token uses the rest of the model too",
                    lambda: layers * block * inputs["k"]),
            Mistake("these are the ones that are not used: subtract them from total",
                    lambda: total - active),
        ],
    }  # fmt: skip
    for name, wanted in (("total", total), ("active", active)):
        got = returned[name]
        changed = _changed(inputs, inputs["experts" if name == "total" else "k"])
        mistakes = [
            Mistake(f"{name}: {words}", result) for words, result in [*special[name], *changed]
        ]
        left = [f"{name} leaves out {missing}" for missing in _left_out(parts, wanted - got)]
        if not left:  # a mistake and something left out
            left = [
                f"{name}: {words}; and it leaves out {missing}"
                for words, result in changed
                for missing in _left_out(parts, result() - got)
            ]
        mistakes += [Mistake(words, partial(int, got)) for words in left]
        fault = judge_count(name, got, wanted, mistakes)
        if fault is not None:
            return fault
    return None


PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "route",
            {"logits": "matrix", "k": "integer"},
            {"chosen": "matrix", "gates": "matrix"},
            judge_route,
        ),
        Problem(
            "load_balancing_loss",
            {"p": "matrix", "chosen": "classes", "alpha": "number"},
            {"loss": "number"},
            judge_balance,
        ),
        Problem(
            "keep_tokens",
            {"chosen": "classes", "experts": "integer", "factor": "number"},
            {"capacity": "integer", "kept": "vector"},
            judge_capacity,
        ),
        Problem(
            "moe_forward",
            {
                "x": "matrix", "chosen": "classes", "gates": "matrix", "W_in": "array",
                "W_out": "array",
            },
            {"y": "matrix"},
            _judge_forward,
        ),
        Problem(
            "moe_parameters",
            dict.fromkeys(SIZES, "integer"),
            {"total": "integer", "active": "integer"},
            _judge_count,
        ),
    )
}  # fmt: skip

"""The problem ``moe_parameters``, with the mistakes its results give away."""

from collections.abc import Mapping
from functools import partial
from itertools import combinations

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

SIZES = ("d_model", "d_ff", "layers", "heads", "kv_heads", "vocabulary", "experts", "k")

PIECES = ("the attention", "the routers", "the norms of the layers", "the last norm")


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


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "moe_parameters",
    dict.fromkeys(SIZES, "integer"),
    {"total": "integer", "active": "integer"},
    _judge,
)

"""The problem ``layer_bytes``, with the mistakes its results give away."""

from collections.abc import Callable

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_relative, judge_value


def _up(number: int, size: int) -> int:
    """Divide and round up, in integers."""
    return -(-number // size)


def _stored(
    d_out: int, d_in: int, bits: int, group: int
) -> tuple[int, list[tuple[str, Callable[[], int]]]]:
    """Return the bytes that a layer takes, and what other counts give."""
    row, steps = _up(d_in * bits, 8), _up(d_in, group)
    weights, scales, biases = d_out * row, 2 * d_out * steps, 4 * d_out
    total = weights + scales + biases
    rest = scales + biases
    return total, [
        ("the scales are forgotten", lambda: weights + biases),
        ("the scales and the biases are forgotten", lambda: weights),
        ("the biases are forgotten", lambda: weights + scales),
        ("these are bits: a byte has 8", lambda: 8 * total),
        ("the weights are counted in bits: a byte has 8", lambda: d_out * d_in * bits + rest),
        ("the scales and biases are counted in bits: a byte has 8", lambda: weights + 8 * rest),
        ("one number to a byte: packed weights take bits/8 bytes each",
         lambda: d_out * d_in + rest),
        ("one number to a byte, and the scales are forgotten", lambda: d_out * d_in + biases),
        ("one number to a byte, and scales and biases are forgotten", lambda: d_out * d_in),
        ("the last group of a row is forgotten where it is not full: it has its scale too",
         lambda: weights + 2 * d_out * (d_in // group) + biases),
        ("the groups are counted for the whole matrix: each row begins a new one",
         lambda: weights + 2 * _up(d_out * d_in, group) + biases),
        ("the groups are counted for the whole matrix: each row begins a new one",
         lambda: weights + 2 * (d_out * d_in // group) + biases),
        ("one scale a row is counted: each group has its own",
         lambda: weights + 2 * d_out + biases),
        ("one scale is counted: each group has its own", lambda: weights + 2 + biases),
        ("a scale for each weight is counted: a group shares one",
         lambda: weights + 2 * d_out * d_in + biases),
        ("as many scales as a group has weights: count the groups",
         lambda: weights + 2 * d_out * group + biases),
        ("the scales are counted with 4 bytes: they are float16",
         lambda: weights + 2 * scales + biases),
        ("the scales are counted with 1 byte: they are float16",
         lambda: weights + scales // 2 + biases),
        ("the scales are counted with bits/8 bytes: they are float16",
         lambda: weights + _up(d_out * steps * bits, 8) + biases),
        ("the biases are counted with 2 bytes: they are float32",
         lambda: weights + scales + biases // 2),
        ("the biases are rounded too: they are float32",
         lambda: weights + scales + _up(d_out * bits, 8)),
        ("zero points are counted: these weights have none",
         lambda: total + d_out * steps),
        ("a row ends in the middle of a byte: each row begins a new one",
         lambda: _up(d_out * d_in * bits, 8) + rest),
        ("a row's last bits are cut off: go up to whole bytes",
         lambda: d_out * (d_in * bits // 8) + rest),
        ("a row's last bits are cut off: go up to whole bytes",
         lambda: d_out * d_in * bits // 8 + rest),
        ("each group begins a new byte: each row does",
         lambda: d_out * (d_in // group * _up(group * bits, 8) + _up(d_in % group * bits, 8))
         + rest),
        ("columns are packed: rows are", lambda: d_in * _up(d_out * bits, 8)
         + 2 * d_in * _up(d_out, group) + biases),
        ("this is the layer in float32", lambda: 4 * (d_out * d_in + d_out)),
        ("these are the parameters, not their bytes", lambda: d_out * d_in + d_out),
    ]  # fmt: skip


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    d_out, d_in, bits, group = (inputs[name] for name in ("d_out", "d_in", "bits", "group"))
    total, ratio = expected["total"], expected["ratio"]
    others = _stored(d_out, d_in, bits, group)[1]
    fault = judge_count("total", returned["total"], total, [
        Mistake(f"total: {words}", result) for words, result in others
    ])  # fmt: skip
    if fault is not None:
        return fault
    full = 4 * (d_out * d_in + d_out)
    got = returned["ratio"]
    return judge_value("ratio", got, ratio, [
        Mistake("ratio is upside down: float32 over total", lambda: 1.0 / ratio),
        Mistake("ratio is the share that is saved: divide float32 by total",
                lambda: 1.0 - 1.0 / ratio),
        Mistake("ratio is a percentage", lambda: 100.0 * ratio),
        Mistake("ratio is a percentage", lambda: 100.0 / ratio),
        Mistake("ratio is 32 over the bits: the scales and biases count too",
                lambda: 32.0 / bits),
        Mistake("ratio leaves the biases out of the layer in float32",
                lambda: (full - 4 * d_out) / total),
        Mistake("ratio compares with float64: float32 has 4 bytes", lambda: 2.0 * ratio),
        Mistake("ratio compares with float16: float32 has 4 bytes", lambda: 0.5 * ratio),
        Mistake("ratio compares the number of weights with the bytes", lambda: 0.25 * ratio),
        Mistake("ratio is the bytes saved: divide", lambda: full - total),
        Mistake("ratio is a whole number: return it as it is", lambda: round(ratio)),
        Mistake("ratio is a whole number: return it as it is", lambda: full // total),
        Mistake("ratio is rounded: return it as it is", lambda: round(ratio, 1)),
        Mistake("ratio is rounded: return it as it is", lambda: round(ratio, 2)),
        Mistake("ratio is rounded: return it as it is", lambda: round(ratio, 3)),
    ], tol, close_relative)  # fmt: skip


PROBLEM = Problem(
    "layer_bytes",
    dict.fromkeys(("d_out", "d_in", "bits", "group"), "integer"),
    {"total": "integer", "ratio": "number"},
    _judge,
)

"""The problems of the assignment ``quantization``, with the mistakes their results give away."""

from collections.abc import Callable

from numpy import abs as np_abs
from numpy import float64, mean, ones_like
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.judges.packing import judge_pack, judge_unpack
from ffnlib.checks.judges.rounding import judge_affine, judge_groups, judge_symmetric
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_relative, judge_value

Array = NDArray[float64]


def _judge_smooth(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, W, alpha = inputs["x"], inputs["W"], inputs["alpha"]
    s = expected["s"]
    of_x, of_w = np_max(np_abs(x), axis=0), np_max(np_abs(W), axis=0)  # (d_in,)
    row_x, row_w = np_max(np_abs(x), axis=1), np_max(np_abs(W), axis=1)

    def ratio(a: Array, b: Array, power: float = alpha) -> Array:
        return a**power / b ** (1.0 - power)

    mistakes = [
        Mistake("s is upside down: a channel with large inputs gets a large factor",
                lambda: 1.0 / s),
        Mistake("alpha and 1 - alpha are swapped", lambda: ratio(of_x, of_w, 1.0 - alpha)),
        Mistake("inputs and weights are swapped", lambda: ratio(of_w, of_x)),
        Mistake("the two powers are multiplied: divide by that of the weights",
                lambda: of_x**alpha * of_w ** (1.0 - alpha)),
        Mistake("the weights have the power alpha: it is 1 - alpha",
                lambda: (of_x / of_w) ** alpha),
        Mistake("the powers are missing", lambda: of_x / of_w),
        Mistake("alpha and 1 - alpha are factors here: they are powers",
                lambda: alpha * of_x / ((1.0 - alpha) * of_w)),
        Mistake("the root is taken whatever alpha is", lambda: (of_x / of_w) ** 0.5),
        Mistake("the weights are left out of s", lambda: of_x**alpha),
        Mistake("the inputs are left out of s", lambda: 1.0 / of_w ** (1.0 - alpha)),
        Mistake("the largest input of a channel is taken with its sign: the largest in size may "
                "be negative", lambda: ratio(np_max(x, axis=0), of_w)),
        Mistake("the largest weight of a channel is taken with its sign: the largest in size may "
                "be negative", lambda: ratio(of_x, np_max(W, axis=0))),
        Mistake("inputs and weights are taken with their signs: the largest in size may be "
                "negative", lambda: ratio(np_max(x, axis=0), np_max(W, axis=0))),
        Mistake("the mean size stands where the largest belongs",
                lambda: ratio(mean(np_abs(x), axis=0), mean(np_abs(W), axis=0))),
        Mistake("the mean size of the inputs stands where the largest belongs",
                lambda: ratio(mean(np_abs(x), axis=0), of_w)),
        Mistake("the smallest sizes stand where the largest belong",
                lambda: ratio(np_min(np_abs(x), axis=0), np_min(np_abs(W), axis=0))),
        Mistake("the weights of an output are compared: a channel is a column of W",
                lambda: ratio(of_x, row_w)),
        Mistake("the inputs of a token are compared: a channel is a column of x",
                lambda: ratio(row_x, of_w)),
        Mistake("tokens and outputs are compared: a channel is a column of x and of W",
                lambda: ratio(row_x, row_w)),
        Mistake("the weights of the whole matrix are compared: each channel has its own",
                lambda: ratio(of_x, ones_like(of_w) * np_max(of_w))),
        Mistake("s is divided by its largest: leave it as it is", lambda: s / np_max(s)),
    ]  # fmt: skip
    fault = judge_value("s", returned["s"], s, mistakes, tol, close_relative,
                        ": powers are taken of sizes, which are not negative")  # fmt: skip
    if fault is not None:
        return fault
    x_s, W_s = expected["x_s"], expected["W_s"]
    fault = judge_value("x_s", returned["x_s"], x_s, [
        Mistake("the inputs are multiplied by s: divide them", lambda: x * s),
        Mistake("the inputs are as they were: divide them by s", lambda: x),
        Mistake("x_s has s along the tokens: it belongs to the columns", lambda: x / s[:, None]),
        Mistake("x_s and W_s are swapped: return s, x_s, W_s", lambda: W_s),
    ], tol)  # fmt: skip
    return fault or judge_value("W_s", returned["W_s"], W_s, [
        Mistake("the weights are divided by s as well: then the outputs change", lambda: W / s),
        Mistake("the weights are as they were: then the outputs change", lambda: W),
        Mistake("W_s has s along the outputs: it belongs to the columns", lambda: W * s[:, None]),
        Mistake("W_s is transposed: it has the shape of W", lambda: W_s.T),
        Mistake("W_s is transposed: it has the shape of W", lambda: s[:, None] * W.T),
    ], tol)  # fmt: skip


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


def _judge_bytes(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "quantize_symmetric",
            {"w": "matrix"},
            {"q": "matrix", "scale": "number"},
            judge_symmetric,
        ),
        Problem(
            "quantize_affine",
            {"w": "matrix"},
            {"q": "matrix", "scale": "number", "zero_point": "integer"},
            judge_affine,
        ),
        Problem("pack_int4", {"q": "int8"}, {"packed": "vector"}, judge_pack),
        Problem("unpack_int4", {"packed": "uint8", "n": "integer"}, {"q": "vector"}, judge_unpack),
        Problem(
            "quantize_groups",
            {"w": "matrix", "size": "integer"},
            {"q": "matrix", "scale": "matrix"},
            judge_groups,
        ),
        Problem(
            "smooth",
            {"x": "matrix", "W": "matrix", "alpha": "number"},
            {"s": "vector", "x_s": "matrix", "W_s": "matrix"},
            _judge_smooth,
        ),
        Problem(
            "layer_bytes",
            dict.fromkeys(("d_out", "d_in", "bits", "group"), "integer"),
            {"total": "integer", "ratio": "number"},
            _judge_bytes,
        ),
    )
}

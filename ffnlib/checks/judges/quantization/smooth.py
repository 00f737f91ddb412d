"""The problem ``smooth``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import float64, mean, ones_like
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_relative, judge_value

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "smooth",
    {"x": "matrix", "W": "matrix", "alpha": "number"},
    {"s": "vector", "x_s": "matrix", "W_s": "matrix"},
    _judge,
)

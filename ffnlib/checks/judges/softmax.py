"""The problems of the assignment ``softmax``, with the mistakes their results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import (
    argmax,
    clip,
    exp,
    eye,
    float64,
    isfinite,
    isnan,
    log,
    mean,
    shape,
    sqrt,
    swapaxes,
    where,
    zeros_like,
)
from numpy import max as np_max
from numpy import min as np_min
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.coerce import Kind
from ffnlib.checks.judges.cross_entropy import judge_cross_entropy
from ffnlib.checks.judges.logsumexp import judge_log_softmax, judge_logsumexp
from ffnlib.checks.judges.softmax_reference import (
    NO_SHIFT,
    along,
    judge_logits,
    log_softmax,
    naive,
    softmax,
)
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, guessed, judge_value

Array = NDArray[float64]


def _judge_steps(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z: Array = inputs["z"]
    e, total, p = expected["e"], expected["total"], expected["p"]
    in_powers = [
        Mistake("e holds the shifted exponentials; here the plain ones are asked for",
                lambda: exp(z - np_max(z))),
        Mistake("e has the base 2: the base is e", lambda: 2.0**z),
        Mistake("e is a product: the logit belongs in the exponent", lambda: z * exp(1.0)),
        Mistake("e raises the logit to a power: the logit is the exponent", lambda: z ** exp(1.0)),
        Mistake("e has the wrong sign in the exponent", lambda: exp(-z)),
        Mistake("e holds the logits: the exponential is missing", lambda: z),
        Mistake("e holds the probabilities: return the exponentials before dividing", lambda: p),
        Mistake("e is off by one: exp, not expm1", lambda: exp(z) - 1.0),
    ]  # fmt: skip
    in_total = [
        Mistake("total is the mean of the exponentials, not their sum", lambda: mean(e)),
        Mistake("total is the largest exponential, not the sum", lambda: np_max(e)),
        Mistake("total is the sum of the logits, not of their exponentials", lambda: np_sum(z)),
        Mistake("total is the exponential of the sum, not the sum of the exponentials",
                lambda: exp(np_sum(z))),
        Mistake("total is the sum of the probabilities", lambda: 1.0),
        Mistake("total is the number of classes", lambda: len(z)),
        Mistake("total is the logarithm of the sum", lambda: log(total)),
        Mistake("total is the root of the sum of squares", lambda: sqrt(np_sum(e * e))),
    ]  # fmt: skip
    in_p = [
        Mistake("p holds the logits divided by their sum: the exponentials are to be divided",
                lambda: z / np_sum(z)),
        Mistake("p is divided by the largest exponential, not by the sum", lambda: e / np_max(e)),
        Mistake("p is divided by the number of classes, not by the sum", lambda: e / len(z)),
        Mistake("p is not divided by the sum", lambda: e),
        Mistake("p divides the logits by the sum of the exponentials", lambda: z / total),
        Mistake("p is in per cent: probabilities lie between 0 and 1", lambda: 100.0 * p),
        Mistake("p holds logarithms of probabilities", lambda: log(p)),
        Mistake("p is scaled to length 1, not to sum 1", lambda: e / sqrt(np_sum(e * e))),
        Mistake("p is upside down: divide the exponentials by the sum", lambda: total / e),
    ]  # fmt: skip
    return (
        judge_value("e", returned["e"], e, in_powers, tol)
        or judge_value("total", returned["total"], total, in_total, tol)
        or judge_value("p", returned["p"], p, in_p, tol)
    )


def _judge_softmax(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z, axis = inputs["z"], int(inputs["axis"])
    wanted, got = expected["p"], returned["p"]
    e = exp(z)
    sums = np_sum(e, axis=axis)
    mistakes = [
        *along(z, axis, softmax, "the sums are taken along the wrong axis"),
        Mistake("divided by the sum of the whole array: each line along axis needs its own",
                lambda: e / np_sum(e)),
        Mistake("divided by the sums along the wrong direction: keepdims=True keeps them in line",
                lambda: e / sums),
        Mistake("not divided by the sum", lambda: e),
        Mistake("the exponential is missing: these are logits divided by their sum",
                lambda: z / np_sum(z, axis=axis, keepdims=True)),
        Mistake("the sign in the exponent is wrong: the largest logit gets the largest probability",
                lambda: softmax(-z, axis)),
        Mistake("the base of the powers is not e", lambda: softmax(z * log(2.0), axis)),
        Mistake("divided by the largest exponential, not by the sum",
                lambda: e / np_max(e, axis=axis, keepdims=True)),
        Mistake("divided by the number of classes: this is a mean, not a probability",
                lambda: e / z.shape[axis]),
        Mistake("these are logarithms of probabilities", lambda: log_softmax(z, axis)),
        Mistake("this is the sigmoid of each logit: a softmax looks at the other classes too",
                lambda: 1.0 / (1.0 + exp(-z))),
        Mistake("the largest class gets everything: this is a hard maximum",
                lambda: where(z == np_max(z, axis=axis, keepdims=True), 1.0, 0.0)),
        Mistake("the logits are squared before the exponential", lambda: softmax(z * z, axis)),
        Mistake("softmax is taken twice", lambda: softmax(softmax(z, axis), axis)),
        Mistake("large logits are cut off", lambda: softmax(clip(z, -10.0, 10.0), axis)),
        Mistake("the shift is not the same for the whole line: it changes the probabilities",
                lambda: softmax(z - np_max(z, axis=0), axis)),
        Mistake("scaled to length 1, not to sum 1",
                lambda: e / sqrt(np_sum(e * e, axis=axis, keepdims=True))),
        Mistake("the result is transposed: keep the axes in the order they came in",
                lambda: swapaxes(softmax(z, axis), 0, axis)),
    ]  # fmt: skip
    fault = judge_value("the result", got, wanted, mistakes, tol)
    if fault is None or not fault.unexplained:
        return fault
    total = np_sum(got, axis=axis)
    if not close(total, zeros_like(total) + 1.0, tol):
        return guessed(
            ["the probabilities do not sum to 1 along axis"],
            fault.fact,
            f"the sums run from {np_min(total):.4g} to {np_max(total):.4g}",
        )
    return fault.observed("they sum to 1 along axis, but are not the probabilities")


def _same_odd(got: Array, wanted: Array) -> bool:
    """Return whether nan and inf stand in the same places."""
    return bool(np_all(isnan(got) == isnan(wanted)) and np_all(isfinite(got) == isfinite(wanted)))


def _judge_two_ways(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z: Array = inputs["z"]
    plain: Array = returned["naive"]
    wanted = naive(z, -1)
    if shape(plain) == shape(wanted) and not _same_odd(plain, wanted):
        if close(plain, expected["shifted"], tol):
            return Fault("naive is too good: compute exp(z) / sum(exp(z)) without any shift")
        if np_all(isfinite(plain)):
            return Fault("naive hides what happens: leave nan where the formula gives nan")
        return Fault("naive is not what NumPy gives for exp(z) / sum(exp(z))")
    odd = ~isfinite(wanted)
    fault = judge_value(
        "naive",
        where(odd, 0.0, plain) if shape(plain) == shape(wanted) else plain,
        where(odd, 0.0, wanted),
        [Mistake("naive is not divided by the sum", lambda: where(odd, 0.0, exp(z)))],
        tol,
    )
    if fault is not None:
        return fault
    m, low = np_max(z), np_min(z)
    # where several give the same nan, the one that fails more rarely stands first
    mistakes = [
        Mistake("shifted subtracts the last logit: the largest can be far above it",
                lambda: naive(z - z[-1], -1)),
        Mistake("shifted subtracts the first logit: the largest can be far above it",
                lambda: naive(z - z[0], -1)),
        Mistake("shifted subtracts the minimum: then the largest exponent still overflows",
                lambda: naive(z - low, -1)),
        Mistake("shifted subtracts the mean: exponents above 0 are left, and they can overflow",
                lambda: naive(z - mean(z), -1)),
        Mistake("shifted subtracts max |z|: with negative logits all exponentials become 0",
                lambda: naive(z - np_max(np_abs(z)), -1)),
        Mistake("shifted overflows like naive: subtract the maximum before exp", lambda: wanted),
        Mistake("shifted adds the maximum: subtract it", lambda: naive(z + m, -1)),
        Mistake("shifted divides by the maximum: that is another temperature, subtract instead",
                lambda: naive(z / m, -1)),
        Mistake("shifted divides by the largest size: that is another temperature",
                lambda: naive(z / np_max(np_abs(z)), -1)),
        Mistake("shifted is divided by the sum of the unshifted exponentials",
                lambda: exp(z - m) / np_sum(exp(z))),
        Mistake("shifted divides the unshifted exponentials", lambda: exp(z) / np_sum(exp(z - m))),
        Mistake("shifted is not divided by the sum", lambda: exp(z - m)),
        Mistake("shifted holds logarithms of probabilities", lambda: log_softmax(z, -1)),
        Mistake("shifted cuts the logits off at 700: classes above it become equal",
                lambda: naive(where(z > 700.0, 700.0, z), -1)),
        Mistake("shifted is turned round: this is the softmax of -z", lambda: softmax(-z, -1)),
    ]  # fmt: skip
    return judge_value(
        "shifted", returned["shifted"], expected["shifted"], mistakes, tol,
        overflow=": an exponent above 0 is left, or a sum of 0",
    )  # fmt: skip


def _judge_temperature(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    z, T = inputs["z"], float(inputs["T"])
    p1 = softmax(z, -1)
    # where several give the same nan, the one that fails more rarely stands first
    mistakes = [
        Mistake("the probabilities of T = 1 raised to a power in single steps underflow: start "
                "from the logits", lambda: p1 ** (1.0 / T) / np_sum(p1 ** (1.0 / T))),
        Mistake("the maximum of z is subtracted after the division by T: divide it too",
                lambda: naive(z / T - np_max(z), -1)),
        Mistake(f"the logits over T are too large for exp: {NO_SHIFT}", lambda: naive(z / T, -1)),
        Mistake("T is ignored: these are the probabilities for T = 1", lambda: p1),
        Mistake("multiplied by T: a large temperature must flatten", lambda: softmax(z * T, -1)),
        Mistake("the probabilities are divided by T: divide the logits", lambda: p1 / T),
        Mistake("the powers of the probabilities are not divided by their sum",
                lambda: p1 ** (1.0 / T)),
        Mistake("softmax is taken twice: T divides the logits, not the probabilities",
                lambda: softmax(p1 / T, -1)),
        Mistake("T is subtracted, which changes nothing: divide by it", lambda: softmax(z - T, -1)),
        Mistake("divided by the square of T", lambda: softmax(z / T**2, -1)),
        Mistake("divided by the root of T", lambda: softmax(z / sqrt(T), -1)),
        Mistake("the exponentials are divided by T, which changes nothing: divide the logits",
                lambda: p1),
        Mistake("the sign is wrong: the largest logit keeps the largest probability",
                lambda: softmax(-z / T, -1)),
        Mistake("the largest class gets everything: that is only the limit T to 0",
                lambda: where(z == np_max(z), 1.0, 0.0)),
        Mistake("the largest class gets everything: that is only the limit T to 0",
                lambda: eye(len(z))[argmax(z)]),
        Mistake("all classes get the same: that is only the limit of a large T",
                lambda: zeros_like(z) + 1.0 / len(z)),
    ]  # fmt: skip
    return judge_logits("the result", returned["p"], expected["p"], mistakes, tol)


LINES: dict[str, Kind] = {"z": "array", "axis": "integer"}

PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "softmax_steps",
            {"z": "vector"},
            {"e": "vector", "total": "number", "p": "vector"},
            _judge_steps,
        ),
        Problem("softmax", LINES, {"p": "array"}, _judge_softmax),
        Problem(
            "naive_and_shifted",
            {"z": "vector"},
            {"naive": "vector", "shifted": "vector"},
            _judge_two_ways,
            {"shifted": "vector"},
        ),
        Problem("logsumexp", LINES, {"y": "array"}, judge_logsumexp),
        Problem("log_softmax", LINES, {"y": "array"}, judge_log_softmax),
        Problem(
            "cross_entropy",
            {"z": "matrix", "t": "classes"},
            {"loss": "number"},
            judge_cross_entropy,
        ),
        Problem("softmax_at", {"z": "vector", "T": "number"}, {"p": "vector"}, _judge_temperature),
    )
}

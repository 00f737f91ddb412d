"""The problem ``naive_and_shifted``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import exp, float64, isfinite, isnan, mean, shape, where
from numpy import max as np_max
from numpy import min as np_min
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.judges.softmax_reference import log_softmax, naive, softmax
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close, judge_value

Array = NDArray[float64]


def _same_odd(got: Array, wanted: Array) -> bool:
    """Return whether nan and inf stand in the same places."""
    return bool(np_all(isnan(got) == isnan(wanted)) and np_all(isfinite(got) == isfinite(wanted)))


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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


PROBLEM = Problem(
    "naive_and_shifted",
    {"z": "vector"},
    {"naive": "vector", "shifted": "vector"},
    _judge,
    {"shifted": "vector"},
)

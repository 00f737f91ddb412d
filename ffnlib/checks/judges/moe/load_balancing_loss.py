"""The problem ``load_balancing_loss``, with the mistakes its results give away."""

from numpy import argsort, bincount, float64, intp, mean, take_along_axis
from numpy import max as np_max
from numpy import sum as np_sum
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_relative, judge_value

Array = NDArray[float64]
Integers = NDArray[intp]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge the Switch loss that evens out the load."""
    p, chosen, alpha = inputs["p"], inputs["chosen"], inputs["alpha"]
    n, experts = p.shape
    k = chosen.shape[1]
    P = mean(p, axis=0)

    def share(which: Integers) -> Array:
        return bincount(which.reshape(-1), minlength=experts) / which.size

    f = share(chosen)
    fP, loss = np_sum(f * P), expected["loss"]
    best = argsort(-p, axis=1, kind="stable")[:, :k]
    mistakes = [
        Mistake("alpha is missing", lambda: loss / alpha),
        Mistake("the number of experts is missing: a balanced load must give alpha",
                lambda: alpha * fP),
        Mistake("alpha and the number of experts are missing", lambda: fP),
        Mistake("multiplied by the number of tokens, not of experts", lambda: alpha * n * fP),
        Mistake("this is the mean over the experts: the loss has the sum, times their number",
                lambda: alpha * fP / experts),
        Mistake("f holds numbers of tokens: it is the share of the choices",
                lambda: loss * n * k),
        Mistake("f is divided by the number of tokens: there are k choices for each, and f sums "
                "to 1", lambda: loss * k),
        Mistake("P is summed over the tokens: it is the mean", lambda: loss * n),
        Mistake("f and P are both summed over the tokens: divide by their number",
                lambda: loss * n * n * k),
        Mistake("P stands twice: f counts the choices, it does not average probabilities",
                lambda: alpha * experts * np_sum(P * P)),
        Mistake("f stands twice: P is the mean probability",
                lambda: alpha * experts * np_sum(f * f)),
        Mistake("the number of experts is squared", lambda: loss * experts),
        Mistake("f counts an expert once, however often it is chosen: an index that stands "
                "several times in += adds once; np.add.at and np.bincount count",
                lambda: alpha * experts * np_sum(P[share(chosen) > 0]) / n / k),
        Mistake("f counts the most probable experts: count those in chosen",
                lambda: alpha * experts * np_sum(share(best) * P)),
        Mistake("f counts the most probable experts: count those in chosen",
                lambda: alpha * experts * np_sum(share(best[:, :1]) * P)),
        Mistake("f counts the first choice only: count all choices in chosen",
                lambda: alpha * experts * np_sum(share(chosen[:, :1]) * P)),
        Mistake("the probabilities are multiplied token by token: average them first",
                lambda: alpha * experts * mean(take_along_axis(p, chosen, axis=1))),
        Mistake("the probabilities are multiplied token by token: average them first",
                lambda: alpha * mean(take_along_axis(p, chosen, axis=1))),
        Mistake("the sign is wrong: an uneven load must cost more", lambda: -loss),
        Mistake("only the busiest expert is counted: add over all of them",
                lambda: alpha * experts * np_max(f * P)),
        Mistake("f and P are subtracted: multiply them",
                lambda: alpha * experts * np_sum((f - P) ** 2)),
        Mistake("P is that of the first token: average over all of them",
                lambda: alpha * experts * np_sum(f * p[0])),
        Mistake("the sums are multiplied: multiply expert by expert, then add",
                lambda: alpha * experts),
    ]  # fmt: skip
    return judge_value("the loss", returned["loss"], loss, mistakes, tol, close_relative)


PROBLEM = Problem(
    "load_balancing_loss",
    {"p": "matrix", "chosen": "classes", "alpha": "number"},
    {"loss": "number"},
    _judge,
)

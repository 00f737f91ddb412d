"""The problem ``abs_network``, with the mistakes its results give away."""

from numpy import errstate, maximum

from ffnlib.checks.judges.neurons.hinges import ONE_INPUT, hinges, judge_hinges
from ffnlib.checks.problem import Fault, Parts, Problem, close


def _judge(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    if returned["w"].size > 4:
        return Fault(f"the network has {returned['w'].size} hidden units, at most 4 are allowed")
    xs, ys = expected["x"], expected["f"]
    if returned["w"].size == 1:
        return Fault("one ReLU only rises or only falls: it cannot turn at 0")
    with errstate(all="ignore"):
        out = (
            hinges(xs, returned["w"], returned["b"], returned["v"], returned["c"])
            if returned["w"].shape == returned["b"].shape == returned["v"].shape
            else ys
        )
    if close(out, xs, tol):
        return Fault("the network computes x: the left half must be turned up")
    if close(out, maximum(xs, 0), tol):
        return Fault("the network computes relu(x): the left half must be turned up")
    if close(out, -ys, tol):
        return Fault("the network computes -|x|: the output weights have the wrong sign")
    return judge_hinges(xs, ys, dict(returned), tol)


PROBLEM = Problem("abs_network", {}, ONE_INPUT, _judge, {"x": "vector", "f": "vector"}, single=1e-6)

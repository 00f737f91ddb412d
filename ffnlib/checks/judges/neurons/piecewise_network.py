"""The problem ``piecewise_network``, with the mistakes its results give away."""

from ffnlib.checks.judges.neurons.hinges import ONE_INPUT, judge_hinges
from ffnlib.checks.problem import Fault, Parts, Problem


def _judge(_inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    return judge_hinges(expected["x"], expected["f"], dict(returned), tol)


PROBLEM = Problem(
    "piecewise_network",
    {"x": "vector", "y": "vector"},
    ONE_INPUT,
    _judge,
    {"x": "vector", "f": "vector"},
    single=1e-6,
)

"""The problem ``chain_gradient``, with the mistakes its results give away."""

from numpy import array, float64, prod
from numpy.typing import NDArray

from ffnlib.checks.judges.activation_functions import sigmoid
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_relative, judge_value

Array = NDArray[float64]


def _walk(
    x: float, w: Array, b: Array, shift: bool = True, bend: bool = True
) -> tuple[Array, Array]:
    """Pre-activations and activations of a chain, each (L,)."""
    z_all, a_all = [], []
    a = x
    for weight, bias in zip(w.tolist(), b.tolist(), strict=True):
        z = weight * a + (bias if shift else 0.0)
        a = float(sigmoid(z)) if bend else z
        z_all.append(z)
        a_all.append(float(sigmoid(z)))
    return array(z_all), array(a_all)


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    x, w, b = inputs["x"], inputs["w"], inputs["b"]
    wanted, got = expected["gradient"], returned["gradient"]
    z, a = _walk(x, w, b)
    slope = a * sigmoid(-z)
    bare = sigmoid(_walk(x, w, b, shift=False)[0])
    straight = _walk(x, w, b, bend=False)[1]
    again = sigmoid(a)
    before = array([x, *a[:-1]])
    mistakes = [
        Mistake("the weights are missing: every layer gives a factor w times the slope",
                lambda: prod(slope)),
        Mistake("the slopes are missing: every layer gives a factor w times the slope",
                lambda: prod(w)),
        Mistake("the sigmoid itself stands where its derivative belongs", lambda: prod(w * a)),
        Mistake("the slope is taken at a, the layer's output, instead of at z",
                lambda: prod(w * again * (1.0 - again))),
        Mistake("the slopes are those of the layers before: take each at the layer's own output",
                lambda: prod(w * before * (1.0 - before))),
        Mistake("the slope is taken as 1/4 everywhere: that is only its largest value",
                lambda: prod(w * 0.25)),
        Mistake("the first layer's factor is missing", lambda: prod((w * slope)[1:])),
        Mistake("the last layer's factor is missing", lambda: prod((w * slope)[:-1])),
        Mistake("the first layer's weight is missing", lambda: prod(slope) * prod(w[1:])),
        Mistake("the last layer's weight is missing", lambda: prod(slope) * prod(w[:-1])),
        Mistake("the factors of the layers are added: the chain rule multiplies them",
                lambda: (w * slope).sum()),
        Mistake("this is the last layer's factor alone", lambda: (w * slope)[-1]),
        Mistake("this is the first layer's factor alone", lambda: (w * slope)[0]),
        Mistake("this is the derivative with respect to the first weight, not to x",
                lambda: prod(w * slope) * x / w[0]),
        Mistake("this is the output of the chain, not its derivative", lambda: a[-1]),
        Mistake("the biases are missing on the way forward",
                lambda: prod(w * bare * (1.0 - bare))),
        Mistake("the sigmoid is missing on the way forward: a layer's output enters the next",
                lambda: prod(w * straight * (1.0 - straight))),
        Mistake("the sign of the derivative is wrong", lambda: -wanted),
    ]  # fmt: skip
    fault = judge_value("the gradient", got, wanted, mistakes, tol, close_relative)
    if fault is None or not fault.unexplained:
        return fault
    if got == 0.0 and abs(wanted) < 1e-6:
        return fault.observed(
            "the gradient is tiny but not 0: multiply the factors, do not subtract values"
        )
    if close_relative(got, wanted, 1e-2):
        return fault.observed(
            "nearly right, but not to 1e-6 relative: use the derivative, not a difference"
        )
    return fault


PROBLEM = Problem(
    "chain_gradient",
    {"x": "number", "w": "vector", "b": "vector"},
    {"gradient": "number"},
    _judge,
    single=1e-6,
)

"""The problem ``adam_step``, with the mistakes its results give away."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from numpy import float64, shape, sqrt
from numpy.typing import NDArray

from ffnlib.checks.judges.backprop.whole_step import all_close, with_guesses
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value, mistakes_made

Array = NDArray[float64]


class _Given(NamedTuple):
    """What the step was asked for, under the names of its formula."""

    p: Any
    g: Any
    m: Any
    v: Any
    t: int
    rate: float
    b1: float
    b2: float
    eps: float

    def step(self, M: Any, V: Any, keep: Sequence[Array]) -> tuple[Array, ...]:
        """Move p by corrected averages; ``keep`` are the m and v that are returned."""
        moved: Array = self.p - self.rate * M / (sqrt(V) + self.eps)
        return (moved, *keep)


def _given(inputs: Parts) -> _Given:
    return _Given(*inputs.values())


def _corrections(inputs: Parts, wanted: Sequence[Array]) -> list[Mistake]:
    """Mistakes after the averages: in their correction and in the step."""
    given = _given(inputs)
    p, g, m, v, t, rate, b1, b2, eps = given
    m2, v2 = wanted[1:]
    c1, c2 = 1.0 - b1**t, 1.0 - b2**t

    def step(M: Any, V: Any) -> tuple[Array, ...]:
        return given.step(M, V, (m2, v2))

    def stopped(last: int) -> tuple[Array, ...]:
        count = min(t, last)
        return step(m2 / (1.0 - b1**count), v2 / (1.0 - b2**count))

    return [
        Mistake("the bias correction is missing: m and v start at 0 and are too small at first",
                lambda: step(m2, v2)),
        Mistake("only m is corrected: v is too small at first as well", lambda: step(m2 / c1, v2)),
        Mistake("only v is corrected: m is too small at first as well", lambda: step(m2, v2 / c2)),
        Mistake("the bias correction multiplies; it divides", lambda: step(m2 * c1, v2 * c2)),
        Mistake("the corrected m and v are returned: keep the uncorrected ones",
                lambda: given.step(m2 / c1, v2 / c2, (m2 / c1, v2 / c2))),
        Mistake("the bias correction has no power t: it is the same in every step",
                lambda: step(m2 / (1.0 - b1), v2 / (1.0 - b2))),
        Mistake("the bias correction has beta times t, not beta to the power t",
                lambda: step(m2 / (1.0 - b1 * t), v2 / (1.0 - b2 * t))),
        *(
            Mistake("the bias correction stops counting the steps: t grows without end",
                    partial(stopped, n))
            for n in (5, 10, 20, 100)
        ),
        Mistake("the steps count from 1, here the power is t + 1",
                lambda: step(m2 / (1.0 - b1 ** (t + 1)), v2 / (1.0 - b2 ** (t + 1)))),
        Mistake("the steps count from 1, here the power is t - 1",
                lambda: step(m2 / (1.0 - b1 ** (t - 1)), v2 / (1.0 - b2 ** (t - 1)))),
        Mistake("the old m and v move p: first the new ones, then p",
                lambda: step(m / c1, v / c2)),
        Mistake("the root is missing: m is divided by the root of v",
                lambda: (p - rate * (m2 / c1) / (v2 / c2 + eps), m2, v2)),
        Mistake("eps is inside the root: it is added after the root", lambda: (
            p - rate * (m2 / c1) / sqrt(v2 / c2 + eps), m2, v2)),
        Mistake("eps is missing", lambda: (p - rate * (m2 / c1) / sqrt(v2 / c2), m2, v2)),
        Mistake("eps is added before the bias correction of v", lambda: (
            p - rate * (m2 / c1) / ((sqrt(v2) + eps) / sqrt(c2)), m2, v2)),
        Mistake("p moves the wrong way: the step is subtracted",
                lambda: (2.0 * p - wanted[0], m2, v2)),
        Mistake("the rate is missing", lambda: (p - (p - wanted[0]) / rate, m2, v2)),
        Mistake("the gradient moves p: m moves it", lambda: step(g, v2 / c2)),
    ]  # fmt: skip


def _averages(inputs: Parts, wanted: Sequence[Array]) -> list[Mistake]:
    """Mistakes in the averages themselves, followed by a right step."""
    given = _given(inputs)
    _, g, m, v, t, _, b1, b2, _ = given
    m2 = wanted[1]

    def other(M: Any, V: Any) -> tuple[Array, ...]:
        return given.step(M / (1.0 - b1**t), V / (1.0 - b2**t), (M, V))

    return [
        Mistake("v averages the gradient: it should average its square",
                lambda: other(m2, b2 * v + (1.0 - b2) * g)),
        Mistake("v averages |g|: it should average the square",
                lambda: other(m2, b2 * v + (1.0 - b2) * abs(g))),
        Mistake("the two betas are swapped",
                lambda: _swapped(given)),
        Mistake("1 - beta is missing before the new gradient: m and v are averages",
                lambda: other(b1 * m + g, b2 * v + g * g)),
        Mistake("beta and 1 - beta are swapped: most of the old average is kept",
                lambda: other((1.0 - b1) * m + b1 * g, (1.0 - b2) * v + b2 * g * g)),
        Mistake("v averages the square of m, not of g",
                lambda: other(m2, b2 * v + (1.0 - b2) * m2 * m2)),
    ]  # fmt: skip


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge a step of Adam."""
    p, g, v, b2 = (inputs[name] for name in ("p", "g", "v", "beta2"))
    names = ("p", "m", "v")
    wanted = tuple(expected[name] for name in names)
    got = tuple(returned[name] for name in names)
    for name, part in zip(names, got, strict=True):
        if shape(part) != shape(p):
            return Fault(f"{name} has the wrong shape", f"all three have the shape {shape(p)}")
    m2, v2 = wanted[1], wanted[2]
    mistakes = [*_corrections(inputs, wanted), *_averages(inputs, wanted)]
    guesses = mistakes_made(got, wanted, mistakes, tol, all_close)
    in_v = [
        Mistake("v averages the gradient: it should average its square",
                lambda: b2 * v + (1.0 - b2) * g),
        Mistake("v does not keep its old value: it is a running average", lambda: g * g),
    ]  # fmt: skip
    in_m = [
        Mistake("m does not keep its old value: it is a running average", lambda: g),
        Mistake("m averages the square: that is v", lambda: v2),
    ]
    fault = (
        judge_value("m", got[1], m2, in_m, tol)
        or judge_value("v", got[2], v2, in_v, tol)
        or judge_value(
            "p", got[0], wanted[0], [], tol, overflow=": did the correction divide by 0?"
        )
    )
    return with_guesses(guesses, fault)


def _swapped(given: _Given) -> tuple[Array, ...]:
    """Adam with beta1 in the place of beta2."""
    _, g, m, v, t, _, b2, b1, _ = given
    M, V = b1 * m + (1.0 - b1) * g, b2 * v + (1.0 - b2) * g * g
    return given.step(M / (1.0 - b1**t), V / (1.0 - b2**t), (M, V))


PROBLEM = Problem(
    "adam_step",
    {
        "p": "array",
        "g": "array",
        "m": "array",
        "v": "array",
        "t": "integer",
        "rate": "number",
        "beta1": "number",
        "beta2": "number",
        "eps": "number",
    },
    {"p": "array", "m": "array", "v": "array"},
    _judge,
)

"""The problem ``hidden_size``, with the mistakes its results give away."""

from functools import partial

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem


def _up(size: int, multiple: int) -> int:
    """Return the next multiple of a size, in integers."""
    return -(-size // multiple) * multiple


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the hidden size of a gated block: two thirds of 4d, rounded up to a multiple."""
    d, m = inputs["d_model"], inputs["multiple_of"]
    h = 8 * d // 3
    got, wanted = returned["d_ff"], expected["d_ff"]

    def rounded(factor: float) -> int:
        return _up(int(factor * d), m)

    nearest = "rounded to the nearest multiple: the rule rounds up"
    mistakes = [
        Mistake(nearest, lambda: (h + m // 2) // m * m),
        Mistake(nearest, lambda: round(h / m) * m),
        Mistake(nearest, lambda: round(8 * d / 3 / m) * m),
        Mistake("rounded down: the rule rounds up to the next multiple", lambda: h // m * m),
        Mistake("8d/3 is rounded up first: take its whole part, then go up to a multiple",
                lambda: _up(_up(8 * d, 3) // 3, m)),
        Mistake("8d/3 is rounded to the nearest integer first: take its whole part",
                lambda: _up(round(8 * d / 3), m)),
        *(
            Mistake("8/3 is rounded: compute in whole numbers, 8 * d // 3",
                    partial(rounded, factor))
            for digits in range(1, 7)
            for factor in (round(8 / 3, digits), 4 * round(2 / 3, digits))
        ),
        Mistake("a multiple too many: a size that is a multiple already stays",
                lambda: (h // m + 1) * m),
        Mistake("not rounded to a multiple of multiple_of", lambda: h),
        Mistake("this is 4d: a gated block gets two thirds of it", lambda: _up(4 * d, m)),
        Mistake("this is 4d: a gated block gets two thirds of it", lambda: 4 * d),
        Mistake("this starts from 2d/3: two thirds of 4d is 8d/3", lambda: _up(2 * d // 3, m)),
        Mistake("two thirds are taken twice", lambda: _up(16 * d // 9, m)),
        Mistake("divided by two thirds: a gated block is narrower than 4d",
                lambda: _up(6 * d, m)),
        Mistake("this is 8d/3 upside down: 3d/8", lambda: _up(3 * d // 8, m)),
        Mistake("how many multiples is only half the way: multiply by multiple_of",
                lambda: _up(h, m) // m),
        Mistake("d is rounded up before 8/3 is taken: round last",
                lambda: 8 * _up(d, m) // 3),
        Mistake("multiple_of is added, not rounded to", lambda: h + m),
        Mistake("rounded up to a power of two: multiple_of says which multiples",
                lambda: 2 ** (h - 1).bit_length()),
        Mistake("multiple_of is doubled until it is large enough: go up to the next multiple",
                lambda: m * 2 ** max(0, _up(h, m) // m - 1).bit_length()),
        Mistake("rounded to multiples of 256: multiple_of is an argument",
                lambda: _up(h, 256)),
    ]  # fmt: skip
    fault = judge_count("d_ff", got, wanted, mistakes)
    if fault is None or not fault.unexplained:
        return fault
    if got % m:
        return fault.observed("this is not a multiple of multiple_of")
    if got < h:
        return fault.observed("this is smaller than 8d/3: the rule rounds up")
    return fault.observed("this is a multiple, but not the next one after 8d/3")


PROBLEM = Problem(
    "hidden_size",
    {"d_model": "integer", "multiple_of": "integer"},
    {"d_ff": "integer"},
    _judge,
)

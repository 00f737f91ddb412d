"""The problem ``quantize_affine``, with the mistakes its results give away."""

from numpy import ceil, clip, float64, floor, rint
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.judges.quantization.levels import judge_step, judge_whole, rounded_otherwise
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge whole numbers of 8 bits, one step and one zero point."""
    w: Array = inputs["w"]
    s, z = expected["scale"], expected["zero_point"]
    low, high = min(0.0, np_min(w)), max(0.0, np_max(w))
    most = max(high, -low)
    fault = judge_step(returned["scale"], s, [
        Mistake("scale is upside down: it is the step between two levels", lambda: 1.0 / s),
        Mistake("0 must be a level: widen the range to hold it", lambda: (np_max(w) - np_min(w))
                / 255),
        Mistake("divided by 256: from the first to the last of 256 levels there are 255 steps",
                lambda: (high - low) / 256),
        Mistake("divided by 254: from the first to the last of 256 levels there are 255 steps",
                lambda: (high - low) / 254),
        Mistake("this is the step of a symmetric quantizer", lambda: most / 127),
        Mistake("this is the step of a symmetric quantizer", lambda: most / 128),
        Mistake("divided by 127: all 256 levels are used here", lambda: (high - low) / 127),
        Mistake("scale is the whole range: divide it by 255", lambda: high - low),
        Mistake("the lower end is forgotten", lambda: high / 255),
        Mistake("the largest is added to the smallest: the range is their difference",
                lambda: (np_max(w) + np_min(w)) / 255),
        Mistake("divided by 15: these are 8 bits, not 4", lambda: (high - low) / 15),
        Mistake("the range is from minus the largest size to the largest",
                lambda: 2.0 * most / 255),
    ], tol)  # fmt: skip
    if fault is not None:
        return fault
    at = low / s
    upside = (
        "zero_point has the wrong sign, or is the middle of the range: it is the q of 0, "
        "-128 - round(low/scale)"
    )
    fault = judge_count("zero_point", returned["zero_point"], z, [
        Mistake("zero_point is 0: that is a symmetric quantizer", lambda: 0),
        Mistake("zero_point is that of numbers from 0 to 255: here they start at -128",
                lambda: -round(at)),
        Mistake("zero_point is rounded up: round to the nearest", lambda: -128 - floor(at)),
        Mistake("zero_point is rounded down: round to the nearest", lambda: -128 - ceil(at)),
        Mistake(upside, lambda: -z),
        Mistake(upside, lambda: 127 + round(at)),
        Mistake(upside, lambda: round((low + high) / 2 / s)),
        Mistake("zero_point has the wrong sign in one term: low/scale is subtracted",
                lambda: -128 + round(at)),
        Mistake("zero_point counts from the wrong end: at the smallest number q is -128",
                lambda: 127 - round(at)),
        Mistake("zero_point counts from -127: at the smallest number q is -128",
                lambda: -127 - round(at)),
        Mistake("zero_point is the smallest number itself, in units of w", lambda: round(low)),
        Mistake("zero_point is the largest number's place: it is the q of 0",
                lambda: round(high / s)),
    ])  # fmt: skip
    if fault is not None:
        if fault.unexplained and returned["zero_point"] in (z - 1, z + 1):
            return fault.observed("zero_point is off by one: subtract low/scale, rounded to the "
                                   "nearest, from -128")  # fmt: skip
        return fault
    v = w / ((high - low) / 255)
    return judge_whole(returned["q"], expected["q"], [
        Mistake("zero_point is not added to q", lambda: rint(v)),
        Mistake("zero_point is subtracted from q: add it", lambda: rint(v) - z),
        Mistake("zero_point is subtracted from q: add it", lambda: clip(rint(v) - z, -128, 127)),
        Mistake("zero_point is not added to q, and it is cut off", lambda: clip(
            rint(v), -128, 127)),
        Mistake("w less the smallest is rounded at once: round w/scale, then add zero_point, so "
                "that 0 stays exact", lambda: rint((w - low) / s) - 128),
        Mistake("q starts at 0: it starts at -128", lambda: rint((w - low) / s)),
        Mistake("q starts at 0: it starts at -128", lambda: rint(v) + z + 128),
        Mistake("these are the numbers read back: q are the whole numbers",
                lambda: s * (expected["q"] - z)),
        *rounded_otherwise(v, s, w, z),
    ])  # fmt: skip


PROBLEM = Problem(
    "quantize_affine",
    {"w": "matrix"},
    {"q": "matrix", "scale": "number", "zero_point": "integer"},
    _judge,
)

"""The problem ``quantize_symmetric``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import clip, float64, mean, rint
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.judges.quantization.levels import judge_step, judge_whole, rounded_otherwise
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge whole numbers of 8 bits and their one step."""
    w: Array = inputs["w"]
    s, most = expected["scale"], np_max(np_abs(w))
    high, low = np_max(w), np_min(w)
    fault = judge_step(returned["scale"], s, [
        Mistake("scale is upside down: it is the step between two levels", lambda: 1.0 / s),
        Mistake("scale follows the largest number: the largest in size may be negative",
                lambda: high / 127),
        Mistake("scale follows the smallest number: the largest in size may be positive",
                lambda: -low / 127),
        Mistake("scale is negative", lambda: -s),
        Mistake("divided by 128: q runs from -127 to 127", lambda: most / 128),
        Mistake("divided by 255: q runs from -127 to 127, so half of the range is cut off",
                lambda: most / 255),
        Mistake("this spreads the range over 255 steps: from -127 to 127 there are 254",
                lambda: 2.0 * most / 255),
        Mistake("this spreads the range over 256 steps: from -127 to 127 there are 254",
                lambda: 2.0 * most / 256),
        Mistake("this is the step of an affine quantizer: from the smallest to the largest",
                lambda: (high - low) / 255),
        Mistake("this is the step of an affine quantizer: from the smallest to the largest",
                lambda: (high - low) / 254),
        Mistake("scale is the largest number in size: divide it by 127", lambda: most),
        Mistake("divided by 7: these are 8 bits, not 4", lambda: most / 7),
        Mistake("scale is twice too large: the levels are on both sides of 0", lambda: 2.0 * s),
        Mistake("scale follows the mean size: it follows the largest",
                lambda: mean(np_abs(w)) / 127),
        Mistake("scale is 1: nothing fits the levels to the numbers", lambda: 1.0),
    ], tol)  # fmt: skip
    if fault is not None:
        return fault
    return judge_whole(returned["q"], expected["q"], [
        *rounded_otherwise(w / (most / 127), s, w),
        Mistake("multiplied by 255 and cut off at -128 and 127: the largest in size becomes 127",
                lambda: clip(rint(w / most * 255), -128, 127)),
        Mistake("multiplied by 255: the largest in size becomes 127",
                lambda: rint(w / most * 255)),
        Mistake("multiplied by 255 and cut off at -127 and 127: the largest in size becomes 127",
                lambda: clip(rint(w / most * 255), -127, 127)),
        Mistake("multiplied by 128: the largest in size becomes 127",
                lambda: clip(rint(w / most * 128), -128, 127)),
        Mistake("cut off at -8 and 7: those are 4 bits", lambda: clip(rint(w / s), -8, 7)),
        Mistake("negative numbers are cut off", lambda: clip(rint(w / s), 0, 127)),
    ])  # fmt: skip


PROBLEM = Problem(
    "quantize_symmetric",
    {"w": "matrix"},
    {"q": "matrix", "scale": "number"},
    _judge,
)

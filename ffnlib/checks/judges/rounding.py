"""Judges of rounding to whole numbers: symmetric, affine, and in groups."""

from collections.abc import Sequence

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import (
    asarray,
    ceil,
    clip,
    float64,
    floor,
    isfinite,
    mean,
    ones_like,
    repeat,
    rint,
    shape,
    trunc,
    where,
)
from numpy import max as np_max
from numpy import min as np_min
from numpy.typing import NDArray

from ffnlib.checks.judges.counts import judge_count
from ffnlib.checks.problem import Fault, Mistake, Parts, close, close_relative, judge_value

Array = NDArray[float64]


def _judge_whole(got: Array, wanted: Array, mistakes: Sequence[Mistake]) -> Fault | None:
    """Judge the whole numbers; the steps they belong to are right."""
    if close(got, wanted, 0.0):
        return None
    fault = judge_value("q", got, wanted, mistakes, 1e-4)
    if fault is None:
        return Fault("q is not rounded to whole numbers", fact="q is wrong")
    if not fault.unexplained:
        return fault
    if not np_all(got == rint(got)):
        return fault.observed("q is not rounded to whole numbers")
    off = got - wanted
    if np_all(np_abs(off) <= 1):
        return fault.observed("q is off by one here and there: round to the nearest whole number")
    at_the_end = (got == np_max(got)) | (got == np_min(got))
    if np_max(np_abs(got)) < np_max(np_abs(wanted)) and np_all((off == 0) | at_the_end):
        return fault.observed("q is cut off too early: the largest in size must keep its place")
    if np_all(got % 256 == wanted % 256):
        return fault.observed("q wrapped around: cut it off before it is converted to int8")
    return fault


def _judge_step(
    got: Array | float,
    wanted: Array | float,
    mistakes: Sequence[Mistake],
    tol: float,
    overflow: str = "",
) -> Fault | None:
    """Judge steps; what no mistake explains is too small, too large, or nearly right."""
    fault = judge_value("scale", got, wanted, mistakes, tol, close_relative, overflow)
    if fault is None or not fault.unexplained:
        return fault
    if close_relative(got, wanted, 0.01):
        return fault.observed("scale is nearly right, but not to six digits: is something added "
                               "to it, or is it rounded?")  # fmt: skip
    if np_all(asarray(got) <= wanted):
        return fault.observed("scale is too small: the largest numbers would be cut off")
    if np_all(asarray(got) >= wanted):
        return fault.observed("scale is too large: some of the levels are never used")
    return fault


def _rounded_otherwise(v: Array, s: Array | float, w: Array, z: float = 0.0) -> list[Mistake]:
    """Make mistakes in the last step; v is w/s, and z the zero point."""
    return [
        Mistake("q is cut off towards 0: round to the nearest whole number",
                lambda: trunc(v) + z),
        Mistake("q is rounded down: round to the nearest whole number", lambda: floor(v) + z),
        Mistake("q is rounded up: round to the nearest whole number", lambda: ceil(v) + z),
        Mistake("q is cut off towards 0: round to the nearest whole number",
                lambda: trunc(v + z)),
        Mistake("q is not rounded to whole numbers", lambda: v + z),
        Mistake("these are the numbers read back: q are the whole numbers", lambda: rint(v) * s),
        Mistake("w is multiplied by the step: divide by it", lambda: rint(w * s) + z),
        Mistake("w is rounded without being divided by the step", lambda: rint(w) + z),
        Mistake("q has lost its signs", lambda: np_abs(rint(v) + z)),
        Mistake("q is shifted to 0 and above: it is signed", lambda: rint(v) + z + 128),
    ]  # fmt: skip


def judge_symmetric(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge whole numbers of 8 bits and their one step."""
    w: Array = inputs["w"]
    s, most = expected["scale"], np_max(np_abs(w))
    high, low = np_max(w), np_min(w)
    fault = _judge_step(returned["scale"], s, [
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
    return _judge_whole(returned["q"], expected["q"], [
        *_rounded_otherwise(w / (most / 127), s, w),
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


def judge_affine(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge whole numbers of 8 bits, one step and one zero point."""
    w: Array = inputs["w"]
    s, z = expected["scale"], expected["zero_point"]
    low, high = min(0.0, np_min(w)), max(0.0, np_max(w))
    most = max(high, -low)
    fault = _judge_step(returned["scale"], s, [
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
    return _judge_whole(returned["q"], expected["q"], [
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
        *_rounded_otherwise(v, s, w, z),
    ])  # fmt: skip


def judge_groups(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge whole numbers of 4 bits and the steps of groups of neighbours in a row."""
    w, size = inputs["w"], inputs["size"]
    s, got = expected["scale"], returned["scale"]
    rows, columns = w.shape
    groups = w.reshape(rows, columns // size, size)
    most = np_max(np_abs(groups), axis=2)
    size_of = np_abs(w)
    used = most > 0
    along_row = ones_like(s) * np_max(size_of, axis=1, keepdims=True)

    def safe(steps: Array) -> Array:
        return where(steps > 0, steps, 1.0)

    def times(words: str, factor: float) -> Mistake:
        return Mistake(words, lambda: where(used, most * factor, 1.0))

    def unfit(words: str) -> Fault:
        return Fault(words, fact="scale has the wrong shape")

    if shape(got) != shape(s):
        if got.size == rows and s.size != rows:
            return unfit("scale has one number for each row: each group has its own")
        if got.size == 1:
            return unfit("scale is one for the whole matrix: each group has its own")
        if shape(got) == shape(s)[::-1]:
            return unfit("scale is transposed: a row for each row of w, a number for each group")
        if shape(got) == shape(w):
            return unfit("scale has a number for each weight: a group shares one")
    mistakes = [
        Mistake("a group of zeros has the step 0: let it be 1", lambda: most / 7),
        Mistake("the step is that of the row: each group has its own", lambda: along_row / 7),
        Mistake("the step is that of the whole matrix: each group has its own",
                lambda: ones_like(s) * np_max(size_of) / 7),
        Mistake("scale follows the largest number of a group: the largest in size may be negative",
                lambda: where(used, np_max(groups, axis=2) / 7, 1.0)),
        Mistake("scale follows the largest number of a group: the largest in size may be negative",
                lambda: safe(np_max(groups, axis=2) / 7)),
        Mistake("the groups are made of every so-many-th number of a row: neighbours share a step",
                lambda: safe(np_max(np_abs(w.reshape(rows, size, -1)), axis=1) / 7)),
        Mistake("the groups run down the columns: they run along the rows",
                lambda: safe(np_max(size_of.T.reshape(rows, -1, size), axis=2) / 7)),
        Mistake("the numbers of a group are added: take the largest in size",
                lambda: safe(groups.sum(axis=2) / 7)),
        Mistake("scale follows the mean size: it follows the largest",
                lambda: safe(mean(np_abs(groups), axis=2) / 7)),
        times("divided by 15: signed numbers of 4 bits end at 7, so all beyond half of the range "
              "is cut off", 1 / 15),
        times("divided by 8: q runs from -7 to 7", 1 / 8),
        times("this spreads the range over 15 steps: from -7 to 7 there are 14", 2 / 15),
        times("divided by 127: these are 4 bits, not 8", 1 / 127),
        times("scale is the largest number in size: divide it by 7", 1.0),
        Mistake("scale is the largest number in size: divide it by 7", lambda: most),
        Mistake("scale is upside down: it is the step between two levels", lambda: 1.0 / s),
        Mistake("scale is 1 everywhere", lambda: ones_like(s)),
        Mistake("scale is transposed: a row for each row of w, a number for each group",
                lambda: s.T),
    ]  # fmt: skip
    fault = _judge_step(got, s, mistakes, tol, ": is there a group of zeros?")
    if fault is not None:
        if shape(got) == shape(s) and not fault.guesses:
            off = np_abs(got - s) > 1e-3 * s
            if off.any() and np_all(got[off] == 1.0) and np_all(used[off]):
                return fault.observed("a group is taken for zeros that has other numbers in it")
        return fault
    step = repeat(where(used, most / 7, 1.0), size, axis=1)
    top = repeat(where(used, most, 1.0), size, axis=1)
    q: Array = asarray(returned["q"])
    if not np_all(isfinite(q)):
        return Fault("q has nan or inf in it: a group of zeros cannot be divided by its largest")
    return _judge_whole(q, expected["q"], [
        Mistake("multiplied by 15 and cut off at -8 and 7: half of the range is lost; the largest "
                "in size becomes 7", lambda: clip(rint(w / top * 15), -8, 7)),
        Mistake("multiplied by 15: that does not fit into 4 bits; the largest in size becomes 7",
                lambda: rint(w / top * 15)),
        Mistake("multiplied by 8: the largest in size becomes 7",
                lambda: clip(rint(w / top * 8), -8, 7)),
        Mistake("q is shifted to 0 and above: it is signed", lambda: rint(w / step) + 8),
        Mistake("q is rounded with the step of the row: each group has its own", lambda: rint(
            w / repeat(along_row, size, axis=1) * 7)),
        *_rounded_otherwise(w / step, step, w),
    ])  # fmt: skip

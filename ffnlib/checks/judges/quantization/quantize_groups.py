"""The problem ``quantize_groups``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import asarray, clip, float64, isfinite, mean, ones_like, repeat, rint, shape, where
from numpy import max as np_max
from numpy.typing import NDArray

from ffnlib.checks.judges.quantization.levels import judge_step, judge_whole, rounded_otherwise
from ffnlib.checks.problem import Fault, Mistake, Parts, Problem

Array = NDArray[float64]


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
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
    fault = judge_step(got, s, mistakes, tol, ": is there a group of zeros?")
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
    return judge_whole(q, expected["q"], [
        Mistake("multiplied by 15 and cut off at -8 and 7: half of the range is lost; the largest "
                "in size becomes 7", lambda: clip(rint(w / top * 15), -8, 7)),
        Mistake("multiplied by 15: that does not fit into 4 bits; the largest in size becomes 7",
                lambda: rint(w / top * 15)),
        Mistake("multiplied by 8: the largest in size becomes 7",
                lambda: clip(rint(w / top * 8), -8, 7)),
        Mistake("q is shifted to 0 and above: it is signed", lambda: rint(w / step) + 8),
        Mistake("q is rounded with the step of the row: each group has its own", lambda: rint(
            w / repeat(along_row, size, axis=1) * 7)),
        *rounded_otherwise(w / step, step, w),
    ])  # fmt: skip


PROBLEM = Problem(
    "quantize_groups",
    {"w": "matrix", "size": "integer"},
    {"q": "matrix", "scale": "matrix"},
    _judge,
)

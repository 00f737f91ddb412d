"""A right answer in another form is right: lists, strange arrays, exact fractions, lazy results.

Each problem's first right answer gives its results in all of these forms. ``FFN_WHOLE_BANK=1``
tries every form with every problem; without it, each problem meets a few.
"""

import os
import random
from array import array
from collections import deque, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import bank
import numpy as np
import pytest

from ffnlib import checks

WHOLE = os.environ.get("FFN_WHOLE_BANK", "0") not in {"", "0"}
FEW = 3

pytestmark = pytest.mark.usefixtures("nothing_refused")


def arrays(change: Callable[[np.ndarray], Any]) -> Callable[[Any], Any]:
    """Change every array of a result."""

    def changed(result: Any) -> Any:
        if isinstance(result, np.ndarray) and result.ndim:
            return change(result)
        if isinstance(result, tuple | list):
            return type(result)(map(changed, result))
        return result

    return changed


def numbers(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change every single number of a tuple, or the one that is the result."""

    def changed(result: Any) -> Any:
        if type(result) is tuple:
            return tuple(map(changed, result))
        single = isinstance(result, int | float | np.number) or (
            isinstance(result, np.ndarray) and not result.ndim
        )
        return change(np.asarray(result).item()) if single else result

    return changed


def parts(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change the whole result, or each part of a tuple, where it has items."""

    def changed(result: Any) -> Any:
        if type(result) is tuple:
            return tuple(map(changed, result))
        return change(result) if isinstance(result, np.ndarray) and result.ndim else result

    return changed


def every_second(a: np.ndarray) -> np.ndarray:
    wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
    wide[..., ::2] = a
    return wide[..., ::2]


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


def as_type(kinds: str, dtype: Any) -> Callable[[Any], Any]:
    return arrays(lambda a: a.astype(dtype) if a.dtype.kind in kinds else a)


class Subclass(np.ndarray):
    """An array of a class of its own."""


FORMS: dict[str, Callable[[Any], Any]] = {
    "lists": arrays(np.ndarray.tolist),
    "tuples of tuples": arrays(
        lambda a: tuple(map(tuple, a.tolist())) if a.ndim == 2 else tuple(a.tolist())
    ),
    "lists of rows": arrays(list),
    "columns first": arrays(np.asfortranarray),
    "read-only": arrays(read_only),
    "every second entry": arrays(every_second),
    "backwards": arrays(lambda a: a[::-1].copy()[::-1]),
    "a subclass": arrays(lambda a: a.view(Subclass)),
    "masked arrays": arrays(np.ma.array),
    "the other byte order": arrays(lambda a: a.astype(a.dtype.newbyteorder(">"))),
    "extended precision": as_type("f", np.longdouble),
    "objects": arrays(lambda a: a.astype(object)),
    "matrices": arrays(lambda a: np.asmatrix(a) if a.ndim == 2 else a),
    "wide integers": as_type("iu", np.int64),
    "0-d arrays": numbers(np.array),
    "NumPy's numbers": numbers(lambda v: np.array(v)[()]),
    "Python's numbers": numbers(lambda v: v),
    "fractions": numbers(lambda v: Fraction(v) if np.isfinite(v) else v),
    "decimals": numbers(Decimal),
    "floats": numbers(float),
    "a list for a tuple": lambda r: list(r) if type(r) is tuple else r,
    "a named tuple": lambda r: (
        namedtuple("Parts", [f"p{i}" for i in range(len(r))])(*r) if type(r) is tuple else r
    ),
    "generators": parts(lambda a: (row for row in a)),
    "maps": parts(lambda a: map(np.copy, a)),
    "deques": parts(deque),
    "Python's arrays": parts(
        lambda a: array("d", a) if a.ndim == 1 and a.dtype == np.float64 else a
    ),
    "memory views": parts(lambda a: memoryview(np.ascontiguousarray(a))),
    "bytes": parts(lambda a: bytes(a) if a.dtype == np.uint8 and a.ndim == 1 else a),
    "byte arrays": parts(lambda a: bytearray(a) if a.dtype == np.uint8 and a.ndim == 1 else a),
}


def first_right_answers() -> list[bank.Answer]:
    """Return one right answer of each problem."""
    found: dict[str, bank.Answer] = {}
    for assignment in bank.ASSIGNMENTS:
        for answer in bank.answers(assignment):
            if answer.verdict == "right":
                found.setdefault(answer.problem, answer)
    return list(found.values())


@pytest.mark.parametrize("answer", first_right_answers(), ids=lambda answer: answer.problem)
def test_a_right_answer_in_another_form_is_right(answer: bank.Answer) -> None:
    function = bank.defined(answer)
    visible = bank.visible_cases(answer.assignment, answer.problem)
    for name in FORMS if WHOLE else random.Random(answer.problem).sample(list(FORMS), FEW):

        def other(*given: Any, _form: Callable[[Any], Any] = FORMS[name]) -> Any:
            return _form(function(*given))

        try:
            checks.verify(answer.problem, other, visible, bank.HIDDEN)
        except checks.CheckFailed as refused:
            pytest.fail(f"{name}: {refused}", pytrace=False)


@pytest.mark.parametrize("problem", ["count_parameters", "logsumexp"])
@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "0.5", "-1"])
def test_a_decimal_that_is_wrong_is_refused_in_words(problem: str, value: str) -> None:
    said = bank.message(problem, lambda *_: Decimal(value), hidden=bank.HIDDEN)
    assert "case 1 of" in said

"""A problem: what goes in, what comes out, and how a result is judged.

A problem is plain data and plain functions. Nothing here runs a student's code, so the same
problem can be judged in the process that ran it or in another one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import (
    asarray,
    errstate,
    float64,
    isfinite,
    isnan,
    maximum,
    roll,
    shape,
    unravel_index,
    where,
)
from numpy.typing import NDArray

from ffnlib.checks.coerce import Kind, Value, fresh, fresh_result

# Values by name. Each judge knows the kinds of its own problem.
Parts = Mapping[str, Any]


class Fault(NamedTuple):
    """Why a result is wrong.

    Attributes
    ----------
    words : str
        What is said of this case on its own.
    detail : str
        Added only beside a visible case: it may hold numbers.
    guesses : tuple of str
        The mistakes that give this very result. One is named if it explains every failing case.
    fact : str
        What is said if none does; empty if ``words`` is no guess.
    """

    words: str
    detail: str = ""
    guesses: tuple[str, ...] = ()
    fact: str = ""

    @property
    def unexplained(self) -> bool:
        """Whether all that is known is that a value is wrong."""
        return not self.guesses and self.words.endswith(" is wrong")

    def observed(self, words: str) -> "Fault":
        """Return the same fault in words that are true of this case, whatever the others show."""
        return self._replace(words=words)


def guessed(guesses: Sequence[str], fact: str, detail: str = "") -> Fault:
    """Return the fault of a result that some mistakes explain, or none."""
    return Fault(guesses[0] if guesses else fact, detail, tuple(guesses), fact)


def settled(faults: Sequence[Fault]) -> Fault:
    """Return the first of several cases' faults, with a mistake named only if it is in them all.

    A fault in another part of the result says nothing about this one.
    """
    first = faults[0]
    if not first.guesses:
        return first
    alike = [fault for fault in faults if fault.fact in ("", first.fact)]
    for guess in first.guesses:
        if all(guess in fault.guesses for fault in alike):
            return first._replace(words=guess)
    return first._replace(words=first.fact)


UNLIKE = Fault("the result cannot be compared with what is asked for: is it empty, or far too big?")


class Mistake(NamedTuple):
    """A typical mistake: what to say, and the result somebody who makes it would get."""

    words: str
    result: Callable[[], Any]


class Case(NamedTuple):
    """One call: the inputs by name, and what is expected, in the problem's order."""

    inputs: Mapping[str, object]
    expected: object


Alike = Callable[[object, object, float], bool]
Judge = Callable[[Parts, Parts, Parts, float], Fault | None]


@dataclass(frozen=True)
class Problem:
    """One function that a student writes.

    Attributes
    ----------
    name : str
        Name of the function.
    arguments, returns : mapping of str to Kind
        In the order in which they are passed and returned.
    judge : callable
        ``judge(inputs, expected, returned, tolerance)`` gives a `Fault` or None.
    expected : mapping of str to Kind, optional
        Kinds of a case's expected part where these differ from ``returns``.
    tolerance : float
        For results in float64. Results in float32 get ``single``, if that is larger.
    """

    name: str
    arguments: Mapping[str, Kind]
    returns: Mapping[str, Kind]
    judge: Judge
    expected: Mapping[str, Kind] | None = None
    tolerance: float = 1e-6
    single: float = 1e-5

    def inputs(self, case: Case) -> dict[str, Value]:
        """Fresh copies of a case's inputs, in the order in which they are passed."""
        return {name: fresh(case.inputs[name], kind) for name, kind in self.arguments.items()}

    def judged(self, case: Case, returned: Parts, width: int) -> Fault | None:
        """Judge plain returned values whose narrowest float type has ``width`` bytes."""
        if width < 4:
            return Fault("the result is in half precision: keep the dtype of the inputs")
        inputs = self.inputs(case)
        expected = fresh_result(case.expected, self.expected or self.returns)
        tolerance = self.tolerance if width >= 8 else max(self.single, self.tolerance)
        with errstate(all="ignore"):
            try:
                return self.judge(inputs, expected, returned, tolerance)
            except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError):
                return UNLIKE  # empty, or of a shape or size that no judge thought of


def close(got: object, wanted: object, tolerance: float) -> bool:
    """Return whether two results agree to ``tolerance * max(1, |wanted|)``, entry by entry.

    Where one is nan or infinite, the other must be so too.
    """
    return _within(got, wanted, tolerance, lambda b: maximum(1.0, np_abs(b)))


def close_relative(got: object, wanted: object, tolerance: float) -> bool:
    """Return whether two results agree to ``tolerance * |wanted|``, entry by entry."""
    return _within(got, wanted, tolerance, np_abs)


def close_by_row(got: object, wanted: object, tolerance: float) -> bool:
    """Return whether two results agree to a tolerance of the largest entry of each row.

    An entry of a matrix product is a sum: where large terms cancel, it is only as exact as they.
    """
    return _within(got, wanted, tolerance, _largest)


def close_to_terms(terms: object) -> Alike:
    """Return a comparison with a tolerance of what was added up, and of each row's largest entry.

    Somebody may round the inputs of a product to float32. The result is then as exact as the sum of
    its terms' sizes, ``terms``, however much of it cancels. Results of another shape than that are
    compared as `close_by_row` does.
    """
    exact: NDArray[float64] = asarray(terms, dtype=float64)
    sizes: NDArray[float64] = where(isfinite(exact), exact, 0.0)

    def alike(got: object, wanted: object, tolerance: float) -> bool:
        if asarray(wanted).shape != sizes.shape:
            return close_by_row(got, wanted, tolerance)
        return _within(got, wanted, tolerance, lambda b: maximum(_largest(b), sizes))

    return alike


def _largest(b: NDArray[float64]) -> Any:
    """The largest size in each row, and at least 1."""
    return maximum(1.0, np_abs(b).max(axis=-1, keepdims=True) if b.ndim else np_abs(b))


def _within(
    got: object, wanted: object, tolerance: float, size: Callable[[NDArray[float64]], Any]
) -> bool:
    a: NDArray[float64] = asarray(got, dtype=float64)
    b: NDArray[float64] = asarray(wanted, dtype=float64)
    if shape(a) != shape(b):
        return False
    finite = isfinite(b)
    odd_alike = (a == b) | (isnan(a) & isnan(b))
    if not np_all(where(finite, isfinite(a), odd_alike)):
        return False
    a, b = where(finite, a, 0.0), where(finite, b, 0.0)
    return not b.size or bool(np_all(np_abs(a - b) <= tolerance * size(b)))


def mistakes_made(
    got: object,
    wanted: object,
    mistakes: Iterable[Mistake],
    tolerance: float,
    alike: Alike = close,
) -> list[str]:
    """Return the words of all mistakes whose result is the one that came.

    A mistake that happens to give the right result for these inputs explains nothing and is
    passed over, as is one that cannot be made with these shapes. ``alike`` says when two results
    are the same.
    """
    found: dict[str, None] = {}
    for words, result in mistakes:
        try:
            wrong = result()
        except (ValueError, IndexError, ZeroDivisionError, OverflowError):
            continue
        if alike(got, wrong, tolerance) and not alike(wrong, wanted, tolerance):
            found[words] = None
    return list(found)


def _slips(name: str, got: Any, wanted: Any) -> Iterator[Mistake]:
    """Mistakes that can be made in any array."""
    b: NDArray[float64] = asarray(wanted, dtype=float64)
    yield Mistake(f"{name} has the wrong sign", lambda: -b)
    if b.size < 2 or not np_all(isfinite(got)):
        return
    yield Mistake(f"{name} is 0 everywhere", lambda: 0.0 * b)
    yield Mistake(f"{name} is transposed", lambda: b.T)
    yield Mistake(f"{name} stands in reverse order", lambda: b[::-1])
    yield Mistake(f"{name} is shifted by one place", lambda: roll(b, 1, axis=-1))
    yield Mistake(f"{name} is shifted by one place", lambda: roll(b, -1, axis=-1))
    if shape(got) == shape(b):
        a: NDArray[float64] = asarray(got, dtype=float64)
        at = np_abs(b).argmax()
        by = "too large" if np_abs(a.flat[at]) > np_abs(b.flat[at]) else "too small"
        if (np_abs(b) > 0.1 * np_abs(b.flat[at])).sum() > 1:
            yield Mistake(
                f"every entry of {name} is {by} by the same factor",
                lambda: b * (a.flat[at] / b.flat[at]),
            )
        if (np_abs(b - b.flat[0]) > 0).any():
            words = f"{name} is off by the same number everywhere"
            yield Mistake(words, lambda: b + (a - b).flat[0])


def judge_value(
    name: str,
    got: Any,
    wanted: Any,
    mistakes: Sequence[Mistake],
    tolerance: float,
    alike: Alike = close,
    overflow: str = "",
) -> Fault | None:
    """Compare one value with the expected one; name the mistake if it is a known one.

    ``overflow`` is added where nan or inf came instead of a number.
    """
    if alike(got, wanted, tolerance):
        return None
    guesses = mistakes_made(got, wanted, [*mistakes, *_slips(name, got, wanted)], tolerance, alike)
    if shape(got) != shape(wanted):
        detail = f"its shape is {shape(got)}, expected {shape(wanted)}"
        return guessed(guesses, f"{name} has the wrong shape", detail)
    fact = f"{name} is wrong"
    if not guesses and not np_all(isfinite(got)):
        words = f"{name} has nan or inf in it where a finite number belongs{overflow}"
        return Fault(words, fact=fact)
    return guessed(guesses, fact, _difference(got, wanted, tolerance))


def _difference(got: Any, wanted: Any, tolerance: float) -> str:
    """Return where two arrays of one shape differ first, and by how much at most."""
    a: NDArray[float64] = asarray(got, dtype=float64)
    b: NDArray[float64] = asarray(wanted, dtype=float64)
    if not a.shape or not np_all(isfinite(a)):
        return ""
    gap = np_abs(a - b)
    first = unravel_index(int((gap > tolerance * maximum(1.0, np_abs(b))).argmax()), gap.shape)
    place = ", ".join(str(int(i)) for i in first)
    far = f"the largest difference is {gap.max():.3g}"
    return f"first at [{place}], where {b[first]:.6g} is expected; {far}"

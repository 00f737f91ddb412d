"""Turn what a student's function returned into exact arrays and plain numbers.

Whatever is judged has passed through here: no subclass, no object with its own ``__eq__``,
``__array__`` or ``__float__`` and no memory shared with the notebook is left afterwards.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from numpy import array, bool_, float64, frombuffer, int8, int64, intp, ndarray, number, uint8
from numpy.typing import NDArray

from ffnlib.checks.case_inputs import images, labels
from ffnlib.checks.execution import type_name
from ffnlib.checks.formula import Formula
from ffnlib.errors import UnusableValueError

Kind = Literal[
    "number", "integer", "integers", "vector", "matrix", "array", "text",
    # only in cases: whole numbers of a named type, an array of class numbers, a function by its
    # formula, a part of the digits
    "int8", "uint8", "int64", "classes", "function", "images", "labels",
]  # fmt: skip
Value: TypeAlias = NDArray[Any] | float | int | str | list[int] | Formula

LARGEST = 1_000_000
# class numbers are indices: so that np.bincount takes them where indices have 32 bits too
WHOLE: dict[str, Any] = {"int8": int8, "uint8": uint8, "int64": int64, "classes": intp}
LEAVES = (bool, int, float, Fraction, Decimal, bool_, number)


def _leaves(value: object, depth: int = 0) -> Iterator[object]:
    if isinstance(value, bytes | bytearray):
        yield frombuffer(value, dtype=uint8)
        return
    if isinstance(value, ndarray):
        exact = array(value, copy=True, subok=False)
        if exact.size > LARGEST:
            raise UnusableValueError(f"has more than {LARGEST:,} entries")
        if exact.dtype.kind != "O":
            yield exact
            return
        value = exact.tolist()
    if isinstance(value, list | tuple):
        if depth > 8 or len(value) > LARGEST:
            raise UnusableValueError("is nested too deeply or too long")
        for item in value:
            yield from _leaves(item, depth + 1)
    else:
        yield value


def _precision(value: object) -> int:
    """Check every entry of a value; return the bytes of its narrowest float type."""
    width = 8
    for leaf in _leaves(value):
        if isinstance(leaf, ndarray | number):
            kind = leaf.dtype.kind
            if kind == "c":
                raise UnusableValueError("has complex numbers in it")
            if kind not in "biuf":
                raise UnusableValueError("has entries in it that are not numbers")
            if kind == "f":
                width = min(width, leaf.dtype.itemsize)
        elif isinstance(leaf, complex):
            raise UnusableValueError("has complex numbers in it")
        elif leaf is None:
            raise UnusableValueError("is or contains None: is a return missing?")
        elif not isinstance(leaf, LEAVES):
            raise UnusableValueError(
                f"is or contains {type_name(leaf)}: return NumPy arrays, lists or numbers"
            )
    return width


def _floats(value: object) -> NDArray[float64]:
    try:
        exact = value.tolist() if isinstance(value, ndarray) and value.dtype == object else value
        if isinstance(exact, bytes | bytearray):
            exact = list(exact)
        return array(exact, dtype=float64, copy=True, subok=False)
    except (ValueError, TypeError, OverflowError):
        raise UnusableValueError(
            "has rows of different lengths, or entries that are not numbers"
        ) from None


def _integer(value: object) -> int:
    whole = value
    if isinstance(value, ndarray | list | tuple):
        flat = array(value, copy=True, subok=False)
        if flat.size != 1:
            raise UnusableValueError("is a whole array; one integer is asked for")
        whole = flat.reshape(-1).tolist()[0]
    if isinstance(whole, number | bool_):
        whole = whole.item()
    if isinstance(whole, Decimal) and whole.is_finite():
        whole = Fraction(whole)
    if isinstance(whole, float | Fraction) and whole == whole // 1:
        return int(whole)
    if isinstance(whole, int):
        return int(whole)
    if isinstance(whole, float):
        raise UnusableValueError("is not a whole number")
    raise UnusableValueError(f"is {type_name(value)}; one integer is asked for")


def _dimensions(count: int) -> str:
    return f"has {count} dimension{'s' if count != 1 else ''}"


def plain(value: object, kind: Kind) -> tuple[Value, int]:
    """Exact copy of a value as its kind, and the bytes of the floats it was computed in.

    A vector may also come as one column or one row, a number as an array with one entry, an
    integer as a float without a fraction: the reader's meaning is the same.

    Raises
    ------
    UnusableValueError
        If the value is not of that kind.
    """
    if kind == "text":
        if not isinstance(value, str):
            raise UnusableValueError(f"is {type_name(value)}; text is asked for")
        return str.__str__(value), 8
    width = _precision(value)
    if kind == "integer":
        return _integer(value), width
    if kind == "integers":
        if not isinstance(value, list | tuple | ndarray):
            raise UnusableValueError(f"is {type_name(value)}; a list of integers is asked for")
        return [_integer(item) for item in value], width
    exact = _floats(value)
    if kind == "number":
        if exact.size != 1:
            raise UnusableValueError(f"has {exact.size} entries; one number is asked for")
        return float(exact.reshape(-1)[0]), width
    if kind == "vector":
        if exact.ndim == 2 and 1 in exact.shape:
            exact = exact.reshape(-1)
        if exact.ndim != 1:
            raise UnusableValueError(f"{_dimensions(exact.ndim)}; a vector has one")
    if kind == "matrix" and exact.ndim != 2:
        raise UnusableValueError(f"{_dimensions(exact.ndim)}; a matrix has two")
    return exact, width


def _described(value: object, kind: Kind) -> Value | None:
    """Make what a case only describes; None for any other kind."""
    if kind in WHOLE:
        return array(value, dtype=WHOLE[kind])
    if kind == "function":
        return Formula(str(value))
    if kind == "images":
        return images(value)
    return labels(value) if kind == "labels" else None


def fresh(value: object, kind: Kind) -> Value:
    """Make a new copy of an input, in the form in which a student's function receives it."""
    made = _described(value, kind)
    return plain(value, kind)[0] if made is None else made


def fresh_result(value: object, kinds: Mapping[str, Kind]) -> dict[str, Value]:
    """Make a new copy of a case's expected part, by name; from cases only, never from students."""
    items = [value] if len(kinds) == 1 else _items(value, list(kinds))
    return {
        name: fresh(item, kind) for (name, kind), item in zip(kinds.items(), items, strict=True)
    }


def _items(value: object, names: list[str]) -> list[object]:
    if isinstance(value, ndarray):
        exact = array(value, copy=True, subok=False)
        value = list(exact) if exact.ndim else exact
    if not isinstance(value, list | tuple):
        raise UnusableValueError(f"the result is {type_name(value)}; return {', '.join(names)}")
    if len(value) != len(names):
        raise UnusableValueError(f"the result has {len(value)} parts; return {', '.join(names)}")
    return list(value)


def plain_result(value: object, kinds: Mapping[str, Kind]) -> tuple[dict[str, Value], int]:
    """Exact copies of everything a function returned, by name, and their narrowest precision.

    Parameters
    ----------
    value : object
        One value if ``kinds`` has one entry, otherwise a tuple or list of as many.
    kinds : mapping of str to Kind
        What is asked for, in order.

    Raises
    ------
    UnusableValueError
        With a sentence that names the part.
    """
    names = list(kinds)
    if value is None:
        raise UnusableValueError("the result is None: is a return missing?")
    items = [value] if len(names) == 1 else _items(value, names)
    parts: dict[str, Value] = {}
    narrowest = 8
    for name, item in zip(names, items, strict=True):
        try:
            parts[name], width = plain(item, kinds[name])
        except UnusableValueError as fault:
            said = name if len(names) > 1 else "the result"
            raise UnusableValueError(f"{said} {fault}") from None
        narrowest = min(narrowest, width)
    return parts, narrowest

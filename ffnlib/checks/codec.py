"""Values as text that can cross from one process to another, and back without running anything.

What is written is JSON; what is read becomes plain Python and NumPy values and nothing else: no
class, no function, no pickle. Of anything that is not plain only the name of its type crosses.
"""

import base64
import json
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from numpy import array, bool_, dtype, frombuffer, ndarray, number

from ffnlib.errors import CodecError

LARGEST = 1_000_000
DEEPEST = 10
LONGEST = 10_000  # of a text
CODE = re.compile(r"[<>|=]?[?biufc]\d{0,2}")  # of NumPy's types: what else one reads is a program
BITS = 13_000  # of an integer: Python writes no longer one in decimal digits


def encode(value: object) -> Any:
    """Describe a value in what JSON has: what is not plain by its type's name."""
    return _encode(value, 0)


def decode(said: Any) -> Any:
    """Make the value that `encode` described.

    Raises
    ------
    CodecError
        If it describes none, or one that is too large.
    """
    try:
        return _decode(said, 0)
    except CodecError:
        raise
    except Exception as error:  # NumPy reads what names a type with all of Python's parser
        raise CodecError(f"the description of a value is broken ({type(error).__name__})") from None


def dumps(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, separators=(",", ":"))


def _encode(value: object, depth: int) -> Any:
    if isinstance(value, ndarray):
        exact = array(value, copy=True, subok=False)
        if exact.dtype.kind == "O":
            return _encode(exact.tolist(), depth)
        if exact.dtype.kind in "biufc" and exact.size <= LARGEST:
            return ["array", *_bytes(exact), list(exact.shape)]
        return ["text", ""] if exact.dtype.kind in "US" else ["other", "ndarray"]
    if isinstance(value, bool_ | number):
        return ["scalar", *_bytes(array(value))]
    if isinstance(value, bytes | bytearray) and len(value) <= LARGEST:
        return ["array", *_bytes(frombuffer(value, dtype="u1")), [len(value)]]
    if isinstance(value, Fraction):
        return _encode(_quotient(value), depth)
    if isinstance(value, Decimal):
        return ["float", "nan" if value.is_nan() else float.hex(float(value))]
    if value is None:
        return ["none"]
    if isinstance(value, bool):
        return ["bool", bool(value)]
    if isinstance(value, int) and int(value).bit_length() <= BITS:
        return ["int", hex(int(value))]
    if isinstance(value, float):
        return ["float", float.hex(float(value))]
    if isinstance(value, complex):
        return ["complex"]
    if isinstance(value, str):
        return ["text", str.__str__(value)[:LONGEST]]
    if isinstance(value, list | tuple) and depth < DEEPEST and len(value) <= LARGEST:
        return ["list", [_encode(item, depth + 1) for item in value]]
    return ["other", type(value).__name__]


def _quotient(value: Fraction) -> float:
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _bytes(exact: Any) -> list[str]:
    if exact.dtype.kind == "f" and exact.dtype.itemsize > 8:
        exact = exact.astype("float64")  # extended precision is another thing on every machine
    little = exact.astype(exact.dtype.newbyteorder("<"))
    return [little.dtype.str, base64.b64encode(little.tobytes()).decode()]


def _decode(said: Any, depth: int) -> Any:
    if not isinstance(said, list) or not said or depth > DEEPEST:
        raise CodecError("the description of a value must be a short list")
    kind, *parts = said
    if kind == "array":
        code, text, shape = parts
        return _array(code, text, shape)
    if kind == "scalar":
        code, text = parts
        return _array(code, text, [])[()]
    if kind == "list":
        (items,) = parts
        if not isinstance(items, list) or len(items) > LARGEST:
            raise CodecError("a list in the description of a value is none, or too long")
        return [_decode(item, depth + 1) for item in items]
    if kind == "int":
        whole = int(str(parts[0])[:LONGEST], 16)
        if whole.bit_length() > BITS:
            raise CodecError(f"an integer has more than {BITS:,} bits")
        return whole
    if kind == "float":
        return float.fromhex(str(parts[0]))
    if kind == "bool":
        return parts[0] is True
    if kind == "text":
        return str(parts[0])[:LONGEST]
    if kind in SINGLE:
        return SINGLE[kind]
    if kind == "other":
        return _stand_in(str(parts[0]))
    raise CodecError(f"the description of a value is of no known kind: {str(kind)[:40]!r}")


SINGLE = {"none": None, "complex": 1j}


def _array(code: str, text: str, shape: list[int]) -> Any:
    if not CODE.fullmatch(str(code)):
        raise CodecError(f"an array of {str(code)[:20]!r} is not one of numbers")
    kind = dtype(str(code))
    if kind.kind not in "biufc" or kind.itemsize > 16:
        raise CodecError(f"an array of {str(code)[:20]!r} is not one of numbers")
    if not all(isinstance(n, int) and n >= 0 for n in shape) or len(shape) > 32:
        raise CodecError("the shape of an array must be whole numbers")
    size = math.prod(shape)
    if size > LARGEST or len(text) > 4 * (size * kind.itemsize // 3 + 2):
        raise CodecError("an array is larger than its shape or than what is allowed")
    flat = frombuffer(base64.b64decode(text, validate=True), dtype=kind)
    if flat.size != size:
        raise CodecError("an array has other entries than its shape says")
    return flat.reshape(shape).astype(kind.newbyteorder("="))


def _stand_in(name: str) -> object:
    """Make an object whose type has the name, and that can do nothing else."""
    return type(name if name.isidentifier() and len(name) < 40 else "object_", (), {})()

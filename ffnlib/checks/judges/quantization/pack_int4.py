"""The problem ``pack_int4``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import append, int64, where
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Integers = NDArray[int64]


def _pairs(low: Integers, high: Integers) -> Integers:
    result: Integers = low + 16 * high
    return result


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the bytes: the first number of a pair in the low half, the second in the high."""
    q = inputs["q"].astype(int64)
    got, wanted = returned["packed"], expected["packed"]
    odd = len(q) % 2
    even = append(q, 0) if odd else q
    cut = even % 16
    low, high = cut[::2], cut[1::2]
    m = len(wanted)
    if len(got) == len(q) != m:
        return Fault("as many bytes as numbers: nothing is packed, two numbers share a byte")
    if odd and len(got) == m - 1:
        return Fault("the last number is lost: an odd count needs one more byte")
    if not odd and len(got) == m + 1:
        return Fault("one byte too many: an even count fills its bytes")
    plain = even[::2] + 16 * even[1::2]
    mistakes = [
        Mistake("the halves of a byte are swapped: the first number belongs in the low half",
                lambda: _pairs(high, low)),
        Mistake("the bytes are negative or beyond 255: convert to uint8 before you shift",
                lambda: where(wanted > 127, wanted - 256, wanted)),
        Mistake("the numbers are shifted up by 8: negative ones are stored modulo 16",
                lambda: _pairs((even + 8)[::2], (even + 8)[1::2])),
        Mistake("the numbers are shifted up by 8: negative ones are stored modulo 16",
                lambda: _pairs((q + 8)[::2], append(q + 8, 0)[1::2] if odd else (q + 8)[1::2])),
        Mistake("the signs of the first numbers run into the high halves: keep only four bits of "
                "each, q & 15", lambda: (even[::2] | (even[1::2] << 4)) % 256),
        Mistake("the signs of the first numbers run into the high halves: keep only four bits of "
                "each, q & 15", lambda: (even[::2] | (even[1::2] << 4))),
        Mistake("the signs of the first numbers run into the high halves: keep only four bits of "
                "each, q & 15", lambda: (even[::2] | (high << 4)) % 256),
        Mistake("a negative first number borrows from the second: keep only four bits of each, "
                "q & 15", lambda: plain % 256),
        Mistake("a negative first number borrows from the second: keep only four bits of each, "
                "q & 15", lambda: plain),
        Mistake("the signs are lost: negative numbers are stored modulo 16",
                lambda: _pairs(np_abs(even[::2]), np_abs(even[1::2]))),
        Mistake("a negative number is stored as 8 and its size: here it is stored modulo 16",
                lambda: _pairs(*(where(p < 0, 8 - p, p) for p in (even[::2], even[1::2])))),
        Mistake("a negative number is stored modulo 15: it is modulo 16",
                lambda: _pairs(even[::2] % 15, even[1::2] % 15)),
        Mistake("the first half of the numbers shares bytes with the second: neighbours do",
                lambda: _pairs(cut[:m], cut[m:])),
        Mistake("an odd count is filled up in front: fill it up at the end",
                lambda: _pairs(append(0, q % 16)[::2], append(0, q % 16)[1::2])),
        Mistake("the second number of each byte is missing", lambda: low),
        Mistake("the first number of each byte is missing", lambda: 16 * high),
        Mistake("the first number of each byte is missing", lambda: high),
        Mistake("the second number is shifted by three bits: a half has four",
                lambda: low | (high << 3)),
        Mistake("the second number is multiplied by 15: four bits are a factor of 16",
                lambda: low + 15 * high),
        Mistake("the second number is multiplied by 10: four bits are a factor of 16",
                lambda: low + 10 * high),
        Mistake("the second number is not shifted", lambda: low + high),
        Mistake("the second number is not shifted", lambda: low | high),
        Mistake("the bytes stand in the wrong order", lambda: wanted[::-1]),
    ]  # fmt: skip
    if odd and len(got) == m and np_all(got[:-1] == wanted[:-1]) and np_all(got % 16 == low):
        mistakes.append(
            Mistake("the high half of the last byte must be 0 where the count is odd", lambda: got)
        )
    fault = judge_value("packed", got, wanted, mistakes, 0.0)
    if fault is not None and fault.unexplained and np_all(got % 256 == wanted):
        return fault.observed(
            "the bytes are negative or beyond 255: convert to uint8 before you shift"
        )
    return fault


PROBLEM = Problem("pack_int4", {"q": "int8"}, {"packed": "vector"}, _judge)

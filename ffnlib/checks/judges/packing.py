"""Judges of packing: numbers of 4 bits, two to a byte, and back."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import append, concatenate, int64, ravel, shape, stack, where
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, judge_value

Integers = NDArray[int64]


def _pairs(low: Integers, high: Integers) -> Integers:
    result: Integers = low + 16 * high
    return result


def judge_pack(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


def _in_turn(first: Integers, second: Integers) -> Integers:
    result: Integers = ravel(stack([first, second], axis=1))
    return result


def judge_unpack(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
    """Judge the numbers of 4 bits that some bytes hold."""
    packed, n = inputs["packed"].astype(int64), inputs["n"]
    got, wanted = returned["q"], expected["q"]
    low, high = packed % 16, packed // 16

    def signed(p: Integers, from_: int = 8, less: int = 16) -> Integers:
        result: Integers = where(p >= from_, p - less, p)
        return result

    first, second = signed(low), signed(high)
    if shape(got) == (2 * len(packed),) != shape(wanted):
        return Fault("n is not used: the high half of the last byte holds no number")
    if len(got) == len(packed) != n:
        return Fault("as many numbers as bytes: each byte holds two")
    mistakes = [
        Mistake("the halves of a byte are swapped: the first number is in the low half",
                lambda: _in_turn(second, first)[:n]),
        Mistake("negative numbers come out as 8 to 15: from 8 on subtract 16",
                lambda: _in_turn(low, high)[:n]),
        Mistake("negative numbers come out as 8 to 15, and the halves of a byte are swapped",
                lambda: _in_turn(high, low)[:n]),
        Mistake("negative numbers come out as 248 to 255: uint8 has no sign, convert first",
                lambda: wanted % 256),
        Mistake("8 is subtracted everywhere: from 8 on subtract 16, else nothing",
                lambda: (_in_turn(low, high) - 8)[:n]),
        Mistake("all low halves come first, then all high ones: they take turns",
                lambda: concatenate([first, second])[:n]),
        Mistake("the low halves are not signed: from 8 on subtract 16",
                lambda: _in_turn(low, second)[:n]),
        Mistake("the high halves are not signed: from 8 on subtract 16",
                lambda: _in_turn(first, high)[:n]),
        Mistake("8 is subtracted from 8 on: it is 16", lambda: _in_turn(
            signed(low, 8, 8), signed(high, 8, 8))[:n]),
        Mistake("15 is subtracted: it is 16", lambda: _in_turn(
            signed(low, 8, 15), signed(high, 8, 15))[:n]),
        Mistake("8 stays 8: it stands for -8", lambda: _in_turn(
            signed(low, 9), signed(high, 9))[:n]),
        Mistake("7 becomes negative: only from 8 on subtract 16", lambda: _in_turn(
            signed(low, 7), signed(high, 7))[:n]),
        Mistake("the bit worth 8 is taken for a mere sign: from 8 on subtract 16",
                lambda: _in_turn(where(low > 7, 8 - low, low), where(high > 7, 8 - high, high))[
                    :n]),
        Mistake("the low halves are the whole bytes: keep four bits, & 15",
                lambda: _in_turn(packed, high)[:n]),
        Mistake("the low halves are the whole bytes: keep four bits, & 15",
                lambda: _in_turn(signed(packed), second)[:n]),
        Mistake("the low halves are the whole bytes: keep four bits, & 15",
                lambda: _in_turn(signed(packed, 128, 256), second)[:n]),
        Mistake("the high halves are not shifted down by four bits",
                lambda: _in_turn(first, 16 * high)[:n]),
        Mistake("the high halves are not shifted down by four bits",
                lambda: _in_turn(first, 16 * second)[:n]),
        Mistake("the first n halves are kept from the end", lambda: _in_turn(first, second)[-n:]),
        Mistake("the numbers stand in the wrong order", lambda: wanted[::-1]),
    ]  # fmt: skip
    fault = judge_value("q", got, wanted, mistakes, 0.0)
    if fault is not None and fault.unexplained and not np_all(np_abs(got) < 16):
        return fault.observed("some numbers do not fit into four bits: a byte holds two")
    return fault

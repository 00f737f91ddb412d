"""The problem ``unpack_int4``, with the mistakes its results give away."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import concatenate, int64, ravel, shape, stack, where
from numpy.typing import NDArray

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, judge_value

Integers = NDArray[int64]


def _in_turn(first: Integers, second: Integers) -> Integers:
    result: Integers = ravel(stack([first, second], axis=1))
    return result


def _judge(inputs: Parts, expected: Parts, returned: Parts, _tol: float) -> Fault | None:
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


PROBLEM = Problem("unpack_int4", {"packed": "uint8", "n": "integer"}, {"q": "vector"}, _judge)

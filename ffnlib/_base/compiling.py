"""How kernels are compiled, and what the compiler has to be told in its own words.

Imported by modules of kernels only: it needs numba. Machine code that is kept is made anew when the
file of its kernel changes; after a change in here, remove ``__pycache__``.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def compiler(*flags: str) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function; ``flags`` say which liberties LLVM may take.

    "contract" lets it round a product and a sum once, "reassoc" add in any order; neither assumes
    that there is no nan or inf. Machine code is kept in ``__pycache__``, if that can be written.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        made = numba.njit(fastmath=set(flags), boundscheck=False, error_model="numpy")(function)
        with suppress(RuntimeError):  # nowhere to keep it: compiled again in every process
            made.enable_caching()
        return made

    return decorate


in_llvm: Callable[[Callable[..., Any]], Any] = intrinsic
"""Makes a function that is called while another is compiled, to write LLVM's instructions."""


@in_llvm
def bits_of(typing, x):  # noqa: ARG001
    """Read the bits of a float as a whole number of the same size."""
    whole = types.int32 if x == types.float32 else types.int64
    return whole(x), _same_bits


@in_llvm
def from_bits(typing, bits, like):  # noqa: ARG001
    """Read the last bits of a whole number as a float of the dtype of ``like``."""

    def read(context, builder, signature, args):
        if like == types.float32:
            args = [builder.trunc(args[0], context.get_value_type(types.int32))]
        return _same_bits(context, builder, signature, args)

    return like(types.int64, like), read


def _same_bits(context, builder, signature, args):
    return builder.bitcast(args[0], context.get_value_type(signature.return_type))


@in_llvm
def fma(typing, a, b, c):  # noqa: ARG001
    """Compute ``a * b + c``, rounded once."""
    return a(a, b, c), lambda context, builder, signature, args: builder.fma(*args)  # noqa: ARG005


@in_llvm
def polynomial(typing, coefficients, x):  # noqa: ARG001
    """Evaluate by Horner's rule, highest power first, without a loop.

    A loop inside the loop over an array would keep LLVM from taking several elements at once.
    """

    def horner(context, builder, signature, args):  # noqa: ARG001
        unpack: Any = cgutils.unpack_tuple
        first, *others = unpack(builder, args[0])
        once = ("contract",)
        for c in others:
            first = builder.fadd(builder.fmul(first, args[1], flags=once), c, flags=once)
        return first

    return x(coefficients, x), horner

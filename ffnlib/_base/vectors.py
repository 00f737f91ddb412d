"""Sixteen numbers in one register, for kernels that need an instruction by its name.

LLVM finds most vector instructions by itself. It does not find VPDPBUSD (AVX-512 VNNI), which
multiplies 64 bytes by 64 others and adds each four products to one of 16 sums. It takes one side
without signs, so a weight is moved up first: q + 128 for 8 bits, q + 8 for 4.

Imported by modules of kernels only: it needs numba.
"""

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import models, register_model

from ffnlib._base.compiling import in_llvm

LANES: Final = 16
BYTES: Final = 64
"""So many in one register, which are 16 numbers of 4 bytes."""
I8, I32, F32 = ir.IntType(8), ir.IntType(32), ir.FloatType()


def has_vnni() -> bool:
    """Tell whether this processor has the instruction and numba is allowed to use it."""
    features = cpu_target.target_context.codegen().magic_tuple()[2].split(",")
    return {"+avx512bw", "+avx512vnni"} <= set(features)


class Vector(types.Type):
    """The compiler's type for 16 numbers of one kind, "int32" or "float32"."""

    def __init__(self, kind: str) -> None:
        self.lane: Any = {"int32": I32, "float32": F32}[kind]
        super().__init__(name=f"Vector({kind})")


@register_model(Vector)
class _Register(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, ir.VectorType(kind.lane, LANES))


WHOLE: Final = Vector("int32")
REAL: Final = Vector("float32")


@in_llvm
def zeros(typing):  # noqa: ARG001
    """Sixteen float32 zeros."""
    return REAL(), lambda *_: ir.Constant(ir.VectorType(F32, LANES), [0.0] * LANES)


@in_llvm
def load(typing, at):  # noqa: ARG001
    """Sixteen int32 at an address."""

    def read(context, builder, signature, args):  # noqa: ARG001
        return _load(builder, args[0], I32, LANES)

    return WHOLE(types.intp), read


@in_llvm
def subtract(typing, at, sums):  # noqa: ARG001
    """Subtract ``sums`` from the sixteen int32 at an address."""

    def write(context, builder, signature, args):  # noqa: ARG001
        at, sums = args
        less = builder.sub(_load(builder, at, I32, LANES), sums)
        builder.store(less, builder.inttoptr(at, sums.type.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.none(types.intp, WHOLE), write


@in_llvm
def add_products(typing, sums, dtype, q, low, high):  # noqa: ARG001
    """Add to ``sums`` the products of 64 bytes of weights, moved up, and as many inputs.

    ``q``, ``low`` and ``high`` are addresses. Weights in int8 meet ``low``. A byte of uint8 is two
    weights of 4 bits: ``low`` meets the first of them, ``high`` the second.
    """
    return _add_products(dtype)


@in_llvm
def add_last_products(typing, sums, dtype, q, low, high, count):  # noqa: ARG001
    """Do the same for the first ``count`` of 64 bytes; the others are not read."""
    return _add_products(dtype, types.intp)


def _add_products(dtype: Any, *count_type: Any) -> Any:
    def add(context, builder, signature, args):  # noqa: ARG001
        sums, _, q, low, high, *count = args
        mask = _first(builder, count[0]) if count else None
        raised = _load(builder, q, I8, BYTES, mask)
        first = _load(builder, low, I8, BYTES, mask)
        if dtype.dtype == types.int8:
            return _dot(builder, sums, builder.xor(raised, _all(0x80)), first)
        raised = builder.xor(raised, _all(0x88))
        sums = _dot(builder, sums, builder.and_(raised, _all(0x0F)), first)
        second = _load(builder, high, I8, BYTES, mask)
        return _dot(builder, sums, builder.lshr(raised, _all(4)), second)

    return WHOLE(WHOLE, dtype, types.intp, types.intp, types.intp, *count_type), add


@in_llvm
def add_scaled(typing, total, sums, half):  # noqa: ARG001
    """Add sixteen whole numbers to sixteen floats, times a float16, given by its bits (uint16)."""

    def add(context, builder, signature, args):  # noqa: ARG001
        total, sums, half = args
        scale = builder.fpext(builder.bitcast(half, ir.HalfType()), F32)
        real = builder.sitofp(sums, total.type)
        scaled = builder.fmul(real, _spread(builder, scale, LANES), flags=("contract",))
        return builder.fadd(total, scaled, flags=("contract",))

    return REAL(REAL, WHOLE, types.uint16), add


@in_llvm
def total(typing, numbers):  # noqa: ARG001
    """Sum of sixteen floats."""

    def reduce(context, builder, signature, args):  # noqa: ARG001
        call = _declared(builder, "llvm.vector.reduce.fadd.v16f32", F32, [F32, args[0].type])
        return builder.call(call, [ir.Constant(F32, 0.0), args[0]], fastmath=("reassoc",))

    return types.float32(REAL), reduce


def _dot(builder, sums, weights, inputs):
    wide = sums.type
    instruction = _declared(builder, "llvm.x86.avx512.vpdpbusd.512", wide, [wide] * 3)
    as_words = [builder.bitcast(each, wide) for each in (weights, inputs)]
    return builder.call(instruction, [sums, *as_words])


def _first(builder, count):
    """A mask of the first ``count`` of 64 bytes."""
    places = ir.Constant(ir.VectorType(I8, BYTES), list(range(BYTES)))
    return builder.icmp_unsigned("<", places, _spread(builder, builder.trunc(count, I8), BYTES))


def _load(builder, at, lane, count, mask=None):
    vector = ir.VectorType(lane, count)
    pointer = builder.inttoptr(at, vector.as_pointer())
    if mask is None:
        return builder.load(pointer, align=1)
    kinds = [pointer.type, I32, mask.type, vector]
    read = _declared(builder, "llvm.masked.load.v64i8.p0", vector, kinds)
    return builder.call(read, [pointer, I32(1), mask, ir.Constant(vector, [0] * count)])


def _spread(builder, number, count):
    vector = ir.VectorType(number.type, count)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, I32(0))
    order = ir.Constant(ir.VectorType(I32, count), [0] * count)
    return builder.shuffle_vector(one, one, order)


def _all(byte):
    return ir.Constant(ir.VectorType(I8, BYTES), [byte] * BYTES)


def _declared(builder, name, result, arguments):
    return cgutils.get_or_insert_function(builder.module, ir.FunctionType(result, arguments), name)

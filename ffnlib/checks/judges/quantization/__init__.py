"""The problems of the assignment ``quantization``, with the mistakes their results give away."""

from ffnlib.checks.judges.quantization import (
    layer_bytes,
    pack_int4,
    quantize_affine,
    quantize_groups,
    quantize_symmetric,
    smooth,
    unpack_int4,
)
from ffnlib.checks.problem import Problem

PROBLEMS: dict[str, Problem] = {
    module.PROBLEM.name: module.PROBLEM
    for module in (
        quantize_symmetric,
        quantize_affine,
        pack_int4,
        unpack_int4,
        quantize_groups,
        smooth,
        layer_bytes,
    )
}

"""Fewer bits per number: levels, packing, GPTQ, SmoothQuant, quantization-aware training.

Chapter 8. Layers and models that compute from packed integers; compiled kernels where numba is
installed (extra ``fast``).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.quantization._awq import AWQ as AWQ
    from ffnlib.quantization._awq import awq as awq
    from ffnlib.quantization._block_formats import BLOCK_FORMATS as BLOCK_FORMATS
    from ffnlib.quantization._block_formats import BlockFormat as BlockFormat
    from ffnlib.quantization._block_formats import Encoded as Encoded
    from ffnlib.quantization._block_formats import block_scales as block_scales
    from ffnlib.quantization._block_formats import decode as decode
    from ffnlib.quantization._block_formats import element_levels as element_levels
    from ffnlib.quantization._block_formats import encode as encode
    from ffnlib.quantization._block_formats import nf4_levels as nf4_levels
    from ffnlib.quantization._casts import CastError as CastError
    from ffnlib.quantization._casts import bfloat16_bits as bfloat16_bits
    from ffnlib.quantization._casts import cast_error as cast_error
    from ffnlib.quantization._casts import from_bfloat16_bits as from_bfloat16_bits
    from ffnlib.quantization._casts import to_bfloat16 as to_bfloat16
    from ffnlib.quantization._casts import to_float16 as to_float16
    from ffnlib.quantization._encoded_layer import EncodedLinear as EncodedLinear
    from ffnlib.quantization._encoded_layer import encode_model as encode_model
    from ffnlib.quantization._floats import FLOATS as FLOATS
    from ffnlib.quantization._floats import FloatFormat as FloatFormat
    from ffnlib.quantization._floats import decode_float as decode_float
    from ffnlib.quantization._floats import encode_float as encode_float
    from ffnlib.quantization._floats import float_values as float_values
    from ffnlib.quantization._gptq import Step as Step
    from ffnlib.quantization._gptq import gptq as gptq
    from ffnlib.quantization._gptq import gptq_steps as gptq_steps
    from ffnlib.quantization._kernels import float_int4 as float_int4
    from ffnlib.quantization._kernels import times_int8 as times_int8
    from ffnlib.quantization._layer import QuantizedLinear as QuantizedLinear
    from ffnlib.quantization._layer import load_kernels as load_kernels
    from ffnlib.quantization._layer import round_tokens as round_tokens
    from ffnlib.quantization._levels import find_range as find_range
    from ffnlib.quantization._levels import split_groups as split_groups
    from ffnlib.quantization._model import inputs_of as inputs_of
    from ffnlib.quantization._model import model_nbytes as model_nbytes
    from ffnlib.quantization._model import quantize_model as quantize_model
    from ffnlib.quantization._model import unpack_model as unpack_model
    from ffnlib.quantization._packing import pack as pack
    from ffnlib.quantization._packing import pack_int4 as pack_int4
    from ffnlib.quantization._packing import unpack as unpack
    from ffnlib.quantization._packing import unpack_int4 as unpack_int4
    from ffnlib.quantization._qat import QuantizationAware as QuantizationAware
    from ffnlib.quantization._qat import fake_quantize as fake_quantize
    from ffnlib.quantization._quantized import Quantized as Quantized
    from ffnlib.quantization._quantized import dequantize as dequantize
    from ffnlib.quantization._quantized import quantize as quantize
    from ffnlib.quantization._reconstruction import cholesky_of_inverse as cholesky_of_inverse
    from ffnlib.quantization._reconstruction import hessian as hessian
    from ffnlib.quantization._reconstruction import output_error as output_error
    from ffnlib.quantization._reconstruction import relative_error as relative_error
    from ffnlib.quantization._rotation import hadamard as hadamard
    from ffnlib.quantization._rotation import rotate_block as rotate_block
    from ffnlib.quantization._skipping import SkippingLinear as SkippingLinear
    from ffnlib.quantization._smoothquant import fold_smoothing as fold_smoothing
    from ffnlib.quantization._smoothquant import smooth as smooth
    from ffnlib.quantization._smoothquant import smooth_model as smooth_model
    from ffnlib.quantization._smoothquant import smoothquant_scales as smoothquant_scales
    from ffnlib.quantization._sparsity import TwoOfFour as TwoOfFour
    from ffnlib.quantization._sparsity import compress as compress
    from ffnlib.quantization._sparsity import expand as expand
    from ffnlib.quantization._sparsity import importance as importance
    from ffnlib.quantization._sparsity import prune as prune
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_awq": (
                "AWQ",
                "awq",
            ),
            "_block_formats": (
                "BLOCK_FORMATS",
                "BlockFormat",
                "Encoded",
                "block_scales",
                "decode",
                "element_levels",
                "encode",
                "nf4_levels",
            ),
            "_casts": (
                "CastError",
                "bfloat16_bits",
                "cast_error",
                "from_bfloat16_bits",
                "to_bfloat16",
                "to_float16",
            ),
            "_encoded_layer": (
                "EncodedLinear",
                "encode_model",
            ),
            "_floats": (
                "FLOATS",
                "FloatFormat",
                "decode_float",
                "encode_float",
                "float_values",
            ),
            "_gptq": (
                "Step",
                "gptq",
                "gptq_steps",
            ),
            "_kernels": (
                "float_int4",
                "times_int8",
            ),
            "_layer": (
                "QuantizedLinear",
                "load_kernels",
                "round_tokens",
            ),
            "_levels": (
                "find_range",
                "split_groups",
            ),
            "_model": (
                "inputs_of",
                "model_nbytes",
                "quantize_model",
                "unpack_model",
            ),
            "_packing": (
                "pack",
                "pack_int4",
                "unpack",
                "unpack_int4",
            ),
            "_qat": (
                "QuantizationAware",
                "fake_quantize",
            ),
            "_quantized": (
                "Quantized",
                "dequantize",
                "quantize",
            ),
            "_reconstruction": (
                "cholesky_of_inverse",
                "hessian",
                "output_error",
                "relative_error",
            ),
            "_rotation": (
                "hadamard",
                "rotate_block",
            ),
            "_skipping": ("SkippingLinear",),
            "_smoothquant": (
                "fold_smoothing",
                "smooth",
                "smooth_model",
                "smoothquant_scales",
            ),
            "_sparsity": (
                "TwoOfFour",
                "compress",
                "expand",
                "importance",
                "prune",
            ),
        },
    )

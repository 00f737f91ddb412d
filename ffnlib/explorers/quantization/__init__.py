"""Explorers of the quantization chapter: levels, formats, outliers, rotation, GPTQ, digits."""

from ffnlib.explorers.quantization.bits import bits
from ffnlib.explorers.quantization.budget import budget
from ffnlib.explorers.quantization.digits import digits
from ffnlib.explorers.quantization.formats import formats
from ffnlib.explorers.quantization.gptq import gptq
from ffnlib.explorers.quantization.outliers import outliers
from ffnlib.explorers.quantization.rotation import rotation
from ffnlib.explorers.quantization.sparsity import sparsity

__all__ = ["bits", "budget", "digits", "formats", "gptq", "outliers", "rotation", "sparsity"]

"""Explorers of the quantization chapter: levels, outliers, GPTQ column by column, digits."""

from ffnlib.explorers.quantization.bits import bits
from ffnlib.explorers.quantization.digits import digits
from ffnlib.explorers.quantization.gptq import gptq
from ffnlib.explorers.quantization.outliers import outliers

__all__ = ["bits", "digits", "gptq", "outliers"]

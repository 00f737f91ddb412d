"""Explorers of the softmax chapter: probabilities, overflow, the smooth maximum, the sigmoid."""

from ffnlib.explorers.softmax.letters import character_model
from ffnlib.explorers.softmax.overflows import overflow, sigmoid
from ffnlib.explorers.softmax.shapes import lse, softmax

__all__ = ["character_model", "lse", "overflow", "sigmoid", "softmax"]

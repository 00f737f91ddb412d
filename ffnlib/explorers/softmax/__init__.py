"""Explorers of the softmax chapter: probabilities, overflow, the smooth maximum, the sigmoid."""

from ffnlib.explorers.softmax.character_model import character_model
from ffnlib.explorers.softmax.lse import lse
from ffnlib.explorers.softmax.overflow import overflow
from ffnlib.explorers.softmax.sigmoid import sigmoid
from ffnlib.explorers.softmax.softmax import softmax

__all__ = ["character_model", "lse", "overflow", "sigmoid", "softmax"]

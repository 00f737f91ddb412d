"""Explorers of the opening chapter: a digit is read, a weight changed, a training watched."""

from ffnlib.explorers.ten_minutes.learning import learning
from ffnlib.explorers.ten_minutes.reader import reader
from ffnlib.explorers.ten_minutes.weight import weight

__all__ = ["learning", "reader", "weight"]

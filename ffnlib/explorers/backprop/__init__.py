"""Explorers of the third chapter."""

from ffnlib.explorers.backprop.graph import graph
from ffnlib.explorers.backprop.hunting import hunt
from ffnlib.explorers.backprop.initial import initialization
from ffnlib.explorers.backprop.play import playground
from ffnlib.explorers.backprop.surface import optimizers

__all__ = ["graph", "hunt", "initialization", "optimizers", "playground"]

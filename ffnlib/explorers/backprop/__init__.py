"""Explorers of the third chapter."""

from ffnlib.explorers.backprop.graph import graph
from ffnlib.explorers.backprop.hunt import hunt
from ffnlib.explorers.backprop.initialization import initialization
from ffnlib.explorers.backprop.muon import muon
from ffnlib.explorers.backprop.optimizers import optimizers
from ffnlib.explorers.backprop.playground import playground
from ffnlib.explorers.backprop.spiral import spiral

__all__ = ["graph", "hunt", "initialization", "muon", "optimizers", "playground", "spiral"]

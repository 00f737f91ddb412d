"""Explorers of the first chapter: one neuron, maps of the plane, XOR, collapse, hinges, pieces."""

from ffnlib.explorers.neurons.collapse import collapse
from ffnlib.explorers.neurons.hinges import hinges
from ffnlib.explorers.neurons.neuron import neuron
from ffnlib.explorers.neurons.pieces import pieces
from ffnlib.explorers.neurons.plane import plane
from ffnlib.explorers.neurons.xor import xor

__all__ = ["collapse", "hinges", "neuron", "pieces", "plane", "xor"]

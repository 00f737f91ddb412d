"""Explorers of the first chapter: one neuron, maps of the plane, XOR, collapse, hinges, pieces."""

from ffnlib.explorers.neurons.lines import hinges, pieces
from ffnlib.explorers.neurons.planes import neuron, plane, xor
from ffnlib.explorers.neurons.stacks import collapse

__all__ = ["collapse", "hinges", "neuron", "pieces", "plane", "xor"]

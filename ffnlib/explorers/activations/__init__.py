"""Explorers of the second chapter: curves, saturation, depth, dead units, gates."""

from ffnlib.explorers.activations.dead import dead
from ffnlib.explorers.activations.depth import depth
from ffnlib.explorers.activations.gallery import gallery
from ffnlib.explorers.activations.gates import gates
from ffnlib.explorers.activations.saturation import saturation

__all__ = ["dead", "depth", "gallery", "gates", "saturation"]

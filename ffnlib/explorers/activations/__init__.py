"""Explorers of the second chapter: curves, saturation, depth, dead units, gates."""

from ffnlib.explorers.activations.curves import gallery, saturation
from ffnlib.explorers.activations.gated import gates
from ffnlib.explorers.activations.layers import dead, depth

__all__ = ["dead", "depth", "gallery", "gates", "saturation"]

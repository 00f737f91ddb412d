"""Explorers of the third chapter."""

from ffnlib.explorers.backprop.play import playground

__all__ = ["playground"]

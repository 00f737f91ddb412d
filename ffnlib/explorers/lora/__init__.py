"""Explorers of the seventh chapter."""

from ffnlib.explorers.lora.low_rank import low_rank
from ffnlib.explorers.lora.training import training

__all__ = ["low_rank", "training"]

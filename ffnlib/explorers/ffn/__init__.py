"""Explorers of the feed-forward chapter: sizes, position by position, gates, a table, memory."""

from ffnlib.explorers.ffn.gates import gates
from ffnlib.explorers.ffn.memory import memory
from ffnlib.explorers.ffn.models import models
from ffnlib.explorers.ffn.positions import positions
from ffnlib.explorers.ffn.shazeer import shazeer
from ffnlib.explorers.ffn.sizer import sizer
from ffnlib.explorers.ffn.superposition import superposition

__all__ = ["gates", "memory", "models", "positions", "shazeer", "sizer", "superposition"]

"""Explorers of the chapter on mixtures of experts: gates, the router in training, sizes."""

from ffnlib.explorers.moe.balance import balance
from ffnlib.explorers.moe.by_hand import by_hand
from ffnlib.explorers.moe.gates import gates
from ffnlib.explorers.moe.parameters import parameters
from ffnlib.explorers.moe.router import router

__all__ = ["balance", "by_hand", "gates", "parameters", "router"]

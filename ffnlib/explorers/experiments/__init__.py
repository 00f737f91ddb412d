"""Explorers of the chapter on experiments: what each row costs and gives, who learns soonest."""

from ffnlib.explorers.experiments.race import race
from ffnlib.explorers.experiments.tradeoff import tradeoff

__all__ = ["race", "tradeoff"]

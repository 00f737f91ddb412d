"""Explorers of the production chapter: the roofline, the cost of an answer, a layer in shards."""

from ffnlib.explorers.production.bounds import roofline
from ffnlib.explorers.production.prices import cost

__all__ = ["cost", "roofline"]

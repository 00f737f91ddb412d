"""Explorers of the production chapter: the roofline, the cost of an answer, a layer in shards."""

from ffnlib.explorers.production.bounds import roofline
from ffnlib.explorers.production.prices import cost
from ffnlib.explorers.production.shards import sharding

__all__ = ["cost", "roofline", "sharding"]

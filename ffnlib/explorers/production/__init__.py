"""Explorers of the production chapter: the roofline, the cost of an answer, a layer in shards."""

from ffnlib.explorers.production.bounds import roofline

__all__ = ["roofline"]

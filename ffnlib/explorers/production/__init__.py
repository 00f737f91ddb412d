"""Explorers of the production chapter: limits, costs, shards, alarms, and differences of luck."""

from ffnlib.explorers.production.comparison import comparison
from ffnlib.explorers.production.cost import cost
from ffnlib.explorers.production.dashboard import dashboard
from ffnlib.explorers.production.roofline import roofline
from ffnlib.explorers.production.sharding import sharding

__all__ = ["comparison", "cost", "dashboard", "roofline", "sharding"]

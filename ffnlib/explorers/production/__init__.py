"""Explorers of the production chapter: limits, costs, shards, alarms, and differences of luck."""

from ffnlib.explorers.production.bounds import roofline
from ffnlib.explorers.production.chances import comparison
from ffnlib.explorers.production.monitoring import dashboard
from ffnlib.explorers.production.prices import cost
from ffnlib.explorers.production.shards import sharding

__all__ = ["comparison", "cost", "dashboard", "roofline", "sharding"]

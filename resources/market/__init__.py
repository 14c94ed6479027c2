"""The words for what is traded: assets, markets and intervals."""

from resources.market.asset import Asset, Symbol
from resources.market.interval import Interval
from resources.market.registry import Registry, load_registry

__all__ = ["Asset", "Interval", "Registry", "Symbol", "load_registry"]

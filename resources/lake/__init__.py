"""The tables of the lake, kept as Delta Lake."""

from resources.lake.index import PROPERTIES, Partition
from resources.lake.lake import Lake, collect
from resources.lake.merge import Merged

__all__ = ["PROPERTIES", "Lake", "Merged", "Partition", "collect"]

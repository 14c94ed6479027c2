"""Indexes of fear and greed by day."""

from collections.abc import Sequence

import polars as pl

from resources.lake import Lake, collect
from resources.schemas import FEAR_GREED


def indexes(lake: Lake) -> Sequence[str]:
    """The providers whose index is stored, the one that goes back furthest first."""
    rows = lake.scan(FEAR_GREED, {}).group_by("provider").agg(pl.col("of").min())
    return list(collect(rows.sort("of", "provider"))["provider"])

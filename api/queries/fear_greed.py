"""Indexes of fear and greed by day."""

from collections.abc import Mapping

import polars as pl

from api.queries.rows import source_of
from resources.lake import Lake, collect
from resources.schemas import FEAR_GREED


def indexes(lake: Lake) -> Mapping[str, str]:
    """The providers whose index is stored, and how answers name them, the one that goes back
    furthest first."""
    rows = lake.scan(FEAR_GREED, {}).group_by("provider", "mode").agg(pl.col("of").min())
    told = collect(rows.sort("of", "provider").select("provider", "mode"))
    return {provider: source_of(provider, mode) for provider, mode in told.iter_rows()}

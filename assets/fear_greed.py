"""The market's mood by day."""

from collections.abc import Mapping

import polars as pl

from assets.feed import Part, by_year, feed_asset
from resources.lake import Lake, collect
from resources.schemas.fear_greed import FEAR_GREED, FEAR_GREED_PAGE


def _newest_days(lake: Lake) -> Mapping[str, int]:
    """Of each index apart: while one is away, others go on."""
    newest = pl.col("of").max().dt.epoch("ms")
    return dict(collect(lake.scan(FEAR_GREED, {}).group_by("provider").agg(newest)).iter_rows())


fear_greed = feed_asset(
    "fear_greed",
    [Part(FEAR_GREED_PAGE, FEAR_GREED, each=True, shape=by_year, since=_newest_days)],
    group="sentiment",
    description="One row per day and provider: from 0, extreme fear, to 100, extreme greed. The "
    "first run fetches the whole history of an index, later ones what has come since.",
)

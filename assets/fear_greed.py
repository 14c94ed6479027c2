"""The market's mood by day."""

import polars as pl

from assets.feed import Part, feed_asset
from resources.schemas.fear_greed import FEAR_GREED, FEAR_GREED_PAGE


def _by_year(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(year=pl.col("of").dt.strftime("%Y"))


fear_greed = feed_asset(
    "fear_greed",
    [Part(FEAR_GREED_PAGE, FEAR_GREED, each=True, shape=_by_year)],
    group="sentiment",
    description="One row per day and provider: from 0, extreme fear, to 100, extreme greed. The "
    "first run fetches the whole history.",
)

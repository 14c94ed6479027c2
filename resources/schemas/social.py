"""How much is written about each asset."""

import polars as pl

from resources.market import Interval
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import Thin

# Posts are counted over so many hours at most.
WINDOW_HOURS = 24


def _rules(_: int) -> Rules:
    posts, window = pl.col("posts"), pl.col("window_hours")
    return (
        (posts.is_null() | window.is_null(), "missing value"),
        (posts < 0, "negative number of posts"),
        (~window.is_between(0, WINDOW_HOURS), "impossible window"),
        ((posts == 0) & (pl.col("engagement") != 0), "engagement without posts"),
    )


# What a parser returns: one row per asset that was looked for, also where nobody wrote of it.
SOCIAL_PAGE = Page(
    "social",
    "social",
    pl.Schema(
        {
            "asset": pl.String(),  # our ticker
            "posts": pl.Int64(),  # that mention it
            "engagement": pl.Int64(),  # their points and replies, null where the source tells none
            "window_hours": pl.Float64(),  # how far back posts were counted
        }
    ),
    named="asset",
    rules=_rules,
)

# One row per asset, provider and hour.
SOCIAL = snapshot_table(
    SOCIAL_PAGE, ("provider", "asset"), thin=Thin(after_days=90, to=Interval.D1)
)

"""The market's mood by day, from 0 (extreme fear) to 100 (extreme greed)."""

import polars as pl

from resources.schemas.page import Page, Rules
from resources.schemas.table import PROVENANCE, UTC_TIME, Table

_FIRST = pl.datetime(2010, 7, 17, time_zone="UTC")
_AHEAD = 3_600_000  # of our clock


def _rules(now_ms: int) -> Rules:
    value, of = pl.col("value"), pl.col("of")
    return (
        (value.is_null(), "missing value"),
        (~value.is_between(0, 100), "not between 0 and 100"),
        ((of < _FIRST) | (of.dt.epoch("ms") > now_ms + _AHEAD), "impossible time"),
    )


# What a parser returns: one row per day.
FEAR_GREED_PAGE = Page(
    "fear_greed",
    "fear_greed",
    pl.Schema(
        {
            "of": UTC_TIME,  # the day, 00:00 UTC
            "value": pl.Float64(),
            "classification": pl.String(),  # in the provider's words, null where it has none
        }
    ),
    named="of",
    rules=_rules,
)

# One row per day and provider; that of today is revised while the day goes on.
FEAR_GREED = Table(
    "fear_greed",
    pl.Schema({"year": pl.String(), **FEAR_GREED_PAGE.schema, **PROVENANCE}),
    key=("year", "of", "provider"),
    partitions=("year",),
    time="of",
    values=("value", "classification"),
    sort=("of", "provider"),
)

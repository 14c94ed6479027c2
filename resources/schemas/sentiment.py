"""What the news of each hour say, together and by what they are about or where they stood."""

import polars as pl

from resources.schemas.table import UTC_TIME, Table

OVERALL, OF_ASSET, OF_SOURCE = "overall", "asset", "source"
_COUNTED = {
    "articles": pl.Int64(),
    "bullish": pl.Int64(),
    "neutral": pl.Int64(),
    "bearish": pl.Int64(),
    "score": pl.Float64(),  # mean of the articles' scores, -1 to 1
    "models": pl.List(pl.String()),  # what has scored them, "engine model", sorted
}

# One row per hour of publication, scope and name.
SENTIMENT = Table(
    "sentiment",
    pl.Schema(
        {
            "period": pl.String(),  # month of the hour
            "hour": UTC_TIME,  # its start
            "scope": pl.String(),  # "overall", "asset" or "source"
            "name": pl.String(),  # "", a ticker, or the id of a provider that carried the articles
            **_COUNTED,
            "provider": pl.String(),  # "headwater": it is derived here
            "mode": pl.String(),
            "known_at": UTC_TIME,  # when the newest of the articles became known
        }
    ),
    key=("period", "hour", "scope", "name"),
    partitions=("period",),
    time="hour",
    values=tuple(_COUNTED),
    sort=("hour", "scope", "name"),
)

"""The sentiment of news by hour: overall, per asset and per source, out of the stored articles."""

from datetime import datetime

import dagster as dg
import polars as pl

from assets.collection import collecting
from assets.freshness import freshness_of
from assets.partitions import DAYS, to_window
from assets.table import tables_metadata
from resources.flush_feed import flush_rows
from resources.lake import Lake, collect
from resources.ledger import Ledger
from resources.plan import NEWS_ASSET, SENTIMENT_ASSET
from resources.schemas import NEWS, SENTIMENT, utc
from resources.schemas.sentiment import OF_ASSET, OF_SOURCE, OVERALL

_HOUR = pl.col("published_at").dt.truncate("1h")
_COUNTED = (
    "assets", "also_in", "sentiment", "score", "confidence", "engine", "model", "provider", "mode",
    "known_at",
)  # fmt: skip


@dg.asset(
    name=SENTIMENT_ASSET,
    deps=[NEWS_ASSET],
    partitions_def=DAYS,
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="sentiment",
    description="One row per hour of publication and scope (overall, asset, source): how many "
    "articles, of what mood. Hours that articles have come to since the last run are counted anew, "
    "wherever they lie, and those of the partition's day.",
    metadata=tables_metadata(SENTIMENT),
    freshness_policy=freshness_of(NEWS_ASSET),
)
def sentiment(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    with collecting(context, ledger, SENTIMENT_ASSET) as collection:
        day = to_window(context.partition_time_window)
        articles = _articles(lake, utc(day.start), utc(day.end))
        flushed = flush_rows(lake, ledger, SENTIMENT, by_hour(articles))
        collection.records = flushed.rows + flushed.revised
        return dg.MaterializeResult(
            metadata={"dagster/row_count": collection.records, "articles": articles.height}
        )


def _articles(lake: Lake, start: datetime, end: datetime) -> pl.DataFrame:
    """The scored articles of every hour that is to be counted anew."""
    seen = collect(lake.scan(SENTIMENT, {}).select(pl.col("known_at").max())).item()
    # One scan, so that hours and their articles are found in the same files.
    news = lake.scan(NEWS, {}).filter(pl.col("sentiment").is_not_null())
    of_day = pl.col("published_at").is_between(start, end, closed="left")
    fresh = pl.lit(value=True) if seen is None else pl.col("known_at") > seen
    hours = collect(news.filter(of_day | fresh).select(hour=_HOUR).unique())["hour"]
    of_months = pl.col("period").is_in(hours.dt.strftime("%Y-%m").unique().to_list())
    wanted = news.filter(of_months).with_columns(hour=_HOUR).select("hour", *_COUNTED)
    return collect(wanted.filter(pl.col("hour").is_in(hours.to_list())))


def by_hour(articles: pl.DataFrame) -> pl.DataFrame:
    """SENTIMENT rows of NEWS rows with `hour`: every article that was read counts once in each of
    its scopes."""
    articles = articles.filter(pl.col("confidence") > 0)
    carried = pl.concat_list(pl.concat_list("provider"), pl.col("also_in").fill_null([]))
    scopes = [
        articles.with_columns(scope=pl.lit(OVERALL), name=pl.lit("")),
        articles.with_columns(scope=pl.lit(OF_ASSET), name=pl.col("assets")).explode("name"),
        articles.with_columns(scope=pl.lit(OF_SOURCE), name=carried.list.unique()).explode("name"),
    ]
    label = pl.col("sentiment")
    rows = (
        pl.concat(scopes)
        .drop_nulls("name")
        .group_by("hour", "scope", "name")
        .agg(
            pl.len().alias("articles").cast(pl.Int64),
            *((label == name).sum().alias(name).cast(pl.Int64) for name in _LABELS),
            # Sums depend on the order of their parts: the digits that do are left out.
            pl.col("score").sort().mean().round(6),
            models=pl.concat_str("engine", "model", separator=" ").unique().sort(),
            mode=pl.col("mode").max(),
            known_at=pl.col("known_at").max(),
        )
    )
    return rows.with_columns(
        period=pl.col("hour").dt.strftime("%Y-%m"), provider=pl.lit("headwater")
    ).select(SENTIMENT.schema.names())


_LABELS = ("bullish", "neutral", "bearish")

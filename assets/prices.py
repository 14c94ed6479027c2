"""Prices: one row per asset and minute, the consensus of the providers asked."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
from pydantic import Field

from assets.boundary import asset_boundary
from assets.collection import logged
from assets.consensus import consensus, derived
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS
from assets.table import column_schema
from resources.dagster_resources import FeedsResource
from resources.feeds import PRICE_QUOTES, Quotes
from resources.flush import Flushed, flush_prices, quarantine_quotes
from resources.lake import Lake
from resources.ledger import Ledger, latest
from resources.market import Asset, Interval, Registry, load_registry
from resources.plan import PRICES_ASSET, day_key
from resources.schemas import CANDLES, PRICES, UTC_TIME, utc

_LATEST_START = 600_000


class PricesConfig(dg.Config):
    """What to ask for; empty means all active assets."""

    assets: list[str] = Field([], description="Assets in any spelling; empty: all active ones.")


@dg.asset(
    name=PRICES_ASSET,
    partitions_def=DAYS,
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per asset and minute: the median in USD of the providers asked, with who "
    "they were, how far apart, and when. Today's partition adds the present minute; a past day is "
    "derived from stored candles where no price was observed.",
    metadata={"dagster/column_schema": column_schema(PRICES.schema), "table": PRICES.name},
)
def prices(
    context: dg.AssetExecutionContext,
    config: PricesConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    now = ledger.now()
    with (
        asset_boundary(context.retry_number, now),
        logged(ledger, PRICES_ASSET, context.run.run_id) as collection,
    ):
        # A run that was launched just before midnight is still about the present.
        if context.partition_key in {day_key(now), day_key(now - _LATEST_START)}:
            answers = run_interruptibly(_ask(config, feeds, ledger))
            frame = consensus(answers, _minute(now), feeds.mode, _stablecoins(ledger))
            for answer in answers:
                quarantine_quotes(ledger, answer.provider, answer.frame)
        else:
            answers, frame = [], _from_candles(context.partition_key, lake)
        flushed = flush_prices(lake, ledger, frame)
        collection.records = flushed.rows
        return dg.MaterializeResult(metadata=_metadata(flushed, answers))


async def _ask(config: PricesConfig, feeds: FeedsResource, ledger: Ledger) -> list[Quotes]:
    registry = load_registry()
    chosen = [registry.asset(spelling) for spelling in config.assets]
    wanted = [*(chosen or registry.active(feeds.top_n)), *_rate_assets(registry)]
    async with feeds.open_feeds(ledger) as open_feeds:
        return await open_feeds.quotes(list(dict.fromkeys(wanted)), feeds.quorum)


def _rate_assets(registry: Registry) -> list[Asset]:
    """The stablecoins whose own price turns quotes in them into USD."""
    return [registry.asset(ticker) for ticker in PRICE_QUOTES[1:]]


def _stablecoins(ledger: Ledger) -> dict[str, float]:
    return {s: row["price"] for s, row in latest.read_prices(ledger, PRICE_QUOTES[1:]).items()}


def _minute(now: int) -> pl.Expr:
    return pl.lit(utc(now - now % 60_000), UTC_TIME)


def _from_candles(day: str, lake: Lake) -> pl.DataFrame:
    """Prices of a past day out of the finest candles stored of it, main markets first."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    end = start + timedelta(days=1)
    preference = {quote: rank for rank, quote in enumerate(PRICE_QUOTES)}
    quote = pl.col("symbol").str.split("/").list.last()
    for interval in Interval:
        step = timedelta(milliseconds=interval.ms)
        candles = (
            lake.scan(CANDLES, {"interval": [interval]}, start - step, end - step)
            .with_columns(close_time=pl.col("open_time") + step)
            .filter(quote.is_in(list(preference)))
            .sort(quote.replace_strict(preference, default=None), "symbol", "open_time")
            .collect()
        )
        if candles.height:
            rows = derived(candles)
            return rows.unique(PRICES.key, keep="first", maintain_order=True)
    return pl.DataFrame(schema=PRICES.schema)


def _metadata(flushed: Flushed, answers: list[Quotes]) -> dict[str, dg.MetadataValue]:
    broken = sum(answer.frame["reason"].count() for answer in answers)
    return {
        "dagster/row_count": dg.MetadataValue.int(flushed.rows),
        "providers": dg.MetadataValue.json(sorted(answer.provider for answer in answers)),
        "quarantined": dg.MetadataValue.int(broken),
    }

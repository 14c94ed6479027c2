"""Prices: one row per asset and minute, the consensus of the providers asked."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
from pydantic import Field

from assets.collection import collecting
from assets.consensus import LAST_PRICES, Consensus, consensus, derived
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS, is_present
from assets.table import tables_metadata
from resources.broken import keep_broken
from resources.dagster_resources import FeedsResource
from resources.flush_prices import flush_prices
from resources.lake import Lake, collect
from resources.ledger import Ledger
from resources.market import Interval, load_registry
from resources.plan import PRICES_ASSET
from resources.price_rules import CONSENSUS, RULES
from resources.quotes import PRICE_QUOTES, STABLECOINS, Quotes
from resources.schemas import CANDLES, PRICE_OBSERVATIONS, PRICES, utc


class PricesConfig(dg.Config):
    """What to ask for; empty means all active assets."""

    assets: list[str] = Field([], description="Assets in any spelling; empty: all active ones.")


@dg.asset(
    name=PRICES_ASSET,
    partitions_def=DAYS,
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per asset and minute: the median in USD of the providers that agree, with "
    "who they were, how far apart, and when; beside it all that was said, with why it was rejected. "
    "Today's partition adds the present minute; a past day is derived from stored candles where no "
    "price was observed.",
    metadata=tables_metadata(PRICES, PRICE_OBSERVATIONS),
    freshness_policy=freshness_of(PRICES_ASSET),
)
def prices(
    context: dg.AssetExecutionContext,
    config: PricesConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    with collecting(context, ledger, PRICES_ASSET) as collection:
        if is_present(context):
            now = ledger.now()
            minute = utc(now - now % 60_000)
            answers = run_interruptibly(_ask(config, feeds, ledger))
            found = consensus(answers, minute, feeds.mode, _last_prices(lake, minute))
            keep_broken(ledger, PRICES.name, "symbol", answers)
        else:
            derived_rows = _from_candles(context.partition_key, lake)
            found = Consensus(derived_rows, pl.DataFrame(schema=PRICE_OBSERVATIONS.schema))
        flushed = flush_prices(lake, ledger, found.prices, found.observations)
        collection.records = flushed.rows
        return dg.MaterializeResult(metadata=_metadata(flushed.rows, found))


async def _ask(config: PricesConfig, feeds: FeedsResource, ledger: Ledger) -> list[Quotes]:
    registry = load_registry()
    chosen = [registry.asset(spelling) for spelling in config.assets]
    # The stablecoins' own prices turn quotes in them into USD: a slow provider tells them first.
    rates = [registry.asset(ticker) for ticker in STABLECOINS]
    wanted = [*rates, *(chosen or registry.active(feeds.top_n))]
    async with feeds.open_feeds(ledger) as open_feeds:
        return await open_feeds.quotes(list(dict.fromkeys(wanted)), feeds.quorum)


def _last_prices(lake: Lake, minute: datetime) -> pl.DataFrame:
    """The newest consensus per asset before a minute, as LAST_PRICES."""
    oldest = minute - timedelta(milliseconds=RULES.last_price_age_ms)
    days = sorted({f"{at:%Y-%m-%d}" for at in (oldest, minute)})
    rows = lake.scan(PRICES, {"day": days}, oldest, minute)
    agreed = rows.filter(pl.col("quality") == CONSENSUS).select(LAST_PRICES.names())
    return collect(agreed.sort("minute").unique("symbol", keep="last", maintain_order=True))


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


def _metadata(rows: int, found: Consensus) -> dict[str, dg.MetadataValue]:
    said = found.observations
    counts = {
        "quality": found.prices.group_by("quality").len().sort("quality"),
        "rejected": said.drop_nulls("reason").group_by("reason").len().sort("reason"),
    }
    return {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "observations": dg.MetadataValue.int(said.height),
        "providers": dg.MetadataValue.json(said["provider"].unique().sort().to_list()),
        **{what: dg.MetadataValue.json(dict(each.iter_rows())) for what, each in counts.items()},
    }

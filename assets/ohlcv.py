"""Candles: one row per closed candle of a market and interval."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import dagster as dg
from pydantic import Field

from assets.boundary import asset_boundary
from assets.collect import Collected, Collector
from assets.collection import logged
from assets.partitions import MONTHS
from assets.table import column_schema
from resources.dagster_resources import FeedsResource
from resources.errors import NotFound
from resources.flush import Flushed
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Interval, Symbol, load_registry
from resources.plan import OHLCV_ASSET, Cost, Window
from resources.schemas import CANDLES


class OhlcvConfig(dg.Config):
    """What to collect; empty means all active markets."""

    symbols: list[str] = Field([], description="Markets in any spelling; empty: all active ones.")
    interval: str = Field(
        "", description=f"One of {', '.join(Interval)}; empty: HEADWATER_COLLECTION_INTERVAL."
    )


@dg.asset(
    name=OHLCV_ASSET,
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per closed candle of a market and interval: what providers said it was, "
    "with provider, fetch time and the time it became known. Prices in the quote currency, UTC.",
    metadata={"dagster/column_schema": column_schema(CANDLES.schema), "table": CANDLES.name},
)
def ohlcv(
    context: dg.AssetExecutionContext,
    config: OhlcvConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    now = ledger.now()
    with (
        asset_boundary(context.retry_number, now),
        logged(ledger, OHLCV_ASSET, context.run.run_id) as collection,
    ):
        interval = Interval.parse(config.interval or feeds.interval)
        symbols = _symbols(config, feeds.top_n)
        span = context.partition_time_window
        window = Window(
            int(span.start.timestamp() * 1000), min(now, int(span.end.timestamp() * 1000))
        )

        async def run() -> Collected:
            async with feeds.open(ledger) as open_feeds:
                collector = Collector(
                    open_feeds,
                    lake,
                    ledger,
                    interval,
                    feeds.mode,
                    progress=partial(_tell, context),
                    announce=partial(_announce, context),
                )
                return await collector.collect(symbols, window)

        collected = asyncio.run(run())
        collection.records = collected.flushed.rows
        collection.failures.update({name: str(error) for name, error in collected.failed.items()})
        _raise_worst(context, collected)
        return dg.MaterializeResult(metadata=_metadata(collected, symbols, interval))


def _tell(context: dg.AssetExecutionContext, flushed: Flushed) -> None:
    context.log.info(
        f"stored {flushed.rows} candles, revised {flushed.revised}, "
        f"quarantined {flushed.quarantined}"
    )


def _announce(context: dg.AssetExecutionContext, plan: Mapping[str, Cost]) -> None:
    for provider, cost in plan.items():
        context.log.info(f"planned of {provider}: {cost}")


def _symbols(config: OhlcvConfig, top_n: int) -> list[Symbol]:
    registry = load_registry()
    if config.symbols:
        return sorted({registry.market(spelling) for spelling in config.symbols})
    return [registry.main_market(asset) for asset in registry.active(top_n)]


def _raise_worst(context: dg.AssetExecutionContext, collected: Collected) -> None:
    """What was fetched is stored; a symbol that failed for a passing reason is worth a retry."""
    for symbol, error in collected.failed.items():
        context.log.warning(f"{symbol}: {error}")
    # NotFound: no provider has the market, and no retry will change that.
    passing = [e for e in collected.failed.values() if not isinstance(e, NotFound)]
    if passing:
        raise passing[0]


def _metadata(
    collected: Collected, symbols: Sequence[Symbol], interval: Interval
) -> dict[str, dg.MetadataValue]:
    flushed = collected.flushed
    skipped = sorted(collected.failed)
    return {
        "dagster/row_count": dg.MetadataValue.int(flushed.rows),
        "interval": dg.MetadataValue.text(str(interval)),
        "symbols": dg.MetadataValue.int(len(symbols)),
        "skipped": dg.MetadataValue.json(skipped),
        "pages": dg.MetadataValue.int(collected.pages),
        "revised": dg.MetadataValue.int(flushed.revised),
        "quarantined": dg.MetadataValue.json(dict(flushed.quarantined_by_reason)),
    }

"""What must hold for a table after each materialization."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl

from assets.feed_checks import duplicates_check
from assets.partitions import DAYS, MONTHS, to_window
from resources.lake import Lake
from resources.ledger import Ledger, coverage, quality_events
from resources.market import Interval
from resources.monitoring.freshness import TARGETS
from resources.plan import (
    OHLCV_ASSET,
    PRICES_ASSET,
    QUALITY_ASSET,
    RESAMPLED_ASSET,
    SENTIMENT_ASSET,
    Window,
    missing,
)
from resources.schemas import (
    CANDLE_QUALITY,
    CANDLES,
    CANDLES_RESAMPLED,
    PRICES,
    SENTIMENT,
    Table,
    utc,
)

LakeParam = dg.ResourceParam[Lake]
LedgerParam = dg.ResourceParam[Ledger]


@dg.asset_check(asset=PRICES_ASSET, name="fresh", partitions_def=DAYS)
def prices_fresh(
    context: dg.AssetCheckExecutionContext, lake: LakeParam, ledger: LedgerParam
) -> dg.AssetCheckResult:
    """The newest price is at most 5 minutes old; a past day cannot be stale."""
    newest = _newest(lake, PRICES, context)
    return _freshness(PRICES_ASSET, context, newest, ledger)


@dg.asset_check(asset=OHLCV_ASSET, name="fresh", partitions_def=MONTHS)
def ohlcv_fresh(
    context: dg.AssetCheckExecutionContext, lake: LakeParam, ledger: LedgerParam
) -> dg.AssetCheckResult:
    """The newest hourly candle closed at most 2 hours ago; a past month cannot be stale."""
    newest = _newest(lake, CANDLES, context)
    closed = newest and newest + timedelta(milliseconds=Interval.H1.ms)
    return _freshness(OHLCV_ASSET, context, closed, ledger)


@dg.asset_check(asset=OHLCV_ASSET, name="gaps", partitions_def=MONTHS)
def ohlcv_gaps(context: dg.AssetCheckExecutionContext, ledger: LedgerParam) -> dg.AssetCheckResult:
    """Nothing between what was collected was left out: every hole is one of the provider's."""
    window = _window(context)
    holes = 0
    for symbol, interval in coverage.symbols_covered(ledger):
        have = coverage.covered(ledger, symbol, interval)
        whole = Window(have[0].start, have[-1].end).clip(window)
        if whole.length:
            holes += len(missing(whole, have))
    return dg.AssetCheckResult(
        passed=holes == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"ranges_not_fetched_or_quarantined": holes},
    )


@dg.asset_check(asset=RESAMPLED_ASSET, name="agrees", partitions_def=MONTHS)
def resampled_agrees(
    context: dg.AssetCheckExecutionContext, ledger: LedgerParam
) -> dg.AssetCheckResult:
    """No close is far from that of the provider's own candle."""
    window = _window(context)
    events = (
        event
        for interval in Interval
        for event in quality_events.between(ledger, interval, window.start, window.end)
    )
    apart = sum(event.kind == "resampled" for event in events)
    return dg.AssetCheckResult(
        passed=apart == 0, severity=dg.AssetCheckSeverity.WARN, metadata={"candles_apart": apart}
    )


def _duplicates(
    asset: str, table: Table, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name="duplicates", partitions_def=partitions)
    def duplicates(context: dg.AssetCheckExecutionContext, lake: LakeParam) -> dg.AssetCheckResult:
        """No key stands in the table twice."""
        rows = _rows(lake, table, context)
        keys = rows.group_by(_grain(table)).len().filter(pl.col("len") > 1)
        doubled = keys.select(pl.len()).collect().item()
        return dg.AssetCheckResult(passed=doubled == 0, metadata={"keys_doubled": doubled})

    return duplicates


def _row_count(
    asset: str, table: Table, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name="rows", partitions_def=partitions)
    def rows(context: dg.AssetCheckExecutionContext, lake: LakeParam) -> dg.AssetCheckResult:
        """The partitions hold rows."""
        count = _rows(lake, table, context).select(pl.len()).collect().item()
        return dg.AssetCheckResult(passed=count > 0, metadata={"rows": count})

    return rows


CHECKS = [
    prices_fresh,
    ohlcv_fresh,
    ohlcv_gaps,
    resampled_agrees,
    *(
        make(asset, table, partitions)
        for make in (_duplicates, _row_count)
        for asset, table, partitions in (
            (OHLCV_ASSET, CANDLES, MONTHS),
            (PRICES_ASSET, PRICES, DAYS),
            (QUALITY_ASSET, CANDLE_QUALITY, DAYS),
        )
    ),
    duplicates_check(SENTIMENT_ASSET, (SENTIMENT,)),
    # A month in which no higher candle has become whole yet is no fault.
    _duplicates(RESAMPLED_ASSET, CANDLES_RESAMPLED, MONTHS),
]


def _grain(table: Table) -> list[str]:
    """What identifies a row, wherever it lies."""
    return [name for name in table.key if name in (table.time, "symbol", "interval")]


def _window(context: dg.AssetCheckExecutionContext) -> Window:
    return to_window(context.op_execution_context.partition_time_window)


def _rows(lake: Lake, table: Table, context: dg.AssetCheckExecutionContext) -> pl.LazyFrame:
    window = _window(context)
    return lake.scan(table, {}, utc(window.start), utc(window.end))


def _newest(lake: Lake, table: Table, context: dg.AssetCheckExecutionContext) -> datetime | None:
    rows = _rows(lake, table, context)
    if table is CANDLES:
        rows = rows.filter(pl.col("interval") == Interval.H1)
    newest = rows.select(pl.col(table.time).max()).collect().item()
    return newest if isinstance(newest, datetime) else None


def _freshness(
    asset: str,
    context: dg.AssetCheckExecutionContext,
    newest: datetime | None,
    ledger: Ledger,
) -> dg.AssetCheckResult:
    now = utc(ledger.now())
    past = utc(_window(context).end) <= now
    age = now - newest if newest else None
    passed = past or (age is not None and age <= timedelta(milliseconds=TARGETS[asset]))
    shown: dict[str, str | bool] = {
        "newest": str(newest.astimezone(UTC)) if newest else "none",
        "past": past,
    }
    return dg.AssetCheckResult(
        passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata={**shown}
    )

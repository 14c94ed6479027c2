"""What must hold for the tables of every feed that is told in pages."""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from assets.partitions import DAYS, to_window
from resources.lake import Lake
from resources.ledger import Ledger
from resources.monitoring.freshness import newest, stale
from resources.plan import Window
from resources.schemas import FEED_TABLES, Table, utc

LakeParam = dg.ResourceParam[Lake]
LedgerParam = dg.ResourceParam[Ledger]


def feed_checks(feed: str) -> list[dg.AssetChecksDefinition]:
    """That a feed is fresh, and that its tables have rows and no key twice."""
    tables = FEED_TABLES[feed]
    return [_fresh(feed), _rows(feed, tables), duplicates_check(feed, tables)]


def _fresh(feed: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=feed, name="fresh", partitions_def=DAYS)
    def fresh(context: dg.AssetCheckExecutionContext, ledger: LedgerParam) -> dg.AssetCheckResult:
        """The newest data are not older than the feed's target; a past day cannot be stale."""
        now, at = ledger.now(), newest(ledger)[feed]
        past = _window(context).end <= now
        on_time = at is not None and not stale(feed, at, now)
        shown: dict[str, str | bool] = {"newest": str(utc(at)) if at else "none", "past": past}
        return dg.AssetCheckResult(
            passed=past or on_time, severity=dg.AssetCheckSeverity.WARN, metadata={**shown}
        )

    return fresh


def _rows(feed: str, tables: Sequence[Table]) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=feed, name="rows", partitions_def=DAYS)
    def rows(
        context: dg.AssetCheckExecutionContext, lake: LakeParam, ledger: LedgerParam
    ) -> dg.AssetCheckResult:
        """Each table holds rows of the day; of a past one, which not all are told of, any does."""
        counts = {
            table.name: int(_of_day(lake, table, context).select(pl.len()).collect().item())
            for table in tables
        }
        past = _window(context).end <= ledger.now()
        enough = any if past else all
        return dg.AssetCheckResult(
            passed=enough(counts.values()), severity=dg.AssetCheckSeverity.WARN, metadata={**counts}
        )

    return rows


def duplicates_check(asset: str, tables: Sequence[Table]) -> dg.AssetChecksDefinition:
    """That no key stands in a table twice."""

    @dg.asset_check(asset=asset, name="duplicates", partitions_def=DAYS)
    def duplicates(context: dg.AssetCheckExecutionContext, lake: LakeParam) -> dg.AssetCheckResult:
        """No key stands in a table twice."""
        counts = {}
        for table in tables:
            keys = _of_day(lake, table, context).group_by(table.key).len()
            counts[table.name] = keys.filter(pl.col("len") > 1).select(pl.len()).collect().item()
        return dg.AssetCheckResult(passed=not any(counts.values()), metadata={**counts})

    return duplicates


def _of_day(lake: Lake, table: Table, context: dg.AssetCheckExecutionContext) -> pl.LazyFrame:
    window = _window(context)
    return lake.scan(table, {}, utc(window.start), utc(window.end))


def _window(context: dg.AssetCheckExecutionContext) -> Window:
    return to_window(context.op_execution_context.partition_time_window)

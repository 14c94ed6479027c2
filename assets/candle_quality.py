"""How good the candles of a day are: one row per market and interval."""

from datetime import UTC, datetime

import dagster as dg
import polars as pl
from pydantic import Field

from assets.collection import collecting
from assets.comparing import Comparisons, ask_others
from assets.interrupting import run_interruptibly
from assets.measuring import Day
from assets.partitions import DAYS
from assets.table import tables_metadata
from resources.dagster_resources import FeedsResource
from resources.lake import Lake, Merged
from resources.ledger import Ledger, commits
from resources.plan import OHLCV_ASSET, QUALITY_ASSET
from resources.schemas import CANDLE_QUALITY


class QualityConfig(dg.Config):
    """How a day is measured."""

    compare: bool = Field(
        True, description="Ask another provider for each market's closes: a request a market."
    )


@dg.asset(
    name=QUALITY_ASSET,
    deps=[OHLCV_ASSET],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per day, market and interval of up to a day: how many candles there "
    "should be and are, why others are not, how many are outliers, were revised, or are told "
    "otherwise by another provider, and a score of 0 to 100. Measured anew, the row changes.",
    metadata=tables_metadata(CANDLE_QUALITY),
)
def candle_quality(
    context: dg.AssetExecutionContext,
    config: QualityConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    now = ledger.now()
    with collecting(context, ledger, QUALITY_ASSET) as collection:
        frames = [pl.DataFrame(schema=CANDLE_QUALITY.schema)]
        for key in context.partition_keys:
            midnight = datetime.fromisoformat(key).replace(tzinfo=UTC)
            day = Day(lake, ledger, int(midnight.timestamp() * 1000), now)
            found = run_interruptibly(_ask(feeds, ledger, day)) if config.compare else Comparisons()
            for symbol, reason in found.failed.items():
                context.log.warning(f"{key}, {symbol} was not compared: {reason}")
            collection.failures.update(found.failed)
            frames.append(day.rows(found.compared, feeds.mode))
        rows = pl.concat(frames)
        merged = _store(lake, ledger, rows)
        collection.records = merged.inserted + merged.revised
        return dg.MaterializeResult(metadata=_metadata(rows))


async def _ask(feeds: FeedsResource, ledger: Ledger, day: Day) -> Comparisons:
    async with feeds.open_feeds(ledger) as open_feeds:
        return await ask_others(open_feeds, ledger, day, feeds.tolerance)


def _store(lake: Lake, ledger: Ledger, rows: pl.DataFrame) -> Merged:
    merged = lake.merge(CANDLE_QUALITY, rows)
    if merged.version is not None:
        newest = rows.group_by("symbol", "interval").agg(pl.col("day").max().dt.epoch("ms"))
        named = newest.rename({"day": "newest"}).sort("symbol", "interval")
        count = merged.inserted + merged.revised
        with ledger.write() as connection:
            commits.record(
                connection, ledger, CANDLE_QUALITY.name, merged.version, named.to_dicts(), count
            )
    return merged


def _metadata(rows: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    sums = rows.select(pl.col("comparisons", "disagreements", "outliers").sum()).row(0, named=True)
    scores = rows["score"].drop_nulls()
    return {
        "dagster/row_count": dg.MetadataValue.int(rows.height),
        "worst_score": dg.MetadataValue.float(float(str(scores.min())))
        if len(scores)
        else dg.MetadataValue.null(),
        **{name: dg.MetadataValue.int(int(value)) for name, value in sums.items()},
    }

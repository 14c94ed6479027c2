"""Candles of higher intervals, made of those that are stored."""

import dagster as dg
from pydantic import Field

from assets.collection import collecting
from assets.partitions import MONTHS, to_window
from assets.resampling import Resampled, Resampler
from assets.table import tables_metadata
from resources.dagster_resources import FeedsResource
from resources.lake import Lake
from resources.ledger import Ledger
from resources.plan import OHLCV_ASSET, RESAMPLED_ASSET
from resources.schemas import CANDLES_RESAMPLED


class ResampledConfig(dg.Config):
    """How much to make."""

    again: bool = Field(
        False, description="Make the chosen months anew, also where nothing below has changed."
    )


@dg.asset(
    name=RESAMPLED_ASSET,
    deps=[OHLCV_ASSET],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per candle of a higher interval, made of the finest stored interval that "
    "covers its whole span, with how many candles that were. Any run makes all that can be made "
    "and was not, of whatever month. Closes far from the provider's own are quality events.",
    metadata=tables_metadata(CANDLES_RESAMPLED),
)
def ohlcv_resampled(
    context: dg.AssetExecutionContext,
    config: ResampledConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    with collecting(context, ledger, RESAMPLED_ASSET) as collection:
        again = to_window(context.partition_time_window) if config.again else None
        found = Resampler(lake, ledger, feeds.tolerance).run(again)
        collection.records = found.rows
        return dg.MaterializeResult(metadata=_metadata(found))


def _metadata(found: Resampled) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(found.rows),
        "compared": dg.MetadataValue.int(found.compared),
        "apart": dg.MetadataValue.int(found.apart),
    }

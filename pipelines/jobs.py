"""The jobs that schedules and the API launch: one per feed, with its checks."""

import dagster as dg

from resources.plan import (
    OHLCV_ASSET,
    OHLCV_JOB,
    PRICES_ASSET,
    PRICES_JOB,
    QUALITY_ASSET,
    QUALITY_JOB,
    RESAMPLED_ASSET,
    SNAPSHOTS_ASSET,
    SNAPSHOTS_JOB,
)

collect_prices = dg.define_asset_job(
    PRICES_JOB,
    selection=dg.AssetSelection.assets(PRICES_ASSET),
    description="Ask a quorum of providers for the present price of every active asset.",
)
collect_ohlcv = dg.define_asset_job(
    OHLCV_JOB,
    selection=dg.AssetSelection.assets(OHLCV_ASSET, RESAMPLED_ASSET),
    description="Fetch the candles that are missing in the chosen months.",
)
collect_snapshots = dg.define_asset_job(
    SNAPSHOTS_JOB,
    selection=dg.AssetSelection.assets(SNAPSHOTS_ASSET),
    description="Look at the providers that are due, or at those that are named.",
)
measure_quality = dg.define_asset_job(
    QUALITY_JOB,
    selection=dg.AssetSelection.assets(QUALITY_ASSET),
    description="Count and score the candles of a day, and ask others for their closes.",
)
JOBS = [collect_prices, collect_ohlcv, collect_snapshots, measure_quality]

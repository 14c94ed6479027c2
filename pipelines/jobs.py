"""The jobs that schedules and the API launch: one per feed, with its checks."""

import dagster as dg

from resources.plan import OHLCV_ASSET, OHLCV_JOB, PRICES_ASSET, PRICES_JOB

collect_prices = dg.define_asset_job(
    PRICES_JOB,
    selection=dg.AssetSelection.assets(PRICES_ASSET),
    description="Ask a quorum of providers for the present price of every active asset.",
)
collect_ohlcv = dg.define_asset_job(
    OHLCV_JOB,
    selection=dg.AssetSelection.assets(OHLCV_ASSET),
    description="Fetch the candles that are missing in the chosen months.",
)
JOBS = [collect_prices, collect_ohlcv]

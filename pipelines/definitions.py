"""What Dagster loads: assets, checks, jobs and schedules over the resources of the settings."""

import dagster as dg

from assets.candle_quality import candle_quality
from assets.checks import CHECKS
from assets.ohlcv import ohlcv
from assets.ohlcv_resampled import ohlcv_resampled
from assets.prices import prices
from assets.provider_snapshots import provider_snapshots
from pipelines.candle_schedules import candle_schedules
from pipelines.feeds import FEED_ASSETS, FEED_CHECKS, FEED_JOBS, FEED_SCHEDULES
from pipelines.jobs import JOBS
from pipelines.maintenance import MAINTENANCE_JOBS, MAINTENANCE_SCHEDULES
from pipelines.monitoring import MONITORING_JOBS
from pipelines.schedules import SCHEDULES
from resources import log_lines
from resources.dagster_resources import resources_of
from resources.settings import load_settings, return_to_folder, secrets_of


@dg.definitions
def defs() -> dg.Definitions:
    # Dagster has looked for an .env by now.
    return_to_folder()
    settings = load_settings()
    log_lines.configure(settings.log_level, secrets_of(settings))
    return dg.Definitions(
        assets=[prices, ohlcv, ohlcv_resampled, candle_quality, provider_snapshots, *FEED_ASSETS],
        asset_checks=[*CHECKS, *FEED_CHECKS],
        jobs=[*JOBS, *FEED_JOBS, *MONITORING_JOBS, *MAINTENANCE_JOBS],
        schedules=[
            *SCHEDULES,
            *FEED_SCHEDULES,
            *MAINTENANCE_SCHEDULES,
            *candle_schedules(settings),
        ],
        resources=resources_of(settings),
        executor=dg.in_process_executor,
    )

"""What Dagster loads: assets, checks, jobs and schedules over the resources of the settings."""

import dagster as dg

from assets.checks import CHECKS
from assets.ohlcv import ohlcv
from assets.prices import prices
from assets.provider_snapshots import provider_snapshots
from pipelines.jobs import JOBS
from pipelines.monitoring import MONITORING_JOBS
from pipelines.schedules import SCHEDULES
from resources.dagster_resources import resources_of
from resources.settings import load_settings


@dg.definitions
def defs() -> dg.Definitions:
    return dg.Definitions(
        assets=[prices, ohlcv, provider_snapshots],
        asset_checks=CHECKS,
        jobs=[*JOBS, *MONITORING_JOBS],
        schedules=SCHEDULES,
        resources=resources_of(load_settings()),
        executor=dg.in_process_executor,
    )

"""When feeds are collected; candles: candle_schedules.py."""

import dagster as dg

from pipelines.jobs import collect_prices, collect_snapshots, measure_quality
from pipelines.monitoring import (
    database_cleanup,
    discover_providers,
    health_checks,
    metrics_aggregation,
    rate_limit_snapshot,
)
from pipelines.ticks import busy
from resources.dagster_resources import CallsResource
from resources.directory import Directory
from resources.ledger import Ledger
from resources.plan import day_key
from resources.schedules import Schedules
from resources.settings import load_settings
from resources.snapshots import AHEAD_MS

_RUNNING = dg.DefaultScheduleStatus.RUNNING


@dg.schedule(
    job=collect_prices,
    cron_schedule="* * * * *",
    default_status=_RUNNING,
    description="Every minute: today's partition of prices.",
)
def prices_every_minute(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    if busy(context, collect_prices.name):
        return dg.SkipReason("the run of an earlier minute is still going")
    return dg.RunRequest(partition_key=day_key(_now(context)))


@dg.schedule(
    job=measure_quality,
    cron_schedule="43 1 * * *",
    default_status=_RUNNING,
    description="Every night: how good the candles of yesterday are.",
)
def quality_every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return dg.RunRequest(partition_key=day_key(_now(context) - 86_400_000))


@dg.schedule(
    job=collect_snapshots,
    cron_schedule="* * * * *",
    default_status=_RUNNING,
    description="Every minute: all providers whose snapshot is due, in one run.",
)
def snapshots_every_minute(
    context: dg.ScheduleEvaluationContext,
    ledger: dg.ResourceParam[Ledger],
    calls: CallsResource,
) -> dg.RunRequest | dg.SkipReason:
    # A run that someone asked for by hand looks at its own providers alone.
    if busy(context, collect_snapshots.name, {"dagster/schedule_name": "snapshots_every_minute"}):
        return dg.SkipReason("the run of an earlier minute is still going")
    schedules = Schedules(ledger, Directory(ledger), sandboxed=calls.sandbox_url is not None)
    if not schedules.due(ledger.now() + AHEAD_MS):
        return dg.SkipReason("no provider is due")
    return dg.RunRequest()


@dg.schedule(
    job=health_checks,
    cron_schedule="*/5 * * * *",
    default_status=_RUNNING,
    description="Every 5 minutes: providers that were not heard since, and stale feeds.",
)
def health_every_5_minutes(
    context: dg.ScheduleEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    if busy(context, health_checks.name):
        return dg.SkipReason("earlier checks are still going")
    return dg.RunRequest()


@dg.schedule(
    job=discover_providers,
    cron_schedule="31 4 * * 0",
    default_status=_RUNNING,
    description="Every Sunday, where the settings allow it: providers that are switched off.",
)
def discovery_every_week() -> dg.RunRequest | dg.SkipReason:
    if not load_settings().enable_auto_discovery:
        return dg.SkipReason("HEADWATER_ENABLE_AUTO_DISCOVERY is false")
    return dg.RunRequest()


def _regular(name: str, job: dg.JobDefinition, cron: str, what: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name, job=job, cron_schedule=cron, default_status=_RUNNING, description=what
    )


# At minutes of their own, so that they do not all begin at once.
_REGULAR = [
    _regular(
        "limits_every_15_minutes",
        rate_limit_snapshot,
        "3-59/15 * * * *",
        "Every 15 minutes: how much of every budget is used.",
    ),
    _regular(
        "metrics_every_hour",
        metrics_aggregation,
        "2 * * * *",
        "Every hour: providers by state, and their calls.",
    ),
    _regular(
        "cleanup_every_hour",
        database_cleanup,
        "17 * * * *",
        "Every hour: what is older than it is kept.",
    ),
]
SCHEDULES = [
    prices_every_minute,
    quality_every_day,
    snapshots_every_minute,
    health_every_5_minutes,
    discovery_every_week,
    *_REGULAR,
]


def _now(context: dg.ScheduleEvaluationContext) -> int:
    return int(context.scheduled_execution_time.timestamp() * 1000)

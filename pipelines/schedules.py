"""When feeds are collected."""

import dagster as dg

from pipelines.jobs import collect_ohlcv, collect_prices
from resources.graphql import partition_range
from resources.plan import day_key, month_key

_RUNNING = dg.DefaultScheduleStatus.RUNNING


@dg.schedule(
    job=collect_prices,
    cron_schedule="* * * * *",
    default_status=_RUNNING,
    description="Every minute: today's partition of prices.",
)
def prices_every_minute(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    if _busy(context, collect_prices.name):
        return dg.SkipReason("the run of an earlier minute is still going")
    return dg.RunRequest(partition_key=day_key(_now(context)))


@dg.schedule(
    job=collect_ohlcv,
    cron_schedule="1 * * * *",
    default_status=_RUNNING,
    description="A minute after each hour: the candles that have closed since.",
)
def candles_every_hour(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    if _busy(context, collect_ohlcv.name):
        return dg.SkipReason("an earlier collection is still going")
    # A day back: the last candles of a month close when the next month has begun.
    now = _now(context)
    return dg.RunRequest(tags=partition_range(month_key(now - 86_400_000), month_key(now)))


SCHEDULES = [prices_every_minute, candles_every_hour]


def _now(context: dg.ScheduleEvaluationContext) -> int:
    return int(context.scheduled_execution_time.timestamp() * 1000)


def _busy(context: dg.ScheduleEvaluationContext, job: str) -> bool:
    going = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    return context.instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=going)) > 0

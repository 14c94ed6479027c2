"""When candles are collected: as the settings say, which are read when Dagster loads."""

from collections.abc import Callable

import dagster as dg

from pipelines.jobs import collect_ohlcv
from pipelines.ticks import busy
from resources import collecting
from resources.cron import due_in_hour_of
from resources.errors import InvalidInput
from resources.ledger import Ledger
from resources.market import Interval
from resources.plan import MODE_TAG
from resources.settings import Settings

_Tick = dg.RunRequest | dg.SkipReason


def candle_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Forward of all intervals, forward of 1h in the hours between, and gaps once a week."""

    def all_intervals(context: dg.ScheduleEvaluationContext, ledger: Ledger) -> _Tick:
        return _asked(context, ledger, settings, "forward")

    def one_hour(context: dg.ScheduleEvaluationContext, ledger: Ledger) -> _Tick:
        if Interval.H1 not in settings.collection_intervals:
            return dg.SkipReason("1h is none of HEADWATER_COLLECTION_INTERVALS")
        if due_in_hour_of(settings.collection_schedule, context.scheduled_execution_time):
            return dg.SkipReason("all intervals are collected in this hour")
        return _asked(context, ledger, settings, "forward", str(Interval.H1))

    def gaps(context: dg.ScheduleEvaluationContext, ledger: Ledger) -> _Tick:
        return _asked(context, ledger, settings, "gap_fill")

    when = "As HEADWATER_COLLECTION_SCHEDULE says: all intervals, up to now."
    hourly = "A minute after each hour: the 1h candles that have closed since."
    weekly = "Every Sunday: what is missing between stored candles."
    return [
        _schedule("candles_regularly", settings.collection_schedule, when, all_intervals),
        _schedule("candles_every_hour", "1 * * * *", hourly, one_hour),
        _schedule("gaps_every_week", "41 5 * * 0", weekly, gaps),
    ]


def _schedule(
    name: str,
    cron: str,
    what: str,
    tick: Callable[[dg.ScheduleEvaluationContext, Ledger], _Tick],
) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=name,
        job=collect_ohlcv,
        cron_schedule=cron,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=what,
    )
    def evaluated(context: dg.ScheduleEvaluationContext, ledger: dg.ResourceParam[Ledger]) -> _Tick:
        return tick(context, ledger)

    return evaluated


def _asked(
    context: dg.ScheduleEvaluationContext,
    ledger: Ledger,
    settings: Settings,
    mode: str,
    interval: str = "",
) -> _Tick:
    """A run, unless one of its kind is going: one of another kind may take days."""
    if busy(context, collect_ohlcv.name, {MODE_TAG: mode}):
        return dg.SkipReason(f"an earlier collection ({mode}) is still going")
    try:
        request = collecting.asked(ledger, settings, mode, interval=interval)
    except InvalidInput as error:
        return dg.SkipReason(str(error))
    return dg.RunRequest(run_config=request.run_config, tags=request.tags("schedule"))

"""Runs that nobody will look at again: Dagster itself keeps every one for ever."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg

# So many of each schedule stay however old they are: their assets were last materialized by them.
KEPT_RUNS = 12
_KEPT = (
    ([dg.DagsterRunStatus.SUCCESS], timedelta(hours=1)),
    ([dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED], timedelta(days=7)),
)
# A run takes some 10 ms to delete; more are left for the next time.
MOST_AT_ONCE = 1_000
_SCHEDULED = "dagster/schedule_name"


def delete_old_runs(instance: dg.DagsterInstance, now: datetime) -> int:
    """Delete the runs of every schedule that are older than they are kept; how many.

    The newest 12 successes of a schedule stay, and what people or backfills start is kept.
    """
    schedules = instance.get_run_tags(tag_keys=[_SCHEDULED])
    names = sorted({name for _, values in schedules for name in values})
    old = [run_id for name in names for run_id in _old_runs(instance, name, now)]
    for run_id in old[:MOST_AT_ONCE]:
        instance.delete_run(run_id)
    return len(old[:MOST_AT_ONCE])


def _old_runs(instance: dg.DagsterInstance, schedule: str, now: datetime) -> Iterator[str]:
    tags = {_SCHEDULED: schedule}
    succeeded = dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.SUCCESS])
    newest = {
        record.dagster_run.run_id for record in instance.get_run_records(succeeded, limit=KEPT_RUNS)
    }
    for statuses, age in _KEPT:
        wanted = dg.RunsFilter(tags=tags, statuses=statuses, created_before=now - age)
        for record in instance.get_run_records(wanted, limit=MOST_AT_ONCE, ascending=True):
            if record.dagster_run.run_id not in newest:
                yield record.dagster_run.run_id

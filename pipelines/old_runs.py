"""Runs that nobody will look at again: Dagster itself keeps every one for ever."""

from datetime import datetime, timedelta

import dagster as dg

from resources.plan import HEALTH_JOB, PRICES_JOB, RATE_LIMITS_JOB, SNAPSHOTS_JOB

# Jobs of which a schedule starts dozens a day; what people or backfills start is kept.
FREQUENT_JOBS = (PRICES_JOB, SNAPSHOTS_JOB, HEALTH_JOB, RATE_LIMITS_JOB)
_KEPT = (
    ([dg.DagsterRunStatus.SUCCESS], timedelta(hours=2)),
    ([dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED], timedelta(days=7)),
)
# A run takes some 10 ms to delete; more are left for the next time.
MOST_AT_ONCE = 500
_SCHEDULED = "dagster/schedule_name"


def delete_old_runs(instance: dg.DagsterInstance, now: datetime) -> int:
    """Delete the scheduled runs of frequent jobs that are older than they are kept; how many.

    The newest success of each job stays: it is what its assets were last materialized by.
    """
    old = [run_id for job in FREQUENT_JOBS for run_id in _old_runs(instance, job, now)]
    for run_id in old[:MOST_AT_ONCE]:
        instance.delete_run(run_id)
    return len(old[:MOST_AT_ONCE])


def _old_runs(instance: dg.DagsterInstance, job: str, now: datetime) -> list[str]:
    succeeded = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS])
    newest = {record.dagster_run.run_id for record in instance.get_run_records(succeeded, limit=1)}
    found = []
    for statuses, age in _KEPT:
        wanted = dg.RunsFilter(job_name=job, statuses=statuses, created_before=now - age)
        runs = [
            record.dagster_run
            for record in instance.get_run_records(wanted, limit=MOST_AT_ONCE, ascending=True)
        ]
        found += [run.run_id for run in runs if _SCHEDULED in run.tags]
    return [run_id for run_id in found if run_id not in newest]

"""Runs that have failed, told as alerts until the same job succeeds again."""

from collections.abc import Iterable

import dagster as dg

from resources.ledger import Ledger, alerts

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def watch_runs(instance: dg.DagsterInstance, ledger: Ledger, jobs: Iterable[str]) -> list[str]:
    """Tell of the jobs whose newest run that has ended failed, once, and end what was told of those
    that succeed again; returns the failed ones. A run that was cancelled is neither."""
    newest = {job: _newest(instance, job) for job in jobs}
    failed = [job for job, run in newest.items() if run and run.is_failure]
    with ledger.write() as connection:
        for job, run in newest.items():
            if run and run.is_failure:
                alerts.tell(connection, ledger, _news(job, run.run_id))
            elif run:
                alerts.resolve(connection, ledger, _key(job))
    return failed


def _newest(instance: dg.DagsterInstance, job: str) -> dg.DagsterRun | None:
    wanted = dg.RunsFilter(job_name=job, statuses=_ENDED)
    return next(iter(instance.get_runs(wanted, limit=1)), None)


def _key(job: str) -> str:
    return f"run_failed:{job}"


def _news(job: str, run_id: str) -> alerts.News:
    return alerts.News(
        _key(job),
        "run_failed",
        "warning",
        f"the last run of {job} failed; its reasons stand in Dagster, run {run_id}",
        details={"job": job, "run_id": run_id},
    )

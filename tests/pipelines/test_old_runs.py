"""Dagster's records of frequent runs do not grow for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.old_runs import delete_old_runs
from resources.plan import OHLCV_JOB, PRICES_JOB

SCHEDULED = {"dagster/schedule_name": "prices_every_minute"}


@dg.op
def work(context: dg.OpExecutionContext) -> None:
    if "fails" in context.run_tags:
        raise RuntimeError("asked to fail")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def run(instance: dg.DagsterInstance, job: str, **tags: str) -> str:
    ended = dg.JobDefinition(name=job, graph_def=dg.GraphDefinition(name=job, node_defs=[work]))
    result = ended.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    return result.run_id


def left(instance: dg.DagsterInstance) -> set[str]:
    return {run.run_id for run in instance.get_runs()}


def after(**time: int) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def test_old_runs_of_a_frequent_job_are_deleted_but_the_newest(
    instance: dg.DagsterInstance,
) -> None:
    runs = [run(instance, PRICES_JOB, **SCHEDULED) for _ in range(3)]
    assert delete_old_runs(instance, after(hours=1)) == 0
    assert delete_old_runs(instance, after(hours=3)) == 2
    assert left(instance) == {runs[2]}


def test_what_failed_is_kept_for_a_week(instance: dg.DagsterInstance) -> None:
    failed = run(instance, PRICES_JOB, fails="yes", **SCHEDULED)
    newest = run(instance, PRICES_JOB, **SCHEDULED)
    assert delete_old_runs(instance, after(days=6)) == 0
    assert left(instance) == {failed, newest}
    assert delete_old_runs(instance, after(days=8)) == 1
    assert left(instance) == {newest}


def test_runs_of_other_jobs_and_those_that_somebody_started_stay(
    instance: dg.DagsterInstance,
) -> None:
    runs = {run(instance, OHLCV_JOB, **SCHEDULED), run(instance, PRICES_JOB)}
    run_of_a_schedule = run(instance, PRICES_JOB, **SCHEDULED)
    assert delete_old_runs(instance, after(days=30)) == 0
    assert left(instance) == {*runs, run_of_a_schedule}

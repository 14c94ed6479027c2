"""Dagster's records of scheduled runs do not grow for ever."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.old_runs import KEPT_RUNS, delete_old_runs
from pipelines.run_leftovers import delete_leftovers
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


def test_old_runs_of_a_schedule_are_deleted_but_the_newest(instance: dg.DagsterInstance) -> None:
    runs = [run(instance, PRICES_JOB, **SCHEDULED) for _ in range(KEPT_RUNS + 2)]
    assert delete_old_runs(instance, after(minutes=50)) == 0
    assert delete_old_runs(instance, after(hours=3)) == 2
    assert left(instance) == {*runs[2:]}


def test_what_failed_is_kept_for_a_week(instance: dg.DagsterInstance) -> None:
    failed = run(instance, PRICES_JOB, fails="yes", **SCHEDULED)
    newest = run(instance, PRICES_JOB, **SCHEDULED)
    assert delete_old_runs(instance, after(days=6)) == 0
    assert left(instance) == {failed, newest}
    assert delete_old_runs(instance, after(days=8)) == 1
    assert left(instance) == {newest}


def test_each_schedule_keeps_its_own_and_what_somebody_started_stays(
    instance: dg.DagsterInstance,
) -> None:
    by_hand = {run(instance, OHLCV_JOB), run(instance, PRICES_JOB)}
    other = {run(instance, OHLCV_JOB, **{"dagster/schedule_name": "candles_every_hour"})}
    mine = [run(instance, PRICES_JOB, **SCHEDULED) for _ in range(KEPT_RUNS + 1)]
    assert delete_old_runs(instance, after(days=30)) == 1
    assert left(instance) == {*by_hand, *other, *mine[1:]}


@dg.asset
def thing() -> None:
    print("said")  # noqa: T201 (what a run prints is kept in a file of its own)


@dg.asset_check(asset=thing)
def sound() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def materialize(instance: dg.DagsterInstance) -> str:
    done = dg.materialize([thing, sound], instance=instance, tags=SCHEDULED)
    return done.run_id


def traces(home: Path, run_id: str) -> list[Path]:
    return [one for one in home.rglob("*") if run_id in one.name]


def made_older(home: Path) -> None:
    then = time.time() - 7_200
    for path in home.rglob("*"):
        os.utime(path, (then, then))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy("dagster_home/dagster.yaml", tmp_path)
    return tmp_path


def test_nothing_stays_of_runs_that_were_deleted(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        gone, kept = materialize(instance), materialize(instance)
        instance.delete_run(gone)
        assert traces(home, gone), "Dagster cleans up by itself now"
        made_older(home)
        files, rows = delete_leftovers(home, after(hours=2))
        assert files >= 2
        assert rows == 1, "its check"
        assert traces(home, gone) == []
        assert traces(home, kept)
        assert delete_leftovers(home, after(hours=2)) == (0, 0)
        assert instance.get_run_by_id(kept) is not None
        assert instance.get_latest_materialization_event(thing.key) is not None
        (check,) = instance.event_log_storage.get_asset_check_execution_history(
            sound.check_key, limit=5
        )
        assert check.run_id == kept


def test_the_newest_row_of_a_check_stays_though_its_run_went(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        only = materialize(instance)
        instance.delete_run(only)
        delete_leftovers(home, after(hours=2))
        history = instance.event_log_storage.get_asset_check_execution_history(
            sound.check_key, limit=5
        )
        assert [one.run_id for one in history] == [only]


def test_what_is_younger_than_an_hour_stays(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        young = materialize(instance)
        instance.delete_run(young)
        files, _ = delete_leftovers(home, datetime.now(UTC))
        assert files == 0
        assert traces(home, young)


def test_without_records_in_files_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert delete_leftovers(tmp_path, after(days=1)) == (0, 0)

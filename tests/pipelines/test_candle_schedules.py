"""When collections of candles are launched by themselves, and when not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.candle_schedules import candle_schedules
from pipelines.jobs import collect_ohlcv
from resources.dagster_resources import LedgerResource
from resources.ledger import Ledger, coverage
from resources.market import Interval
from resources.plan import MODE_TAG, ORIGIN_TAG, Window
from resources.settings import Settings

NOON, ONE = (datetime(2026, 11, 20, hour, 1, tzinfo=UTC) for hour in (12, 13))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, top_n_cryptos=1)


def tick(
    instance: dg.DagsterInstance, settings: Settings, name: str, at: datetime = ONE
) -> dg.RunRequest | dg.SkipReason:
    [schedule] = [one for one in candle_schedules(settings) if one.name == name]
    resources = {"ledger": LedgerResource(url=settings.ledger_url)}
    with dg.build_schedule_context(
        instance=instance, resources=resources, scheduled_execution_time=at
    ) as context:
        found = schedule(context)
    assert isinstance(found, dg.RunRequest | dg.SkipReason)
    if isinstance(found, dg.RunRequest):
        # As the daemon gets it, over the wire.
        dg.serialize_value(found)
    return found


def going(instance: dg.DagsterInstance, mode: str) -> None:
    graph = dg.GraphDefinition(name=collect_ohlcv.name, node_defs=[])
    job = dg.JobDefinition(name=collect_ohlcv.name, graph_def=graph)
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={MODE_TAG: mode})


@pytest.mark.parametrize(
    ("name", "mode", "interval"),
    [
        ("candles_regularly", "forward", ""),
        ("candles_every_hour", "forward", "1h"),
        ("gaps_every_week", "gap_fill", ""),
    ],
)
def test_each_asks_for_its_kind_and_says_that_it_was_a_schedule(
    instance: dg.DagsterInstance, settings: Settings, name: str, mode: str, interval: str
) -> None:
    found = tick(instance, settings, name)
    assert isinstance(found, dg.RunRequest)
    config = found.run_config["ops"]["ohlcv"]["config"]
    assert (config["mode"], config["interval"]) == (mode, interval)
    assert found.tags[ORIGIN_TAG] == "schedule"
    assert found.tags["dagster/asset_partition_range_start"] == "2025-01-01"


def test_forward_asks_for_the_months_since_the_newest_candles(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    now = ledger.now()
    with ledger.write() as connection:
        coverage.extend(connection, "1h", [("BTC/USDT", Window(0, Interval.H1.floor(now)))])
    found = tick(instance, settings, "candles_every_hour")
    assert isinstance(found, dg.RunRequest)
    today = datetime.fromtimestamp(now / 1000, UTC)
    assert found.tags["dagster/asset_partition_range_start"] == f"{today:%Y-%m}-01"
    assert found.run_config["ops"]["ohlcv"]["config"]["start"] == f"{today:%Y-%m-%d}"
    ledger.close()


def test_the_hourly_one_leaves_hours_alone_in_which_all_intervals_are_collected(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    assert isinstance(tick(instance, settings, "candles_every_hour", NOON), dg.SkipReason)
    assert isinstance(tick(instance, settings, "candles_regularly", NOON), dg.RunRequest)
    rare = settings.model_copy(update={"collection_schedule": "30 3 * * *"})
    assert isinstance(tick(instance, rare, "candles_every_hour", NOON), dg.RunRequest)


def test_without_hourly_candles_there_is_no_hourly_collection(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    daily = settings.model_copy(update={"collection_intervals": [Interval.D1]})
    assert isinstance(tick(instance, daily, "candles_every_hour"), dg.SkipReason)


@pytest.mark.parametrize(
    ("mode", "launched"), [("backward", True), ("gap_fill", True), ("forward", False)]
)
def test_only_a_collection_of_the_same_kind_is_waited_for(
    instance: dg.DagsterInstance, settings: Settings, mode: str, launched: bool
) -> None:
    going(instance, mode)
    found = tick(instance, settings, "candles_every_hour")
    assert isinstance(found, dg.RunRequest) == launched


def test_the_setting_says_when(settings: Settings) -> None:
    rare = settings.model_copy(update={"collection_schedule": "30 3 * * *"})
    found = {one.name: one.cron_schedule for one in candle_schedules(rare)}
    assert found["candles_regularly"] == "30 3 * * *"

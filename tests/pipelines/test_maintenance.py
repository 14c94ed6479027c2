"""The jobs of maintenance, as Dagster runs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines import maintenance
from resources import backups
from resources.dagster_resources import BackupsResource, LakeResource, LedgerResource
from resources.lake import Lake
from resources.ledger import Ledger, alerts, commits
from resources.schemas import PRICES
from tests.ledgers import ledger_at
from tests.resources.maintenance.frames import DAY, prices


@dataclass
class Home:
    path: Path
    lake: Lake
    ledger: Ledger

    @property
    def folder(self) -> Path:
        return self.path / "backups"

    def run(
        self, job: dg.JobDefinition, lake: str | None = None, ledger: str | None = None
    ) -> dg.ExecuteInProcessResult:
        resources = {
            "lake": LakeResource(url=lake or self.lake.url),
            "ledger": LedgerResource(url=ledger or self.ledger.url),
            "kept_backups": BackupsResource(folder=str(self.folder), mode="sandbox", count=2),
        }
        with dg.DagsterInstance.ephemeral(str(self.path / "dagster")) as instance:
            return job.execute_in_process(
                resources=resources, instance=instance, raise_on_error=False
            )

    def metadata(self, result: dg.ExecuteInProcessResult, op: str) -> dict[str, object]:
        (output,) = (
            event.step_output_data
            for event in result.events_for_node(op)
            if event.is_successful_output
        )
        return {name: value.value for name, value in output.metadata.items()}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    ledger = ledger_at(tmp_path / "ledger.db")
    yield Home(tmp_path, Lake(str(tmp_path / "lake")), ledger)
    ledger.close()


def store(lake: Lake, count: int) -> None:
    """So many prices of a day long ago, a commit each."""
    for minute in range(count):
        lake.merge(PRICES, prices([DAY - timedelta(days=400) + timedelta(minutes=minute)]))


def ledger_of(home: Home, hours_ago: int) -> Ledger:
    """The same ledger, so many hours ago."""
    return Ledger(home.ledger.url, skew_ms=-hours_ago * 3_600_000)


def write(home: Home, hours_ago: int) -> None:
    """Acknowledge a version of the lake, so many hours ago."""
    then = ledger_of(home, hours_ago)
    with then.write() as connection:
        commits.record(connection, then, PRICES.name, 1, [{"symbol": "BTC"}], 1)
    then.close()


def test_compaction_makes_one_file_and_says_of_how_many(home: Home) -> None:
    store(home.lake, 12)
    result = home.run(maintenance.compact_lake)
    assert home.metadata(result, "compact_files") == {"partitions": 1, "files": 12}
    assert home.metadata(result, "vacuum_files") == {"files": 0}
    assert len(home.lake.files(PRICES)) == 1


def test_retention_thins_and_writes_checkpoints(home: Home) -> None:
    store(home.lake, 12)
    write(home, hours_ago=30)
    result = home.run(maintenance.retention)
    assert home.metadata(result, "retain_rows") == {"rows": {"prices": 11}}
    assert home.metadata(result, "checkpoint_logs") == {"tables": 1}
    assert home.lake.scan(PRICES, {}).collect().height == 1


@pytest.mark.parametrize("hours_ago", [0, 3 * 365 * 24], ids=["new", "ahead"])
def test_old_rows_stay_until_the_clock_has_gone_on_for_a_day(home: Home, hours_ago: int) -> None:
    store(home.lake, 12)
    write(home, hours_ago)
    # What comes by a clock that was set forth, or after a long stop, makes it no better.
    write(home, hours_ago=0)
    with home.ledger.write() as connection:
        alerts.tell(connection, ledger_of(home, 30), alerts.News("x", "backup", "info", "x"))
    result = home.run(maintenance.retention)
    assert result.success == (hours_ago == 0)
    assert home.lake.scan(PRICES, {}).collect().height == 12
    assert home.metadata(result, "checkpoint_logs") == {"tables": 1}
    write(home, hours_ago=30)
    assert home.run(maintenance.retention).success
    assert home.lake.scan(PRICES, {}).collect().height == 1


def test_the_databases_are_vacuumed(home: Home) -> None:
    result = home.run(maintenance.database_vacuum)
    assert "bytes before" in str(home.metadata(result, "vacuum_databases")["ledger.db"])


def test_dagster_s_databases_are_vacuumed_also_where_the_ledger_is_no_file(home: Home) -> None:
    of_dagster = home.path / "dagster" / "schedules" / "schedules.db"
    of_dagster.parent.mkdir(parents=True)
    of_dagster.touch()
    result = home.run(maintenance.database_vacuum, ledger="sqlite://")
    assert list(home.metadata(result, "vacuum_databases")) == ["schedules.db"]


def open_alerts(ledger: Ledger) -> list[str]:
    found, _ = alerts.read(ledger, alerts.Wanted(), 10)
    return [one.news.message for one in found if one.resolved_at is None]


def test_a_backup_that_cannot_be_made_is_one_alert_until_one_is_made(home: Home) -> None:
    store(home.lake, 1)
    home.folder.write_text("no folder")
    for _ in range(2):
        assert not home.run(maintenance.daily_backup).success
    (told,) = open_alerts(home.ledger)
    assert told.startswith("the daily backup was not made: ")
    home.folder.unlink()
    assert home.run(maintenance.daily_backup).success
    assert open_alerts(home.ledger) == []
    (made,) = backups.read_all(home.folder)
    assert backups.verify(home.folder, made.id) == []


def test_what_is_no_file_is_not_backed_up_and_alerts_nobody(home: Home) -> None:
    for stores in ({"lake": "s3://no-folder/lake"}, {"ledger": "sqlite://"}):
        result = home.run(maintenance.daily_backup, **stores)
        assert result.success
        assert home.metadata(result, "back_up") == {}
    assert open_alerts(home.ledger) == []
    assert backups.read_all(home.folder) == []


def test_each_job_has_a_schedule_at_a_minute_of_its_own() -> None:
    schedules = maintenance.MAINTENANCE_SCHEDULES
    assert {one.job_name for one in schedules} == {job.name for job in maintenance.MAINTENANCE_JOBS}
    assert len({one.cron_schedule for one in schedules}) == len(schedules)

"""Feeds, clocks, backups, versions, and what processes have left that were killed."""

import fcntl
import os
import time
from importlib.metadata import version

import pytest
import sqlalchemy as sa

from resources import backups
from resources.diagnostics import Platform, diagnose
from resources.ledger import Ledger, collections, feed_times, quarantine
from resources.ledger.tables import collections as collections_table
from resources.ledger.tables import commits, latest_prices
from tests.resources.diagnostics.patient import Patient

HOUR = 3_600_000
DAY = 24 * HOUR


def test_feeds_that_are_stale_or_have_no_data_are_told(patient: Patient) -> None:
    patient.execute(sa.update(latest_prices).values(at=patient.now - HOUR))
    found = {one["details"]["feed"]: one["severity"] for one in patient.found("feeds_fresh")}
    assert found["prices"] == "warning"
    assert found["news"] == "info"


def broken(patient: Patient, rows: int) -> None:
    with patient.ledger.write() as connection:
        told = [{"reason": "high below low", "number": number} for number in range(rows)]
        quarantine.keep(patient.ledger, connection, "candles", "binance", "BTC/USDT", told)


def test_a_quarantine_that_grows_is_told(patient: Patient) -> None:
    broken(patient, 99)
    assert patient.found("quarantine_growth") == []
    broken(patient, 120)
    [issue] = patient.found("quarantine_growth")
    assert issue["details"] == {
        "table": "candles",
        "most": [{"provider": "binance", "reason": "high below low", "rows": 120}],
    }


def test_what_is_refused_every_day_is_no_news(patient: Patient) -> None:
    patient.later = 4 * DAY
    broken(patient, 2_000)
    patient.later = 0
    with patient.ledger.write() as connection:
        connection.exec_driver_sql(f"UPDATE quarantine SET at = at - {2 * DAY} WHERE id > 200")
    assert patient.found("quarantine_growth") == []


def test_a_database_with_another_clock_is_told(patient: Patient) -> None:
    patient.later = 30_000
    [issue] = patient.found("clock_of_database")
    assert 29_000 < issue["details"]["apart_ms"] < 31_000


@pytest.mark.parametrize(("apart", "said"), [(20_000, "20 s ahead of"), (-400_000, "400 s behind")])
def test_providers_with_another_clock_are_told(patient: Patient, apart: int, said: str) -> None:
    with patient.ledger.write() as connection:
        [row, _] = connection.execute(sa.select(latest_prices)).mappings().all()
        connection.execute(sa.insert(latest_prices).values({**row, "symbol": "SOL"}))
        now = patient.now - 60_000
        connection.execute(sa.update(latest_prices).values(fetched_at=now, observed_at=now + apart))
    [issue] = patient.found("clocks_of_providers")
    assert said in issue["message"]


def test_what_was_stored_under_a_clock_that_was_ahead_is_told(patient: Patient) -> None:
    with patient.ledger.write() as connection:
        feed_times.advance(connection, patient.ledger, "market", patient.now + DAY)
    [issue] = patient.found("clock_was_ahead")
    assert issue["details"] == {"names": ["market"]}


def test_a_home_without_a_backup_is_told_once_it_is_some_days_old(patient: Patient) -> None:
    assert patient.found("backups_recent") == []
    patient.execute(sa.update(commits).values(at=patient.now - 3 * DAY))
    [issue] = patient.found("backups_recent")
    assert issue["message"] == "there is no backup, of data of 72 h"


def test_a_backup_that_is_too_old_or_damaged_is_told(patient: Patient) -> None:
    folder = patient.settings.backup_dir
    made = backups.create(folder, patient.lake, patient.ledger, mode="sandbox", origin="api")
    assert patient.found("backups_recent") == []
    patient.later = 2 * DAY
    [issue] = patient.found("backups_recent")
    assert issue["message"].startswith("the newest backup is 48 h old")
    patient.later = 0
    [one] = [path for path in folder.iterdir() if made.id in path.name]
    damaged = one / "manifest.json" if one.is_dir() else one
    damaged.write_bytes(b"{")
    assert [issue["message"] for issue in patient.found("backups_recent")] == [
        f"the backup {made.id} cannot be used"
    ]


def test_what_is_left_of_a_backup_that_was_killed_is_deleted(patient: Patient) -> None:
    folder = patient.settings.backup_dir
    (folder / ".partial-20260101T000000Z").mkdir(parents=True)
    (folder / ".partial-20260101T000000Z" / "ledger.db").write_bytes(b"x")
    (folder / ".unpacked-old").mkdir()
    os.utime(folder / ".unpacked-old", (time.time() - 7_200,) * 2)
    (folder / ".unpacked-read-now").mkdir()
    [issue] = patient.found("backups_unfinished")
    assert issue["details"] == {"left": [".partial-20260101T000000Z", ".unpacked-old"]}
    report = patient.diagnose(auto_fix=True)
    assert report["fixed_issues"][0]["outcome"] == "2 unfinished backups were deleted"
    assert [one.name for one in folder.glob(".unpacked*")] == [".unpacked-read-now"]
    assert list(folder.glob(".partial*")) == []


def test_a_backup_that_is_being_made_is_left_alone(patient: Patient) -> None:
    folder = patient.settings.backup_dir
    (folder / ".partial-20260101T000000Z").mkdir(parents=True)
    with (folder / ".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert patient.found("backups_unfinished") == []
    assert len(patient.found("backups_unfinished")) == 1


def test_a_collection_that_was_killed_is_ended(patient: Patient) -> None:
    claimed = collections.claim(patient.ledger, "backward", "api")
    collections.begin(patient.ledger, claimed, "backward", "api", "run-1")
    assert patient.found("collections_lost") == []
    patient.execute(sa.update(collections_table).values(beat_at=patient.now - HOUR))
    [issue] = patient.found("collections_lost")
    assert issue["fix"]["id"] == f"end_collection:{claimed}"
    patient.diagnose(auto_fix=True)
    found = collections.find(patient.ledger, claimed)
    assert found is not None
    assert (found.state, found.error) == ("failure", "it was killed")
    assert patient.found("collections_lost") == []


def test_a_home_of_the_other_mode_is_critical(patient: Patient) -> None:
    (patient.settings.home_dir / "mode").write_text("live")
    [issue] = patient.found("mode_of_home")
    assert issue["severity"] == "critical"


def test_a_service_that_is_older_than_what_is_installed_is_told(patient: Patient) -> None:
    ledger = Ledger(patient.settings.ledger_url)
    report = diagnose(Platform(patient.settings, ledger, None, "0.0.1"))
    ledger.close()
    [issue] = [one for one in report["issues"] if one["check"] == "version_of_headwater"]
    assert issue["details"] == {"runs": "0.0.1", "installed": version("headwater")}

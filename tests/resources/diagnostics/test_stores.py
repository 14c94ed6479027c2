"""Disk, ledger and lake, damaged for real."""

import re
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from resources.flush_prices import flush_prices
from resources.lake import Lake
from resources.ledger.tables import commits
from resources.schemas import CANDLES, PRICES
from tests.api.world import prices
from tests.resources.diagnostics.patient import Patient, admitted

MINUTE = 60_000


def test_a_disk_without_room_is_critical(small_disk: Path) -> None:
    with admitted(small_disk / "home") as patient:
        [issue] = patient.found("disk_room")
    assert issue["severity"] == "critical"
    assert issue["details"]["free_bytes"] < 3 * 2**20
    assert issue["details"]["used_bytes"]["ledger"] > 0


def test_a_ledger_with_overwritten_pages_is_critical(patient: Patient) -> None:
    patient.ledger.close()
    file = patient.settings.home_dir / "ledger.db"
    content = bytearray(file.read_bytes())
    # Behind the schema: pages of tables and of their indexes.
    for page in range(60, len(content) // 4096, 3):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    report = patient.diagnose()
    [issue] = [one for one in report["issues"] if one["check"] == "ledger_integrity"]
    assert issue["severity"] == "critical"
    assert report["critical_issues"] >= 1


@pytest.mark.parametrize(
    ("stored", "said"), [("0008", "a start brings it to"), ("9999", "is of a later version")]
)
def test_a_schema_of_another_version_is_critical(patient: Patient, stored: str, said: str) -> None:
    patient.execute(sa.text(f"UPDATE alembic_version SET version_num = '{stored}'"))
    [issue] = patient.found("ledger_schema")
    assert issue["severity"] == "critical"
    assert said in issue["message"]


def test_a_file_of_the_lake_that_is_gone_is_critical(patient: Patient) -> None:
    [file] = patient.lake.files(PRICES)
    Path(file).unlink()
    [issue] = patient.found("lake_readable")
    assert issue["severity"] == "critical"
    assert issue["message"].startswith("the table prices of the lake is damaged: 1 of its 1 files")


def test_a_file_of_the_lake_that_was_cut_is_critical(patient: Patient) -> None:
    [file] = map(Path, patient.lake.files(CANDLES))
    file.write_bytes(file.read_bytes()[:-20])
    [issue] = patient.found("lake_readable")
    assert issue["message"].endswith(f"{file.name} cannot be read")


def test_a_file_of_the_lake_with_other_columns_is_critical(patient: Patient) -> None:
    [file] = map(Path, patient.lake.files(PRICES))
    rows = pl.read_parquet(file, hive_partitioning=False)
    rows.with_columns(pl.col("price").cast(pl.String)).write_parquet(file)
    [issue] = patient.found("lake_readable")
    assert issue["message"].endswith("has another kind of price than it should")


def test_a_table_without_its_log_is_critical(patient: Patient) -> None:
    for file in Path(patient.lake.url, "prices", "_delta_log").glob("*.json"):
        file.write_text("{broken")
    assert {one["details"]["table"] for one in patient.found("lake_readable")} == {"prices"}


def test_a_version_that_was_acknowledged_and_is_gone_is_critical(patient: Patient) -> None:
    flush_prices(patient.lake, patient.ledger, prices(patient.now - MINUTE, {"BTC": 1.0}))
    assert patient.found("lake_acknowledged") == []
    newest = max(Path(patient.lake.url, "prices", "_delta_log").glob("*.json"))
    newest.unlink()
    [issue] = patient.found("lake_acknowledged")
    assert issue["severity"] == "critical"
    assert issue["details"]["told"] == issue["details"]["stored"] + 1


def test_a_table_that_was_acknowledged_and_is_gone_is_critical(patient: Patient) -> None:
    patient.execute(
        sa.insert(commits).values(table_name="news", version=3, keys="[]", rows=1, at=patient.now)
    )
    [issue] = patient.found("lake_acknowledged")
    assert issue["details"] == {"table": "news", "told": 3, "stored": None}


def test_small_files_are_compacted(patient: Patient) -> None:
    frames = [prices(patient.now - days * 86_400_000, {"BTC": 1.0}) for days in range(3, 104)]
    for shift in (0, MINUTE):
        minute = pl.col("minute") + pl.duration(milliseconds=shift)
        patient.lake.merge(PRICES, pl.concat(frames).with_columns(minute.alias("minute")))
    age_files(patient)
    before = patient.lake.files(PRICES)
    [issue] = patient.found("lake_small_files")
    assert issue["fix"]["id"] == "compact:lake"
    report = patient.diagnose(auto_fix=True)
    assert report["fixed_issues"][0]["outcome"].startswith("202 files of 101 partitions")
    assert len(patient.lake.files(PRICES)) == len(before) - 101
    assert patient.found("lake_small_files") == []


def age_files(patient: Patient) -> None:
    """Let the log of the lake tell that its files were written two days ago."""
    for file in Path(patient.lake.url, "prices", "_delta_log").glob("*.json"):
        older = re.sub(
            r'("modificationTime":)(\d+)',
            lambda found: f"{found[1]}{int(found[2]) - 2 * 86_400_000}",
            file.read_text(),
        )
        file.write_text(older)
    patient.lake = Lake(patient.lake.url)

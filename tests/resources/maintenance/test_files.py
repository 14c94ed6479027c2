"""Files and logs that nobody needs go, those that somebody may need stay."""

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from resources.lake import PROPERTIES, Lake
from resources.maintenance.compaction import compact
from resources.maintenance.files import checkpoint, vacuum
from resources.schemas import PRICES
from tests.resources.maintenance.frames import DAY, prices

HOUR = 3_600


def filled(folder: Path, flushes: int) -> Lake:
    lake = Lake(str(folder))
    for _ in range(flushes):
        lake.merge(PRICES, prices([DAY], f"A{time.monotonic_ns()}"))
    return lake


def made_older(folder: Path, seconds: float) -> None:
    """As if all files had been written so much earlier."""
    then = time.time() - seconds
    for file in folder.rglob("*"):
        os.utime(file, (then, then))


def parquets(folder: Path) -> set[Path]:
    return set((folder / "prices").glob("day=*/*.parquet"))


def test_files_that_were_just_replaced_stay_however_old_they_are(tmp_path: Path) -> None:
    lake = filled(tmp_path, 12)
    before = parquets(tmp_path)
    made_older(tmp_path, 5 * HOUR)
    compact(lake, datetime.now(UTC))
    assert vacuum(lake) == 0
    assert parquets(tmp_path) > before


def test_what_a_killed_writer_has_left_goes_after_an_hour(tmp_path: Path) -> None:
    lake = filled(tmp_path, 2)
    known = parquets(tmp_path)
    file = next(iter(known))
    left, young = file.with_name("left.parquet"), file.with_name("young.parquet")
    shutil.copy(file, left)
    made_older(tmp_path, 2 * HOUR)
    shutil.copyfile(file, young)
    version = lake.version(PRICES)
    assert vacuum(lake) == 1
    assert parquets(tmp_path) == known | {young}
    assert lake.version(PRICES) > version
    assert lake.scan(PRICES, {}).collect().height == 2


def test_nothing_is_committed_where_nothing_is_to_be_deleted(tmp_path: Path) -> None:
    lake = filled(tmp_path, 3)
    version = lake.version(PRICES)
    assert vacuum(lake) == 0
    assert lake.version(PRICES) == version


def test_a_table_of_before_gets_the_properties(tmp_path: Path) -> None:
    lake = filled(tmp_path, 1)
    url = str(tmp_path / "prices")
    with_days = {"delta.logRetentionDuration": "interval 30 days"}
    DeltaTable(url).alter.set_table_properties(with_days)
    checkpoint(lake)
    configuration = DeltaTable(url).metadata().configuration
    assert {name: configuration[name] for name in PROPERTIES} == PROPERTIES


def test_the_log_before_a_checkpoint_goes_after_a_day(tmp_path: Path) -> None:
    lake = filled(tmp_path, 20)
    log = tmp_path / "prices" / "_delta_log"
    reader = Lake(str(tmp_path))
    assert reader.scan(PRICES, {}).collect().height == 20
    assert checkpoint(lake) == 1
    assert len(list(log.glob("*.json"))) == 21
    made_older(log, 25 * HOUR)
    lake.merge(PRICES, prices([DAY], "NEW"))
    checkpoint(lake)
    assert len(list(log.glob("*.json"))) <= 2
    again = Lake(str(tmp_path)).scan(PRICES, {}).collect()
    assert again.height == 21
    assert again.filter(pl.col("symbol") == "NEW").height == 1

"""Small files become one, in order; no row is lost, doubled or moved, whoever writes meanwhile."""

import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from resources.lake import Lake, Partition
from resources.maintenance.compaction import Compacted, compact, due
from resources.maintenance.files import vacuum
from resources.maintenance.retention import retain
from resources.schemas import CANDLES, PRICES, Table, bucket_of
from tests.resources.lake.frames import candles
from tests.resources.maintenance.frames import DAY, prices

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def stored(lake: Lake, table: Table = CANDLES) -> pl.DataFrame:
    return lake.scan(table, {}).sort(table.key).collect()


def filled(folder: Path, flushes: int = 40) -> Lake:
    """A flush an hour of each market: a file each."""
    lake = Lake(str(folder))
    for hour in range(flushes):
        lake.merge(CANDLES, pl.concat(candles(symbol, [hour]) for symbol in SYMBOLS))
    return lake


def test_many_small_files_become_one_sorted_file_of_each_partition(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    before, buckets = stored(lake), {bucket_of(symbol) for symbol in SYMBOLS}
    assert compact(lake, now()) == Compacted(len(buckets), len(buckets) * 40)
    assert stored(lake).equals(before)
    files = lake.files(CANDLES)
    assert len(files) == len(buckets)
    for file in files:
        rows = pl.read_parquet(file, hive_partitioning=False)
        assert rows.equals(rows.sort(CANDLES.sort))


def test_compacting_again_does_nothing(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    compact(lake, now())
    version = lake.version(CANDLES)
    assert compact(lake, now()) == Compacted()
    assert lake.version(CANDLES) == version


def test_a_reader_goes_on_with_the_files_that_it_knows(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    frozen, before = Lake(str(tmp_path)).frozen(), stored(lake)
    compact(lake, now())
    assert vacuum(lake) == 0
    assert stored(frozen).equals(before)


def part(files: int, rows: int, largest: int, age: timedelta = timedelta(0)) -> Partition:
    return Partition({"day": "2026-03-01"}, files, rows, largest, NOW, NOW - age)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (part(1, 1_000, 1_000), False),
        (part(5, 1_000, 800), False),  # too few to matter
        (part(9, 1_000, 800), True),
        (part(9, 1_000, 950), False),  # too little in them for rewriting the others
        (part(33, 1_000, 995), True),  # but so many cost every read
        (part(2, 1_000, 995, timedelta(days=2)), True),  # nothing more comes
        (part(1, 1_000, 1_000, timedelta(days=2)), False),
        (part(40, 6_000_000, 500_000), False),  # it would not fit into memory
    ],
)
def test_a_partition_is_due_when_it_is_worth_it(one: Partition, expected: bool) -> None:
    assert due(one, NOW) is expected


def _write(folder: str, symbol: str, flushes: int) -> None:
    lake = Lake(folder)
    for hour in range(flushes):
        lake.merge(CANDLES, candles(symbol, [hour, hour + 1], provider="okx"))
        lake.merge(PRICES, prices([DAY + timedelta(minutes=hour)], symbol))


def _compact_all_the_time(folder: str) -> None:
    lake = Lake(folder)
    while True:
        compact(lake, now() + timedelta(days=2))


def test_writers_beside_compaction_lose_and_double_nothing(tmp_path: Path) -> None:
    """Two processes write to the same partitions while a third rewrites them without a pause."""
    Lake(str(tmp_path)).version(CANDLES)
    spawn = multiprocessing.get_context("spawn")
    same = [name for name in (f"A{n}/USDT" for n in range(100)) if bucket_of(name) == 3][:2]
    writers = [spawn.Process(target=_write, args=(str(tmp_path), symbol, 25)) for symbol in same]
    compactor = spawn.Process(target=_compact_all_the_time, args=(str(tmp_path),), daemon=True)
    for process in (compactor, *writers):
        process.start()
    for writer in writers:
        writer.join(120)
    compactor.terminate()
    compactor.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    lake = Lake(str(tmp_path))
    assert rewrites(lake, CANDLES) > 5, "hardly anything was compacted meanwhile"
    for table, each in ((CANDLES, 26), (PRICES, 25)):
        rows = stored(lake, table)
        assert rows.unique(table.key).height == rows.height == 2 * each


def rewrites(lake: Lake, table: Table) -> int:
    """How many commits have replaced a partition."""
    with lake.held(table) as delta:
        history = delta.history()
    return sum(one["operationParameters"].get("mode") == "Overwrite" for one in history)


def _maintain_all_the_time(folder: str) -> None:
    lake = Lake(folder)
    while True:
        retain(lake, DAY + timedelta(days=100))
        compact(lake, now() + timedelta(days=2))
        vacuum(lake)


def test_maintenance_that_is_killed_at_any_moment_leaves_whole_tables(tmp_path: Path) -> None:
    """Of every row that was stored the first of its hour stays, however often it is killed."""
    spawn, chance = multiprocessing.get_context("spawn"), random.Random(7)
    lake, hours = Lake(str(tmp_path)), 30
    lake.version(PRICES)
    for turn in range(4):
        process = spawn.Process(target=_maintain_all_the_time, args=(str(tmp_path),))
        process.start()
        for hour in range(turn * hours, (turn + 1) * hours):
            at = [DAY + timedelta(hours=hour % 24, minutes=m + 2 * (hour // 24)) for m in (0, 1)]
            lake.merge(PRICES, prices(at, "BTC", "ETH"))
        time.sleep(chance.uniform(1.0, 2.0))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    retain(lake, DAY + timedelta(days=100))
    compact(lake, now() + timedelta(days=2))
    rows = stored(lake, PRICES)
    assert rows.unique(PRICES.key).height == rows.height == 2 * 24
    assert set(rows["minute"]) == {DAY + timedelta(hours=hour) for hour in range(24)}
    assert len(lake.files(PRICES)) == 1

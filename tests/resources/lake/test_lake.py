"""Merging into the lake: nothing doubled, nothing lost, old values kept."""

import multiprocessing
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import StoreUnavailable
from resources.lake import Lake, Merged
from resources.schemas import CANDLE_REVISIONS, CANDLES, LARGE_TRANSFERS, PRICES, Table
from tests.resources.lake.frames import START, candles, transfers

hours = st.lists(st.integers(0, 2000), min_size=1, max_size=40)
symbols = st.lists(st.sampled_from(["BTC/USDT", "ETH/USDT", "O'X/USD", "XRP/USDT"]), min_size=1)


def rows(lake: Lake, table: Table = CANDLES) -> pl.DataFrame:
    return lake.scan(table, {}).collect()


@settings(max_examples=25, deadline=None)
@given(symbols, hours, hours)
def test_any_batch_merged_twice_adds_no_row(
    names: Sequence[str], first: Sequence[int], second: Sequence[int]
) -> None:
    with TemporaryDirectory() as folder:
        lake = Lake(folder)
        for chosen in (first, second, first):
            lake.merge(CANDLES, pl.concat(candles(name, chosen) for name in names))
        expected = {(name, START + timedelta(hours=h)) for name in names for h in [*first, *second]}
        stored = rows(lake).select("symbol", "open_time").rows()
        assert len(stored) == len(expected)
        assert set(stored) == expected
        assert rows(lake, CANDLE_REVISIONS).is_empty()


def test_a_batch_that_says_nothing_new_makes_no_version(tmp_path: Path) -> None:
    lake, batch = Lake(str(tmp_path)), candles("BTC/USDT", range(48))
    assert lake.merge(CANDLES, batch) == Merged(1, inserted=48)
    assert lake.merge(CANDLES, batch) == Merged(None)
    assert lake.version(CANDLES) == 1


def test_a_revised_candle_replaces_the_old_one_which_is_kept_with_its_time(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(CANDLES, candles("BTC/USDT", range(10), close=100))
    merged = lake.merge(CANDLES, candles("BTC/USDT", [3, 10], close=101, known_hours=5))
    assert (merged.inserted, merged.revised) == (1, 1)
    revised = rows(lake).filter(pl.col("open_time") == START + timedelta(hours=3))
    assert revised["close"].to_list() == [101]
    old = rows(lake, CANDLE_REVISIONS)
    assert old.select("close", "known_at").rows() == [(100, START + timedelta(days=60))]
    lake.merge(CANDLES, candles("BTC/USDT", [3], close=101, known_hours=6))
    assert rows(lake, CANDLE_REVISIONS).height == 1


@pytest.mark.parametrize(
    ("stored", "told", "stands"),
    [
        (("kraken", "live"), ("binance", "live"), 100),  # another provider changes nothing
        (("kraken", "live"), ("kraken", "live"), 105),  # its own provider does
        (("csv", "imported"), ("kraken", "live"), 105),  # and everybody what was imported
        (("csv", "imported"), ("parquet", "imported"), 105),
        (("kraken", "live"), ("csv", "imported"), 100),
        (("kraken", "live"), ("kraken", "imported"), 100),
    ],
)
def test_a_stored_candle_is_changed_by_its_own_provider_alone(
    tmp_path: Path, stored: tuple[str, str], told: tuple[str, str], stands: float
) -> None:
    lake = Lake(str(tmp_path))
    provider, mode = stored
    lake.merge(CANDLES, candles("BTC/USDT", [3], 100, provider=provider, mode=mode))
    other, other_mode = told
    merged = lake.merge(CANDLES, candles("BTC/USDT", [3, 4], 105, 5, other, other_mode))
    assert rows(lake).sort("open_time")["close"].to_list() == [stands, 105]
    revisions = rows(lake, CANDLE_REVISIONS)
    if stands == 105:
        assert (merged.revised, merged.kept, revisions.height) == (1, None, 1)
        return
    assert (merged.inserted, merged.revised, revisions.height) == (1, 0, 0)
    assert merged.kept is not None
    [kept] = merged.kept.to_dicts()
    at = int((START + timedelta(hours=3)).timestamp() * 1000)
    assert kept == {
        "symbol": "BTC/USDT",
        "interval": "1h",
        "open_time": at,
        "provider": provider,
        "close": 100.0,
        "other_provider": other,
        "other_close": 105.0,
    }


def test_another_provider_that_tells_the_same_is_no_news(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(CANDLES, candles("BTC/USDT", range(5)))
    assert lake.merge(CANDLES, candles("BTC/USDT", range(5), provider="okx")) == Merged(None)


def test_the_last_of_rows_with_one_key_is_stored(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    twice = pl.concat([candles("BTC/USDT", [1], close=1), candles("BTC/USDT", [1], close=2)])
    lake.merge(CANDLES, twice)
    assert rows(lake)["close"].to_list() == [2]


def test_a_price_that_is_stored_for_a_minute_stays(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    first = _price(1.0)
    lake.merge(PRICES, first)
    lake.merge(PRICES, _price(2.0))
    assert rows(lake, PRICES)["price"].to_list() == [1.0]


@pytest.mark.parametrize("minutes", [(725, 740), (740, 725)])
def test_a_row_whose_time_is_no_part_of_its_key_is_found_at_any_time(
    tmp_path: Path, minutes: tuple[int, int]
) -> None:
    first, second = Lake(str(tmp_path)), Lake(str(tmp_path))
    assert rows(second, LARGE_TRANSFERS).is_empty()
    first.merge(LARGE_TRANSFERS, transfers(["a", "b"], minutes[0], None))
    merged = second.merge(LARGE_TRANSFERS, transfers(["b", "c"], minutes[1], 900))
    assert (merged.inserted, merged.revised) == (1, 1)
    assert second.merge(LARGE_TRANSFERS, transfers(["b"], 0, 900)) == Merged(None)
    stored = rows(first, LARGE_TRANSFERS).sort("hash")
    assert stored.select("hash", "height").rows() == [("a", None), ("b", 900), ("c", 900)]


def test_a_scan_reads_the_window_and_the_partitions_asked_for(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(CANDLES, pl.concat(candles(s, range(24)) for s in ("BTC/USDT", "ETH/USDT")))
    start, end = START + timedelta(hours=2), START + timedelta(hours=5)
    found = lake.scan(CANDLES, {"interval": ["1h"], "period": ["2024-01"]}, start, end).collect()
    assert found.height == 6
    assert found.schema == CANDLES.schema
    assert lake.scan(CANDLES, {"interval": ["5m"]}).collect().schema == CANDLES.schema


def test_another_process_sees_a_commit_without_opening_the_table_anew(tmp_path: Path) -> None:
    reader, writer = Lake(str(tmp_path)), Lake(str(tmp_path))
    assert rows(reader).is_empty()
    writer.merge(CANDLES, candles("BTC/USDT", range(3)))
    assert rows(reader).height == 3


def _merge_in_process(folder: str, shift: int) -> None:
    lake = Lake(folder)
    for month in range(3):
        wanted = range(month * 744, month * 744 + 200 + shift)
        lake.merge(CANDLES, pl.concat(candles(s, wanted) for s in ("BTC/USDT", "ETH/USDT")))


def _tell_in_process(folder: str, shift: int) -> None:
    lake = Lake(folder)
    for number in range(20):
        lake.merge(LARGE_TRANSFERS, transfers([str(number)], number + shift, shift))


def _two_processes(merge: Callable[[str, int], None], folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=merge, args=(str(folder), shift)) for shift in (0, 50)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]


def test_two_processes_that_merge_the_same_new_keys_double_nothing(tmp_path: Path) -> None:
    Lake(str(tmp_path)).version(CANDLES)
    _two_processes(_merge_in_process, tmp_path)
    stored = rows(Lake(str(tmp_path)))
    assert stored.height == 2 * 3 * 250
    assert stored.unique(CANDLES.key).height == stored.height


def test_two_processes_that_tell_one_key_of_two_times_double_nothing(tmp_path: Path) -> None:
    Lake(str(tmp_path)).version(LARGE_TRANSFERS)
    _two_processes(_tell_in_process, tmp_path)
    stored = rows(Lake(str(tmp_path)), LARGE_TRANSFERS)
    assert sorted(stored["hash"], key=int) == [str(number) for number in range(20)]


def test_a_folder_that_cannot_be_written_is_a_clear_error() -> None:
    with pytest.raises(StoreUnavailable, match="lake cannot be used"):
        Lake("/proc/nowhere").merge(CANDLES, candles("BTC/USDT", [1]))


def _price(value: float) -> pl.DataFrame:
    at = pl.lit(START, PRICES.schema["minute"])
    return pl.select(
        day=pl.lit("2024-01-01"),
        symbol=pl.lit("BTC"),
        minute=at,
        price=pl.lit(value),
        quote=pl.lit("USD"),
        change_24h=pl.lit(None, pl.Float64),
        providers=pl.lit(["kraken"], pl.List(pl.String)),
        n_sources=pl.lit(1, pl.Int32),
        spread_bps=pl.lit(None, pl.Float64),
        observed_at=at,
        quality=pl.lit("single"),
        mode=pl.lit("live"),
        fetched_at=at,
        known_at=at,
    )

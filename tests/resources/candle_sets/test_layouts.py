"""Each layout: what it writes it reads, and what other programs write it reads too."""

import base64
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from resources.candle_sets import LAYOUTS, Layout, file_name, files_in, find_layout
from resources.candle_sets.shape import PRICES
from resources.errors import UnknownName
from resources.market import Interval
from tests.resources.candle_sets.sets import HOUR, START, WRITTEN, frame, frames

PLAIN = ("open_time", *PRICES)
NARROW = [layout for layout in LAYOUTS.values() if not layout.wide]
# The five candles of the files in WRITTEN.
FIRST = 1_502_942_400_000
OPENS = [4261.48, 4308.83, 4330.29, 4316.62, 4333.32]


def read(layout: Layout, path: Path) -> pl.DataFrame:
    return pl.concat(layout.read(path))


@pytest.mark.parametrize("layout", NARROW, ids=lambda layout: str(layout.name))
@given(made=frames(), cut=st.integers(1, 12))
@settings(max_examples=30)
def test_what_is_written_is_read_again(layout: Layout, made: pl.DataFrame, cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(layout, "BTC/USDT", Interval.H1)
        layout.write(lambda: made.iter_slices(cut), path)
        assert_frame_equal(read(layout, path).select(PLAIN), made.select(PLAIN), check_exact=True)
        assert files_in(layout, Path(folder)) == [path]


@given(one=frames("BTC/USDT"), other=frames("ETH/USDT"), cut=st.integers(1, 30))
@settings(max_examples=30)
def test_a_wide_set_is_read_again(one: pl.DataFrame, other: pl.DataFrame, cut: int) -> None:
    both = pl.concat([one, other]).sort("open_time", "symbol")
    at = START + cut * HOUR
    early = pl.col("open_time").dt.epoch("ms") < at
    layout = LAYOUTS["vectorbt-wide"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Close-1h.parquet"
        layout.write(lambda: iter([both.filter(early), both.filter(~early)]), path)
        assert files_in(layout, Path(folder)) == [path]
        found = read(layout, path).sort("open_time", "symbol")
    assert_frame_equal(found.select("symbol", *PLAIN), both.select("symbol", *PLAIN))


@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_our_own_files_keep_all_columns(name: str, tmp_path: Path) -> None:
    made = frame(range(3), quote_volume=5.5, trades=7, source="sandbox:binance")
    LAYOUTS[name].write(lambda: iter([made]), tmp_path / "set")
    assert_frame_equal(read(LAYOUTS[name], tmp_path / "set"), made)


@pytest.mark.parametrize(
    ("layout", "name"),
    [("freqtrade-feather", "BTC_USDT-1h.feather"), ("freqtrade-json", "BTC_USDT-1h.json"),
     ("ccxt", "BTC_USDT-1h.json"), ("vectorbt", "BTC_USDT-1h.parquet"),
     ("parquet", "BTC_USDT-1h.parquet")],
)  # fmt: skip
def test_files_of_other_programs_are_read(layout: str, name: str) -> None:
    found = read(LAYOUTS[layout], WRITTEN / name)
    assert found["open_time"].dt.epoch("ms").to_list() == [FIRST + n * HOUR for n in range(5)]
    assert found["open"].to_list() == OPENS
    assert found["symbol"].null_count() == 5


@pytest.mark.parametrize("name", ["vectorbt", "vectorbt-wide"])
def test_pandas_is_told_what_the_index_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / "Close-1h.parquet"
    LAYOUTS[name].write(lambda: iter([frame(range(3))]), path)
    told = base64.b64decode(pl.read_parquet_metadata(path)["ARROW:schema"])
    assert b'"index_columns": ["Date"]' in told


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("ts_ms", [START, START + HOUR]),
        ("timestamp", [START // 1000, START // 1000 + 3600]),
        ("Open Time", [START * 1000, (START + HOUR) * 1000]),
        ("time", [START * 1_000_000, (START + HOUR) * 1_000_000]),
        ("Date", ["2026-05-01 00:00:00+00:00", "2026-05-01 01:00:00+00:00"]),
        ("datetime", ["2026-05-01T00:00:00.000Z", "2026-05-01T01:00:00.000Z"]),
        ("unix", [f"{START}", f"{START + HOUR}.0"]),
    ],
)
def test_times_are_read_by_other_names_and_units(
    column: str, values: list[object], tmp_path: Path
) -> None:
    table = frame(range(2)).drop("open_time").with_columns(pl.Series(column, values))
    table.write_csv(tmp_path / "set.csv")
    table.write_parquet(tmp_path / "set.parquet")
    for name in ("csv", "parquet"):
        found = read(LAYOUTS[name], tmp_path / f"set.{name}")
        assert found["open_time"].dt.epoch("ms").to_list() == [START, START + HOUR]


def test_an_unknown_layout_is_told_what_there_is() -> None:
    with pytest.raises(UnknownName, match="ccxt"):
        find_layout("xlsx")

"""Candles of files in the lake: beside what is stored, and as the API reads them."""

from pathlib import Path

import polars as pl
import pytest

from api.queries.candles import to_rows
from resources.candle_sets import LAYOUTS, Imported, Layout, Named, import_set, survey
from resources.candle_view import CandleView
from resources.flush import CandlePage, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger, commits, coverage, gaps, quarantine
from resources.market import Interval, Symbol
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLE_REVISIONS, CANDLES
from tests.resources.candle_sets.sets import HOUR, START, WRITTEN, frame

BTC = "BTC/USDT"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def taken(lake: Lake, ledger: Ledger, layout: Layout, path: Path, **named: object) -> Imported:
    said = Named(**named)  # type: ignore[arg-type]  # a table of tests has no types
    into = Imported()
    found = survey(layout, path, said, ledger.now())
    for _ in import_set(lake, ledger, layout, found, said, 0.005, into):
        pass
    return into


def put(lake: Lake, ledger: Ledger, made: pl.DataFrame, path: Path, **named: object) -> Imported:
    LAYOUTS["parquet"].write(lambda: iter([made]), path / "set.parquet")
    return taken(lake, ledger, LAYOUTS["parquet"], path / "set.parquet", **named)


def told(lake: Lake, ledger: Ledger, made: pl.DataFrame) -> None:
    """A provider tells these candles."""
    opens = made["open_time"].dt.epoch("ms").to_list()
    window = Window(opens[0], opens[-1] + HOUR)
    page = CandlePage(
        BTC,
        "kraken",
        made.select(CANDLE_PAGE.names()),
        window,
        START + 900 * HOUR,
        START + 900 * HOUR,
    )
    flush_candles(lake, ledger, Interval.H1, [page], "live")


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: str(layout.name))
def test_each_layout_is_read_by_the_api(
    layout: Layout, lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / ("Close-1h.parquet" if layout.wide else f"BTC_USDT-1h{layout.suffix}")
    layout.write(lambda: iter([frame(range(5))]), path)
    assert taken(lake, ledger, layout, path) == Imported(rows=5, new=5)
    rows = to_rows(CandleView(lake, BTC, Interval.H1).between(Window(0, START * 2)), Interval.H1)
    assert [row["volume"] for row in rows] == [0, 1, 2, 3, 4]
    assert {row["source"] for row in rows} == {f"imported:{layout.source}"}
    [commit] = commits.read_commits(ledger, 0, 10)
    assert commit.rows == 5


def test_coverage_is_what_is_there_and_holes_stay_missing(
    lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    put(lake, ledger, frame([0, 1, 2, 5, 6, 9]), tmp_path)
    windows = [(0, 3), (5, 7), (9, 10)]
    assert coverage.covered(ledger, BTC, "1h") == [
        Window(START + start * HOUR, START + end * HOUR) for start, end in windows
    ]
    assert gaps.read(ledger, BTC, "1h") == []


def test_a_repeat_adds_nothing(lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    put(lake, ledger, frame(range(5)), tmp_path)
    assert put(lake, ledger, frame(range(6)), tmp_path) == Imported(rows=6, new=1, equal=5)
    assert lake.scan(CANDLES, {}).collect().height == 6


def test_what_a_provider_has_stored_stays(lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    told(lake, ledger, frame(range(3)))
    assert put(lake, ledger, frame(range(5), close=11.0), tmp_path) == Imported(
        rows=5, new=2, kept=3
    )
    rows = lake.scan(CANDLES, {}).collect().sort("open_time")
    assert rows["mode"].to_list() == ["live"] * 3 + ["imported"] * 2
    assert rows["close"].to_list() == [10.0] * 3 + [11.0] * 2


def test_a_provider_replaces_what_was_imported(lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    put(lake, ledger, frame(range(5), close=11.0), tmp_path)
    told(lake, ledger, frame(range(5)))
    assert set(lake.scan(CANDLES, {}).collect()["provider"]) == {"kraken"}
    assert set(lake.scan(CANDLE_REVISIONS, {}).collect()["close"]) == {11.0}


def test_a_file_without_trades_says_nothing_about_them(
    lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    put(lake, ledger, frame(range(5), trades=7, quote_volume=2.5), tmp_path)
    again = put(lake, ledger, frame(range(4)), tmp_path)
    assert again == Imported(rows=4, equal=4)
    changed = put(lake, ledger, frame(range(4), close=11.0), tmp_path)
    assert changed == Imported(rows=4, changed=4)
    assert lake.scan(CANDLES, {}).collect()["trades"].null_count() == 4


def test_broken_candles_are_quarantined_and_stay_missing(
    lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    made = frame(range(6)).with_columns(
        high=pl.when(pl.col("volume") == 2).then(1.0).otherwise("high"),
        close=pl.when(pl.col("volume") == 4).then(float("nan")).otherwise("close"),
    )
    done = put(lake, ledger, made, tmp_path)
    assert (done.new, done.quarantined) == (4, 2)
    assert done.reasons == {"high or low inside the body": 1, "not finite": 1}
    assert quarantine.count(ledger, "candles") == 2
    windows = [(0, 2), (3, 4), (5, 6)]
    assert coverage.covered(ledger, BTC, "1h") == [
        Window(START + start * HOUR, START + end * HOUR) for start, end in windows
    ]


def test_the_candle_that_still_forms_is_left_out(
    lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    now = (ledger.now() - START) // HOUR
    done = put(lake, ledger, frame(range(now - 3, now + 1)), tmp_path)
    assert (done.new, done.forming) == (3, 1)


@pytest.mark.parametrize(
    ("source", "given", "stored"),
    [("binance", None, "binance"), ("imported:binance", None, "binance"),
     ("sandbox:binance", None, "sandbox:binance"), ("binance", "archive", "archive"),
     (None, None, "parquet")],
)  # fmt: skip
def test_who_the_rows_are_from(
    source: str | None, given: str | None, stored: str, lake: Lake, ledger: Ledger, tmp_path: Path
) -> None:
    put(lake, ledger, frame(range(2), source=source), tmp_path, source=given)
    assert set(lake.scan(CANDLES, {}).collect()["provider"]) == {stored}


def test_a_file_may_hold_many_markets(lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    both = pl.concat([frame(range(3)), frame(range(4), "ETHUSDT")]).sort("open_time", "symbol")
    assert put(lake, ledger, both, tmp_path) == Imported(rows=7, new=7)
    assert coverage.symbols_covered(ledger) == [(BTC, "1h"), ("ETH/USDT", "1h")]


def test_a_file_of_freqtrade_is_stored(lake: Lake, ledger: Ledger) -> None:
    path = WRITTEN / "BTC_USDT-1h.feather"
    done = taken(lake, ledger, LAYOUTS["freqtrade-feather"], path)
    assert done == Imported(rows=5, new=5)


def test_real_history_is_stored_with_its_real_holes(
    shared: Path, lake: Lake, ledger: Ledger
) -> None:
    path = shared / "data" / "ohlcv" / "binance_AAVEUSDT_1h.parquet"
    done = taken(lake, ledger, LAYOUTS["parquet"], path, source="archive")
    assert done == Imported(rows=17_413, new=17_413)
    covered = coverage.covered(ledger, "AAVE/USDT", "1h")
    assert len(covered) == 10
    assert sum(window.length for window in covered) == 17_413 * HOUR


def test_real_history_of_another_market_is_named_by_the_user(
    shared: Path, lake: Lake, ledger: Ledger
) -> None:
    path = shared / "data" / "ohlcv" / "binance_AAVEUSDT_1d.parquet"
    done = taken(
        lake, ledger, LAYOUTS["parquet"], path,
        symbol=Symbol("AAVE", "USD"), interval=Interval.D1,
    )  # fmt: skip
    assert done.new == 726
    assert coverage.symbols_covered(ledger) == [("AAVE/USD", "1d")]

"""Flushing: lake first, then one transaction of the ledger."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from resources.flush import CandlePage, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger, commits, coverage, latest, quarantine
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLES

HOUR = Interval.H1.ms
START = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)
NOW = START + 100 * HOUR


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    return ledger


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def page(hours: range, symbol: str = "BTC/USDT", low: float = 9.0) -> CandlePage:
    rows = [
        {"open_time": START + hour * HOUR, "open": 10.0, "high": 11.0, "low": low, "close": 10.0,
         "volume": 1.0, "quote_volume": None, "trades": None}
        for hour in hours
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema={**CANDLE_PAGE, "open_time": pl.Int64}).with_columns(
        pl.from_epoch("open_time", "ms").dt.replace_time_zone("UTC").cast(CANDLE_PAGE["open_time"])
    )
    window = Window(START + hours.start * HOUR, START + hours.stop * HOUR)
    return CandlePage(symbol, "binance", frame, window, NOW, NOW)


def test_a_flush_stores_acknowledges_and_covers(lake: Lake, ledger: Ledger) -> None:
    pages = [page(range(5)), page(range(5, 9)), page(range(3), symbol="ETH/USDT")]
    flushed = flush_candles(lake, ledger, Interval.H1, pages, "sandbox")
    assert (flushed.rows, flushed.commits, flushed.quarantined) == (12, 1, 0)
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, START + 9 * HOUR)]
    [commit] = commits.read_commits(ledger, 0, 10)
    assert (commit.table, commit.version, commit.rows) == ("candles", 1, 12)
    assert commit.keys == [
        {"symbol": "BTC/USDT", "interval": "1h", "newest": START + 8 * HOUR},
        {"symbol": "ETH/USDT", "interval": "1h", "newest": START + 2 * HOUR},
    ]


def test_what_a_kill_left_in_the_lake_alone_is_not_doubled(lake: Lake, ledger: Ledger) -> None:
    killed = Ledger("sqlite://")
    killed.migrate()
    flush_candles(lake, killed, Interval.H1, [page(range(5))], "sandbox")
    flushed = flush_candles(lake, ledger, Interval.H1, [page(range(6))], "sandbox")
    assert flushed.rows == 1
    assert lake.scan(CANDLES, {}).collect().height == 6
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, START + 6 * HOUR)]
    killed.close()


def test_the_forming_candle_goes_to_the_ledger_and_not_to_the_lake(
    lake: Lake, ledger: Ledger
) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(98, 101))], "live")
    assert lake.scan(CANDLES, {}).collect().height == 2
    forming = latest.read_forming(ledger, "BTC/USDT", "1h")
    assert forming is not None
    assert forming["open_time"] == NOW


def test_a_broken_row_is_quarantined_and_the_others_are_stored(lake: Lake, ledger: Ledger) -> None:
    pages = [page(range(2), low=-1.0), page(range(3), symbol="ETH/USDT")]
    flushed = flush_candles(lake, ledger, Interval.H1, pages, "live")
    assert (flushed.rows, flushed.quarantined) == (3, 2)
    assert flushed.quarantined_by_reason == {"price not positive": 2}
    assert quarantine.count(ledger, "candles") == 2
    # It is asked for again.
    assert coverage.covered(ledger, "BTC/USDT", "1h") == []
    assert coverage.covered(ledger, "ETH/USDT", "1h") == [Window(START, START + 3 * HOUR)]


def test_an_empty_page_covers_its_window(lake: Lake, ledger: Ledger) -> None:
    empty = page(range(0))
    whole = CandlePage("BTC/USDT", "binance", empty.frame, Window(START, NOW), NOW, NOW)
    assert flush_candles(lake, ledger, Interval.H1, [whole], "live").commits == 0
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, NOW)]
    assert commits.newest_seq(ledger) == 0

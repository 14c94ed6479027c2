"""Recorded candles are served as they are, gaps and all."""

from pathlib import Path

import httpx
import polars as pl
import pytest

from sandbox.config import ConfigError
from sandbox.exchange import Span
from sandbox.model import Grid
from sandbox.replay import Tape
from sandbox.server import running
from sandbox.venue import RequestError
from sandbox.venues.binance import Binance
from tests.sandbox.conftest import DAY, HOSTS, HOUR, NOW

START = 1_600_000_000_000 // HOUR * HOUR
MISSING = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten hours of one market, the sixth missing, and a market of another exchange."""
    times = [START + hour * HOUR for hour in range(10) if hour != MISSING]
    frame = pl.DataFrame({"ts_ms": times}).with_columns(
        (pl.col("ts_ms") % 1_000 + 10.5).alias("open"),
        pl.lit(12.25).alias("high"),
        pl.lit(9.125).alias("low"),
        pl.lit(11.0).alias("close"),
        pl.Series("volume", [0.0] + [2.0] * 8),
    )
    frame.write_parquet(tmp_path / "a.parquet")
    (tmp_path / "INDEX.csv").write_text(
        "file,exchange,symbol,interval,note\n"
        "a.parquet,binance,ABCUSDT,1h,\n"
        "b.parquet,bitfinex,BTCUSD,1m,\n"
    )
    return tmp_path


@pytest.fixture
def tape(folder: Path) -> Tape:
    tape = Tape.open(folder, "binance")
    assert tape
    return tape


def test_an_exchange_without_recordings_has_no_tape(folder: Path) -> None:
    assert Tape.open(folder, "kraken") is None


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no readable INDEX\.csv"):
        Tape.open(tmp_path, "binance")


def test_only_recorded_markets_are_listed(tape: Tape) -> None:
    assert list(tape.listed) == ["ABC/USDT"]
    with pytest.raises(RequestError):
        Binance(tape, []).answer("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1h"}, NOW)


def test_gaps_stay_gaps(tape: Tape) -> None:
    page = tape.candles("ABC/USDT", Grid(60), Span(START, START + 9 * HOUR, 1_000), NOW)
    opens = [(at - START) // HOUR for at in page["open_time"]]
    assert opens == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_a_page_counts_candles_that_are_there(tape: Tape) -> None:
    oldest = tape.candles("ABC/USDT", Grid(60), Span(START + 4 * HOUR, None, 2), NOW)
    newest = tape.candles("ABC/USDT", Grid(60), Span(None, None, 2), NOW)
    assert [(at - START) // HOUR for at in oldest["open_time"]] == [4, 6]
    assert [(at - START) // HOUR for at in newest["open_time"]] == [8, 9]


def test_nothing_lies_outside_of_what_was_recorded(tape: Tape) -> None:
    for span in (Span(START + 10 * HOUR, None, 5), Span(0, START - 1, 5)):
        assert tape.candles("ABC/USDT", Grid(60), span, NOW).is_empty()
    assert tape.candles("ABC/USDT", Grid(5), Span(0, None, 5), NOW).is_empty()


def test_binance_encodes_them_like_its_own(tape: Tape) -> None:
    query = {"symbol": "ABCUSDT", "interval": "1h", "startTime": "0", "limit": "2"}
    quiet, busy = Binance(tape, []).answer("/api/v3/klines", query, NOW).payload
    assert quiet[5:9] == ("0.00000000", START + HOUR - 1, "0.00000000", 0)
    assert busy[1:6] == ("10.50000000", "12.25000000", "9.12500000", "11.00000000", "2.00000000")
    assert busy[7] == "21.43750000"


def test_tickers_are_those_of_the_end_of_the_tape(tape: Tape) -> None:
    answer = Binance(tape, []).answer("/api/v3/ticker/24hr", {"symbol": "ABCUSDT"}, NOW).payload
    assert (answer["lastPrice"], answer["openPrice"]) == ("11.00000000", "10.50000000")
    assert answer["volume"] == "16.00000000"


def test_the_recordings_play_through_a_socket(shared: Path) -> None:
    recorded = shared / "data" / "ohlcv"
    candles = pl.read_parquet(recorded / "binance_BTCUSDT_1h.parquet")
    gap = 1_518_055_200_000  # 2018-02-08T02:00Z: Binance was closed for 33 hours from 01:00 on
    around = {"startTime": str(gap - DAY), "endTime": str(gap + 2 * DAY), "limit": "1000"}
    config = {"providers": {"binance": {"host": HOSTS["binance"], "latency_ms": 0}}}
    with (
        running(config, recorded) as url,
        httpx.Client(base_url=f"{url}/api.binance.com") as client,
    ):
        query = {"symbol": "BTCUSDT", "interval": "1h", **around}
        rows = client.get("/api/v3/klines", params=query).json()
        listed = client.get("/api/v3/exchangeInfo").json()["symbols"]
    expected = candles.filter(pl.col("ts_ms").is_between(gap - DAY, gap + 2 * DAY))
    assert [(row[0], *map(float, row[1:6])) for row in rows] == expected.rows()
    assert 73 - len(rows) == 33
    assert len(listed) == len(list(recorded.glob("binance_*_1h.parquet")))

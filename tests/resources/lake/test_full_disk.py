"""A disk that fills up: what was acknowledged stays, and writing goes on when there is room."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from resources.errors import StoreUnavailable
from resources.flush import CandlePage, flush_candles
from resources.lake import Lake
from resources.ledger import coverage
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLES
from tests.ledgers import ledger_at
from tests.resources.lake.frames import START, candles

FIRST = int(START.timestamp() * 1000)


def page(first: int, count: int) -> CandlePage:
    hours = range(first, first + count)
    frame = candles("BTC/USDT", hours).select(CANDLE_PAGE.names())
    step = Interval.H1.ms
    window = Window(FIRST + first * step, FIRST + (first + count) * step)
    return CandlePage("BTC/USDT", "binance", frame, window, window.end, window.end)


def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path, tmp_path: Path) -> None:
    lake = Lake(str(small_disk / "lake"))
    ledger = ledger_at(tmp_path / "ledger.db")
    flush_candles(lake, ledger, Interval.H1, [page(0, 100)], "live")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (_free(small_disk) - 4096))
    with pytest.raises(StoreUnavailable):
        flush_candles(lake, ledger, Interval.H1, [page(100, 3000)], "live")
    acknowledged = coverage.covered(ledger, "BTC/USDT", "1h")
    assert acknowledged == [Window(FIRST, FIRST + 100 * Interval.H1.ms)]
    assert lake.scan(CANDLES, {}).collect().height == 100
    filler.unlink()
    flush_candles(lake, ledger, Interval.H1, [page(100, 3000)], "live")
    rows = lake.scan(CANDLES, {}).collect()
    assert rows.height == 3100
    assert rows.select(pl.struct(CANDLES.key).is_duplicated().any()).item() is False


def _free(folder: Path) -> int:

    return shutil.disk_usage(folder).free

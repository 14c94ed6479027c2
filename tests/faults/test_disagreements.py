"""Candles that are told again with other values."""

import httpx
import polars as pl
import sqlalchemy as sa

from resources.candle_view import CandleView
from resources.ledger import coverage, quality_events
from resources.ledger.tables import coverage as covered_ranges
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_REVISIONS, CANDLES
from tests.runs import Platform

WINDOW = Window(1_767_225_600_000, 1_769_904_000_000)


def run(platform: Platform) -> None:
    assert platform.ohlcv("2026-01-01", symbols=["BTC"]).success


def forget_coverage(platform: Platform) -> None:
    """As after a kill between the commit of the lake and the ledger's transaction."""
    with platform.ledger.write() as connection:
        connection.execute(sa.delete(covered_ranges))


def test_another_providers_candles_leave_what_is_stored_and_are_noted_where_they_differ(
    platform: Platform,
) -> None:
    run(platform)
    stored = platform.rows(CANDLES)
    assert stored["provider"].unique().to_list() == ["binance"]
    forget_coverage(platform)
    platform.fault(provider="binance", kind="status_5xx")
    platform.fault(provider="bybit", kind="spike", path="kline")
    run(platform)
    assert platform.rows(CANDLES).equals(stored)
    assert coverage.covered(platform.ledger, "BTC/USDT", "1h") == [WINDOW]
    [event] = quality_events.between(platform.ledger, "1h", WINDOW.start, WINDOW.end)
    assert (event.kind, event.provider, event.other_provider) == (
        "disagreement",
        "binance",
        "bybit",
    )
    candle = stored.filter(pl.col("open_time").dt.epoch("ms") == event.open_time)
    assert candle["close"].to_list() == [event.close]
    assert 9.9 < event.other_close / event.close < 10.1
    run(platform)
    assert quality_events.between(platform.ledger, "1h", WINDOW.start, WINDOW.end) == [event]


def test_a_provider_that_corrects_itself_makes_a_revision_and_the_old_value_stays_readable(
    platform: Platform,
) -> None:
    platform.fault(provider="binance", kind="spike", path="klines", times=1)
    run(platform)
    before, known = platform.rows(CANDLES), platform.ledger.now()
    forget_coverage(platform)
    httpx.delete(f"{platform.sandbox}/_control/faults").raise_for_status()
    run(platform)
    after = platform.rows(CANDLES)
    changed = before.join(after, on=["open_time", *CANDLES.values], how="anti", nulls_equal=True)
    assert changed.height == 1
    assert platform.rows(CANDLE_REVISIONS).equals(changed.select(CANDLE_REVISIONS.schema.names()))
    assert quality_events.between(platform.ledger, "1h", WINDOW.start, WINDOW.end) == []
    for as_of, rows in ((known, before), (None, after)):
        view = CandleView(platform.lake, "BTC/USDT", Interval.H1, as_of)
        assert view.first(1000, WINDOW)["close"].to_list() == rows["close"].to_list()

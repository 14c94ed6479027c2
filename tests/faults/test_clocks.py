"""Clocks that are an hour off: the provider's, which is as if ours were, and the ledger's."""

import httpx
import polars as pl
import pytest

from assets.collect import Collector
from assets.collected import Collecting
from resources import demand
from resources.feeds import build_feeds
from resources.http.client import Client
from resources.ledger import Ledger, coverage, latest
from resources.market import Interval, Symbol
from resources.plan import Window
from resources.schemas import CANDLES
from tests.runs import Platform

BTC = Symbol("BTC", "USDT")
M5 = Interval.M5
HOUR, DAY = 3_600_000, 86_400_000


async def collect(platform: Platform, window: Window, skew_ms: int = 0) -> None:
    ledger = Ledger(platform.ledger.url, skew_ms=skew_ms)
    async with Client(ledger, sandbox_url=platform.sandbox) as client:
        feeds = build_feeds(client, ledger)
        collector = Collector(feeds, platform.lake, ledger, M5, Collecting("sandbox"))
        await collector.collect(demand.ranges(ledger, "", M5, [BTC], window), window)
    ledger.close()


def set_right(platform: Platform) -> None:
    httpx.delete(f"{platform.sandbox}/_control/faults").raise_for_status()


def assert_only_closed(platform: Platform) -> None:
    """No candle is stored that had not closed when it was fetched; all by our clock."""
    rows = platform.rows(CANDLES)
    assert (rows["open_time"].dt.offset_by("5m") <= rows["fetched_at"]).all()
    forming = latest.read_forming(platform.ledger, "BTC/USDT", "5m")
    assert forming is None or forming["open_time"] <= forming["fetched_at"]


def assert_nothing_lost(platform: Platform, window: Window, until: int) -> None:
    """Every candle is there that had closed some minutes before `until`."""
    rows = platform.rows(CANDLES)["open_time"].dt.epoch("ms")
    assert rows.to_list() == list(range(window.start, window.start + rows.len() * M5.ms, M5.ms))
    assert rows[-1] >= M5.floor(until) - 3 * M5.ms
    [covered] = coverage.covered(platform.ledger, "BTC/USDT", "5m")
    assert covered == Window(window.start, rows[-1] + M5.ms)


@pytest.mark.parametrize("shift", [HOUR, -HOUR])
async def test_a_provider_in_another_hour_stores_no_open_candle_and_loses_none(
    platform: Platform, shift: int
) -> None:
    now = platform.ledger.now()
    window = Window(M5.floor(now - DAY), now)
    platform.fault(provider="binance", kind="clock", shift=shift / 1000, path="klines")
    await collect(platform, window)
    assert_only_closed(platform)
    assert platform.rows(CANDLES).height >= (DAY - HOUR) // M5.ms - 1
    set_right(platform)
    await collect(platform, window)
    assert_only_closed(platform)
    assert_nothing_lost(platform, window, now)


@pytest.mark.parametrize("skew", [HOUR, -HOUR])
async def test_a_ledger_in_another_hour_stores_no_open_candle_and_loses_none(
    platform: Platform, skew: int
) -> None:
    now = platform.ledger.now()
    start = M5.floor(now - DAY)
    await collect(platform, Window(start, now + skew), skew)
    assert_only_closed(platform)
    covered = coverage.covered(platform.ledger, "BTC/USDT", "5m")
    assert covered[-1].end <= now + M5.ms
    window = Window(start, platform.ledger.now())
    await collect(platform, window)
    assert_only_closed(platform)
    assert_nothing_lost(platform, window, now)
    assert platform.rows(CANDLES).filter(pl.struct(CANDLES.key).is_duplicated()).is_empty()

"""The loop from missing ranges to flushed pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assets.collect import FLUSH_SECONDS, Collector
from resources.dagster_resources import build_feeds
from resources.errors import StoreUnavailable
from resources.feeds import Feeds
from resources.http.client import Client
from resources.lake import Lake
from resources.ledger import coverage
from resources.market import Interval, Symbol
from resources.plan import Window
from tests.runs import Platform

MARCH = Window(1_772_323_200_000, 1_775_001_600_000)  # of 2026
MARKETS = [Symbol("BTC", "USDT"), Symbol("ETH", "USDT")]


@asynccontextmanager
async def feeds_of(platform: Platform) -> AsyncIterator[Feeds]:
    async with Client(platform.ledger, sandbox_url=platform.sandbox, deadline=30) as client:
        yield build_feeds(client, platform.ledger)


async def test_what_is_fetched_is_stored_in_time_while_another_market_keeps_us_waiting(
    platform: Platform,
) -> None:
    async with feeds_of(platform) as feeds:
        # The listings are fetched before, so that the fault meets the first page.
        await feeds.candle_page(MARKETS[0], Interval.D1, MARCH)
        platform.fault(provider="binance", kind="timeout", times=1, path="klines")
        collector = Collector(feeds, platform.lake, platform.ledger, Interval.H1, "sandbox")
        collecting = asyncio.create_task(collector.collect(MARKETS, MARCH))
        await asyncio.sleep(FLUSH_SECONDS + 2)
        assert not collecting.done()
        stored = coverage.covered_many(platform.ledger, [str(m) for m in MARKETS], "1h")
        assert list(stored.values()) == [[MARCH]]
        collecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await collecting


async def test_a_lake_that_cannot_be_written_is_told_as_it_is(platform: Platform) -> None:
    async with feeds_of(platform) as feeds:
        lake = Lake("/proc/nowhere")
        collector = Collector(feeds, lake, platform.ledger, Interval.H1, "sandbox")
        with pytest.raises(StoreUnavailable):
            await collector.collect(MARKETS, MARCH)
    assert coverage.symbols_covered(platform.ledger) == []

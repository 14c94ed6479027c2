"""The loop from missing ranges to flushed pages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from assets.collect import FLUSH_SECONDS, Collector
from assets.collected import Collecting
from resources.errors import NotFound, StoreUnavailable
from resources.feeds import Feeds, build_feeds
from resources.http import Client, Member, Membership, Pool
from resources.lake import Lake
from resources.ledger import coverage
from resources.ledger.collections import SymbolState
from resources.market import Interval, Symbol, load_registry
from resources.plan import Window
from resources.providers import load_providers
from tests.runs import Platform

MARCH = Window(1_772_323_200_000, 1_775_001_600_000)  # of 2026
MARKETS = [Symbol("BTC", "USDT"), Symbol("ETH", "USDT")]
HOW = Collecting("sandbox")


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
        collector = Collector(feeds, platform.lake, platform.ledger, Interval.H1, HOW)
        collecting = asyncio.create_task(
            collector.collect({one: [MARCH] for one in MARKETS}, MARCH)
        )
        await asyncio.sleep(FLUSH_SECONDS + 2)
        assert not collecting.done()
        stored = coverage.covered_many(platform.ledger, [str(m) for m in MARKETS], "1h")
        assert list(stored.values()) == [[MARCH]]
        collecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await collecting


async def test_one_that_is_cancelled_early_has_told_of_each_market_and_what_was_fetched(
    platform: Platform,
) -> None:
    told: list[Sequence[SymbolState]] = []
    async with feeds_of(platform) as feeds:
        await feeds.candle_page(MARKETS[0], Interval.D1, MARCH)
        platform.fault(provider="binance", kind="timeout", times=1, path="klines")
        collector = Collector(
            feeds, platform.lake, platform.ledger, Interval.H1, HOW, tell=told.append
        )
        todo = {one: [MARCH] for one in MARKETS}
        collecting = asyncio.create_task(collector.collect(todo, MARCH))
        for _ in range(3_000):
            if collector._rows:
                break
            await asyncio.sleep(0.01)
        collecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await collecting
    assert {(one.symbol, one.status) for one in told[0]} == {(str(m), "pending") for m in MARKETS}
    assert sum(one.records for one in told[-1]) > 0


async def test_a_lake_that_cannot_be_written_is_told_as_it_is(platform: Platform) -> None:
    async with feeds_of(platform) as feeds:
        lake = Lake("/proc/nowhere")
        collector = Collector(feeds, lake, platform.ledger, Interval.H1, HOW)
        with pytest.raises(StoreUnavailable):
            await collector.collect({one: [MARCH] for one in MARKETS}, MARCH)
    assert coverage.symbols_covered(platform.ledger) == []


async def test_the_files_of_a_provider_are_no_second_opinion_on_it(platform: Platform) -> None:
    ledger, providers = platform.ledger, load_providers()
    members = tuple(Member(providers[name]) for name in ("binance", "binance_vision"))
    async with Client(ledger, sandbox_url=platform.sandbox) as client:
        pool = Pool("ohlcv", lambda: Membership("priority", members), client.permits)
        feeds = Feeds(client, ledger, load_registry(), pool, pool)
        for asked in ("binance", "binance_vision"):
            with pytest.raises(NotFound):
                await feeds.candle_page(MARKETS[0], Interval.M1, MARCH, frozenset([asked]))

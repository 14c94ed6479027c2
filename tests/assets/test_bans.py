"""A provider that wants a pause in the middle of a collection."""

import httpx

from assets.collect import Collector
from assets.collected import Collecting
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member
from resources.http.seating import Membership
from resources.ledger import coverage
from resources.market import Interval, Symbol, load_registry
from resources.plan import Window
from resources.providers import load_providers
from tests.runs import Platform

SPRING = Window(1_772_323_200_000, 1_780_272_000_000)  # March to May of 2026
MARKETS = [Symbol("BTC", "USDT"), Symbol("ETH", "USDT"), Symbol("SOL", "USDT")]
PAUSE = 600


async def test_a_429_stops_all_calls_until_its_time_while_another_provider_goes_on(
    platform: Platform,
) -> None:
    ledger = platform.ledger

    def ask_for_a_pause(_: object) -> None:
        """After the first month."""
        if not answers(platform, "binance").get("429"):
            platform.fault(provider="binance", kind="status_429", times=1, retry_after=PAUSE)

    async with Client(ledger, sandbox_url=platform.sandbox) as client:
        feeds = feeds_of(client, "binance", "bybit")
        before = await feeds.candle_page(MARKETS[0], Interval.H1, SPRING)
        forget(platform, "requests")
        how = Collecting("sandbox")
        collector = Collector(
            feeds, platform.lake, ledger, Interval.H1, how, progress=ask_for_a_pause
        )
        collected = await collector.collect({one: [SPRING] for one in MARKETS}, SPRING)
        assert not collected.errors
        stored = coverage.covered_many(ledger, [str(market) for market in MARKETS], "1h")
        assert list(stored.values()) == [[SPRING]] * 3
        first, second = answers(platform, "binance"), answers(platform, "bybit")
        # Three calls may be on their way when the first of them is refused.
        assert first["200"] >= 3
        assert 1 <= first["429"] <= 3
        assert second["200"] >= 3

        during = await feeds.candle_page(MARKETS[0], Interval.H1, SPRING)
        assert answers(platform, "binance") == first

        forget(platform, "faults")
        ledger.skew_ms += PAUSE * 1000
        after = await feeds.candle_page(MARKETS[0], Interval.H1, SPRING)
        assert [page.provider for page in (before, during, after)] == [
            "binance",
            "bybit",
            "binance",
        ]
    ledger.close()


def feeds_of(client: Client, *names: str) -> Feeds:
    """Candles of these providers, in this order."""
    providers = load_providers()
    members = tuple(Member(providers[name], at) for at, name in enumerate(names))
    pool = Pool("ohlcv", lambda: Membership("priority", members), client.permits)
    return Feeds(client, client.permits.ledger, load_registry(), pool, pool)


def answers(platform: Platform, provider: str) -> dict[str, int]:
    """How often the sandbox answered with which status."""
    told = httpx.get(f"{platform.sandbox}/_control/requests").raise_for_status().json()
    return next(
        (one["statuses"] for one in told["providers"] if one["provider"] == provider),
        {},
    )


def forget(platform: Platform, what: str) -> None:
    """What the sandbox has counted ("requests"), or its orders and bans ("faults")."""
    httpx.delete(f"{platform.sandbox}/_control/{what}").raise_for_status()

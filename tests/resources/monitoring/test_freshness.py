"""Feeds that have become stale, and those that are fresh again."""

from collections.abc import Iterator

import pytest

from resources import pools
from resources.cadence import CADENCES
from resources.ledger import Ledger, alerts, coverage, feed_times, latest, tables
from resources.ledger.alerts import Wanted
from resources.monitoring import freshness
from resources.plan import Window
from resources.providers import load_providers
from resources.schemas import FEED_TABLES

MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def price(ledger: Ledger, age_ms: int) -> None:
    row = {
        "symbol": "BTC", "at": ledger.now() - age_ms, "price": 5.0, "quote": "USD",
        "change_24h": None, "providers": ["acme"], "n_sources": 1, "spread_bps": None,
        "observed_at": 1, "fetched_at": 1, "quality": "single", "mode": "live",
    }  # fmt: skip
    with ledger.write() as connection:
        latest.put_prices(connection, ledger, [row])


def candles(ledger: Ledger, age_ms: int, interval: str = "1h") -> None:
    end = ledger.now() - age_ms
    with ledger.write() as connection:
        coverage.extend(connection, interval, [("BTC/USD", Window(end - 3_600_000, end))])


def told(ledger: Ledger) -> list[tuple[str | None, bool]]:
    """The feeds that alerts are about, oldest first, and whether each is open."""
    found, _ = alerts.read(ledger, Wanted(), 10)
    return [(alert.news.feed, alert.resolved_at is None) for alert in reversed(found)]


def message(ledger: Ledger, feed: str) -> str:
    """The newest alert about a feed."""
    found, _ = alerts.read(ledger, Wanted(), 100)
    return next(alert.news.message for alert in found if alert.news.feed == feed)


def test_a_feed_that_never_had_data_is_told_of_once_its_pool_is_older_than_its_target(
    ledger: Ledger,
) -> None:
    assert freshness.watch(ledger) == []
    pools.seed(ledger, load_providers())
    ledger.skew_ms = 290_000
    assert freshness.watch(ledger) == []
    ledger.skew_ms = 310_000
    assert freshness.watch(ledger) == ["prices"]
    assert message(ledger, "prices") == "prices has no data yet"
    price(ledger, 0)
    assert freshness.watch(ledger) == []
    assert told(ledger) == [("prices", False)]
    ledger.skew_ms = 37 * HOUR
    assert set(freshness.watch(ledger)) == set(CADENCES)
    without = {feed for feed, at in freshness.newest(ledger).items() if at is None}
    assert without == set(CADENCES) - {"prices"}


def test_one_table_that_never_had_data_is_told_of(ledger: Ledger) -> None:
    pools.seed(ledger, load_providers())
    ledger.skew_ms = 4 * HOUR
    now = ledger.now()
    with ledger.write() as connection:
        feed_times.advance(connection, ledger, "onchain", now)
    assert "onchain" in freshness.watch(ledger)
    assert message(ledger, "onchain") == "onchain has no data yet in blocks"
    with ledger.write() as connection:
        feed_times.advance(connection, ledger, "blocks", now)
    assert "onchain" not in freshness.watch(ledger)


def test_a_feed_whose_pool_is_switched_off_may_be_without_data(ledger: Ledger) -> None:
    pools.seed(ledger, load_providers())
    with ledger.write() as connection:
        connection.execute(tables.pools.update().values(enabled=False))
    ledger.skew_ms = 37 * HOUR
    assert freshness.watch(ledger) == []


@pytest.mark.parametrize(("age_ms", "stale"), [(290_000, []), (310_000, ["prices"])])
def test_prices_are_stale_after_five_minutes(ledger: Ledger, age_ms: int, stale: list[str]) -> None:
    price(ledger, age_ms)
    assert freshness.watch(ledger) == stale


def test_a_price_from_a_clock_that_was_ahead_is_stale_until_another_comes(ledger: Ledger) -> None:
    price(ledger, -3 * 24 * HOUR)
    assert freshness.watch(ledger) == ["prices"]
    assert message(ledger, "prices").startswith("the newest data of prices is 72 h ahead")
    price(ledger, 0)
    assert freshness.watch(ledger) == []
    ledger.skew_ms = 3 * HOUR
    assert freshness.watch(ledger) == ["prices"]


@pytest.mark.parametrize(
    ("age_ms", "interval", "stale"),
    [(7_100_000, "1h", []), (7_300_000, "1h", ["ohlcv"]), (7_300_000, "1d", [])],
)
def test_candles_are_stale_after_two_hours(
    ledger: Ledger, age_ms: int, interval: str, stale: list[str]
) -> None:
    candles(ledger, age_ms, interval)
    assert freshness.watch(ledger) == stale


TARGETS = {
    "market": 15 * MINUTE, "trending": 3 * HOUR, "defi": 3 * HOUR, "derivatives": 3 * HOUR,
    "onchain": 3 * HOUR, "nft": 3 * HOUR, "social": 3 * HOUR, "news": 2 * HOUR, "fear_greed": 36 * HOUR,
}  # fmt: skip


@pytest.mark.parametrize(("feed", "target"), TARGETS.items())
def test_a_feed_is_as_old_as_its_oldest_table_and_stale_after_its_target(
    ledger: Ledger, feed: str, target: int
) -> None:
    timed = [table for table in FEED_TABLES[feed] if table.time == "at"]
    tables = [table.name for table in timed or FEED_TABLES[feed]]
    at = ledger.now()
    with ledger.write() as connection:
        for age, table in enumerate(tables):
            feed_times.advance(connection, ledger, table, at - age * MINUTE)
    oldest = (len(tables) - 1) * MINUTE
    ledger.skew_ms = target - oldest - 10_000
    assert freshness.watch(ledger) == []
    ledger.skew_ms = target - oldest + 10_000
    assert freshness.watch(ledger) == [feed]
    assert told(ledger) == [(feed, True)]


def test_a_stale_feed_is_told_once_and_again_after_it_was_fresh(ledger: Ledger) -> None:
    price(ledger, 600_000)
    for _ in range(3):
        assert freshness.watch(ledger) == ["prices"]
    assert told(ledger) == [("prices", True)]
    price(ledger, 0)
    assert freshness.watch(ledger) == []
    assert told(ledger) == [("prices", False)]
    ledger.skew_ms = 600_000
    freshness.watch(ledger)
    assert told(ledger) == [("prices", False), ("prices", True)]

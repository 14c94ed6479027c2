"""Which member of the pool a question of candles goes to, and what a file must prove."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipelines.supervisor import sandbox_config
from resources.errors import NotFound
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member
from resources.http.seating import Membership
from resources.market import Interval, Symbol, load_registry
from resources.plan import Demand, Window
from resources.providers import load_providers
from sandbox.server import running
from tests.ledgers import ledger_at

BTC = Symbol("BTC", "USDT")
FILES, API = "binance_vision", "binance"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


JANUARY = Window(ms("2024-01-01"), ms("2024-02-01"))
BEFORE_LISTING = Window(ms("2015-01-01"), ms("2015-02-01"))
AN_HOUR = Window(ms("2024-01-05T05:00"), ms("2024-01-05T06:00"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running({**sandbox_config(), "latency_ms": 0}) as url:
        yield url


@pytest.fixture
async def feeds(sandbox: str, tmp_path: Path) -> AsyncIterator[Feeds]:
    forget(sandbox)
    ledger = ledger_at(tmp_path / "ledger.db")
    providers = load_providers()
    members = tuple(Member(providers[name], at) for at, name in enumerate((FILES, API)))
    async with Client(ledger, sandbox_url=sandbox, retry_base=0.01) as client:
        pool = Pool("ohlcv", lambda: Membership("priority", members), client.permits)
        yield Feeds(client, ledger, load_registry(), pool, pool)
    ledger.close()


def requests(sandbox: str, provider: str) -> int:
    told = httpx.get(f"{sandbox}/_control/requests").json()["providers"]
    return next((one["requests"] for one in told if one["provider"] == provider), 0)


def fault(sandbox: str, kind: str, path: str, **more: object) -> None:
    order = {"provider": FILES, "kind": kind, "path": path, **more}
    httpx.post(f"{sandbox}/_control/faults", json=order).raise_for_status()


def spare_the_checksum(sandbox: str) -> None:
    """Its path holds that of the file; it has no price that could be raised."""
    fault(sandbox, "spike", ".CHECKSUM")


def forget(sandbox: str) -> None:
    for what in ("faults", "requests"):
        httpx.delete(f"{sandbox}/_control/{what}").raise_for_status()


async def test_a_month_of_minutes_is_one_file_and_its_checksum(feeds: Feeds, sandbox: str) -> None:
    page = await feeds.candle_page(BTC, Interval.M1, JANUARY)
    assert (page.provider, page.window, page.frame.height) == (FILES, JANUARY, 31 * 1440)
    assert requests(sandbox, FILES) == 2


async def test_files_hold_the_candles_that_the_exchange_tells(feeds: Feeds) -> None:
    file = await feeds.candle_page(BTC, Interval.M15, JANUARY)
    few = Window(JANUARY.start, JANUARY.start + 1_000 * Interval.M15.ms)
    told = await feeds.candle_page(BTC, Interval.M15, few)
    assert (file.provider, told.provider) == (FILES, API)
    assert told.frame.height == 1_000
    assert file.frame.head(1_000).equals(told.frame)


async def test_files_and_the_exchange_that_they_are_of_are_no_two_opinions(feeds: Feeds) -> None:
    for asked in (FILES, API):
        with pytest.raises(NotFound):
            await feeds.candle_page(BTC, Interval.M15, JANUARY, frozenset({asked}))


@pytest.mark.parametrize(
    ("interval", "window"),
    [(Interval.H1, JANUARY), (Interval.M1, AN_HOUR)],
    ids=["a month of hours", "an hour of minutes"],
)
async def test_what_no_file_is_worth_is_asked_of_the_exchange(
    feeds: Feeds, sandbox: str, interval: Interval, window: Window
) -> None:
    page = await feeds.candle_page(BTC, interval, window)
    assert (page.provider, page.window) == (API, window)
    assert requests(sandbox, FILES) == 0


async def test_a_month_without_a_file_is_asked_of_the_next_member(
    feeds: Feeds, sandbox: str
) -> None:
    page = await feeds.candle_page(BTC, Interval.M1, BEFORE_LISTING)
    assert (page.provider, page.frame.height) == (API, 0)
    assert requests(sandbox, FILES) == 1


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("wrong_checksum", ".CHECKSUM"),
        ("html_200", ".CHECKSUM"),
        ("truncated", ".zip"),
        ("html_200", ".zip"),
        ("wrong_schema", ".zip"),
    ],
)
async def test_a_file_that_its_checksum_does_not_prove_is_not_taken(
    feeds: Feeds, sandbox: str, kind: str, path: str
) -> None:
    if path == ".zip":
        spare_the_checksum(sandbox)
    fault(sandbox, kind, path, length="cut")
    page = await feeds.candle_page(BTC, Interval.M15, JANUARY)
    assert page.provider == API


async def test_a_file_that_is_whole_when_it_is_asked_again_is_taken(
    feeds: Feeds, sandbox: str
) -> None:
    spare_the_checksum(sandbox)
    fault(sandbox, "truncated", ".zip", length="cut", times=1)
    page = await feeds.candle_page(BTC, Interval.M15, JANUARY)
    assert page.provider == FILES


async def test_nobody_is_left_where_all_members_are_left_out(feeds: Feeds) -> None:
    with pytest.raises(NotFound, match="no provider has 15m candles of BTC/USDT"):
        await feeds.candle_page(BTC, Interval.M15, JANUARY, frozenset({FILES, API}))
    with pytest.raises(NotFound):
        await feeds.candle_page(BTC, Interval.M1, AN_HOUR, frozenset({API}))


async def test_a_file_costs_two_requests_and_spares_all_pages(feeds: Feeds) -> None:
    minutes = feeds.cost([Demand(BTC, Interval.M1, JANUARY)])
    assert [(name, of.requests, of.weight) for name, of in minutes.items()] == [(FILES, 2, 2)]
    hours = feeds.cost([Demand(BTC, Interval.H1, JANUARY)])
    assert [(name, of.requests) for name, of in hours.items()] == [(API, 1)]

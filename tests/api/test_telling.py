"""Webhooks are told of what any process writes, through kills, beside slow ones, and never twice
at once."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from api.params import now_ms
from api.telling import Telling
from resources.flush_prices import flush_prices
from resources.ledger import Ledger, alerts, commits, health, webhooks
from resources.ledger.alerts import News
from resources.ledger.health import Finding
from resources.ledger.webhook_deliveries import CLAIM_MS
from resources.ledger.webhooks import Wanted
from resources.webhooks.filter import EVENTS
from resources.webhooks.thresholds import Crossed
from tests.api.server import Store, until
from tests.api.snapshots import put
from tests.api.world import prices
from tests.markdown import ROOT
from tests.resources.http.played import a_provider
from tests.resources.webhooks.receiver import Received, Receiver, receiving

LINES: dict[str, Any] = {"symbol": "BTC", "above": 50_000.0}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def make(
    store: Store, receiver: Receiver, *events: str, name: str = "hook", **filter_: Any
) -> None:
    url = f"http://127.0.0.1:{receiver.port}/{name}"
    crossed = Crossed(above=False) if filter_ else Crossed()
    webhooks.add(
        store.ledger, Wanted(name, url, events or EVENTS, filter_, "s3cret", None, crossed), 100
    )


def _of_news(receiver: Receiver) -> Wanted:
    url, told = f"http://127.0.0.1:{receiver.port}/news", {"feeds": ["news"]}
    return Wanted("news", url, ("alert",), told, "s3cret", None, Crossed())


def alert(store: Store, key: str, feed: str = "prices") -> None:
    with store.ledger.write() as connection:
        news = News(key, "stale_feed", "warning", key, feed=feed)
        alerts.tell(connection, store.ledger, news)


@asynccontextmanager
async def telling(ledger: Ledger) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Telling(ledger, ["127.0.0.1"]).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def seen(store: Store, seq: int) -> None:
    await asyncio.to_thread(until, lambda: webhooks.get(store.ledger, "hook").seen >= seq, 60)


async def heard(receiver: Receiver, count: int, path: str = "/hook") -> list[Received]:
    await asyncio.to_thread(until, lambda: len(receiver.of(path)) >= count, 60)
    return receiver.of(path)


def told(found: list[Received]) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in found]


def messages(found: list[Received]) -> list[str]:
    return [body["data"]["message"] for body in told(found)]


async def test_each_event_is_told(store: Store, receiver: Receiver) -> None:
    make(store, receiver, **LINES)
    async with telling(store.ledger):
        alert(store, "a")
        put(store.ledger, "kraken", None)
        put(store.ledger, "binance", b'{"price": 1}')
        for status in ("online", "offline"):
            health.note(store.ledger, a_provider("acme"), Finding(status, error="refused"))
        flush_prices(store.lake, store.ledger, prices(now_ms(), {"BTC": 60_000.0}))
        bodies = told(await heard(receiver, 6))
    found = {body["event"]: body for body in bodies}
    data = {event: body["data"] for event, body in found.items()}
    assert data.keys() == set(EVENTS)
    assert data["alert"]["alert_type"] == "provider_status"
    # A look that failed is none.
    assert [one["data"]["provider"] for one in bodies if one["event"] == "api_update"] == [
        "binance"
    ]
    changed = {"provider": "acme", "old_status": "online", "new_status": "offline"}
    assert data["provider_update"].items() >= changed.items()
    assert (data["feed_update"]["feed"], data["feed_update"]["symbols"]) == ("prices", ["BTC"])
    crossed = {"symbol": "BTC", "price": 60_000.0, "quote": "USD", "direction": "above"}
    assert data["price_threshold"].items() >= crossed.items()
    assert {body["webhook_id"] for body in found.values()} == {"hook"}
    assert "s3cret" not in str([one.body for one in receiver.received])


async def test_a_crossing_is_told_once_across_restarts(store: Store, receiver: Receiver) -> None:
    make(store, receiver, "price_threshold", **LINES)
    at = now_ms() - 600_000
    for number, price in enumerate((49_900.0, 50_100.0, 49_990.0, 50_200.0, 49_000.0, 51_000.0)):
        async with telling(store.ledger):
            minute = at + number * 60_000
            flush_prices(store.lake, store.ledger, prices(minute, {"BTC": price}))
            newest = commits.newest_seq(store.ledger)
            await seen(store, newest)
    found = told(await heard(receiver, 2))
    assert [body["data"]["price"] for body in found] == [50_100.0, 51_000.0]


async def test_what_happens_while_nobody_tells_is_told_later(
    store: Store, receiver: Receiver
) -> None:
    alert(store, "before it was made")
    webhooks.add(store.ledger, _of_news(receiver), 100)
    # More than are read at once.
    for number in range(1_100):
        alert(store, f"{number}", "prices" if number % 50 else "news")
    async with telling(store.ledger):
        found = messages(await heard(receiver, 22, "/news"))
    assert found == [f"{number}" for number in range(0, 1_100, 50)]


@contextmanager
def teller(store: Store) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "tests.api.teller", store.ledger.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


async def test_a_killed_process_loses_nothing(store: Store, receiver: Receiver) -> None:
    receiver.answers = [(204, {}, 30)]
    make(store, receiver, "alert")
    alert(store, "a")
    alert(store, "b")
    with teller(store) as process:
        (cut_off,) = await heard(receiver, 1)
        process.kill()
        process.wait()
    receiver.answers = [(204, {}, 0)]
    after = Ledger(store.ledger.url, skew_ms=CLAIM_MS + 1)
    async with telling(after):
        found = await heard(receiver, 3)
    assert messages(found) == ["a", "a", "b"]
    names = [one.headers["Headwater-Delivery"] for one in found]
    assert names[0] == names[1] == cut_off.headers["Headwater-Delivery"] != names[2]


async def test_two_processes_send_nothing_twice(store: Store, receiver: Receiver) -> None:
    receiver.answers = [(204, {}, 0.02)]
    for name in ("one", "two", "three"):
        make(store, receiver, "alert", name=name)
    with teller(store), teller(store):
        for number in range(40):
            alert(store, f"{number:02}")
        for name in ("one", "two", "three"):
            await heard(receiver, 40, f"/{name}")
        await asyncio.sleep(1)
    for name in ("one", "two", "three"):
        assert messages(receiver.of(f"/{name}")) == [f"{number:02}" for number in range(40)]


async def test_slow_receivers_hold_nobody_up(store: Store, receiver: Receiver) -> None:
    for number in range(30):
        make(store, receiver, "alert", name=f"slow{number}")
    make(store, receiver, "alert", name="quick")
    async with telling(store.ledger):
        for number in range(5):
            alert(store, str(number))
        found = await heard(receiver, 5, "/quick")
        slow = [one for one in receiver.received if one.path.startswith("/slow")]
    assert messages(found) == ["0", "1", "2", "3", "4"]
    # Each of the slow ones holds its first delivery still.
    assert set(messages(slow)) == {"0"}


async def test_alerts_of_webhooks_are_told_to_none(store: Store, receiver: Receiver) -> None:
    receiver.answers = [(410, {}, 0), (204, {}, 0)]
    make(store, receiver, "alert", name="gone")
    make(store, receiver, "alert", name="hook")
    async with telling(store.ledger):
        alert(store, "a")
        await asyncio.to_thread(until, lambda: len(alerts.after(store.ledger, 0, 9)) == 2)
        alert(store, "b")
        await asyncio.to_thread(until, lambda: b'"message":"b"' in receiver.received[-1].body)
    kinds = [body["data"]["alert_type"] for body in told(receiver.received)]
    assert set(kinds) == {"stale_feed"}
    assert len(kinds) == 3


async def test_a_secret_that_cannot_be_decrypted_is_a_failure(
    store: Store, receiver: Receiver
) -> None:
    make(store, receiver, "alert")
    (store.settings.home_dir / "secret.key").write_text("another" * 8)
    alert(store, "a")
    async with telling(store.ledger):
        await asyncio.to_thread(
            until, lambda: webhooks.get(store.ledger, "hook").state.failures > 0
        )
    assert "decrypted" in (webhooks.get(store.ledger, "hook").state.error or "")
    assert receiver.received == []

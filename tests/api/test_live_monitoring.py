"""/ws/live, and alerts on /ws: what another process writes is heard within a second."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect

from api.live.hub import Limits
from resources.ledger import Ledger, alerts, health, logs
from resources.ledger.budgets import Budgets
from resources.ledger.health import Finding
from resources.ledger.logs import Line
from resources.providers import load_providers
from tests.api.server import Store, opened, served
from tests.api.talk import Talk, talking

BINANCE = load_providers()["binance"]
SILENT = ("status_update", "ping")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    limits = Limits(heartbeat=0.3, ping=0.3)
    with opened(tmp_path_factory.mktemp("live")) as made, served(made.settings, limits):
        yield made


@pytest.fixture
def elsewhere(store: Store) -> Iterator[Ledger]:
    """The same ledger, as another process has it."""
    other = Ledger(store.ledger.url)
    yield other
    other.close()


class Live(Talk):
    anytime = ("heartbeat",)

    async def news(self) -> dict[str, Any]:
        """The next message that is not said regularly."""
        while True:
            message = await self.hear(1)
            if message["type"] not in SILENT:
                return message

    async def next_of(self, kind: str) -> dict[str, Any]:
        while True:
            message = await self.hear(1)
            if message["type"] == kind:
                return message

    async def hears(self, kind: str, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                await self.next_of(kind)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def listening(store: Store, query: str = "") -> AsyncIterator[Live]:
    url = f"ws://127.0.0.1:{store.settings.port}/ws/live{query}"
    async with connect(url, proxy=None) as connection:
        live = Live(connection)
        first = await live.hear()
        assert first["type"] == "connection_established"
        assert first["client_id"]
        yield live


async def test_totals_come_at_once_and_regularly(store: Store) -> None:
    async with listening(store) as live:
        for _ in range(2):
            status = await live.next_of("status_update")
            assert status["system_metrics"]["total_providers"] == len(load_providers())
            assert status["active_websocket_clients"] >= 1
            assert status["timestamp"]


async def test_pings_need_no_answer_and_pongs_are_taken(store: Store) -> None:
    async with listening(store) as live:
        assert (await live.next_of("ping"))["timestamp"]
        await live.say(type="pong")
        await live.next_of("ping")
        await live.say(type="subscribe")
        assert (await live.next_of("error"))["message"]


async def test_a_line_of_another_process_is_heard(store: Store, elsewhere: Ledger) -> None:
    async with listening(store) as live:
        line = Line("failure", "error", "acme answered 503", "acme", "exchange", {"kind": "x"})
        await asyncio.to_thread(logs.append, elsewhere, [line])
        message = await live.news()
        assert (message["type"], message["log_type"]) == ("new_log_entry", "failure")
        assert message["data"]["message"] == "acme answered 503"


async def test_a_change_of_a_provider_is_heard_once(store: Store, elsewhere: Ledger) -> None:
    async with listening(store) as live:
        for status in ("online", "online", "offline"):
            found = Finding(status, None, None)
            await asyncio.to_thread(health.note, elsewhere, BINANCE, found)
        changes = [await live.next_of("provider_status_change") for _ in range(2)]
        assert [(c["provider"], c["old_status"], c["new_status"]) for c in changes] == [
            ("binance", "unknown", "online"),
            ("binance", "online", "offline"),
        ]


async def test_a_budget_that_runs_out_is_heard_once_per_crossing(
    store: Store, elsewhere: Ledger
) -> None:
    def spend(weight: int) -> None:
        budgets = Budgets(elsewhere)
        budgets.arrived(budgets.reserve(BINANCE, weight))
        budgets.give_back()

    async with listening(store) as live:
        for weight in (4_800, 500, 500):
            await asyncio.to_thread(spend, weight)
        heard = [await live.next_of("rate_limit_alert") for _ in range(2)]
        assert [(m["provider"], m["severity"]) for m in heard] == [
            ("binance", "warning"),
            ("binance", "critical"),
        ]
        assert 80 <= heard[0]["percentage"] < 95 <= heard[1]["percentage"]
        assert not await live.hears("rate_limit_alert", within=0.5)


async def test_alerts_come_on_the_channels_and_are_resumed(store: Store, elsewhere: Ledger) -> None:
    def tell(key: str) -> None:
        with elsewhere.write() as connection:
            news = alerts.News(key, "stale_feed", "warning", f"{key} is old", feed=key)
            alerts.tell(connection, elsewhere, news)

    async with talking(store.settings) as talk:
        await asyncio.to_thread(tell, "one")
        first = await talk.hear()
        assert first["type"] == "alert"
        assert first["data"]["message"] == "one is old"
        assert first["data"].keys() >= {"alert_type", "message", "severity"}
        await asyncio.to_thread(tell, "one")
        await asyncio.to_thread(tell, "two")
        second = await talk.hear()
        assert second["data"]["message"] == "two is old"
        assert second["seq"] > first["seq"]
    async with talking(store.settings) as talk:
        await talk.say(type="resume", channel="alerts", after=first["seq"])
        assert (await talk.hear())["data"]["message"] == "two is old"


async def test_a_key_in_the_address_is_taken_and_shown_nowhere(store: Store) -> None:
    key = store.key("read")
    async with listening(store, f"?token={key}") as live:
        heard = [await live.hear() for _ in range(3)]
    assert key not in json.dumps(heard)

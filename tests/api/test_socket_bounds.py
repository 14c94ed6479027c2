import json
import logging

import httpx
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api.live.hub import Limits
from api.queries.markets import find_market, find_markets
from resources.market import load_registry
from tests.api.server import Store, served, until
from tests.api.storing import put_bare_commits, put_prices
from tests.api.talk import Talk, talking


async def test_a_frame_that_is_too_big_closes_the_socket(
    world: Store, service: httpx.Client
) -> None:
    assert service.is_closed is False
    async with talking(world.settings) as talk:
        await talk.connection.send("x" * 65_536)
        assert (await talk.hear())["type"] == "error"
        await talk.connection.send("x" * 65_537)
        assert await talk.closing_code() == 1009


async def test_a_client_that_talks_too_much_is_told_and_closed(
    world: Store, service: httpx.Client
) -> None:
    assert service.is_closed is False
    async with talking(world.settings) as talk:
        for _ in range(51):
            await talk.say(type="ping")
        heard = [await talk.hear()]
        while heard[-1]["type"] == "pong":
            heard.append(await talk.hear())
        assert heard[-1] == {"type": "error", "message": "more than 50 messages a second"}
        assert await talk.closing_code() == 1008


async def test_sockets_without_a_key_are_few_per_address(store: Store) -> None:
    settings = store.settings.model_copy(update={"max_sockets": 3, "max_sockets_per_address": 1})
    key = store.key("read")
    url = f"ws://127.0.0.1:{settings.port}/ws"
    with served(settings) as client:
        async with talking(settings), connect(url, proxy=None) as second:
            assert await Talk(second).closing_code() == 1013
            async with (
                talking(settings, f"?token={key}"),
                talking(settings, additional_headers={"X-API-Key": key}),
                connect(f"{url}?token={key}", proxy=None) as fourth,
            ):
                assert await Talk(fourth).closing_code() == 1013
        until(lambda: client.get("/ws/stats").json()["active_connections"] == 0)
        async with talking(settings) as again:
            assert (await again.ask(type="ping"))["type"] == "pong"


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?token=hw_guess", {}, 401),
        ("", {"Authorization": "Bearer hw_guess"}, 401),
        ("", {"Origin": "https://elsewhere.example"}, 403),
        ("", {"Origin": "null"}, 403),
    ],
)
async def test_who_may_not_come_in_is_refused(
    world: Store,
    service: httpx.Client,
    caplog: pytest.LogCaptureFixture,
    query: str,
    headers: dict[str, str],
    status: int,
) -> None:
    assert service.is_closed is False
    with caplog.at_level(logging.INFO, logger="uvicorn"), pytest.raises(InvalidStatus) as refused:
        async with talking(world.settings, query, additional_headers=headers):
            pass
    response = refused.value.response
    assert response.status_code == status
    assert json.loads(response.body or b"")["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "hw_guess" not in caplog.text


async def test_our_own_pages_may_use_the_sockets(world: Store, service: httpx.Client) -> None:
    assert service.is_closed is False
    origin = f"http://127.0.0.1:{world.settings.port}"
    async with talking(world.settings, origin=origin) as talk:
        assert (await talk.ask(type="ping"))["type"] == "pong"


async def test_a_client_that_stops_reading_is_closed_and_nobody_else_notices(
    store: Store,
) -> None:
    put_bare_commits(store, 1, candles=1_500)
    with served(store.settings, Limits(patience=1.0)) as client:
        async with talking(store.settings) as healthy, talking(store.settings) as stalled:
            for minute in range(60):
                # Half a megabyte each: more than the buffers between us hold after some of them.
                await stalled.say(type="resume", channel="candles", after=1)
                put_prices(store, minute, BTC=1.0 + minute)
                assert (await healthy.hear(1))["data"]["price"] == 1.0 + minute
                if client.get("/ws/stats").json()["active_connections"] == 1:
                    break
            else:
                pytest.fail("the stalled client was not closed")
            assert await stalled.closing_code(20) == 1013
            assert (await healthy.ask(type="ping"))["type"] == "pong"


def test_markets_of_many_spellings_are_two_questions_to_the_ledger(store: Store) -> None:
    """A message names up to 500, and nobody counts how many messages there are."""
    registry = load_registry()
    names = [asset.ticker for asset in registry.assets] + ["BTC-USDT", "ethusdt"]
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    sa.event.listen(store.ledger.engine, "before_cursor_execute", note)
    found = find_markets(store.ledger, registry, names)
    sa.event.remove(store.ledger.engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) == 2
    assert found == [find_market(store.ledger, registry, name) for name in names]

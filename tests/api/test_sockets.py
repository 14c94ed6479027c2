import asyncio
import json
from typing import Any

import httpx
import pytest

from api.live.hub import Limits
from resources.providers import load_providers
from tests.api.server import Store, served
from tests.api.storing import put_bare_commits, put_hour, put_prices
from tests.api.talk import talking


def told(messages: list[dict[str, Any]]) -> list[tuple[str, float, int, bool]]:
    return [
        (m["data"]["symbol"], m["data"].get("price") or m["data"]["close"], m["seq"], m.get("last", False))
        for m in messages
    ]  # fmt: skip


PRICE = {
    "symbol": "ETH",
    "price": 2_000.0,
    "quote": "USD",
    "change_24h": 2.0,
    "n_sources": 3,
    "spread_bps": 1.5,
    "quality": "consensus",
    "source": "sandbox:consensus",
    "sources": ["sandbox:binance", "sandbox:kraken", "sandbox:okx"],
    "at": "2024-01-30T00:00:00Z",
    "observed_at": "2024-01-30T00:00:01.250Z",
    "fetched_at": "2024-01-30T00:00:02Z",
}
CANDLE = {
    "symbol": "BTC/USDT",
    "interval": "1h",
    "open_time": "2024-01-30T00:00:00Z",
    "close_time": "2024-01-30T01:00:00Z",
    "open": 99.0,
    "high": 102.0,
    "low": 97.0,
    "close": 100.0,
    "volume": 10.5,
    "quote_volume": 1050.0,
    "trades": 7,
    "closed": True,
    "source": "sandbox:binance",
    "fetched_at": "2024-02-02T00:00:05Z",
}


async def test_everybody_hears_prices_and_candles_at_first(store: Store) -> None:
    with served(store.settings):
        async with talking(store.settings) as talk:
            put_prices(store, 0, BTC=40_000.0, ETH=2_000.0)
            heard = await talk.hear_all("price_update")
            assert told(heard) == [("BTC", 40_000.0, 1, False), ("ETH", 2_000.0, 1, True)]
            assert heard[1] == {"data": PRICE, "seq": 1, "last": True}
            put_hour(store, 0, "BTC/USDT")
            heard = await talk.hear_all("candle_update")
            assert heard == [{"data": CANDLE, "seq": 2, "last": True}]


async def test_a_client_hears_the_groups_and_symbols_it_asked_for(store: Store) -> None:
    with served(store.settings):
        async with talking(store.settings) as talk:
            assert await talk.ask(type="unsubscribe", group="all") == {
                "type": "unsubscribed",
                "group": "all",
            }
            put_prices(store, 0, BTC=1.0, ETH=2.0, SOL=3.0)
            await talk.silence()
            answer = await talk.ask(type="subscribe", group="prices", symbols=["ethusdt", "solana"])
            assert answer == {"type": "subscribed", "group": "prices", "symbols": ["ETH", "SOL"]}
            put_prices(store, 1, BTC=1.1, ETH=2.1, SOL=3.1)
            heard = await talk.hear_all("price_update")
            assert told(heard) == [("ETH", 2.1, 2, False), ("SOL", 3.1, 2, True)]
            put_hour(store, 0, "ETH/USDT")
            await talk.silence()
            await talk.ask(type="subscribe", group="candles", symbols=["ETH"])
            put_hour(store, 1, "BTC/USDT", "ETH/USDT")
            assert told(await talk.hear_all("candle_update")) == [("ETH/USDT", 101.0, 4, True)]
            await talk.ask(type="subscribe", group="prices")
            put_prices(store, 2, BTC=1.2)
            assert told(await talk.hear_all("price_update")) == [("BTC", 1.2, 5, True)]


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ('{"type":"subscribe","group":"weather"}', "group 'weather' is none of market, prices"),
        ('{"type":"subscribe"}', "group"),
        ('{"type":"subscribe","group":"prices","symbols":["BTCC"]}', "nearest: BTC"),
        ('{"type":"subscribe","group":"prices","symbols":["LUNA"]}', "means several"),
        ('{"type":"shout"}', "not understood"),
        ('{"type":5}', "not understood"),
        ("{}", "not understood"),
        ("[]", "not understood"),
        ("no json", "not understood"),
        ('{"type":"resume","channel":"weather","after":1}', "channel 'weather' is none of"),
        ('{"type":"resume","channel":"prices","after":"x"}', "not understood"),
        ('{"type":"ping","x":"\\ud800"}', "not understood"),
    ],
)
async def test_what_is_not_understood_leaves_the_socket_open(
    world: Store, service: httpx.Client, said: str, part: str
) -> None:
    assert service.is_closed is False
    async with talking(world.settings) as talk:
        await talk.connection.send(said)
        answer = await talk.hear()
        assert answer["type"] == "error"
        assert part in answer["message"]
        pong = await talk.ask(type="ping")
        assert pong.keys() == {"type", "timestamp"}


async def test_bytes_that_are_no_text_are_not_understood(
    world: Store, service: httpx.Client
) -> None:
    assert service.is_closed is False
    async with talking(world.settings) as talk:
        await talk.connection.send(b'{"type":"ping\xff"}')
        assert (await talk.hear())["type"] == "error"
        await talk.connection.send(b'{"type":"ping"}')
        assert (await talk.hear())["type"] == "pong"


async def test_statistics_count_the_listeners(store: Store) -> None:
    with served(store.settings) as client:
        async with talking(store.settings) as talk:
            await talk.ask(type="unsubscribe", group="news")
            data = (await talk.ask(type="get_stats"))["data"]
            assert (data["active_connections"], data["total_sessions"]) == (1, 1)
            assert (data["groups"]["prices"], data["groups"]["news"]) == (1, 0)
            body = client.get("/ws/stats").json()
            assert body["background_tasks_running"] is True
            assert body["active_connections"] == 1
            assert body["channels"] == {"ws": 1, "monitoring": 0, "data_sources": 0}
            assert (body["evicted"], body["refused"]) == (0, 0)
            assert 3 <= body["messages_sent"] < body["bytes_sent"]
            (connection,) = body["connections"]
            assert connection.keys() == {"session_id", "channel", "groups", "connected_at"}
            health = client.get("/health").json()
            assert (health["connected_clients"], health["total_sessions"]) == (1, 1)


async def test_the_pulse_tells_time_and_statistics_without_a_number(store: Store) -> None:
    with served(store.settings, Limits(heartbeat=0.2, provider_stats=0.2)):
        async with talking(store.settings) as talk:
            heard: dict[str, dict[str, Any]] = {}
            async with asyncio.timeout(5):
                while heard.keys() != {"heartbeat", "provider_stats", "stats_update"}:
                    message = json.loads(await talk.connection.recv())
                    heard[message["type"]] = message
    assert heard["heartbeat"].keys() == {"type", "timestamp"}
    assert heard["provider_stats"].keys() == {"type", "timestamp", "data"}
    assert heard["provider_stats"]["data"]["total"] == len(load_providers())
    assert heard["stats_update"]["data"]["active_connections"] == 1


async def test_a_resuming_client_gets_the_newest_price_of_what_it_missed(store: Store) -> None:
    put_prices(store, 0, BTC=1.0, ETH=2.0, SOL=3.0)
    put_prices(store, 1, BTC=1.1, ETH=2.1)
    put_hour(store, 0, "BTC/USDT")
    put_prices(store, 2, BTC=1.2)
    every = [("SOL", 3.0, 1, True), ("ETH", 2.1, 2, True), ("BTC", 1.2, 4, True)]
    for _start in range(2):
        with served(store.settings):
            async with talking(store.settings) as talk:
                for after, missed in ((0, every), (1, every[1:]), (2, every[2:]), (3, every[2:])):
                    await talk.say(type="resume", channel="prices", after=after)
                    assert told([await talk.hear() for _ in missed]) == missed
                await talk.say(type="resume", channel="prices", after=4)
                await talk.silence()


async def test_a_resuming_client_gets_every_candle_of_what_it_missed(store: Store) -> None:
    put_hour(store, 0, "BTC/USDT", "ETH/USDT")
    put_hour(store, 1, "BTC/USDT", "ETH/USDT")
    first = [("BTC/USDT", 100.0, 1, False), ("ETH/USDT", 100.0, 1, True)]
    second = [("BTC/USDT", 101.0, 2, False), ("ETH/USDT", 101.0, 2, True)]
    third = [("BTC/USDT", 102.0, 3, True)]
    with served(store.settings):
        async with talking(store.settings) as talk:
            put_hour(store, 2, "BTC/USDT")
            assert told(await talk.hear_all("candle_update")) == third
            for after, missed in (
                (0, [*first, *second, *third]),
                (1, [*second, *third]),
                (2, third),
            ):
                await talk.say(type="resume", channel="candles", after=after)
                assert told([await talk.hear() for _ in missed]) == missed
            await talk.ask(type="subscribe", group="candles", symbols=["ETH/USDT"])
            await talk.say(type="resume", channel="candles", after=0)
            heard = told([await talk.hear(), await talk.hear()])
            assert heard == [("ETH/USDT", 100.0, 1, True), ("ETH/USDT", 101.0, 2, True)]


async def test_what_cannot_be_resumed_is_told_so(store: Store) -> None:
    put_bare_commits(store, 59, candles=1)
    with served(store.settings):
        async with talking(store.settings) as talk:
            failed = {"type": "resume_failed", "channel": "candles", "oldest": 11}
            assert await talk.ask(type="resume", channel="candles", after=9) == failed
            # A number that this ledger has not reached was counted by another.
            assert await talk.ask(type="resume", channel="candles", after=61) == failed
            await talk.say(type="resume", channel="candles", after=10)
            assert [(await talk.hear())["seq"] for _ in range(50)] == list(range(11, 61))

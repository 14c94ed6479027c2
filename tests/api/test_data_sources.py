"""/api/v2/ws: snapshots as they come, schedules as they change."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.live.hub import Limits
from resources.ledger import audit, keys, provider_schedules
from resources.settings import Settings
from tests.api.played_dagster import playing
from tests.api.server import Store, served
from tests.api.snapshots import put
from tests.api.talk import Talk, talking


@asynccontextmanager
async def listening(settings: Settings, query: str = "") -> AsyncIterator[Talk]:
    async with talking(settings, query, "/api/v2/ws") as talk:
        yield talk


async def test_a_client_hears_whom_it_subscribed_to(store: Store) -> None:
    with served(store.settings):
        async with listening(store.settings) as talk:
            put(store.ledger, "binance", b"1")
            await talk.silence()
            answer = await talk.ask(type="subscribe", api_id="Binance")
            assert answer == {"type": "subscribed", "api_id": "binance", "status": "success"}
            seq = put(store.ledger, "binance", b'{"price": 2}')
            put(store.ledger, "kraken", b"3")
            put(store.ledger, "binance", None)
            heard = await talk.hear()
            metadata = heard.pop("metadata")
            assert (metadata["is_json"], metadata["source"]) == (True, "sandbox:binance")
            assert heard.pop("timestamp").endswith("Z")
            assert heard == {
                "type": "api_update",
                "api_id": "binance",
                "data": {"price": 2},
                "seq": seq,
                "last": True,
            }
            await talk.silence()


async def test_a_client_may_hear_everybody_or_nobody(store: Store) -> None:
    with served(store.settings):
        async with listening(store.settings) as talk:
            answer = await talk.ask(type="subscribe_all")
            assert (answer["type"], answer["api_id"]) == ("subscribed", "*")
            put(store.ledger, "kraken", b"1")
            assert (await talk.hear())["api_id"] == "kraken"
            answer = await talk.ask(type="unsubscribe", api_id="kraken")
            assert answer == {"type": "unsubscribed", "api_id": "kraken", "status": "success"}
            put(store.ledger, "kraken", b"2")
            put(store.ledger, "binance", b"3")
            assert (await talk.hear())["api_id"] == "binance"
            await talk.ask(type="unsubscribe", api_id="*")
            put(store.ledger, "binance", b"4")
            await talk.silence()


async def test_a_commit_is_heard(store: Store) -> None:
    with served(store.settings):
        async with listening(store.settings) as talk:
            await talk.ask(type="subscribe_all")
            put(store.ledger, "binance", b"1")
            assert (await talk.hear())["api_id"] == "binance"


async def test_a_large_answer_is_told_of_without_its_data(store: Store) -> None:
    large = b'"' + b"x" * 200_000 + b'"'
    with served(store.settings):
        async with listening(store.settings) as talk:
            await talk.ask(type="subscribe_all")
            put(store.ledger, "binance", large)
            heard = await talk.hear()
            assert (heard["data"], heard["metadata"]["left_out"]) == (None, True)
            answer = await talk.ask(type="get_data", api_id="binance")
            assert (answer["type"], answer["api_id"]) == ("data_response", "binance")
            assert len(answer["data"]["data"]) == 200_000


async def test_what_is_stored_is_asked_for(store: Store) -> None:
    with served(store.settings) as client:
        put(store.ledger, "binance", b'{"price": 2}')
        put(store.ledger, "kraken", b"<rss/>", is_json=False)
        async with listening(store.settings) as talk:
            answer = await talk.ask(type="get_all_data")
            cached = client.get("/api/v2/data/cached").json()
            assert answer == {"type": "data_response", "data": cached}
            answer = await talk.ask(type="get_schedule")
            tasks = client.get("/api/v2/schedule/tasks").json()
            assert answer == {"type": "schedule_response", "schedules": tasks}
            answer = await talk.ask(type="get_data", api_id="coingecko")
            assert answer == {"type": "error", "message": "coingecko has not answered yet"}
            assert (await talk.ask(type="ping")).keys() == {"type", "timestamp"}


async def test_the_largest_are_left_out_where_all_together_are_too_large(store: Store) -> None:
    with served(store.settings):
        for provider, length in (("binance", 900_000), ("kraken", 800_000), ("coingecko", 10)):
            put(store.ledger, provider, b'"' + b"x" * length + b'"')
        async with listening(store.settings, "?x=1") as talk:
            data = (await talk.ask(type="get_all_data"))["data"]
    left_out = {provider for provider, row in data.items() if row["metadata"]["left_out"]}
    assert left_out == {"binance"}
    assert len(data["kraken"]["data"]) == 800_000


@pytest.mark.parametrize(
    "message",
    [
        {"type": "update_schedule", "api_id": "binance", "enabled": False},
        {"type": "force_update", "api_id": "binance"},
    ],
)
@pytest.mark.parametrize("scope", [None, "read", "revoked"])
async def test_who_may_not_write_changes_nothing(
    store: Store, message: dict[str, object], scope: str | None
) -> None:
    with served(store.settings):
        key = scope and store.key("write" if scope == "revoked" else scope)
        async with listening(store.settings, f"?token={key}" if key else "") as talk:
            if scope == "revoked":
                keys.revoke_named(store.ledger, "write")
                # Its socket is closed soon after: it may hear of that first.
                await asyncio.sleep(0.85)
            with contextlib.suppress(ConnectionClosed):
                await talk.say(**message)
            answer = await talk.hear()
            assert answer["type"] == "error"
            assert ("scope" in answer["message"]) == (scope == "read")
    assert provider_schedules.read(store.ledger) == {}


@pytest.mark.parametrize("by_message", [False, True])
async def test_a_schedule_is_changed_and_everybody_hears_of_it(
    store: Store, by_message: bool
) -> None:
    key = store.key("write")
    with served(store.settings):
        async with (
            listening(store.settings) as other,
            listening(store.settings, "" if by_message else f"?token={key}") as talk,
        ):
            if by_message:
                answer = await talk.ask(type="auth", token=key)
                assert answer == {"type": "authenticated", "scopes": ["write"]}
            await talk.say(type="update_schedule", api_id="Binance", interval=300, enabled=False)
            heard = {m["type"]: m for m in (await talk.hear(), await talk.hear())}
            assert heard["schedule_updated"] == {
                "type": "schedule_updated",
                "api_id": "binance",
                "status": "success",
            }
            told = await other.hear()
            assert told == heard["schedule_update"]
            schedule = told["schedule"]
            assert (schedule["api_id"], schedule["interval"], schedule["enabled"]) == (
                "binance",
                300,
                False,
            )
            assert (told["seq"], told["last"]) == (1, True)
            assert "timestamp" in told


async def test_what_is_changed_or_refused_is_in_the_audit_log(store: Store) -> None:
    change = {"type": "update_schedule", "api_id": "Binance", "enabled": False}
    look = {"type": "force_update", "api_id": "nobody"}
    short = {"type": "update_schedule", "api_id": "binance", "interval": 1}
    secret = f"hw_{'x' * 43}"
    with served(store.settings):
        async with listening(store.settings) as talk:
            await talk.ask(**change)
            await talk.ask(type="auth", token=store.key("read"))
            await talk.ask(**change)
            await talk.ask(type="auth", token=store.key("write"))
            for message in (change, look, short, {**look, "api_id": secret}):
                await talk.say(**message)
            # Of what was changed two messages tell, in no order.
            heard = [(await talk.hear())["type"] for _ in range(5)]
            assert heard.count("error") == 3
    entries = [entry for _, entry in reversed(audit.read(store.ledger, audit.Wanted(), 9)[0])]
    assert [(one.key_name, one.path, one.status) for one in entries] == [
        (None, "/api/v2/ws update_schedule Binance", 401),
        ("read", "/api/v2/ws update_schedule Binance", 403),
        ("write", "/api/v2/ws update_schedule Binance", 200),
        ("write", "/api/v2/ws force_update nobody", 404),
        ("write", "/api/v2/ws update_schedule binance", 422),
        ("write", "/api/v2/ws force_update ***", 404),
    ]
    assert {(one.method, one.address) for one in entries} == {("MESSAGE", "127.0.0.1")}
    assert len({one.request_id for one in entries}) == 1


async def test_a_change_counts_as_a_request(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_free_minute": 3})
    with served(settings):
        async with listening(settings) as talk:
            change = {"type": "update_schedule", "api_id": "binance", "enabled": False}
            answers = [(await talk.ask(**change))["message"] for _ in range(4)]
    assert ["all are used" in answer for answer in answers] == [False, False, True, True]
    assert len(audit.read(store.ledger, audit.Wanted(), 9)[0]) == 2


async def test_a_change_of_another_process_is_heard_too(store: Store) -> None:
    with served(store.settings):
        async with listening(store.settings) as talk:
            provider_schedules.change(store.ledger, "kraken", interval_seconds=600)
            assert (await talk.hear())["schedule"]["interval"] == 600


async def test_a_look_by_hand_answers_with_its_run(store: Store) -> None:
    with playing() as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings):
            async with listening(settings, f"?token={store.key('write')}") as talk:
                answer = await talk.ask(type="force_update", api_id="binance")
    told = {"type": "update_result", "api_id": "binance", "status": "launched", "run_id": "run-1"}
    assert answer == told


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ('{"type":"subscribe","api_id":"binanse"}', "nearest: binance"),
        ('{"type":"subscribe"}', "api_id"),
        ('{"type":"auth","token":"hw_guess"}', "unknown, expired or revoked"),
        ('{"type":"resume","channel":"prices","after":1}', "none of snapshots, schedules"),
        ('{"type":"resume","channel":"snapshots","after":0}', "subscribe to a provider before"),
        ('{"type":"shout"}', "not understood"),
        ("no json", "not understood"),
    ],
)
async def test_what_is_not_understood_leaves_the_socket_open(
    world: Store, service: httpx.Client, said: str, part: str
) -> None:
    assert service.is_closed is False
    async with listening(world.settings) as talk:
        await talk.connection.send(said)
        answer = await talk.hear()
        assert answer["type"] == "error"
        assert part in answer["message"]
        assert (await talk.ask(type="ping"))["type"] == "pong"


async def test_an_interval_below_the_minimum_is_an_error_with_it(store: Store) -> None:
    with served(store.settings):
        async with listening(store.settings, f"?token={store.key('write')}") as talk:
            answer = await talk.ask(type="update_schedule", api_id="binance", interval=59)
            assert "at least 60" in answer["message"]


async def test_the_state_of_all_is_told_at_times(store: Store) -> None:
    with served(store.settings, Limits(heartbeat=0.2)):
        async with listening(store.settings) as talk:
            heard = json.loads(await talk.connection.recv())
    assert heard["type"] == "status_update"
    assert heard["status"]["active"] > 0
    assert heard["status"]["answering"] == 0

"""Who may open a socket, change something by it, and how long."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.credentials import COOKIE
from api.tokens import tokens_of
from resources.ledger import keys, provider_schedules, sign_ins
from resources.settings import Settings
from tests.api.server import Store, served
from tests.api.talk import Talk, talking

CHANGE = {"type": "update_schedule", "api_id": "binance", "enabled": False}
SOCKETS = ["/ws", "/ws/live", "/api/v2/ws"]


def token(store: Store, held: str, wanted: str) -> str:
    """A token of a new key."""
    key = keys.issue(store.ledger, held, (held,), "free", None).key
    return tokens_of(store.settings, store.ledger).make(key, [wanted])[0]


def changed(settings: Settings, **values: Any) -> Settings:
    return settings.model_copy(update=values)


async def refusal(settings: Settings, path: str, **options: Any) -> dict[str, Any]:
    """The problem that a client is told that is not let in."""
    with pytest.raises(InvalidStatus) as refused:
        async with talking(settings, path=path, **options):
            pass
    told: dict[str, Any] = json.loads(refused.value.response.body or b"")
    return told


async def all_until_closed(socket: ClientConnection) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            while True:
                heard.append(json.loads(await socket.recv()))
    return heard


@pytest.mark.parametrize("by_message", [False, True])
async def test_a_token_may_do_what_it_was_made_for(store: Store, by_message: bool) -> None:
    writer, reader = token(store, "write", "write"), token(store, "admin", "read")
    with served(store.settings):
        for one, may in ((writer, True), (reader, False)):
            query = "" if by_message else f"?token={one}"
            async with talking(store.settings, query, "/api/v2/ws") as talk:
                if by_message:
                    answer = await talk.ask(type="auth", token=one)
                    assert answer == {
                        "type": "authenticated",
                        "scopes": ["write" if may else "read"],
                    }
                await talk.say(**CHANGE)
                # Everybody hears of a change, who made it too.
                told = {"schedule_updated", "schedule_update"} if may else {"error"}
                assert {(await talk.hear())["type"] for _ in told} == told
    assert provider_schedules.read(store.ledger).keys() == {"binance"}


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_key_that_is_revoked_closes_its_sockets_alone(store: Store, path: str) -> None:
    secret = store.key("write")
    with served(store.settings) as client:
        async with (
            talking(store.settings, path="/ws") as other,
            connect(
                f"ws://127.0.0.1:{store.settings.port}{path}?token={secret}", proxy=None
            ) as one,
        ):
            keys.revoke_named(store.ledger, "write")
            heard = await all_until_closed(one)
            assert heard[-1] == {"type": "error", "message": "the key is expired or revoked"}
            assert one.close_code == 1008
            assert (await other.ask(type="ping"))["type"] == "pong"
            assert client.get("/ws/stats").json()["evicted"] == 1


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_token_that_runs_out_closes_its_sockets_alone(store: Store, path: str) -> None:
    key = keys.issue(store.ledger, "reader", ("read",), "free", None).key
    tokens = tokens_of(store.settings, store.ledger)
    long, _ = tokens.make(key, ["read"])
    with served(store.settings):
        short, _ = tokens.make(replace(key, expires_at=round(time.time() * 1000) + 3_000), ["read"])
        async with (
            talking(store.settings, f"?token={long}") as other,
            talking(store.settings, f"?token={short}", path) as talk,
        ):
            heard = await all_until_closed(talk.connection)
            assert heard[-1] == {"type": "error", "message": "the key is expired or revoked"}
            assert talk.connection.close_code == 1008
            assert tokens.read(short) is None
            assert (await other.ask(type="ping"))["type"] == "pong"


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_browser_that_signs_out_closes_its_sockets_alone(store: Store, path: str) -> None:
    own = f"http://127.0.0.1:{store.settings.port}"
    sessions = [sign_ins.redeem(store.ledger, sign_ins.new_link(store.ledger)) for _ in range(2)]
    sent = [{"Cookie": f"{COOKIE}={session}", "Origin": own} for session in sessions]
    with served(store.settings) as client:
        async with (
            talking(store.settings, additional_headers=sent[0]) as other,
            talking(store.settings, path=path, additional_headers=sent[1]) as talk,
        ):
            await asyncio.to_thread(client.post, "/sign-out", headers=sent[1])
            heard = await all_until_closed(talk.connection)
            assert heard[-1] == {"type": "error", "message": "the key is expired or revoked"}
            assert talk.connection.close_code == 1008
            assert (await other.ask(type="ping"))["type"] == "pong"


@pytest.mark.parametrize("path", SOCKETS)
async def test_to_open_a_socket_is_a_request(store: Store, path: str) -> None:
    settings = changed(store.settings, limit_free_minute=2)
    with served(settings):
        async with talking(settings, path=path), talking(settings, path=path):
            problem = await refusal(settings, path)
            assert (problem["status"], problem["type"]) == (429, "urn:headwater:too-many-requests")


@pytest.mark.parametrize("path", SOCKETS)
async def test_an_origin_that_is_no_address_is_a_foreign_one(
    store: Store, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with served(store.settings):
        headers = {"Origin": "http://["}
        assert (await refusal(store.settings, path, additional_headers=headers))["status"] == 403
    assert [line for line in caplog.records if line.levelname == "ERROR"] == []


async def test_whoever_guesses_keys_is_limited_too(store: Store) -> None:
    settings = changed(store.settings, limit_free_minute=2)
    with served(settings):
        statuses = [
            (await refusal(settings, "/ws", additional_headers={"X-API-Key": f"hw_{n:043}"}))[
                "status"
            ]
            for n in range(3)
        ]
    assert statuses == [401, 401, 429]


@pytest.mark.parametrize("trusted", [True, False])
async def test_clients_of_a_trusted_proxy_are_told_apart(store: Store, trusted: bool) -> None:
    proxies = ["127.0.0.1"] if trusted else []
    settings = changed(store.settings, max_sockets_per_address=1, trusted_proxies=proxies)
    url = f"ws://127.0.0.1:{settings.port}/ws"

    def of(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": address}

    with served(settings):
        async with (
            talking(settings, additional_headers=of("192.0.2.1")),
            connect(url, proxy=None, additional_headers=of("192.0.2.2")) as other,
            connect(url, proxy=None, additional_headers=of("192.0.2.1")) as same,
        ):
            assert await Talk(same).closing_code() == 1013
            if trusted:
                assert json.loads(await other.recv())["type"] == "welcome"
            else:
                assert await Talk(other).closing_code() == 1013

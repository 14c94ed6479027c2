"""What the sandbox plays, as our own client meets it."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import structs

from pipelines.supervisor import sandbox_config
from resources.errors import MalformedResponse, TemporaryError
from resources.http import Client
from resources.ledger import Ledger
from resources.providers import load_providers
from resources.providers.base import Call, Provider
from resources.providers.parsing import read
from sandbox.config import Config
from sandbox.server import running

KLINES = Call("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1h", "limit": "24"})
DECODER = msgspec.json.Decoder(list[Any])


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("huge", MalformedResponse),
        ("endless", MalformedResponse),
        ("gzip_bomb", MalformedResponse),
        ("recursive", MalformedResponse),
        ("not_json", MalformedResponse),
        ("html_200", MalformedResponse),
        ("slow_drip", TemporaryError),
        ("timeout", TemporaryError),
    ],
)
async def test_no_answer_holds_the_client_up(
    base_url: str, client: httpx.Client, ledger: Ledger, kind: str, error: type[Exception]
) -> None:
    order = {"provider": "binance", "kind": kind}
    await asyncio.to_thread(client.post, "/_control/faults", json=order)
    deadline = 1.0 if error is TemporaryError else 30.0
    async with Client(ledger, sandbox_url=base_url, deadline=deadline, max_response_mb=2) as ours:
        with pytest.raises(error):
            await ours.get(
                load_providers()["binance"], KLINES, lambda body: read(DECODER, body, "binance")
            )


def calls_of(provider: Provider) -> list[Call]:
    calls = [endpoint.call for endpoint in provider.endpoints]
    return [*calls, provider.health] if provider.health else calls


async def test_each_call_of_each_provider_is_answered(ledger: Ledger) -> None:
    """Keys, bodies and paths reach whom they are meant for; limits would only make it wait."""
    config = msgspec.convert(sandbox_config(), Config)
    unlimited = {name: structs.replace(one, limits=[]) for name, one in config.providers.items()}
    played = msgspec.to_builtins(Config(unlimited, latency_ms=0))
    providers = [replace(one, limits=()) for one in load_providers().values()]
    with running(played) as url:
        async with (
            Client(ledger, sandbox_url=url, deadline=120) as ours,
            asyncio.TaskGroup() as group,
        ):
            for provider in providers:
                for call in calls_of(provider):
                    group.create_task(ours.get(provider, call, len))
        counts = await asyncio.to_thread(httpx.get, f"{url}/_control/requests")
    asked = counts.json()["providers"]
    assert {row["provider"] for row in asked} <= set(load_providers())
    assert {status for row in asked for status in row["statuses"]} == {"200"}
    assert sum(row["requests"] for row in asked) == sum(len(calls_of(one)) for one in providers)

"""The examples of the documents run; those that need a running platform are at least checked."""

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from dagster_graphql.schema import create_schema
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from graphql import parse, validate
from starlette.routing import Match, Route

from api.app import create_app
from api.params import now_ms
from assets.ohlcv import OhlcvConfig
from assets.partitions import MONTHS
from pipelines.supervisor import sandbox_config
from resources.flush_prices import flush_prices
from resources.plan import OHLCV_ASSET
from resources.providers import load_providers
from resources.schemas import CANDLES
from resources.settings import Settings
from sandbox.app import create_app as create_sandbox
from sandbox.config import Config
from sandbox.faults import Fault
from tests.api.server import Store, opened, served
from tests.api.world import fill, prices
from tests.markdown import ROOT, code, documents, headings, read, section


@dataclass(frozen=True)
class Curl:
    """One call as a document shows it."""

    method: str
    url: str
    body: str

    @property
    def port(self) -> int | None:
        return urlsplit(self.url).port

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


def curls() -> list[Curl]:
    blocks = [block for path in documents() for block in code(read(path), "sh")]
    return [curl for block in blocks for curl in _curls(shlex.split(block, comments=True))]


def _curls(words: list[str]) -> Iterator[Curl]:
    starts = [at for at, word in enumerate(words) if word == "curl"]
    for start, end in pairwise([*starts, len(words)]):
        part = words[start:end]
        given = dict(pairwise(part))
        url = next(word for word in part if word.startswith("http"))
        body = given.get("-d", "")
        yield Curl(given.get("-X", "POST" if body else "GET"), url, body)


def blocks(language: str) -> list[object]:
    return [
        pytest.param(block, id=f"{path}-{number}")
        for path in documents()
        for number, block in enumerate(code(read(path), language))
    ]


def example(name: str, words: str) -> str:
    """The one Python example of a document that has these words."""
    (found,) = [block for block in code(read(name), "python") if words in block]
    return found


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("market")) as store:
        fill(store.lake, store.ledger)
        yield store


@pytest.fixture(scope="module")
def service(market: Store) -> Iterator[httpx.Client]:
    with served(market.settings) as client:
        client.headers["X-API-Key"] = market.key("admin")
        yield client


@pytest.mark.parametrize("block", blocks("python"))
def test_python_can_be_read(block: str) -> None:
    compile(block, "example", "exec")


@pytest.mark.parametrize("block", blocks("sh"))
def test_shell_can_be_read(block: str) -> None:
    subprocess.run(["sh", "-n"], input=block, text=True, check=True)


def test_other_engines_read_the_lake(market: Store) -> None:
    script = example("README.md", "duckdb")
    environment = {**os.environ, "HEADWATER_HOME": str(market.settings.home_dir)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    stored = market.lake.scan(CANDLES, {"interval": ["1h"]}).collect()
    newest, count = stored["close"][-1], str(stored.height)
    assert f"{newest}" in done.stdout
    assert count in done.stdout.partition("highest")[2]


@pytest.mark.parametrize("name", ["README.md", "docs/sockets.md"])
def test_prices_are_heard(name: str, market: Store, service: httpx.Client) -> None:
    script = example(name, "websockets.connect").replace(":8000", f":{service.base_url.port}")
    command = [sys.executable, "-u", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        deadline = threading.Timer(30, listener.kill)
        deadline.start()
        assert listener.stdout is not None
        assert "welcome" in next(listener.stdout)
        price = 60_000.0 + time.monotonic() % 1_000
        flush_prices(market.lake, market.ledger, prices(now_ms(), {"BTC": price}))
        heard = any(str(price) in line for line in listener.stdout)
        listener.kill()
        deadline.cancel()
    assert heard


def test_a_sandbox_is_had_as_contributors_are_told() -> None:
    script = example("CONTRIBUTING.md", "sandbox_config") + "    print(httpx.get(url).status_code)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "404\n"


# What the names in paths are tried with.
NAMED = {
    "symbol": "BTC",
    "category": "exchange",
    "provider_id": "binance",
    "api_id": "binance",
    "pool_id": "prices",
    "log_type": "failure",
    "protocol": "lido",
}


def test_answers_have_the_keys_that_are_shown(service: httpx.Client) -> None:
    text = read("docs/api.md")
    # The market made by hand trades in these days, in candles of this interval.
    when = {"interval": "1h", "start": "2024-01-30", "end": "2024-02-02"}
    for heading in [heading for heading in headings(text) if heading.startswith("`GET ")]:
        path = heading.strip("`").removeprefix("GET ").format_map(NAMED)
        for shown in code(section(text, heading), "json"):
            answered = service.get(path, params=when).json()
            if isinstance(answered, dict) and "status" in answered and answered["status"] == 404:
                continue  # of what nobody has stored in this market
            _has_the_keys(json.loads(shown), answered, path)


def _has_the_keys(shown: Any, answered: Any, path: str) -> None:
    """All that is shown is answered: of an object its keys, of rows those that any row has."""
    if isinstance(shown, dict):
        assert shown.keys() <= answered.keys(), path
        for key in shown:
            if isinstance(shown[key], list):
                _has_the_keys(shown[key], answered[key], f"{path} {key}")
    elif shown and answered and isinstance(shown[0], dict):
        assert shown[0].keys() <= {key for row in answered for key in row}, path


def test_calls_of_the_service_are_of_endpoints_that_it_has() -> None:
    app = create_app(Settings(home=Path("never-made")))
    calls = [curl for curl in curls() if curl.port == 8000]
    assert calls
    assert [curl for curl in calls if not _has(app, curl)] == []


def _has(app: FastAPI, curl: Curl) -> bool:
    scope = {"type": "http", "method": curl.method, "path": curl.path, "root_path": ""}
    return any(
        route.matches(scope)[0] is Match.FULL
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
    )


def test_orders_of_faults_are_understood() -> None:
    config = msgspec.convert(sandbox_config(), Config)
    control = {route.path for route in create_sandbox(config).routes if isinstance(route, Route)}
    calls = [curl for curl in curls() if curl.port == 8900]
    assert any(curl.body for curl in calls)
    assert {curl.path for curl in calls} <= control
    orders = [msgspec.json.decode(curl.body, type=Fault) for curl in calls if curl.body]
    assert {order.provider for order in orders} <= load_providers().keys()


def test_a_backfill_is_one_that_dagster_takes() -> None:
    (call,) = [curl for curl in curls() if curl.port == 3000]
    body = json.loads(call.body)
    assert validate(create_schema().graphql_schema, parse(body["query"])) == []
    asked = body["variables"]["p"]
    assert asked["assetSelection"] == [{"path": [OHLCV_ASSET]}]
    assert set(asked["partitionNames"]) <= set(MONTHS.get_partition_keys())
    OhlcvConfig(**asked["runConfigData"]["ops"][OHLCV_ASSET]["config"])

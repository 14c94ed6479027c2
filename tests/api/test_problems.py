import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from resources.lake import Lake
from tests.api.server import Store, client_of, served
from tests.api.world import fill


@pytest.fixture(scope="module")
def admin(world: Store, service: httpx.Client) -> Iterator[httpx.Client]:
    with client_of(service.base_url, world.key("admin")) as client:
        yield client


MEMBERS = {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing/here", 404, "Not Found"),
        ("POST", "/api/prices", 405, "Method Not Allowed"),
        ("GET", "/api/ohlcv?symbol=NOSUCHCOIN", 404, "Unknown symbol"),
        ("GET", "/api/prices?symbols=NOSUCHCOIN", 404, "Unknown symbol"),
        ("GET", "/api/prices?convert=SOL", 404, "Not found"),
        ("GET", "/api/ohlcv?symbol=LUNA", 409, "Ambiguous symbol"),
        ("GET", "/api/ohlcv?interval=2h", 422, "Invalid input"),
        ("GET", "/api/ohlcv?limit=1001", 422, "Invalid input"),
        ("GET", "/api/ohlcv?forming=true&as_of=2024-01-01", 422, "Invalid input"),
        ("GET", "/api/ohlcv/history/BTC?start=2024-02-02&end=2024-02-01", 422, "Invalid input"),
        ("GET", "/api/ohlcv/gaps/BTC?start=2024-02-02&end=2024-02-01", 422, "Invalid input"),
        ("GET", "/api/ohlcv/history/BTC?format=xlsx", 422, "Invalid input"),
        ("GET", "/api/prices/history/BTC?cursor=nonsense", 422, "Invalid input"),
        ("GET", "/api/prices/history/BTC?start=1704067200", 422, "Invalid input"),
    ],
)
def test_every_error_is_problem_details(
    reader: httpx.Client, method: str, path: str, status: int, title: str
) -> None:
    answer = reader.request(method, path)
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["title"]) == (status, status, title)
    assert body.keys() >= MEMBERS
    assert body["instance"] == path.partition("?")[0]


def test_an_unknown_symbol_comes_with_the_nearest(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?symbol=BTCC").json()
    assert body["type"] == "urn:headwater:unknown-symbol"
    assert "BTC" in body["nearest"]


def test_an_ambiguous_symbol_comes_with_candidates_that_work(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?symbol=LUNA").json()
    assert body["candidates"] == ["terra-classic", "terra-2"]
    for candidate in body["candidates"]:
        assert service.get("/api/ohlcv", params={"symbol": candidate}).status_code == 200


def test_bad_input_is_told_where_it_is(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?limit=many&end=soon").json()
    assert [error["loc"] for error in body["errors"]] == [["query", "limit"], ["query", "end"]]


WIDE = {f"member_{number}": 1 for number in range(50_000)}
LONG = "x" * 900_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/auth/token", WIDE),
        ("/api/auth/token", {"api_key": WIDE}),
        ("/api/auth/token", {LONG: 1}),
        ("/api/auth/token", {"api_key": LONG}),
        ("/api/auth/token", {"api_key": "x", "scopes": ["no"] * 100_000}),
        ("/api/auth/token", {"api_key": "x", "scopes": [LONG]}),
        ("/api/auth/token", {f"{number}{'x' * 9_000}": 1 for number in range(100)}),
        ("/api/auth/keys", {"name": "x", "expires_at": LONG}),
        ("/api/webhooks", {"url": "http://x.example", "events": ["alert"], "filter": WIDE}),
        ("/api/webhooks", {"url": "http://x.example", "events": [LONG]}),
        ("/api/admin/collect/trigger", {"mode": "backward", "symbols": [1] * 300_000}),
        ("/api/admin/collect/trigger", {"mode": "backward", "symbols": [1] * 900}),
        ("/api/v2/export/json", {"api_ids": [1] * 300_000}),
        ("/api/v2/schedule/tasks/coingecko", WIDE),
        ("/api/v2/schedule/tasks/coingecko", {LONG: 1}),
        ("/api/diagnostics/run", {LONG: 1}),
        ("/api/query", {"sql": "SELECT 1", "parameters": WIDE}),
        ("/api/query", {"sql": "SELECT 1", "parameters": [1] * 300_000}),
        ("/api/v2/config/apis", WIDE),
        ("/api/v2/config/apis", {"id": LONG}),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_large_body_that_is_wrong_gets_a_short_answer(
    admin: httpx.Client, path: str, body: dict[str, Any]
) -> None:
    method = "PUT" if "schedule" in path else "POST"
    answer = admin.request(method, path, json=body)
    assert answer.status_code == 422, answer.text[:500]
    assert len(answer.content) < 10_000
    assert len(answer.json().get("errors", [])) <= 20


@pytest.mark.parametrize(
    "nested", ["[" * 400_000 + "]" * 400_000, '{"a":' * 150_000 + "1" + "}" * 150_000]
)
def test_a_body_that_is_nested_deep_gets_a_short_answer(service: httpx.Client, nested: str) -> None:
    for body in (nested, f'{{"api_key": {nested}}}'):
        answer = service.post("/api/auth/token", content=body)
        assert answer.status_code == 422, answer.text[:500]
        assert len(answer.content) < 1_000


def test_a_wrong_method_is_told_the_right_one(service: httpx.Client) -> None:
    assert service.delete("/api/prices").headers["allow"] == "GET"


NASTY = [
    "", "%00", "%ff%fe", "/", "..", "%2e%2e%2f", "BTC%00", "1e999", "NaN", "-1", "0", "9" * 40,
    "2024-13-45", "0001-01-01", "9999-12-31T23:59:59Z", "T", "2024-01-01T", "٣", "\N{GRINNING FACE}",
    "' OR 1=1 --", "{}", "[]", "true", "null", "a" * 9_000, "zwAAAY1YTyuA", "kA",
]  # fmt: skip
PARAMETERS = [
    ("/api/prices", "symbols"), ("/api/prices", "convert"), ("/api/prices/history/BTC", "days"),
    ("/api/prices/history/BTC", "start"), ("/api/prices/history/BTC", "cursor"),
    ("/api/prices/history/BTC", "resolution"), ("/api/ohlcv", "symbol"), ("/api/ohlcv", "limit"),
    ("/api/ohlcv", "end"), ("/api/ohlcv", "as_of"), ("/api/ohlcv", "forming"),
    ("/api/ohlcv", "fill"), ("/api/ohlcv/history/BTC", "cursor"),
    ("/api/ohlcv/history/BTC", "start"), ("/api/ohlcv/history/BTC", "format"),
    ("/api/ohlcv/history/BTC", "limit"), ("/api/ohlcv/gaps/BTC", "end"),
    ("/api/ohlcv/gaps/BTC", "cursor"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "name"), PARAMETERS)
def test_no_input_breaks_the_service(reader: httpx.Client, path: str, name: str) -> None:
    for value in NASTY:
        answer = reader.get(f"{path}?{name}={value}")
        assert answer.status_code < 500, (value, answer.text)


@pytest.mark.parametrize(
    "path", ["/api/prices/history/", "/api/ohlcv/history/", "/api/ohlcv/gaps/"]
)
def test_no_path_breaks_the_service(reader: httpx.Client, path: str) -> None:
    for value in NASTY:
        answer = reader.get(f"{path}{value[:2_000]}")
        assert answer.status_code < 500, (value, answer.text)


def test_a_lake_that_lost_its_files_is_503_and_names_no_path(store: Store) -> None:
    fill(store.lake, store.ledger)
    folder = Path(Lake(store.settings.lake_url).url) / "candles"
    with served(store.settings) as client:
        assert client.get("/api/ohlcv?symbol=BTC").status_code == 200
        for interval in folder.glob("interval=*"):
            shutil.rmtree(interval)
        remembered = client.get("/api/ohlcv?symbol=BTC")
        answer = client.get("/api/ohlcv?symbol=BTC&fill=flat")
    assert remembered.status_code == 200
    assert answer.status_code == 503
    assert answer.json()["title"] == "Store not available"
    assert str(folder) not in answer.text

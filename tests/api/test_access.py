import logging
import time

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from api.app import create_app
from api.auth import access_of
from resources.ledger import keys
from tests.api.server import Store, served

PROTECTED = ["/api/prices/history/BTC", "/api/ohlcv/history/BTC", "/api/ohlcv/gaps/BTC"]


def declared(store: Store) -> dict[str, str | None]:
    """The access that each endpoint of the application declares."""
    return {
        str(route.path_format or route.path): access_of(route.dependencies)
        for route in iter_route_contexts(create_app(store.settings).routes)
        if isinstance(route.original_route, (APIRoute, APIWebSocketRoute))
    }


def test_every_endpoint_declares_its_access(world: Store) -> None:
    found = declared(world)
    assert {"/", "/ws", "/ws/stats", "/openapi.json"} <= found.keys()
    assert [path for path, access in found.items() if access is None] == []


@pytest.mark.parametrize("path", PROTECTED)
def test_an_anonymous_caller_is_refused(service: httpx.Client, path: str) -> None:
    answer = service.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json() == {
        "type": "urn:headwater:unauthorized",
        "title": "Not authenticated",
        "status": 401,
        "detail": "send a key as X-API-Key, or as Authorization: Bearer",
        "instance": path,
    }


@pytest.mark.parametrize("path", PROTECTED)
def test_a_key_opens_what_its_scope_allows(service: httpx.Client, world: Store, path: str) -> None:
    for scope in keys.SCOPES:
        key = world.key(scope)
        assert service.get(path, headers={"X-API-Key": key}).status_code == 200
        assert service.get(path, headers={"Authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "hw_guess"},
        {"X-API-Key": "\N{LATIN SMALL LETTER U WITH DIAERESIS}"},
        {"Authorization": "Bearer hw_guess"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic aHdfZ3Vlc3M6"},
    ],
)
def test_a_bad_key_is_refused(service: httpx.Client, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    assert service.get(PROTECTED[0], headers=raw).status_code == 401


def test_a_key_in_the_query_counts_for_nothing_here(service: httpx.Client, world: Store) -> None:
    key = world.key("admin")
    for name in ("api_key", "token"):
        assert service.get(PROTECTED[0], params={name: key}).status_code == 401


def test_a_revoked_key_is_refused_within_a_second(store: Store) -> None:
    key = keys.create(store.ledger, "short-lived", ("read",))
    with served(store.settings) as client:
        assert client.get(PROTECTED[0], headers={"X-API-Key": key}).status_code == 200
        keys.revoke_named(store.ledger, "short-lived")
        revoked = time.monotonic()
        while client.get(PROTECTED[0], headers={"X-API-Key": key}).status_code == 200:
            assert time.monotonic() - revoked < 1
            time.sleep(0.05)


def test_callers_of_this_machine_need_no_key_where_none_is_required(store: Store) -> None:
    open_here = store.settings.model_copy(update={"api_key_required": False})
    with served(open_here) as client:
        assert client.get(PROTECTED[0]).status_code == 200
        foreign = {"Origin": "https://elsewhere.example"}
        assert client.get(PROTECTED[0], headers=foreign).status_code == 401
        rebound = {"Host": f"elsewhere.example:{open_here.port}"}
        assert client.get(PROTECTED[0], headers=rebound).status_code == 401


def test_no_log_line_shows_a_key_of_the_query(
    service: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="uvicorn"):
        service.get("/api/prices?symbols=BTC&token=hw_secret&api_key=hw_secret")
        service.get("/api/admin/system/info?api_key=hw_secret")
    lines = [record.getMessage() for record in caplog.records if "uvicorn" in record.name]
    assert any("/api/prices?symbols=BTC " in line for line in lines)
    assert any("/api/admin/system/info " in line for line in lines)
    assert not any("hw_secret" in line for line in lines)

import logging
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from api.app import create_app
from api.auth import access_of
from api.unguarded import UNGUARDED
from resources.ledger import keys
from resources.rights import SCOPES
from tests.api.server import Store, served

PROTECTED = ["/api/prices/history/BTC", "/api/ohlcv/history/BTC", "/api/ohlcv/gaps/BTC"]


def declared(store: Store) -> dict[str, str | None]:
    """The access that each endpoint of the application declares."""
    return {
        str(route.path_format or route.path): access_of(route.dependencies)
        for route in iter_route_contexts(create_app(store.settings).routes)
        if isinstance(route.original_route, (APIRoute, APIWebSocketRoute))
    }


def guarded(store: Store) -> Iterator[tuple[str, str, str]]:
    """(method, path, scope) of each endpoint that needs one."""
    for route in iter_route_contexts(create_app(store.settings).routes):
        if not isinstance(route.original_route, APIRoute):
            continue
        access = access_of(route.dependencies)
        for method in route.methods or () if access in SCOPES else ():
            yield method, re.sub(r"\{[^}]+\}", "x", str(route.path_format)), str(access)


def test_each_endpoint_refuses_who_has_no_key_or_too_small_a_scope_whatever_is_sent(
    service: httpx.Client, world: Store
) -> None:
    asked = list(guarded(world))
    assert {access for _, _, access in asked} == {*SCOPES}
    smaller = {"write": world.key("read"), "admin": world.key("write")}
    for method, path, access in asked:
        for body in (b"", b"{", b"{}", b"[1]", b"\x00" * 1000):
            answer = service.request(method, path, content=body)
            assert answer.status_code == 401, (method, path, body)
            if key := smaller.get(access):
                headers = {"X-API-Key": key}
                answer = service.request(method, path, content=body, headers=headers)
                assert answer.status_code == 403, (method, path, body)


def test_a_bad_key_is_refused_where_none_is_needed_but_not_where_health_is_told(
    service: httpx.Client,
) -> None:
    bad = {"X-API-Key": "hw_guess"}
    for path in ("/", "/api/prices", "/api/status", "/openapi.json"):
        assert service.get(path).status_code == 200
        assert service.get(path, headers=bad).status_code == 401
    for path in sorted(UNGUARDED):
        # /health is degraded here: the store of the test has no scheduler.
        assert service.get(path, headers=bad).status_code == service.get(path).status_code != 401


def test_unknown_revoked_and_expired_keys_are_answered_alike(store: Store) -> None:
    with served(store.settings) as client:
        revoked = keys.create(store.ledger, "revoked", ("read",))
        keys.revoke_named(store.ledger, "revoked")
        expired = keys.create(store.ledger, "expired", ("read",), expires_at=1)
        unknown = f"hw_{'x' * 43}"
        answers = [
            client.get(PROTECTED[0], headers={"X-API-Key": secret})
            for secret in (revoked, expired, unknown, "x", "x.y.z")
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.content for answer in answers}) == 1


def test_a_key_that_cannot_be_looked_up_is_no_bad_key(store: Store) -> None:
    secret = store.key("read")
    with served(store.settings) as client:
        with store.ledger.write() as connection:
            connection.exec_driver_sql("ALTER TABLE api_keys RENAME TO gone")
        answer = client.get(PROTECTED[0], headers={"X-API-Key": secret})
        assert (answer.status_code, answer.json()["title"]) == (503, "Store not available")
        assert "api_keys" not in answer.text


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
    for scope in SCOPES:
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
        asked = revoked
        while client.get(PROTECTED[0], headers={"X-API-Key": key}).status_code == 200:
            assert asked - revoked < 1
            time.sleep(0.05)
            asked = time.monotonic()


def test_callers_of_this_machine_need_no_key_where_none_is_required(store: Store) -> None:
    open_here = store.settings.model_copy(update={"api_key_required": False})
    with served(open_here) as client:
        assert client.get(PROTECTED[0]).status_code == 200
        foreign = {"Origin": "https://elsewhere.example"}
        assert client.get(PROTECTED[0], headers=foreign).status_code == 401
        rebound = {"Host": f"elsewhere.example:{open_here.port}"}
        assert client.get(PROTECTED[0], headers=rebound).status_code == 401
        # A proxy of this machine, for whoever it serves.
        for sign in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert client.get(PROTECTED[0], headers={sign: "127.0.0.1"}).status_code == 401


def test_an_address_that_is_none_is_of_nobody_here(store: Store) -> None:
    page, host = {"Origin": "http://["}, {"Host": "["}
    with served(store.settings.model_copy(update={"api_key_required": False})) as client:
        for headers in (page, {"Origin": "http://[x]"}, host, {"Host": "[x]:80"}, page | host):
            assert client.get(PROTECTED[0], headers=headers).status_code == 401
            for path in ("/sign-in", "/sign-out"):
                assert client.post(path, headers=headers).status_code == 403


def test_no_log_line_shows_a_key_of_the_query(
    service: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="uvicorn"):
        service.get("/api/prices?symbols=BTC&token=hw_secret&api_key=hw_secret")
        service.get("/api/admin/system/info?api_key=hw_secret")
        service.get("/sign-in?token=hw_secret")
    lines = [record.getMessage() for record in caplog.records if "uvicorn" in record.name]
    assert any("/api/prices?symbols=BTC " in line for line in lines)
    assert any("/api/admin/system/info " in line for line in lines)
    assert any("/sign-in " in line for line in lines)
    assert not any("hw_secret" in line for line in lines)

"""API5: every function is walked by nobody, by each scope, and by what is no key at all."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import Mount, Route

from api.app import create_app
from api.auth import access_of
from resources.ledger import keys, sign_ins
from tests.api.described import spec
from tests.api.server import Store, client_of
from tests.api.talk import talking
from tests.api.test_openapi import filled_in
from tests.security.raw import asked, status_of

# What a method that changes nothing may be called for without a scope.
OPEN_WRITES = {
    ("POST", "/api/auth/token"): "takes the key in its body",
    ("POST", "/sign-in"): "takes the link in its body",
    ("POST", "/sign-out"): "ends the session of its own cookie alone",
    ("POST", "/api/sentiment/analyze"): "reads the text that is sent, and stores nothing",
    ("POST", "/api/sentiment/crypto-analysis"): "reads the text that is sent, and stores nothing",
    ("POST", "/api/query"): "reads tables",
    ("POST", "/api/providers/{provider_id}/health-check"): "",
}
RANK = {None: 0, "open": 0, "read": 1, "write": 2, "admin": 3}
Function = tuple[str, str, str]


@pytest.fixture(scope="module")
def functions(place: Store) -> list[Function]:
    """(method, path, declared access) of every route."""
    return [
        (method, str(route.path_format), str(access_of(route.dependencies)))
        for route in iter_route_contexts(create_app(place.settings).routes)
        if isinstance(route.original_route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def path_of(path: str) -> str:
    """Names that nothing has: who is let in must change nothing here."""
    return re.sub(r"\{\w+\}", "no-such-thing", path)


def test_every_route_declares_its_access(place: Store, functions: list[Function]) -> None:
    assert len(functions) > 100
    assert {access for _, _, access in functions} == {"open", "read", "write", "admin"}
    for route in iter_route_contexts(create_app(place.settings).routes):
        kind = route.original_route
        if isinstance(kind, Mount):
            assert str(route.path).startswith("/docs-files")
        else:
            assert isinstance(kind, APIRoute | APIWebSocketRoute) or not isinstance(kind, Route)


def test_what_changes_something_needs_a_scope_that_writes(functions: list[Function]) -> None:
    for method, path, access in functions:
        if method not in ("GET", "HEAD") and RANK[access] < RANK["write"]:
            assert (method, path) in OPEN_WRITES, (method, path, access)


def test_what_is_about_administration_needs_admin(functions: list[Function]) -> None:
    of_admins = re.compile(
        r"/api/admin/|/api/auth/keys|/api/audit|/api/v2/(backup|restore|cleanup)|/api/diagnostics/run"
    )
    found = [(method, path, access) for method, path, access in functions if of_admins.match(path)]
    assert len(found) >= 12
    assert {access for _, _, access in found} == {"admin"}


@pytest.fixture(scope="module")
def callers(place: Store, anonymous: httpx.Client) -> Iterator[dict[str | None, httpx.Client]]:
    """A client by its scope; None is nobody."""
    with (
        client_of(anonymous.base_url, place.key("read")) as read,
        client_of(anonymous.base_url, place.key("write")) as write,
    ):
        yield {None: anonymous, "read": read, "write": write}


def test_each_function_is_refused_to_every_smaller_scope_and_open_to_the_right_one(
    functions: list[Function], callers: dict[str | None, httpx.Client]
) -> None:
    refused = allowed = 0
    for method, path, access in functions:
        for scope, client in callers.items():
            answer = client.request(method, path_of(path), content=b"{")
            seen = (method, path, access, scope, answer.status_code)
            if RANK[scope] < RANK[access]:
                assert answer.status_code == (401 if scope is None else 403), seen
                refused += 1
            else:
                # A browser signs in and out from pages of ours alone.
                pages = path in ("/sign-in", "/sign-out")
                assert answer.status_code not in ((500,) if pages else (403, 500)), seen
                assert answer.status_code != 401 or path in ("/sign-in", "/api/auth/token"), seen
                allowed += 1
    assert refused > 100
    assert allowed > 150


SHAPES = ("{path}/", "/{path}", "{path}/.", "{path}//", "{path};x", "{path}%2f", "{path}%00", "/./{path}",
          "{path}.json", "{path}?_method=GET", "{path}%20", "{path}#", "/x/..{path}", "{upper}")  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_no_other_spelling_of_a_path_passes_the_check(
    functions: list[Function], callers: dict[str | None, httpx.Client], shape: str
) -> None:
    """A proxy's rules and ours must not see two different paths."""
    for method, path, access in functions:
        if access != "admin":
            continue
        spelt = shape.format(path=path_of(path), upper=path_of(path).upper())
        status = status_of(asked(callers["write"], spelt, method))
        assert status in (400, 401, 403, 404, 405), (method, spelt, status)


def test_head_and_options_open_nothing(
    functions: list[Function], callers: dict[str | None, httpx.Client]
) -> None:
    for method, path, access in functions:
        if access == "admin" and method == "GET":
            assert callers["write"].head(path_of(path)).status_code == 403, path
        if access != "open":
            assert callers[None].options(path_of(path)).status_code in (401, 403, 404, 405), path


def test_the_scope_is_that_of_the_key_at_this_moment(place: Store, anonymous: httpx.Client) -> None:
    """Nothing that a client says of its scopes, tier or role counts."""
    key = place.key("read")
    for name in ("X-Scopes", "X-Role", "X-Tier", "X-Admin", "X-Forwarded-User", "X-Original-URL",
                 "X-Rewrite-URL", "X-User", "Remote-User"):  # fmt: skip
        headers = {"X-API-Key": key, name: "admin"}
        assert anonymous.get("/api/auth/keys", headers=headers).status_code == 403
        headers = {"X-API-Key": key, name: "/api/auth/keys"}
        assert "keys" not in anonymous.get("/api/auth/me", headers=headers).json()
    for query in ("scope=admin", "admin=true", "role=admin", "scopes[]=admin"):
        headers = {"X-API-Key": key}
        assert anonymous.get(f"/api/auth/keys?{query}", headers=headers).status_code == 403


@pytest.mark.usefixtures("anonymous")
async def test_sockets_write_for_those_alone_who_may(place: Store) -> None:
    asks = (
        {"type": "force_update", "api_id": "binance"},
        {"type": "update_schedule", "api_id": "binance", "interval": 61},
    )
    for query in ("", f"?token={place.key('read')}"):
        async with talking(place.settings, query, "/api/v2/ws") as talk:
            for ask in asks:
                answer = await talk.ask(**ask)
                assert answer["type"] == "error", (query, ask, answer)


def test_a_link_makes_an_admin_of_a_browser_alone(place: Store, anonymous: httpx.Client) -> None:
    """The secret of a link or of its session is no key."""
    link = sign_ins.new_link(place.ledger)
    session = sign_ins.redeem(place.ledger, link)
    assert session
    for secret in (link, session):
        for headers in ({"X-API-Key": secret}, {"Authorization": f"Bearer {secret}"}):
            assert anonymous.get("/api/auth/me", headers=headers).status_code == 401
        told = anonymous.post("/api/auth/token", json={"api_key": secret})
        assert told.status_code == 401
    assert keys.find(place.ledger, link) is None


def test_the_description_names_the_access_of_each_function(functions: list[Function]) -> None:
    for method, path, access in functions:
        operation = spec()["paths"].get(path, {}).get(method.lower())
        if operation:
            assert bool(operation.get("security")) == (access != "open"), (method, path)
    assert json.dumps(spec())
    assert filled_in("/api/providers/{provider_id}")

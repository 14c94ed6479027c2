"""API3: nobody sets what is not theirs to set, and answers show no more than is described."""

import json
import re
from typing import Any

import httpx
import pytest

from api.models.requests import BODIES
from tests.api.described import faults, spec
from tests.api.entries import ACME, APIS, IMPORT
from tests.api.server import Store
from tests.api.test_openapi import filled_in

# What a row may have beside what a client says of it.
FOREIGN = {
    "key_id": "0" * 16, "tier": "admin", "scopes": ["admin"], "role": "admin", "is_admin": True,
    "hash": "x", "secret": "x", "created_at": 0, "revoked_at": None, "expires_at": None,
    "rotated_from": "x", "custom": False, "builtin": True, "limits_checked": True, "has_key": True,
    "failures": 0, "last_delivery": None, "state": "up", "origin": "api", "run_id": "x",
    "mode": "live", "status": "online", "id": 1, "webhook_id": "x", "owner": "x",
    "__proto__": {"admin": True}, "constructor": {"prototype": {"admin": True}}, "$where": "1",
    "__class__": "x", "model_config": {"extra": "allow"}, "": 1, "\N{ZERO WIDTH SPACE}name": "x",
}  # fmt: skip
# Shapes of others are read there, and what is not understood is left out with a warning.
# The tests below try them.
LENIENT = {"/api/v2/config/apis", "/api/v2/config/apis/{api_id}", "/api/v2/config/import"}
WRITES = sorted(
    (method.upper(), path)
    for path, methods in spec()["paths"].items()
    for method, operation in methods.items()
    if method != "get" and "requestBody" in operation
)


def path_of(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", filled_in(path))


def members_of(method: str, path: str) -> set[str]:
    """What the body of an operation may have, by its description."""
    content = spec()["paths"][path][method.lower()]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    if reference := schema.get("$ref"):
        schema = spec()["components"]["schemas"][reference.rpartition("/")[2]]
    return set(schema.get("properties", {}))


def test_every_body_that_is_taken_has_its_row() -> None:
    assert len(WRITES) >= 16
    assert {f"{method} {path}" for method, path in WRITES} == BODIES.keys()


STRICT = [(method, path) for method, path in WRITES if path not in LENIENT]


@pytest.mark.parametrize(("method", "path"), STRICT)
def test_a_member_too_many_is_refused(everything: httpx.Client, method: str, path: str) -> None:
    good = BODIES[f"{method} {path}"]
    for name, value in FOREIGN.items():
        if name in members_of(method, path):
            continue
        answer = everything.request(method, path_of(path), json={**good, name: value})
        assert answer.status_code == 422, (name, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_no_member_too_many_has_changed_anything(everything: httpx.Client) -> None:
    """After all of the above."""
    assert everything.get("/api/watchlist").json()["origin"] == "setting"
    keys = everything.get("/api/auth/keys").json()["keys"]
    assert {key["scopes"][0] for key in keys} == {"admin"}
    assert len(keys) == 1
    assert "My Nodes" not in everything.get("/api/pools").text
    assert "hooks.example.com" not in everything.get("/api/webhooks").text


@pytest.mark.parametrize("path", [APIS, IMPORT])
def test_a_provider_is_no_more_than_a_client_may_say_of_it(
    admin: httpx.Client, place: Store, path: str
) -> None:
    claimed = {**FOREIGN, "id": "acme", "status": "online", "last_status": "online", "key": None}
    body: Any = {**claimed, **ACME}
    answer = admin.post(path, json=body if path == APIS else [body])
    if answer.status_code == 422:
        return
    assert answer.status_code in (200, 201)
    row = admin.get(f"{APIS}/acme").json()
    assert row["custom"] is True
    assert admin.get("/api/providers/acme").json()["status"] == "unknown"
    warnings = " ".join(answer.json()["warnings"])
    for name in ("is_admin", "scopes", "custom"):
        assert name in warnings or name in members_of("POST", APIS), name
    assert place.settings.providers == "sandbox"


def test_a_change_of_a_provider_cannot_rename_it(admin: httpx.Client) -> None:
    assert admin.post(APIS, json=ACME).status_code == 201
    admin.put(f"{APIS}/acme", json={**ACME, "id": "kraken", "name": "Acme"})
    held = {row["id"]: row["custom"] for row in admin.get(APIS).json()["apis"]}
    assert held["acme"] is True
    assert held["kraken"] is False


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"a","name":"b","tier":"free","tier":"admin"}',
        b'{"name":"a","tier":["admin"]}',
        b'{"name":"a","scopes":"admin"}',
        b'{"name":"a","scopes":["READ"]}',
        b'{"name":"a","scopes":[]}',
        b'{"name":{"$ne":null}}',
        b'{"name":["a"]}',
        b'{"name":1}',
        b'{"name":null}',
        b'{"name":true}',
        b'[{"name":"a"}]',
        b'"a"',
        b'{"name":"a","tier":"free"}{"tier":"admin"}',
    ],
)
def test_no_shape_but_the_described_one_makes_a_key(boss: httpx.Client, body: bytes) -> None:
    answer = boss.post("/api/auth/keys", content=body)
    if answer.status_code == 201:
        # Of a name that is there twice the last one counts, as everywhere.
        assert b'"name":"a","name":"b"' in body
        assert answer.json()["tier"] == json.loads(body)["tier"]
    else:
        # A key of the tier free makes none of the tier admin.
        assert answer.status_code in (
            (403, 422) if body.startswith(b'{"name":"a","name"') else (422,)
        )


def test_no_answer_has_a_member_that_is_not_described() -> None:
    """`client_of` holds every answer that any test gets against the strict description."""
    asked = httpx.Request("GET", "http://127.0.0.1/livez")
    more = httpx.Response(
        200,
        headers={"content-type": "application/json"},
        content=b'{"status":"alive","timestamp":"2026-11-22T00:00:00Z","password":"x"}',
        request=asked,
    )
    assert faults(more)


def test_no_described_member_is_a_secret_of_storage() -> None:
    told = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            told.update(part.get("properties", {}))
            for one in part.values():
                walk(one)
        elif isinstance(part, list):
            for one in part:
                walk(one)

    walk(spec()["components"]["schemas"])
    assert len(told) > 300
    assert told & {"key_hash", "secret_hash", "sealed", "ciphertext", "password", "salt"} == set()

"""Keys by the API: made, listed, revoked, rotated."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.keyring import Keyring
from resources.ledger import Ledger, key_changes, keys
from resources.ledger.keys import Issued
from resources.rights import TIERS
from tests.api.server import Store, paged, served

KEYS = "/api/auth/keys"
ME = "/api/auth/me"
HOUR_MS = 3_600_000


@pytest.fixture
def boss(store: Store) -> Issued:
    """The only key for everything that there is."""
    return keys.issue(store.ledger, "boss", ("admin",), "admin", None)


@pytest.fixture
def client(store: Store, boss: Issued) -> Iterator[httpx.Client]:
    """A client that acts as it."""
    with served(store.settings) as client:
        client.headers["X-API-Key"] = boss.secret
        yield client


def by(secret: str) -> dict[str, str]:
    return {"X-API-Key": secret}


def iso(ledger: Ledger, ahead: int) -> str:
    at = time.gmtime((ledger.now() + ahead) / 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", at)


def test_a_key_is_shown_once_and_works_at_once(client: httpx.Client, store: Store) -> None:
    ends = iso(store.ledger, HOUR_MS)
    sent = {"name": " reports ", "tier": "pro", "scopes": ["write", "read"], "expires_at": ends}
    answer = client.post(KEYS, json=sent)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    body = answer.json()
    told = {"name": "reports", "tier": "pro", "scopes": ["read", "write"], "expires_at": ends}
    assert {name: body[name] for name in told} == told
    me = client.get(ME, headers=by(body["api_key"])).json()
    assert {name: me[name] for name in told} == told
    listed = client.get(KEYS).text
    assert body["key_id"] in listed
    assert body["api_key"] not in listed
    assert body["api_key"].encode() not in (store.settings.home_dir / "ledger.db").read_bytes()


def test_what_is_not_said_of_a_key_is_the_least(client: httpx.Client) -> None:
    body = client.post(KEYS, json={"name": "least"}).json()
    assert (body["tier"], body["scopes"], body["expires_at"]) == ("free", ["read"], None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"name": "\x00"},
        {"name": 1},
        {"name": "x", "tier": "gold"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "scopes": "read"},
        {"name": "x", "scopes": ["read"] * 4},
        {"name": "x", "expires_at": "2020-01-01"},
        {"name": "x", "expires_at": 10**30},
        {"name": "x", "expires_at": "soon"},
        {"name": "x", "expires_at": True},
        {"name": "x", "id": "mine"},
        {"name": "x", "api_key": "hw_mine"},
    ],
)
def test_what_makes_no_sense_makes_no_key(client: httpx.Client, body: dict[str, Any]) -> None:
    assert client.post(KEYS, json=body).status_code == 422
    assert client.get(KEYS).json()["total"] == 1


def test_no_key_makes_a_wider_one(client: httpx.Client, store: Store, boss: Issued) -> None:
    ends = store.ledger.now() + HOUR_MS
    own = by(keys.create(store.ledger, "narrow", ("admin",), "pro", ends))
    for more in ({"tier": "admin"}, {"expires_at": iso(store.ledger, 2 * HOUR_MS)}):
        answer = client.post(KEYS, json={"name": "wider", **more}, headers=own)
        assert answer.status_code == 403, more
    # The secret of a rotated one is a new one's too.
    assert client.post(f"{KEYS}/{boss.key.id}/rotate", headers=own).status_code == 403
    as_wide = client.post(KEYS, json={"name": "as wide", "tier": "pro"}, headers=own).json()
    assert as_wide["expires_at"] is not None
    assert {row["name"] for row in client.get(KEYS).json()["keys"]} == {"boss", "narrow", "as wide"}


def test_all_keys_are_listed_the_newest_first_in_pages(client: httpx.Client, store: Store) -> None:
    for number in range(7):
        keys.create(store.ledger, f"key {number}", ("read",))
    keys.revoke_named(store.ledger, "key 3")
    keys.create(store.ledger, "old", ("read",), expires_at=1)
    pages = list(paged(client, f"{KEYS}?limit=4"))
    rows = [row for page in pages for row in page["keys"]]
    assert [len(page["keys"]) for page in pages] == [4, 4, 1]
    assert {page["total"] for page in pages} == {9}
    assert {row["name"] for row in rows} == {"boss", "old", *(f"key {n}" for n in range(7))}
    assert [row["created_at"] for row in rows] == sorted(
        (row["created_at"] for row in rows), reverse=True
    )
    status = {row["name"]: row["status"] for row in rows}
    assert (status["boss"], status["key 3"], status["old"]) == ("valid", "revoked", "expired")
    for cursor in ("x", "kscG", pages[0]["next_cursor"][:-2]):
        assert client.get(KEYS, params={"cursor": cursor}).status_code == 422


def test_a_revoked_key_is_refused_at_once_and_stays_revoked(
    client: httpx.Client, store: Store
) -> None:
    made = keys.issue(store.ledger, "short-lived", ("read",), "free", None)
    assert client.get(ME, headers=by(made.secret)).status_code == 200
    first = client.delete(f"{KEYS}/{made.key.id}")
    assert client.get(ME, headers=by(made.secret)).status_code == 401
    assert first.json().keys() >= {"key_id", "revoked_at"}
    again = client.delete(f"{KEYS}/{made.key.id}")
    assert (again.status_code, again.json()["revoked_at"]) == (200, first.json()["revoked_at"])


@pytest.mark.parametrize("key_id", ["0" * 16, "x", "%00", "%25", "_", "boss"])
def test_what_is_no_key_is_not_found(client: httpx.Client, key_id: str) -> None:
    assert client.delete(f"{KEYS}/{key_id}").status_code == 404
    assert client.post(f"{KEYS}/{key_id}/rotate").status_code == 404


def test_the_beginning_of_an_id_is_none(client: httpx.Client, boss: Issued) -> None:
    assert client.delete(f"{KEYS}/{boss.key.id[:8]}").status_code == 404


def test_the_last_key_for_everything_goes_only_where_that_is_said(
    client: httpx.Client, store: Store, boss: Issued
) -> None:
    own = f"{KEYS}/{boss.key.id}"
    keys.create(store.ledger, "reader", ("read",))
    keys.create(store.ledger, "past", ("admin",), expires_at=1)
    assert client.delete(own).status_code == 409
    # One that is being replaced is no other one.
    other = keys.issue(store.ledger, "other", ("admin",), "admin", None).key.id
    newer = key_changes.rotate(store.ledger, other, 60).issued.key.id
    assert client.delete(f"{KEYS}/{newer}").status_code == 200
    assert client.delete(own).status_code == 409
    assert client.delete(own, params={"last": "true"}).status_code == 200
    assert client.get(KEYS).status_code == 401


def test_a_rotated_key_has_a_new_secret_and_the_same_rights(
    client: httpx.Client, store: Store
) -> None:
    ends = store.ledger.now() + HOUR_MS
    old = keys.issue(store.ledger, "bot", ("write",), "pro", ends)
    assert client.get(ME, headers=by(old.secret)).status_code == 200
    answer = client.post(f"{KEYS}/{old.key.id}/rotate")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert client.get(ME, headers=by(old.secret)).status_code == 401
    body = answer.json()
    assert body["rotated_from"] == old.key.id != body["key_id"]
    me = client.get(ME, headers=by(body["api_key"])).json()
    assert (me["name"], me["scopes"], me["tier"]) == ("bot", ["write"], "pro")
    assert me["expires_at"] == body["expires_at"] is not None
    assert client.post(f"{KEYS}/{old.key.id}/rotate").status_code == 409


def test_the_old_secret_holds_for_the_overlap_that_was_asked_for(
    client: httpx.Client, store: Store
) -> None:
    old = keys.issue(store.ledger, "bot", ("read",), "free", None)
    body = client.post(f"{KEYS}/{old.key.id}/rotate", json={"overlap_seconds": 6}).json()
    for secret in (old.secret, body["api_key"]):
        assert client.get(ME, headers=by(secret)).status_code == 200
    assert client.post(f"{KEYS}/{old.key.id}/rotate").status_code == 409
    time.sleep(7)
    assert client.get(ME, headers=by(old.secret)).status_code == 401
    assert client.get(ME, headers=by(body["api_key"])).status_code == 200


def test_no_overlap_makes_a_key_hold_longer(client: httpx.Client, store: Store) -> None:
    old = keys.issue(store.ledger, "bot", ("read",), "free", store.ledger.now() + HOUR_MS)
    asked = {"overlap_seconds": 7200}
    body = client.post(f"{KEYS}/{old.key.id}/rotate", json=asked).json()
    assert body["old_holds_until"] == body["expires_at"]
    for seconds in (-1, 604_801, 1.5, "1"):
        wrong = {"overlap_seconds": seconds}
        assert client.post(f"{KEYS}/{body['key_id']}/rotate", json=wrong).status_code == 422


def test_me_tells_limits_and_what_was_used_of_them(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_pro_minute": 9, "limit_pro_day": 20})
    secrets = {tier: keys.create(store.ledger, tier, ("read",), tier) for tier in TIERS}
    with served(settings) as client:
        for used in (1, 2):
            me = client.get(ME, headers=by(secrets["pro"])).json()
            assert me["limits"] == {"minute": 9, "day": 20}
            assert me["usage"] == {"minute": used, "day": used}
        assert client.get(ME, headers=by(secrets["free"])).json()["usage"]["minute"] == 1
        assert client.get(ME, headers=by(secrets["admin"])).json()["limits"] == {
            "minute": None,
            "day": None,
        }


def test_bad_keys_count_against_the_address(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_free_minute": 3})
    known = by(store.key("read"))
    with served(settings) as client:
        assert client.get(ME, headers=known).status_code == 200
        guesses = [client.get(ME, headers=by(f"hw_{n:043}")).status_code for n in range(5)]
        assert guesses == [401, 401, 401, 429, 429]
        assert client.get("/api/prices").status_code == 429
        assert client.get(ME, headers=known).status_code == 200


async def test_a_key_is_looked_up_while_all_other_threads_are_taken(store: Store) -> None:
    free = threading.Event()
    taken = [asyncio.create_task(asyncio.to_thread(free.wait)) for _ in range(64)]
    try:
        async with asyncio.timeout(20):
            assert await Keyring(store.ledger).find(store.key("read"))
    finally:
        free.set()
        await asyncio.gather(*taken)


def test_guesses_in_a_body_count_against_the_address(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_free_minute": 3})
    with served(settings) as client:
        client.headers["X-API-Key"] = store.key("admin")
        guesses = ({"api_key": f"hw_guess{number}"} for number in range(5))
        said = [client.post("/api/auth/token", json=one).status_code for one in guesses]
    assert said == [401, 401, 401, 429, 429]

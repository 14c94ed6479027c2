"""API1: whose a thing is decides who sees and changes it, not who knows its name."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from resources.ledger import keys
from resources.ledger.keys import Issued
from tests.api.server import Store, client_of, served
from tests.api.snapshots import put


@dataclass(frozen=True)
class Others:
    """A caller of each kind, and things of which none is theirs."""

    store: Store
    boss: httpx.Client
    writer: httpx.Client
    reader: httpx.Client
    theirs: Issued


@pytest.fixture
def others(store: Store) -> Iterator[Others]:
    theirs = keys.issue(store.ledger, "theirs", ("read",), "pro", None)
    with served(store.settings) as client:
        url = client.base_url
        with (
            client_of(url, keys.create(store.ledger, "boss", ("admin",), "admin")) as boss,
            client_of(url, store.key("write")) as writer,
            client_of(url, store.key("read")) as reader,
        ):
            yield Others(store, boss, writer, reader, theirs)


def test_a_key_is_told_of_itself_alone(others: Others) -> None:
    with client_of(others.boss.base_url, others.theirs.secret) as their:
        own = their.get("/api/auth/me").json()
    assert own["key_id"] == others.theirs.key.id
    for given in ("key_id", "id", "key", "name", "user"):
        for value in (others.theirs.key.id, "theirs"):
            told = others.reader.get("/api/auth/me", params={given: value}).json()
            assert told["key_id"] != others.theirs.key.id
            assert told["name"] == "read"


def test_what_one_has_used_is_not_another_s(others: Others) -> None:
    for _ in range(5):
        others.writer.get("/api/auth/me")
    assert others.writer.get("/api/auth/me").json()["usage"]["minute"] == 6
    assert others.reader.get("/api/auth/me").json()["usage"]["minute"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/keys"),
        ("DELETE", "/api/auth/keys/{id}"),
        ("POST", "/api/auth/keys/{id}/rotate"),
        ("GET", "/api/audit?key={id}"),
        ("GET", "/api/webhooks"),
        ("DELETE", "/api/webhooks/{id}"),
        ("POST", "/api/webhooks/{id}/test"),
    ],
)
def test_who_may_not_is_not_told_whether_a_thing_is_there(
    others: Others, method: str, path: str
) -> None:
    there, not_there = others.theirs.key.id, "0" * 16
    for client in (others.reader, others.writer):
        answers = [
            client.request(method, path.format(id=name)).json() for name in (there, not_there)
        ]
        for answer in answers:
            assert answer.pop("status") == 403
            answer.pop("instance")
        assert answers[0] == answers[1]
    assert keys.find(others.store.ledger, others.theirs.secret)


def test_no_key_ends_or_renews_itself_without_admin(others: Others) -> None:
    own = others.writer.get("/api/auth/me").json()["key_id"]
    assert others.writer.delete(f"/api/auth/keys/{own}").status_code == 403
    assert others.writer.post(f"/api/auth/keys/{own}/rotate").status_code == 403


def test_a_secret_is_never_told_again(others: Others) -> None:
    listed = others.boss.get("/api/auth/keys")
    assert others.theirs.key.id in listed.text
    assert others.theirs.secret[3:] not in listed.text
    assert "api_key" not in listed.json()["keys"][0]


def test_backups_are_for_admins_though_exports_are_for_readers(others: Others) -> None:
    put(others.store.ledger, "binance", b"{}")
    made = others.boss.post("/api/v2/backup", timeout=120).json()
    export = others.writer.post("/api/v2/export/json").json()
    for client in (others.reader, others.writer):
        assert client.get(made["download_url"]).status_code == 403
        assert client.head(made["download_url"]).status_code == 403
        ranged = client.get(made["download_url"], headers={"Range": "bytes=0-10"})
        assert ranged.status_code == 403
        assert client.get(export["download_url"]).status_code == 200
    assert others.boss.get(made["download_url"]).status_code == 200


def test_names_of_exports_and_ids_of_keys_cannot_be_counted_up(others: Others) -> None:
    ids = {keys.issue(others.store.ledger, "x", ("read",), "free", None).key.id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(one) >= 16 for one in ids)
    put(others.store.ledger, "binance", b"{}")
    tails = {
        others.writer.post("/api/v2/export/json").json()["filepath"].rpartition("_")[2]
        for _ in range(5)
    }
    assert len(tails) == 5


@pytest.mark.parametrize("path", ["/api/logs", "/api/alerts", "/api/providers", "/api/assets"])
def test_the_cursor_of_a_list_for_admins_opens_no_other(others: Others, path: str) -> None:
    for n in range(3):
        keys.create(others.store.ledger, f"key {n}", ("read",))
        others.boss.put("/api/watchlist", json={"symbols": []})
    for listed in ("/api/auth/keys?limit=1", "/api/audit?limit=1"):
        cursor = others.boss.get(listed).json()["next_cursor"]
        if cursor is not None:
            answer = others.reader.get(path, params={"cursor": cursor})
            assert answer.status_code == 422, answer.text


def test_no_statement_reads_what_endpoints_keep_for_admins(others: Others) -> None:
    """SQL of a reader sees neither keys nor the audit log, nor webhooks."""
    offered = {row["name"] for row in others.reader.get("/api/query/tables").json()["tables"]}
    kept = {"api_keys", "audit_log", "audit", "sign_ins", "sessions", "webhooks", "webhook_deliveries",
            "custom_providers", "provider_keys", "sqlite_master"}  # fmt: skip
    assert offered & kept == set()
    for table in kept:
        answer = others.reader.post("/api/query", json={"sql": f"SELECT * FROM {table}"})
        assert answer.status_code == 422, table

"""The audit log: every write that somebody asks for, refused ones too."""

import asyncio
import http.client
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.audit_trail import AuditTrail
from resources.ledger import Ledger, audit, keys
from resources.ledger.audit import Entry
from tests.api.server import Store, paged, served, until

AUDIT = "/api/audit"
WATCHLIST = "/api/watchlist"
POOLS = "/api/pools"
Row = dict[str, Any]


@pytest.fixture
def boss(store: Store) -> Iterator[httpx.Client]:
    """An admin of a store of its own."""
    key = keys.create(store.ledger, "boss", ("admin",), "admin")
    with served(store.settings) as client:
        client.headers["X-API-Key"] = key
        yield client


def rows(client: httpx.Client, expected: int, **wanted: str) -> list[Row]:
    """The entries, once there are as many."""
    found: list[Row] = []

    def there() -> bool:
        found[:] = client.get(AUDIT, params=wanted).json()["entries"]
        return len(found) >= expected

    until(there)
    return found


def test_a_write_is_noted_with_who_and_what_came_of_it(boss: httpx.Client) -> None:
    put = boss.put(WATCHLIST, json={"symbols": ["BTC"]}, headers={"X-Request-ID": "mine-1"})
    assert put.status_code == 200
    (row,) = rows(boss, 1)
    assert {**row, "id": 0, "at": "", "key_id": ""} == {
        "id": 0, "at": "", "request_id": "mine-1", "key_id": "", "key_name": "boss",
        "address": "127.0.0.1", "method": "PUT", "path": WATCHLIST, "status": 200,
    }  # fmt: skip
    assert row["at"].endswith("Z")
    assert row["key_id"]


def test_refused_writes_are_noted_too(store: Store, boss: httpx.Client) -> None:
    reader = keys.create(store.ledger, "reader", ("read",))
    anonymous, bad, small = (
        {"X-API-Key": ""},
        {"X-API-Key": "hw_bad_0123456789"},
        {"X-API-Key": reader},
    )
    for headers in (anonymous, bad, small):
        boss.put(WATCHLIST, json={"symbols": ["BTC"]}, headers=headers)
    boss.put(WATCHLIST, json={"symbols": 5})
    boss.delete(f"{POOLS}/none")
    told = [(row["key_name"], row["status"]) for row in reversed(rows(boss, 5))]
    assert told == [
        (None, 401), (None, 401), ("reader", 403), ("boss", 422), ("boss", 404),
    ]  # fmt: skip


def test_who_gets_or_ends_a_right_is_noted_too(boss: httpx.Client) -> None:
    boss.post("/api/auth/token", json={"api_key": "hw_bad_0123456789"})
    boss.post("/api/auth/token", json={"api_key": boss.headers["X-API-Key"]})
    for path in ("/sign-in", "/sign-out"):
        boss.post(path)
    told = [(row["path"], row["status"]) for row in reversed(rows(boss, 4))]
    assert told == [
        ("/api/auth/token", 401), ("/api/auth/token", 200), ("/sign-in", 403), ("/sign-out", 403),
    ]  # fmt: skip


def test_what_does_not_write_is_not_noted(boss: httpx.Client) -> None:
    boss.get("/api/categories")
    boss.head("/api/categories")
    # Of these anybody could send as many as it takes to push all others out.
    assert boss.post("/nothing/here").status_code == 404
    assert boss.delete("/api/categories").status_code == 405
    assert boss.post("/docs-files/swagger-ui.css").status_code == 405
    assert boss.post("/api/sentiment/analyze", json={}).status_code == 422
    assert boss.post("/api/query", json={}, headers={"X-API-Key": ""}).status_code == 401
    boss.delete(WATCHLIST)
    assert [row["method"] for row in rows(boss, 1)] == ["DELETE"]


def test_neither_query_nor_body_nor_a_key_in_the_path_is_kept(boss: httpx.Client) -> None:
    secret = "hw_" + "s3cr3t" * 5
    asked = f"{POOLS}/{secret}/rotate?api_key={secret}&x={secret}"
    boss.post(asked, json={"key": secret})
    (row,) = rows(boss, 1)
    assert row["path"] == f"{POOLS}/***/rotate"
    assert secret not in str(row)


def test_of_a_long_path_the_beginning_is_kept(boss: httpx.Client) -> None:
    secret = "hw_" + "s3cr3t" * 500
    boss.delete(f"{POOLS}/{secret}-{'/x' * 10_000}")
    boss.delete(f"{POOLS}/{secret}{'x' * 10_000}")
    boss.delete(f"{POOLS}/x{'-eyJ' * 10_000}")
    cut, whole = (row["path"] for row in rows(boss, 2))
    assert (cut, whole) == (f"{POOLS}/x{'-eyJ' * 10_000}"[:500], f"{POOLS}/***")


def test_no_flood_of_refusals_pushes_the_others_out(store: Store) -> None:
    with served(store.settings.model_copy(update={"limit_free_minute": 2})) as client:
        assert [client.post(POOLS).status_code for _ in range(5)] == [401, 401, 429, 429, 429]
    entries, _ = audit.read(store.ledger, audit.Wanted(), 10)
    assert [entry.status for _, entry in entries] == [401, 401]


def test_nothing_is_lost_at_a_graceful_shutdown(store: Store) -> None:
    with served(store.settings) as client:
        for _ in range(20):
            client.post(POOLS)
    entries, _ = audit.read(store.ledger, audit.Wanted(), 100)
    assert len(entries) == 20


def test_a_client_that_leaves_is_noted(store: Store) -> None:
    with served(store.settings) as client:
        connection = http.client.HTTPConnection("127.0.0.1", store.settings.port, timeout=5)
        connection.putrequest("POST", "/api/pools")
        connection.putheader("Content-Length", "100")
        connection.endheaders()
        connection.send(b"{")
        connection.close()
        client.post(POOLS)
        until(lambda: len(audit.read(store.ledger, audit.Wanted(), 9)[0]) == 2)


def test_what_is_wanted_is_told_newest_first_page_by_page(store: Store, boss: httpx.Client) -> None:
    other = keys.create(store.ledger, "other", ("admin",), "admin")
    for number in range(5):
        boss.delete(f"{POOLS}/{number}", headers={"X-API-Key": other} if number % 2 else {})
    everything = rows(boss, 5)
    assert [row["path"][-1] for row in everything] == ["4", "3", "2", "1", "0"]
    assert [row["path"][-1] for row in rows(boss, 2, key="other")] == ["3", "1"]
    by_id = everything[0]["key_id"]
    assert [row["path"][-1] for row in rows(boss, 3, key=by_id)] == ["4", "2", "0"]
    assert [row["path"] for row in rows(boss, 1, path=f"{POOLS}/2")] == [f"{POOLS}/2"]
    assert rows(boss, 0, path="/api/pools_") == []
    middle = everything[2]["at"]
    since = {row["path"] for row in rows(boss, 1, **{"from": middle})}
    before = {row["path"] for row in rows(boss, 0, to=middle)}
    assert since | before == {row["path"] for row in everything}
    assert not since & before
    pages = list(paged(boss, f"{AUDIT}?limit=2"))
    assert [page["count"] for page in pages] == [2, 2, 1]
    assert [row for page in pages for row in page["entries"]] == everything


def put_away(ledger: Ledger, kind: str) -> None:
    """Make the ledger refuse lines of the audit log, in one way or another."""
    with ledger.write() as connection:
        if kind == "refused":
            connection.exec_driver_sql(
                "CREATE TRIGGER no BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            connection.exec_driver_sql("ALTER TABLE audit_log RENAME TO gone")


def put_back(ledger: Ledger, kind: str) -> None:
    undone = "DROP TRIGGER no" if kind == "refused" else "ALTER TABLE gone RENAME TO audit_log"
    with ledger.write() as connection:
        connection.exec_driver_sql(undone)


@pytest.mark.parametrize("kind", ["refused", "gone"])
def test_lines_wait_while_the_ledger_refuses_them(
    store: Store, boss: httpx.Client, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    put_away(store.ledger, kind)
    boss.delete(f"{POOLS}/1")
    until(lambda: "1 lines of the audit log wait to be stored, 0 are lost" in caplog.text)
    boss.delete(f"{POOLS}/2")
    until(lambda: "2 lines of the audit log wait to be stored, 0 are lost" in caplog.text)
    assert boss.get("/readyz").status_code == 200
    put_back(store.ledger, kind)
    assert [row["path"][-1] for row in rows(boss, 2)] == ["2", "1"]


async def test_as_many_wait_as_there_is_room_for(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def note(first: int, count: int) -> None:
        for number in range(first, first + count):
            trail.note(Entry(number, "", None, None, "", "PUT", "/", 200))

    trail = AuditTrail(store.ledger)
    put_away(store.ledger, "refused")
    note(0, 20_005)
    flushing = asyncio.create_task(trail.flush())
    await asyncio.sleep(0)
    note(20_005, 10)
    await flushing
    assert "20000 lines of the audit log wait to be stored, 15 are lost" in caplog.text
    put_back(store.ledger, "refused")
    await trail.flush()
    with store.ledger.read() as connection:
        count, first = connection.exec_driver_sql("SELECT count(*), min(at) FROM audit_log").one()
    assert (count, first) == (20_000, 15)


def test_it_is_for_admins(store: Store) -> None:
    with served(store.settings) as client:
        assert client.get(AUDIT).status_code == 401
        writer = keys.create(store.ledger, "writer", ("write",))
        assert client.get(AUDIT, headers={"X-API-Key": writer}).status_code == 403


def test_a_command_is_noted(store: Store, boss: httpx.Client) -> None:
    audit.note(store.ledger, "keys create shop")
    (row,) = rows(boss, 1)
    assert {**row, "id": 0, "at": ""} == {
        "id": 0, "at": "", "request_id": None, "key_id": None, "key_name": None,
        "address": "command line", "method": "COMMAND", "path": "keys create shop", "status": None,
    }  # fmt: skip

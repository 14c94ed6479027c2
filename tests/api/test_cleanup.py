"""Deleting what providers answered, and nothing else."""

import httpx
import pytest
import sqlalchemy as sa

from resources.ledger.tables import METADATA, snapshots
from resources.schemas import TABLES
from tests.api.server import Store, served
from tests.api.snapshots import put
from tests.api.world import fill

CLEANUP = "/api/v2/cleanup"
DAY = 86_400_000
TOUCHED = ("snapshots", "snapshot_bodies")


def rest(store: Store) -> dict[str, int]:
    """The rows of every table of ledger and lake but for snapshots; what a request notes beside."""
    left_out = (*TOUCHED, "audit_log", "daily_usage")
    with store.ledger.read() as connection:
        ledger = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
            if name not in left_out
        }
    lake = {
        name: sum(part.rows for part in store.lake.partitions(table))
        for name, table in TABLES.items()
    }
    return {**ledger, **{f"lake {name}": count for name, count in lake.items()}}


def age(store: Store, days: int) -> None:
    older = sa.update(snapshots).values(fetched_at=snapshots.c.fetched_at - days * DAY)
    with store.ledger.write() as connection:
        connection.execute(older)


def count(store: Store, table: str) -> int:
    with store.ledger.read() as connection:
        query = sa.select(sa.func.count()).select_from(METADATA.tables[table])
        return int(connection.execute(query).scalar_one())


def test_only_an_admin_cleans_up(service: httpx.Client, reader: httpx.Client) -> None:
    for what in ("cache", "history", "old-data"):
        assert service.post(f"{CLEANUP}/{what}").status_code == 401
        assert reader.post(f"{CLEANUP}/{what}").status_code == 403


def test_snapshots_go_and_nothing_else(store: Store) -> None:
    fill(store.lake, store.ledger)
    for provider, body in (("kraken", b"[1]"), ("kraken", b"[2]"), ("okx", None), ("okx", b"[3]")):
        put(store.ledger, provider, body)
    key = store.key("admin")
    with served(store.settings) as client:
        client.headers["X-API-Key"] = key
        client.timeout = httpx.Timeout(60)
        # A service that starts notes what it needs.
        before = rest(store)
        assert before["lake candles"] > 0
        assert before["latest_prices"] > 0
        one = client.post(f"{CLEANUP}/history", params={"api_id": "Kraken"}).json()
        assert (one["status"], one["removed_count"]) == ("success", 1)
        assert client.get("/api/v2/data/cached/kraken").json()["data"] == [2]

        everyone = client.post(f"{CLEANUP}/history").json()
        assert everyone["removed_count"] == 1
        assert client.get("/api/v2/data/history/okx").json()["count"] == 1

        cleared = client.post(f"{CLEANUP}/cache").json()
        assert cleared["removed_count"] == 3
        assert count(store, "snapshot_bodies") == 0
        found = client.get("/api/v2/data/cached/kraken").json()
        assert found["data"] is None
        assert found["metadata"]["error"] == "the answer was deleted by hand"
        assert client.post(f"{CLEANUP}/cache").json()["removed_count"] == 0
        assert client.get("/api/v2/data/history/kraken").json()["count"] == 1

        age(store, 5)
        assert client.post(f"{CLEANUP}/old-data").json()["removed_count"] == 0
        put(store.ledger, "kraken", b"[4]")
        old = client.post(f"{CLEANUP}/old-data", params={"days": 3}).json()
        assert old["removed_count"] == 3
        assert count(store, "snapshots") == 1
        assert client.get("/api/v2/data/cached/kraken").json()["data"] == [4]
    after = rest(store)
    # What was put in the middle was told of by a commit.
    assert after == {**before, "commits": before["commits"] + 1}


@pytest.mark.parametrize("days", ["0", "-1", "3651", "many", "1.5"])
def test_days_have_bounds(everything: httpx.Client, days: str) -> None:
    assert everything.post(f"{CLEANUP}/old-data", params={"days": days}).status_code == 422


def test_the_history_of_nobody_is_not_there(everything: httpx.Client) -> None:
    unknown = everything.post(f"{CLEANUP}/history", params={"api_id": "nobody"})
    assert unknown.status_code == 404

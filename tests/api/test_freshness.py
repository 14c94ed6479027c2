"""How fresh each feed is told to be."""

from collections.abc import Iterator

import httpx
import pytest

from resources.cadence import CADENCES
from resources.ledger import Ledger, feed_times
from tests.api.server import Store, served

MINUTE = 60_000


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    with served(store.settings) as made:
        yield made


def put(ledger: Ledger, table: str, ago: int) -> None:
    with ledger.write() as connection:
        feed_times.advance(connection, ledger, table, ledger.now() - ago)


def told(client: httpx.Client) -> dict[str, str]:
    return {row["feed"]: row["status"] for row in client.get("/api/freshness").json()["feeds"]}


def test_every_feed_is_told_with_its_target_and_unknown_without_data(client: httpx.Client) -> None:
    body = client.get("/api/freshness").json()
    assert {row["feed"]: row["target_seconds"] * 1000 for row in body["feeds"]} == {
        feed: cadence.target for feed, cadence in CADENCES.items()
    }
    assert set(told(client).values()) == {"unknown"}
    assert {row["newest"] for row in body["feeds"]} == {None}


def test_a_feed_is_stale_beyond_its_target_and_fresh_again_with_new_data(
    store: Store, client: httpx.Client
) -> None:
    put(store.ledger, "news", 121 * MINUTE)
    assert told(client)["news"] == "stale"
    put(store.ledger, "news", 119 * MINUTE)
    assert told(client)["news"] == "fresh"


def test_data_from_a_clock_that_was_ahead_are_not_fresh(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "nft", -3 * 1440 * MINUTE)
    assert told(client)["nft"] == "stale"
    put(store.ledger, "nft", 0)
    assert told(client)["nft"] == "fresh"


def test_a_feed_is_as_old_as_its_table_that_is_behind(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "market", MINUTE)
    put(store.ledger, "market_totals", 16 * MINUTE)
    assert told(client)["market"] == "stale"
    [row] = [r for r in client.get("/api/freshness").json()["feeds"] if r["feed"] == "market"]
    assert 16 * 60 <= row["age_seconds"] < 17 * 60

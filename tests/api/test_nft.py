"""What is told of collections of NFTs."""

from collections.abc import Iterator

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.plan import day_key
from resources.schemas import NFT, utc
from tests.api.server import Store, served
from tests.api.world import HOUR, START

PATH = "/api/nft"
Row = tuple[str, str, float | None, float | None]


def put(store: Store, hour: int, *rows: Row) -> None:
    """Rows of (provider, collection, floor, volume) of one hour after START, at 2,000 dollars."""
    at = START + hour * HOUR
    frame = pl.DataFrame(
        [
            {
                "day": day_key(at), "at": utc(at), "collection": collection,
                "name": collection.title(), "chain": "ethereum", "currency": "ETH",
                "floor_price": floor, "volume_24h": volume, "listed": 3,
                "floor_price_usd": None if floor is None else floor * 2_000,
                "volume_24h_usd": None if volume is None else volume * 2_000,
                "provider": provider, "mode": "sandbox",
                "fetched_at": utc(at + 9_000), "known_at": utc(at + 9_000),
            }
            for provider, collection, floor, volume in rows
        ],
        schema=NFT.schema,
    )  # fmt: skip
    flush_rows(store.lake, store.ledger, NFT, frame)


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    put(store, 0, ("opensea", "azuki", 9.0, 900.0))
    put(
        store, 1,
        ("defillama_nft", "0xed", 1.01, None), ("opensea", "azuki", 1.0, 50.0),
        ("opensea", "punks", 30.0, 20.0), ("defillama_nft", "0xb4", 30.5, None),
    )  # fmt: skip
    with served(store.settings) as made:
        yield made


def test_the_newest_hour_is_told_by_volume_and_then_by_floor(client: httpx.Client) -> None:
    body = client.get(PATH).json()
    told = [row["collection"] for row in body["collections"]]
    assert told == ["azuki", "punks", "0xb4", "0xed"]
    assert body["collections"][0] == {
        "collection": "azuki",
        "name": "Azuki",
        "chain": "ethereum",
        "currency": "ETH",
        "floor_price": 1.0,
        "floor_price_usd": 2_000.0,
        "volume_24h": 50.0,
        "volume_24h_usd": 100_000.0,
        "volume_total": None,
        "listed": 3,
        "owners": None,
        "supply": None,
        "at": "2024-01-30T01:00:00Z",
        "fetched_at": "2024-01-30T01:00:09Z",
        "source": "sandbox:opensea",
    }
    assert (body["count"], body["quote"]) == (4, "USD")
    assert body["source"] == "sandbox:defillama_nft,sandbox:opensea"
    assert body["timestamp"].endswith("Z")


def test_a_limit_keeps_the_first(client: httpx.Client) -> None:
    body = client.get(f"{PATH}?limit=1").json()
    assert [row["collection"] for row in body["collections"]] == ["azuki"]


@pytest.mark.parametrize("limit", ["0", "501", "many", ""])
def test_a_limit_that_cannot_be_is_refused(client: httpx.Client, limit: str) -> None:
    answer = client.get(f"{PATH}?limit={limit}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_before_anything_was_collected_there_are_none(service: httpx.Client) -> None:
    body = service.get(PATH).json()
    assert (body["collections"], body["count"], body["source"]) == ([], 0, None)


def test_what_is_held_is_not_sent_again_until_there_is_more(
    store: Store, client: httpx.Client
) -> None:
    tag = {"If-None-Match": client.get(PATH).headers["ETag"]}
    assert client.get(PATH, headers=tag).status_code == 304
    put(store, 2, ("opensea", "azuki", 1.1, 50.0))
    assert client.get(PATH, headers=tag).status_code == 200

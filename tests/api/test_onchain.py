"""What is told of chains."""

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.plan import day_key
from resources.schemas import BLOCKS, LARGE_TRANSFERS, ONCHAIN, Table, utc
from tests.api.server import Store, served
from tests.api.world import HOUR, START

PATH = "/api/onchain"


def put(store: Store, table: Table, at: int, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that were told at a time (ms)."""
    timed = {"at": utc(at)} if "at" in table.schema else {}
    known = {"day": day_key(at), "mode": "sandbox", "fetched_at": utc(at), "known_at": utc(at)}
    frame = pl.DataFrame([{**timed, **known, **row} for row in rows], schema=table.schema)
    flush_rows(store.lake, store.ledger, table, frame)


def fee(provider: str, value: float, chain: str = "bitcoin") -> dict[str, Any]:
    return {
        "chain": chain, "metric": "fee_fast", "value": value, "unit": "sat/vB",
        "provider": provider,
    }  # fmt: skip


def block(provider: str, height: int, transactions: int | None = None) -> dict[str, Any]:
    return {
        "chain": "bitcoin", "height": height, "hash": f"{height:x}", "mined_at": utc(START),
        "transactions": transactions, "provider": provider,
    }  # fmt: skip


def transfer(name: str, at: int, amount: float) -> dict[str, Any]:
    return {
        "chain": "bitcoin", "hash": name, "asset": "BTC", "amount": amount, "moved_at": utc(at),
        "usd": amount * 40_000, "provider": "blockchair",
    }  # fmt: skip


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    put(store, ONCHAIN, START, [fee("blockstream", 99.0)])
    later = START + HOUR
    told = [fee("blockstream", 5.0), fee("mempool_space", 6.0), fee("liar", 9_000.0)]
    put(store, ONCHAIN, later, [*told, fee("blockcypher", 500.0, "dogecoin")])
    heights = [block("blockstream", 700), block("mempool_space", 700, 2_500), block("liar", 99_999)]
    put(store, BLOCKS, later, heights)
    put(store, LARGE_TRANSFERS, later - 30 * HOUR, [transfer("old", later - 30 * HOUR, 200.0)])
    moved = [transfer("first", later - HOUR, 150.0), transfer("second", later, 120.5)]
    put(store, LARGE_TRANSFERS, later, moved)
    with served(store.settings) as made:
        yield made


def test_anyone_is_told_of_all_chains(client: httpx.Client) -> None:
    answer = client.get(PATH)
    body = answer.json()
    assert answer.status_code == 200
    assert {"data", "timestamp", "source"} <= set(body)
    assert [row["chain"] for row in body["data"]] == ["bitcoin", "dogecoin"]
    assert body["sources"] == [
        f"sandbox:{name}"
        for name in ("blockchair", "blockcypher", "blockstream", "liar", "mempool_space")
    ]
    assert body["data"][1] == {
        "chain": "dogecoin",
        "symbol": "DOGE",
        "metrics": {
            "fee_fast": {
                "value": 500.0,
                "unit": "sat/vB",
                "values": {"sandbox:blockcypher": 500.0},
                "at": "2024-01-30T01:00:00Z",
            }
        },
        "block": None,
        "transfers": [],
    }


def test_one_who_is_wrong_does_not_move_what_is_told(client: httpx.Client) -> None:
    (row,) = client.get(PATH, params={"chain": "bitcoin"}).json()["data"]
    told = row["metrics"]["fee_fast"]
    assert (told["value"], len(told["values"])) == (6.0, 3)
    assert row["block"] == {
        "height": 700,
        "hash": "2bc",
        "mined_at": "2024-01-30T00:00:00Z",
        "transactions": 2_500,
        "size": None,
        "source": "sandbox:mempool_space",
        "sources": {
            "sandbox:blockstream": 700,
            "sandbox:mempool_space": 700,
            "sandbox:liar": 99_999,
        },
    }


def test_transfers_are_those_of_a_day_the_newest_first(client: httpx.Client) -> None:
    (row,) = client.get(PATH, params={"chain": "btc"}).json()["data"]
    assert [one["hash"] for one in row["transfers"]] == ["second", "first"]
    assert row["transfers"][0] == {
        "hash": "second",
        "symbol": "BTC",
        "amount": 120.5,
        "usd": 4_820_000.0,
        "height": None,
        "moved_at": "2024-01-30T01:00:00Z",
        "source": "sandbox:blockchair",
    }
    (fewer,) = client.get(PATH, params={"chain": "BTC", "transfers": 1}).json()["data"]
    assert len(fewer["transfers"]) == 1


@pytest.mark.parametrize("transfers", [-1, 101, "many"])
def test_a_number_of_transfers_has_bounds(client: httpx.Client, transfers: object) -> None:
    assert client.get(PATH, params={"transfers": str(transfers)}).status_code == 422


def test_an_unknown_chain_is_404_with_near_ones(client: httpx.Client) -> None:
    answer = client.get(PATH, params={"chain": "bitcion"})
    assert answer.status_code == 404
    assert answer.json()["nearest"][0] == "bitcoin"


def test_the_same_data_need_not_be_sent_again(client: httpx.Client) -> None:
    etag = client.get(PATH).headers["etag"]
    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304


def test_before_the_first_collection_there_is_nothing_to_tell(store: Store) -> None:
    with served(store.settings) as client:
        body = client.get(PATH).json()
    assert (body["data"], body["source"]) == ([], None)

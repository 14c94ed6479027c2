"""What is told of perpetual futures."""

from collections.abc import Iterator

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.plan import day_key
from resources.schemas import FUNDING_RATES, OPEN_INTERESTS, Table, utc
from tests.api.server import Store, served
from tests.api.world import HOUR, START

PATH = "/api/derivatives"


def put(
    store: Store,
    table: Table,
    hour: int,
    *rows: tuple[str, str, str, str, float],
    paid: bool = False,
) -> None:
    """Rows of (provider, contract, asset, quote, value) of one hour after START."""
    at = START + hour * HOUR
    frame = pl.DataFrame(
        [
            {
                "day": day_key(at), "at": utc(at), "contract": contract, "asset": asset,
                "quote": quote, "provider": provider, "mode": "sandbox",
                "fetched_at": utc(at + 9_000), "known_at": utc(at + 9_000),
                **_values(table, value, paid),
            }
            for provider, contract, asset, quote, value in rows
        ],
        schema=table.schema,
    )  # fmt: skip
    flush_rows(store.lake, store.ledger, table, frame)


def _values(table: Table, value: float, paid: bool) -> dict[str, float | bool]:
    if table is FUNDING_RATES:
        return {"rate": value, "hours": 8.0, "annualised": value * 1_095, "paid": paid}
    return {"amount": value, "base": value, "usd": value * 40_000}


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    put(store, FUNDING_RATES, 0, ("okx_swap", "BTC-USDT-SWAP", "BTC", "USDT", 0.5))
    put(
        store, FUNDING_RATES, 1,
        ("okx_swap", "BTC-USDT-SWAP", "BTC", "USDT", 0.0001),
        ("bitmex", "XBTUSD", "BTC", "USD", -0.0002),
        ("bitmex", "ETHUSD", "ETH", "USD", 0.0),
    )  # fmt: skip
    put(store, OPEN_INTERESTS, 1, ("bitmex", "XBTUSD", "BTC", "USD", 12.5))
    with served(store.settings) as made:
        yield made


def test_anyone_is_told_what_was_collected_last(client: httpx.Client) -> None:
    answer = client.get(PATH)
    body = answer.json()
    assert answer.status_code == 200
    assert {"data", "timestamp", "source"} <= set(body)
    assert body["sources"] == ["sandbox:bitmex", "sandbox:okx_swap"]
    assert [row["contract"] for row in body["data"]] == ["XBTUSD", "BTC-USDT-SWAP", "ETHUSD"]
    assert body["data"][0] == {
        "symbol": "BTC/USD",
        "contract": "XBTUSD",
        "asset": "BTC",
        "quote": "USD",
        "at": "2024-01-30T01:00:00Z",
        "funding_rate": -0.0002,
        "funding_hours": 8.0,
        "funding_annualised": pytest.approx(-0.219),
        "funding_at": None,
        "open_interest": 12.5,
        "open_interest_usd": 500_000.0,
        "source": "sandbox:bitmex",
    }
    assert body["data"][1]["open_interest"] is None


@pytest.mark.parametrize(
    ("spelling", "contracts"),
    [
        ("btc", ["XBTUSD", "BTC-USDT-SWAP"]),
        ("BTC/USDT", ["BTC-USDT-SWAP"]),
        ("btcusdt", ["BTC-USDT-SWAP"]),
        ("ETH", ["ETHUSD"]),
        ("XRP", []),
    ],
)
def test_a_spelling_means_an_asset_or_a_market(
    client: httpx.Client, spelling: str, contracts: list[str]
) -> None:
    body = client.get(PATH, params={"symbol": spelling}).json()
    assert [row["contract"] for row in body["data"]] == contracts
    assert (body["count"], body["requested"]) == (len(contracts), spelling)


def test_a_rate_that_still_moves_comes_before_one_that_was_paid_in_its_hour(store: Store) -> None:
    bitcoin = ("bitmex", "XBTUSD", "BTC", "USD")
    put(
        store,
        FUNDING_RATES,
        1,
        (*bitcoin, 0.0003),
        ("bitmex", "ETHUSD", "ETH", "USD", 0.0004),
        paid=True,
    )
    put(store, FUNDING_RATES, 1, (*bitcoin, 0.0001))
    put(store, OPEN_INTERESTS, 1, (*bitcoin, 12.5))
    with served(store.settings) as client:
        rows = client.get(PATH).json()["data"]
    told = [(row["contract"], row["funding_rate"], row["open_interest"]) for row in rows]
    assert told == [("XBTUSD", 0.0001, 12.5), ("ETHUSD", 0.0004, None)]


def test_an_unknown_symbol_is_404_and_a_long_one_422(client: httpx.Client) -> None:
    assert client.get(PATH, params={"symbol": "NOSUCHCOIN"}).status_code == 404
    assert client.get(PATH, params={"symbol": "B" * 65}).status_code == 422


def test_the_same_data_need_not_be_sent_again(client: httpx.Client) -> None:
    etag = client.get(PATH).headers["etag"]
    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304


def test_before_the_first_collection_there_is_nothing_to_tell(store: Store) -> None:
    with served(store.settings) as client:
        body = client.get(PATH).json()
    assert (body["data"], body["source"]) == ([], None)

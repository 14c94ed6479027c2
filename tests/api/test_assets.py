"""The assets that the registry knows."""

from collections.abc import Iterator

import httpx
import pytest

from resources.ledger import listings
from resources.market import load_registry
from tests.api.server import opened, paged, served


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A listing of two providers, one of which has dropped a market since."""
    with opened(tmp_path_factory.mktemp("assets")) as store:
        listings.replace(store.ledger, "kraken", ["BTC/USD", "DOGE/USD", "ETH/USD"])
        listings.replace(store.ledger, "kraken", ["BTC/USD", "ETH/USD"])
        listings.replace(store.ledger, "binance", ["BTC/USDT"])
        with served(store.settings) as client:
            yield client


def test_the_largest_coins_come_first(told: httpx.Client) -> None:
    body = told.get("/api/assets?limit=2").json()
    assert body["total"] == len(load_registry().assets)
    assert body["assets"] == [
        {
            "id": "bitcoin",
            "symbol": "BTC",
            "name": "Bitcoin",
            "kind": "coin",
            "aliases": ["XBT"],
            "rank": 1,
            "listed_on": ["binance", "kraken"],
            "status": "listed",
        },
        {
            "id": "ethereum",
            "symbol": "ETH",
            "name": "Ethereum",
            "kind": "coin",
            "aliases": [],
            "rank": 2,
            "listed_on": ["kraken"],
            "status": "listed",
        },
    ]


@pytest.mark.parametrize(
    ("search", "status"),
    [("dogecoin", "delisted"), ("cardano", "unknown"), ("us-dollar", "listed")],
)
def test_what_nobody_lists_any_more_is_not_what_nobody_was_asked_about(
    told: httpx.Client, search: str, status: str
) -> None:
    (row,) = told.get("/api/assets", params={"search": search}).json()["assets"]
    assert row["status"] == status


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("xBt", ["bitcoin"]),
        ("  Bitcoin ", ["bitcoin", "bitcoin-cash"]),
        ("GMT", ["stepn", "gomining"]),
        ("no such coin", []),
        ("%", []),
        ("ビット", []),
    ],
)
def test_ids_tickers_names_and_aliases_are_searched(
    told: httpx.Client, search: str, ids: list[str]
) -> None:
    body = told.get("/api/assets", params={"search": search}).json()
    assert [row["id"] for row in body["assets"]] == ids
    assert body["total"] == len(ids)


def test_pages_hold_each_asset_once(told: httpx.Client) -> None:
    pages = list(paged(told, "/api/assets?limit=40"))
    ids = [row["id"] for page in pages for row in page["assets"]]
    assert len(pages) > 2
    assert sorted(ids) == sorted(asset.id for asset in load_registry().assets)


@pytest.mark.parametrize("search", ["", "bit"])
def test_a_foreign_cursor_is_refused(told: httpx.Client, search: str) -> None:
    cursor = told.get("/api/assets?limit=1&search=doge&cursor=").json()["next_cursor"]
    assert cursor is None
    other = told.get("/api/assets?limit=1&search=coin").json()["next_cursor"]
    for text in (other, "abc", "%00"):
        answer = told.get("/api/assets", params={"search": search, "cursor": text})
        assert answer.status_code == 422

"""The market at a glance, over snapshots made by hand."""

from collections.abc import Iterator
from typing import Any

import httpx
import polars as pl
import pytest

from api.queries.overview import Overview, market_update
from resources.asking import Told
from resources.flush_feed import flush_rows, snapshot_of
from resources.schemas import MARKET, MARKET_TOTALS, TRENDING, Table
from resources.schemas.market import MARKET_PAGE, MARKET_TOTALS_PAGE
from resources.schemas.page import Page
from resources.schemas.trending import TRENDING_PAGE
from tests.api.server import Store, opened, served
from tests.api.world import ms

AT = ms("2026-03-04T05:05:00")
STEP = 300_000
_COIN = {"circulating_supply": 20.0, "change_1h": 0.5, "change_24h": -1.5, "change_7d": None}


def coin(native: str, rank: int | None, price: float, **more: Any) -> dict[str, Any]:
    named = {"native": native, "symbol": native[:3].upper(), "name": native.title()}
    figures = {"rank": rank, "price": price, "market_cap": 20 * price, "volume_24h": 5.0}
    return {**named, **figures, **_COIN, "asset": None, **more}


def put(
    store: Store, table: Table, page: Page, at: int, rows: list[dict[str, Any]], **told: Any
) -> None:
    """Store what a provider tells of a page."""
    columns = {**page.schema, **{c: t for c, t in table.schema.items() if c == "asset"}}
    frame = pl.DataFrame(rows, schema={**columns, "reason": pl.String()})
    provider, fetched_at = told.pop("provider", "coingecko"), told.pop("fetched_at", at + 2_000)
    stored = snapshot_of([Told(provider, frame, fetched_at)], "sandbox", at)
    if table is MARKET:
        deviation = pl.Series("deviation", told.pop("deviations", [None] * len(rows)), pl.Float64)
        stored = stored.with_columns(deviation)
    flush_rows(store.lake, store.ledger, table, stored)


def put_market(store: Store, at: int, price: float = 100.0, **told: Any) -> None:
    rows = [
        coin("ethereum", 2, price / 10, asset="ETH"),
        coin("unranked", None, 1.0),
        coin("bitcoin", 1, price, asset="BTC"),
    ]
    put(store, MARKET, MARKET_PAGE, at, rows, **told)


def put_totals(store: Store, at: int, **told: Any) -> None:
    row = {
        "market_cap": 4_000.0,
        "volume_24h": 70.0,
        "btc_dominance": 50.0,
        "eth_dominance": 5.0,
        "coins": 17_000,
        "change_24h": -0.25,
    }
    put(store, MARKET_TOTALS, MARKET_TOTALS_PAGE, at, [row], **told)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with opened(tmp_path_factory.mktemp("overview")) as store:
        put_market(store, AT - STEP, price=1.0)
        put_market(store, AT, deviations=[None, None, -60.5])
        put_totals(store, AT)
        found = {"native": "bitcoin", "symbol": "BTC", "name": "Bitcoin", "asset": "BTC"}
        rows = [{**found, "native": f"coin-{rank}", "rank": rank} for rank in (3, 1, 2)]
        put(store, TRENDING, TRENDING_PAGE, AT, rows)
        with served(store.settings) as client:
            yield client


def test_the_newest_snapshot_is_told_largest_first(told: httpx.Client) -> None:
    body = told.get("/api/market").json()
    assert body.pop("timestamp").endswith("Z")
    coins = body.pop("cryptocurrencies")
    assert body == {
        "count": 3,
        "stored": 3,
        "total_market_cap": 4_000.0,
        "total_volume_24h": 70.0,
        "btc_dominance": 50.0,
        "eth_dominance": 5.0,
        "market_cap_change_24h": -0.25,
        "coins": 17_000,
        "totals_at": "2026-03-04T05:05:00Z",
        "totals_source": "sandbox:coingecko",
        "quote": "USD",
        "at": "2026-03-04T05:05:00Z",
        "source": "sandbox:coingecko",
    }
    assert [(c["rank"], c["asset"], c["price"]) for c in coins] == [
        (1, "BTC", 100.0),
        (2, "ETH", 10.0),
        (None, None, 1.0),
    ]


def test_a_coin_far_from_the_consensus_bears_a_flag(told: httpx.Client) -> None:
    coins = told.get("/api/market").json()["cryptocurrencies"]
    assert coins[0] == {
        "rank": 1,
        "name": "Bitcoin",
        "symbol": "BIT",
        "asset": "BTC",
        "native": "bitcoin",
        "price": 100.0,
        "change_1h": 0.5,
        "change_24h": -1.5,
        "change_7d": None,
        "market_cap": 2_000.0,
        "volume_24h": 5.0,
        "circulating_supply": 20.0,
        "deviation": -60.5,
        "observed_at": None,
        "flags": ["off_consensus"],
        "source": "sandbox:coingecko",
    }
    assert coins[1]["flags"] == []


def test_fewer_coins_may_be_asked_for(told: httpx.Client) -> None:
    body = told.get("/api/market?limit=1").json()
    assert [row["asset"] for row in body["cryptocurrencies"]] == ["BTC"]
    assert (body["count"], body["stored"]) == (1, 3)


def test_trending_coins_come_in_their_order(told: httpx.Client) -> None:
    body = told.get("/api/trending?limit=2").json()
    assert [(row["rank"], row["native"]) for row in body["trending"]] == [
        (1, "coin-1"),
        (2, "coin-2"),
    ]
    assert body["count"] == 2
    assert body["source"] == body["trending"][0]["source"] == "sandbox:coingecko"
    assert body["at"] == "2026-03-04T05:05:00Z"


@pytest.mark.parametrize("path", ["/api/market", "/api/trending", "/api/assets"])
@pytest.mark.parametrize("limit", ["0", "-1", "9999", "many", ""])
def test_a_limit_that_cannot_be_is_refused(told: httpx.Client, path: str, limit: str) -> None:
    answer = told.get(f"{path}?limit={limit}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/market", "/api/trending"])
def test_who_holds_the_newest_is_told_so(told: httpx.Client, path: str) -> None:
    tag = told.get(path).headers["etag"]
    assert told.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_before_the_first_snapshot_there_is_nothing_to_tell(store: Store) -> None:
    with served(store.settings) as client:
        market, trending = (client.get(f"/api/{name}").json() for name in ("market", "trending"))
    assert market["cryptocurrencies"] == trending["trending"] == []
    assert market["total_market_cap"] is market["btc_dominance"] is market["source"] is None
    assert trending["at"] is trending["source"] is None


def test_a_snapshot_is_read_once_and_anew_after_a_commit(store: Store) -> None:
    overview = Overview(store.lake, store.ledger)
    put_market(store, AT)
    first = overview.coins()
    assert overview.coins() is first
    put_totals(store, AT)
    assert overview.coins() is first
    put_market(store, AT + STEP, price=7.0)
    assert overview.coins().rows[0]["price"] == 7.0


def test_of_two_providers_of_one_time_the_first_is_told(store: Store) -> None:
    put_market(store, AT, price=100.0, provider="coinpaprika", fetched_at=AT + 5_000)
    put_market(store, AT, price=50.0, provider="coingecko", fetched_at=AT + 90_000)
    coins = Overview(store.lake, store.ledger).coins()
    assert coins.source == "sandbox:coinpaprika"
    assert [row["price"] for row in coins.rows] == [100.0, 10.0, 1.0]


def test_sums_that_are_older_than_the_coins_say_so(store: Store) -> None:
    put_totals(store, AT)
    put_market(store, AT + STEP)
    told = market_update(Overview(store.lake, store.ledger))
    assert (told["at"], told["totals_at"]) == ("2026-03-04T05:10:00Z", "2026-03-04T05:05:00Z")
    assert told["total_market_cap"] == 4_000.0

"""Who can tell the candles of a market, over HTTP."""

from typing import Any

import httpx
import pytest

from resources.ledger import listings, pools
from tests.api.server import Store, served

PATH = "/api/ohlcv/providers"
FILES = "binance_vision"


def told(client: httpx.Client, market: str, **params: str) -> dict[str, Any]:
    answer = client.get(f"{PATH}/{market}", params=params)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def by_id(client: httpx.Client, market: str, **params: str) -> dict[str, dict[str, Any]]:
    return {one["provider_id"]: one for one in told(client, market, **params)["data"]}


def test_an_anonymous_caller_is_told(service: httpx.Client) -> None:
    found = told(service, "btc-usdt", interval="1m")
    assert found["symbol"] == "BTC/USDT"
    assert (found["requested"], found["interval"]) == ("btc-usdt", "1m")
    assert found["count"] == len(found["data"]) > 20
    first, second, *_ = found["data"]
    assert (first["provider_id"], second["provider_id"]) == (FILES, "binance")
    assert first["newest"].endswith("-01T00:00:00Z")
    assert {**second, "listed": None} == {
        "provider_id": "binance",
        "provider_name": "Binance",
        "native": "BTCUSDT",
        "listed": None,
        "files": False,
        "page": 1000,
        "calls": 1,
        "weight": 2,
        "candles_per_weight": 500.0,
        "candles_per_second": 50_000.0,
        "least": 1,
        "depth": None,
        "newest": None,
        "priority": second["priority"],
    }


def test_who_has_no_such_candles_is_left_out(service: httpx.Client) -> None:
    hours, dollars = by_id(service, "BTCUSDT"), by_id(service, "BTC-USD")
    assert FILES not in hours
    assert hours["gate"]["depth"] == 10_000
    assert "binance" not in dollars
    assert "kraken" in dollars
    assert dollars["kraken"]["native"] == "XBTUSD"


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [("NOSUCHCOIN", {}, 404), ("LUNA", {}, 409), ("BTC", {"interval": "2h"}, 422)],
)
def test_what_is_not_known_is_an_error(
    service: httpx.Client, path: str, params: dict[str, str], status: int
) -> None:
    assert service.get(f"{PATH}/{path}", params=params).status_code == status


def test_listings_and_the_pool_are_those_of_now(store: Store) -> None:
    with served(store.settings) as client:
        assert by_id(client, "BTCUSDT")["binance"]["listed"] is None
        listings.replace(store.ledger, "binance", ["ETH/USDT"])
        listings.replace(store.ledger, "bybit", ["BTC/USDT"])
        pools.remove_member(store.ledger, "ohlcv", "okx")
        now = by_id(client, "BTCUSDT")
    assert "okx" not in now
    listed = {name: now[name]["listed"] for name in ("binance", "bybit", "kraken")}
    assert listed == {"binance": False, "bybit": True, "kraken": None}

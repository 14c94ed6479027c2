"""CoinGecko's own ways: what it does not know it leaves out."""

from typing import Any

import pytest

from resources.market import load_registry
from sandbox.venue import RequestError
from sandbox.venues.coingecko import IDS
from tests.sandbox.conftest import NOW, venue

COINGECKO = venue("coingecko")
BINANCE = venue("binance")


def prices(**query: str) -> dict[str, Any]:
    payload = COINGECKO.answer("/api/v3/simple/price", query, NOW).payload
    assert isinstance(payload, dict)
    return payload


def test_unknown_coins_and_currencies_are_left_out() -> None:
    assert list(prices(ids="bitcoin, ethereum,nosuch", vs_currencies="usd")) == ["bitcoin"]
    assert prices(ids="bitcoin", vs_currencies="ethereum") == {"bitcoin": {}}
    assert prices(ids="nosuch", vs_currencies="usd") == {}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "Missing parameter ids"),
        ({"ids": "bitcoin"}, "Missing parameter vs_currencies"),
        ({"ids": "", "vs_currencies": "usd"}, "Missing parameter ids"),
    ],
)
def test_a_missing_parameter_is_a_422(query: dict[str, str], error: str) -> None:
    with pytest.raises(RequestError) as refusal:
        prices(**query)
    assert (refusal.value.answer.status, refusal.value.answer.payload) == (422, {"error": error})


def test_flags_add_fields() -> None:
    plain = prices(ids="ripple", vs_currencies="usd")
    full = prices(
        ids="ripple",
        vs_currencies="usd",
        include_market_cap="true",
        include_24hr_vol="true",
        include_24hr_change="true",
        include_last_updated_at="true",
    )
    assert list(plain["ripple"]) == ["usd"]
    fields = ["usd", "usd_market_cap", "usd_24h_vol", "usd_24h_change", "last_updated_at"]
    assert list(full["ripple"]) == fields
    assert full["ripple"]["last_updated_at"] == NOW // 1_000
    assert full["ripple"]["usd"] == plain["ripple"]["usd"]


def test_a_price_of_ten_thousand_is_a_whole_number() -> None:
    usd = {
        coin: quote["usd"]
        for coin, quote in prices(ids="bitcoin,solana", vs_currencies="usd").items()
    }
    assert isinstance(usd["bitcoin"], int)
    assert isinstance(usd["solana"], float)


def test_it_knows_every_asset_of_the_registry() -> None:
    assets = [asset.ticker for asset in load_registry().assets if asset.kind != "fiat"]
    assert sorted(assets) == sorted(IDS)


def test_it_agrees_with_an_exchange() -> None:
    price = prices(ids="ethereum", vs_currencies="usd")["ethereum"]["usd"]
    ticker = BINANCE.answer("/api/v3/ticker/price", {"symbol": "ETHUSDT"}, NOW).payload
    assert abs(float(ticker["price"]) / price - 1) < 20e-4


def test_the_other_paths() -> None:
    assert COINGECKO.answer("/api/v3/ping", {}, NOW).payload == {"gecko_says": "(V3) To the Moon!"}
    with pytest.raises(RequestError) as refusal:
        COINGECKO.answer("/api/v3/nothing", {}, NOW)
    assert refusal.value.answer.status == 404
    assert COINGECKO.refusal(429, 30, NOW).headers == {"retry-after": "30"}

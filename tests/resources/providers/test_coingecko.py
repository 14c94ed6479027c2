"""CoinGecko's own quirks."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from resources.errors import MalformedResponse
from resources.market import Symbol, load_registry
from resources.providers.base import Call
from resources.providers.coingecko import PROVIDER

assert PROVIDER.tickers
TICKERS = PROVIDER.tickers


@pytest.mark.parametrize(
    ("symbol", "coin"),
    [
        (Symbol("BTC", "USD"), "bitcoin"),
        (Symbol("BNB", "USD"), "binancecoin"),
        (Symbol("XRP", "USD"), "ripple"),
        (Symbol("USDT", "USD"), "tether"),
        (Symbol("LUNC", "USD"), "terra-luna"),
        (Symbol("BTC", "USDT"), None),
        (Symbol("EUR", "USD"), None),
        (Symbol("UNHEARD-OF", "USD"), None),
        (Symbol("LUNA", "USD"), None),
    ],
)
def test_a_price_in_dollars_is_asked_by_the_id_of_the_coin(
    symbol: Symbol, coin: str | None
) -> None:
    assert PROVIDER.native(symbol) == coin


def test_ids_are_those_that_it_lists(shared: Path) -> None:
    """Of the coins that the recorded parts of its list name, each has our ticker or an alias."""
    listed: dict[str, set[str]] = defaultdict(set)
    for file in (shared / "data/wire/coingecko").glob("api_v3_coins_list*.json"):
        for coin in json.loads(file.read_bytes()):
            listed[coin["id"]].add(coin["symbol"].upper())
    found = 0
    for asset in load_registry().assets:
        native = PROVIDER.native(Symbol(asset.ticker, "USD"))
        if native in listed:
            found += 1
            assert listed[native] & {asset.ticker, *asset.aliases}, asset.id
    assert found > 40


def test_prices_of_several_coins_are_one_call_with_all_their_digits() -> None:
    assert TICKERS.call(["bitcoin", "ripple"]) == Call(
        "/api/v3/simple/price",
        {
            "ids": "bitcoin,ripple",
            "vs_currencies": "usd",
            "include_24hr_change": "true",
            "include_last_updated_at": "true",
            "precision": "full",
        },
    )


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ('{"bitcoin":{}}', ("bitcoin", None, None, None)),
        ('{"bitcoin":{"usd":null,"usd_24h_change":null}}', ("bitcoin", None, None, None)),
        ('{"bitcoin":{"eur":5}}', ("bitcoin", None, None, None)),
        ('{"bitcoin":{"usd":1e-7,"last_updated_at":"NaN"}}', ("bitcoin", 1e-7, None, None)),
    ],
    ids=["nothing", "nulls", "another currency", "a time that is no number"],
)
def test_what_it_does_not_know_is_null(body: str, row: tuple[object, ...]) -> None:
    assert TICKERS.parse(body.encode(), ["bitcoin"]).rows() == [row]


def test_coins_that_it_does_not_know_are_left_out() -> None:
    assert TICKERS.parse(b"{}", ["unheard-of"]).is_empty()


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Missing parameter ids"},
        {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit"}},
        {"status": 500, "error": "Internal Server Error"},
    ],
)
def test_an_error_is_no_coin(body: dict[str, object]) -> None:
    with pytest.raises(MalformedResponse, match=r'(status|error)":'):
        TICKERS.parse(json.dumps(body).encode(), ["bitcoin"])

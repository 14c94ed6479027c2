"""Which markets there are, and that this never changes."""

from importlib import import_module

import pytest

from resources.market import load_registry
from sandbox.config import Provider, latency
from sandbox.listings import list_markets
from sandbox.venue import Venue
from tests.sandbox.conftest import HOSTS, venue

EXCHANGES = ("binance", "kraken", "coinbase_exchange")


def names(provider: str) -> set[str]:
    return set(venue(provider).source.listed)


@pytest.mark.parametrize("provider", HOSTS)
def test_the_listing_is_the_same_in_every_start(provider: str) -> None:
    play: type[Venue] = import_module(f"sandbox.venues.{provider}").VENUE
    first, second = (list_markets(provider, play.rules, load_registry()) for _ in range(2))
    assert first == second
    assert list(first) == list(second)


def test_binance_lists_the_large_coins_against_usdt() -> None:
    missing = [
        a.ticker for a in load_registry().active(85) if f"{a.ticker}/USDT" not in names("binance")
    ]
    assert missing == []
    assert {"ETH/BTC", "USDC/USDT"} < names("binance")


@pytest.mark.parametrize(("provider", "part"), [("kraken", 0.8), ("coinbase_exchange", 0.7)])
def test_the_others_list_a_part_of_them_against_usd(provider: str, part: float) -> None:
    coins = [asset.ticker for asset in load_registry().assets if asset.rank]
    listed = [coin for coin in coins if f"{coin}/USD" in names(provider)]
    assert part - 0.15 < len(listed) / len(coins) < part + 0.15
    assert {"BTC/USD", "ETH/USD", "USDT/USD", "USDC/USD"} <= names(provider)


def test_no_asset_trades_against_itself_and_no_currency_is_a_base() -> None:
    fiat = {asset.ticker for asset in load_registry().assets if asset.kind == "fiat"}
    for provider in HOSTS:
        pairs = [name.split("/") for name in names(provider)]
        assert all(base != quote and base not in fiat for base, quote in pairs)


def test_markets_are_listed_between_2017_and_2021() -> None:
    for provider in EXCHANGES:
        play: type[Venue] = import_module(f"sandbox.venues.{provider}").VENUE
        since = {
            m.listed * 60 for m in list_markets(provider, play.rules, load_registry()).values()
        }
        assert min(since) == 1_502_942_400  # 2017-08-17T04:00Z
        assert max(since) < 1_640_995_200  # 2022-01-01
        assert len(since) > 20


def test_a_latency_is_as_configured_or_always_the_same() -> None:
    assert latency("binance", Provider("api.binance.com", latency_ms=0)) == 0
    assert latency("binance", Provider("api.binance.com", latency_ms=0), usual=50) == 0
    assert latency("binance", Provider("api.binance.com"), usual=50) == 0.05
    hashed = latency("binance", Provider("api.binance.com"))
    assert 0.02 <= hashed <= 0.06
    assert hashed == latency("binance", Provider("api.binance.com"))
    assert hashed != latency("kraken", Provider("api.kraken.com"))

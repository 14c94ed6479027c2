"""What is particular of the providers that quote coins by names of their own."""

import json

import pytest

from resources.market import Symbol
from resources.providers import load_providers
from resources.providers.coinlore import PROVIDER as COINLORE
from resources.providers.dexscreener import PROVIDER as DEXSCREENER
from tests.resources.providers.recorded.dexscreener import ETHER

assert COINLORE.tickers
assert DEXSCREENER.tickers


@pytest.mark.parametrize(
    ("provider", "base", "native"),
    [
        ("defillama_coins", "AVAX", "coingecko:avalanche-2"),
        ("coinpaprika", "BTC", "btc-bitcoin"),
        ("coinpaprika", "HBAR", "hbar-hedera-hashgraph"),
        ("coincap", "BNB", "binance-coin"),
        ("coincap", "BEAMX", None),
        ("coincap", "LEO", "unus-sed-leo"),
        ("coincap", "FLR", None),
        ("coinpaprika", "FLR", "flr-flare-network"),
        ("coinpaprika", "WLFI", "wlfi-official-world-liberty-financial"),
        ("coinlore", "BTC", "BTC"),
        ("coinlore", "STEPN", None),
        ("dexscreener", "ETH", ETHER),
        ("dexscreener", "BTC", None),
    ],
)
def test_a_coin_has_its_name(provider: str, base: str, native: str | None) -> None:
    assert load_providers()[provider].native(Symbol(base, "USD")) == native
    assert load_providers()[provider].native(Symbol(base, "USDT")) is None


def test_of_coins_with_one_ticker_the_largest_counts() -> None:
    assert COINLORE.tickers
    coins = [{"symbol": "BTC", "price_usd": price} for price in ("65000", "0.01")]
    body = json.dumps({"data": coins, "info": {"time": 0}}).encode()
    assert [row[:2] for row in COINLORE.tickers.parse(body, ["BTC"]).rows()] == [("BTC", 65000.0)]


def test_of_the_pools_of_a_token_the_deepest_counts() -> None:
    assert DEXSCREENER.tickers
    pools = [
        {"baseToken": {"address": ETHER.lower()}, "priceUsd": price, "liquidity": liquidity}
        for price, liquidity in (
            ("1", None), ("2", {"usd": 50}), ("3", {"usd": 7}), (None, {"usd": 90}),
        )
    ]  # fmt: skip
    body = json.dumps(pools).encode()
    assert DEXSCREENER.tickers.parse(body, [ETHER]).rows() == [(ETHER, 2.0, None, None)]

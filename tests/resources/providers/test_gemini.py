"""Gemini's own quirks."""

import json

from resources.providers.gemini import PROVIDER


def test_base_and_quote_are_told_apart_by_the_quotes_that_it_has() -> None:
    symbols = ["btcusd", "paxgusd", "usdcusd", "ethusdt", "ethbtc", "btcgusd", "btcgusdperp", "x"]
    symbols += ["aavegusd", "aaveusd", "paxggusd", "moodengusd", "moodenggusd"]
    assert PROVIDER.markets
    assert PROVIDER.markets.parse(json.dumps(symbols).encode()).rows() == [
        ("btcusd", "BTC", "USD"),
        ("paxgusd", "PAXG", "USD"),
        ("usdcusd", "USDC", "USD"),
        ("ethusdt", "ETH", "USDT"),
        ("ethbtc", "ETH", "BTC"),
        ("aaveusd", "AAVE", "USD"),
        ("moodengusd", "MOODENG", "USD"),
    ]

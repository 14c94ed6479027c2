"""Binance.US: Binance with dollars and weights of its own."""

from collections.abc import Mapping

from sandbox.listings import Rules
from sandbox.venues.binance import Binance


class BinanceUs(Binance):
    rules = Rules(
        {"USDT": 0.8, "USD": 0.6, "BTC": 0.1},
        share=0.005,
        absent=("KAS", "CRO", "HYPE", "MNT", "GOMINING", "BEAMX"),
    )

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        several = query["symbols"].count(",") + 1 if "symbols" in query else 0
        match path:
            case "/api/v3/exchangeInfo":
                return 10
            case "/api/v3/ticker/price":
                return 1 if "symbol" in query else 2
            case "/api/v3/ticker/24hr" if "symbol" not in query:
                return 1 if 0 < several <= 20 else 20 if 0 < several <= 100 else 40
        return 1


VENUE = BinanceUs

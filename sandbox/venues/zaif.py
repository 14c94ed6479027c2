"""Zaif: bare numbers, the market in the path."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.venue import Answer


class Zaif(Spot):
    rules = Rules({"JPY": 0.15, "BTC": 0.05}, share=0.001, least_decimals=0)

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        match path.strip("/").split("/"):
            case ["api", "1", "currency_pairs", "all"]:
                return self._markets
            case ["api", "1", "ticker", native]:
                return lambda _query, now: self._ticker(native, now)
            case ["api", "1", "last_price", native]:
                return lambda _query, now: Answer({"last_price": self.quotes(now, native)[0].last})
        return None

    def _ticker(self, native: str, now: int) -> Answer:
        (ticker,) = self.quotes(now, native)
        payload = {
            "last": ticker.last,
            "high": ticker.day.high,
            "low": ticker.day.low,
            "vwap": ticker.day.average,
            "volume": ticker.day.volume,
            "bid": ticker.last,
            "ask": ticker.last + ticker.tick,
        }
        return Answer(payload, rows=[payload])

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "name": "/".join(self.pair(name)),
                "title": "/".join(self.pair(name)),
                "currency_pair": native,
                "is_token": False,
            }
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)


VENUE = Zaif

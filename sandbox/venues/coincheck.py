"""Coincheck: one market a ticker, which does not say of which."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError


class Coincheck(Spot):
    rules = Rules({"JPY": 0.3}, share=0.01, least_decimals=0)

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {"/api/ticker": self._ticker, "/api/exchange_status": self._status}.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"success": False, "error": what}, status))

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("pair", "btc_jpy"))
        payload = {
            "last": ticker.last,
            "bid": ticker.last,
            "ask": ticker.last + ticker.tick,
            "high": ticker.day.high,
            "low": ticker.day.low,
            "volume": ticker.day.volume,
            "timestamp": now // 1_000,
        }
        return Answer(payload, rows=[payload])

    def _status(self, _query: Mapping[str, str], now: int) -> Answer:
        able = {"order": True, "market_order": True, "cancel": True}
        rows: list[Any] = [
            {
                "pair": native,
                "status": "available",
                "timestamp": now // 1_000,
                "availability": able,
            }
            for native in self.names
        ]
        return Answer({"exchange_status": rows}, rows=rows)


VENUE = Coincheck

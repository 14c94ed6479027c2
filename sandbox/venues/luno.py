"""Luno: BTC is XBT, numbers in strings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.exchange import Ticker
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.families.spot import TICKERS, Spot
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError


class Luno(Spot):
    rules = Rules({"EUR": 0.2, "GBP": 0.1, "USDC": 0.1, "BTC": 0.1}, share=0.003)
    tickers = MappingProxyType({**TICKERS, "BTC": "XBT"})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/1/ticker": self._one,
            "/api/1/tickers": self._all,
            "/api/exchange/1/markets": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        code = "ErrTooManyRequests" if status == 429 else "ErrInvalidParameters"
        return RequestError(Answer({"error": what, "error_code": code}, status))

    def _one(self, query: Mapping[str, str], now: int) -> Answer:
        row = self._ticker(self.quotes(now, query.get("pair", ""))[0], now)
        return Answer(row, rows=[row])

    def _all(self, _query: Mapping[str, str], now: int) -> Answer:
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now)]
        return Answer({"tickers": rows}, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "pair": self.native(ticker.name),
            "timestamp": now,
            "bid": text(ticker.last),
            "ask": text(ticker.last + ticker.tick),
            "last_trade": text(ticker.last),
            "rolling_24_hour_volume": text(ticker.day.volume),
            "status": "ACTIVE",
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "market_id": native,
                "trading_status": "ACTIVE",
                "base_currency": self.pair(name)[0],
                "counter_currency": self.pair(name)[1],
            }
            for native, name in self.names.items()
        ]
        return Answer({"markets": rows}, rows=rows)


VENUE = Luno

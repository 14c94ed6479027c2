"""Poloniex: candles as lists that begin with the low, numbers in strings."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "MINUTE_1": Grid(1),
    "MINUTE_5": Grid(5),
    "MINUTE_15": Grid(15),
    "HOUR_1": Grid(60),
    "HOUR_4": Grid(240),
    "DAY_1": Grid(DAY),
}


class Poloniex(Spot):
    rules = Rules({"USDT": 0.7, "USDC": 0.2, "BTC": 0.2}, share=0.01)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        match path.strip("/").split("/"):
            case ["timestamp"]:
                return lambda _, now: Answer({"serverTime": now})
            case ["markets"]:
                return self._markets
            case ["markets", "ticker24h"]:
                return self._tickers
            case ["markets", native, "ticker24h"]:
                return lambda _, now: Answer(self._ticker(self.quotes(now, native)[0], now))
            case ["markets", native, "candles"]:
                return lambda query, now: self._candles(native, query, now)
        return None

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        del query
        return 20 if path == "/markets" or path.endswith("/ticker24h") else 1

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"code": status, "message": what}, status))

    def _candles(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        interval = query.get("interval", "")
        start, end = self.number(query, "startTime"), self.number(query, "endTime")
        limit = min(self.number(query, "limit") or 100, 500)
        grid = self.grid(interval)
        frame = self.source.candles(self.name(native), grid, Span(start, end, limit), now)
        width = grid.width * MINUTE
        rows: list[Any] = [
            [
                *(text(row[name]) for name in ("low", "high", "open", "close")),
                text(row["quote_volume"]),
                text(row["volume"]),
                text(row["quote_volume"] / 2),
                text(row["volume"] / 2),
                row["trades"],
                min(row["open_time"] + width - 1, now),
                text((row["high"] + row["low"]) / 2),
                interval,
                row["open_time"],
                row["open_time"] + width - 1,
            ]
            for row in frame.iter_rows(named=True)
        ]
        return Answer(rows, rows=rows)

    def _tickers(self, _query: Mapping[str, str], now: int) -> Answer:
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now)]
        return Answer(rows, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        day = ticker.day
        return {
            "symbol": self.native(ticker.name),
            "open": text(day.open),
            "low": text(day.low),
            "high": text(day.high),
            "close": text(ticker.last),
            "quantity": text(day.volume),
            "amount": text(day.quote_volume),
            "tradeCount": day.trades,
            "startTime": now - 86_400_000,
            "closeTime": now,
            "dailyChange": text(fraction(ticker), 6),
            "ts": now,
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows = [
            {
                "symbol": native,
                "baseCurrencyName": self.pair(name)[0],
                "quoteCurrencyName": self.pair(name)[1],
                "displayName": name,
                "state": "NORMAL",
            }
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)


VENUE = Poloniex

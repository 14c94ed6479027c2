"""Gemini: candles as bare numbers, newest first, and a list of all prices."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.exchange import Span
from sandbox.families.numbers import fraction, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 1_440  # closed candles; the forming one comes on top


class Gemini(Spot):
    rules = Rules(
        {"USD": 0.5, "BTC": 0.05, "ETH": 0.05}, share=0.01, absent=("BEAMX", "LUNA2", "HYPE")
    )
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30), "1hr": Grid(60),
        "6hr": Grid(360), "1day": Grid(DAY, 240),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}".lower()

    def routes(self, path: str) -> Route | None:
        symbols = list(self.names)
        match path.strip("/").split("/"):
            case ["v2", "candles", symbol, frame]:
                return lambda _query, now: self._candles(symbol.lower(), frame, now)
            case ["v2", "ticker", symbol]:
                return lambda _query, now: self._ticker(symbol.lower(), now)
            case ["v1", "symbols"]:
                return lambda _query, _now: Answer(symbols, rows=symbols)
            case ["v1", "pricefeed"]:
                return self._prices
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        if what == "path":
            return RequestError(Answer({"error": "Not Found"}, 404))
        message = f"Supplied value is not a valid {what}"
        error = {"result": "error", "reason": "InvalidParameter", "message": message}
        return RequestError(Answer(error, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        message = "Requests were made too frequently"
        error = {"result": "error", "reason": "RateLimit", "message": message}
        return Answer(error, status)

    def _candles(self, symbol: str, frame: str, now: int) -> Answer:
        name, grid = self.name(symbol), self.grid(frame)
        found = self.source.candles(name, grid, Span(None, None, _PAGE + 1), now).reverse()
        rows: list[Any] = found.select("open_time", "open", "high", "low", "close", "volume").rows()
        return Answer(rows, rows=rows)

    def _prices(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [
            {
                "pair": self.native(ticker.name).upper(),
                "price": text(ticker.last),
                "percentChange24h": f"{fraction(ticker):.4f}",
            }
            for ticker in self.quotes(now)
        ]
        return Answer(rows, rows=rows)

    def _ticker(self, symbol: str, now: int) -> Answer:
        (ticker,) = self.quotes(now, symbol)
        row = {
            "symbol": symbol.upper(),
            "open": text(ticker.day.open),
            "high": text(ticker.day.high),
            "low": text(ticker.day.low),
            "close": text(ticker.last),
            "changes": [text(ticker.last)] * 24,
            "bid": text(ticker.last),
            "ask": text(ticker.last + ticker.tick),
        }
        return Answer(row, rows=[row])


VENUE = Gemini

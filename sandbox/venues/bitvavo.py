"""Bitvavo: candles newest first, numbers in strings, weights."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "4h": Grid(240), "1d": Grid(DAY),
}  # fmt: skip
_PAGE = 1440


class Bitvavo(Spot):
    rules = Rules({"EUR": 0.8, "USDC": 0.2}, share=0.02)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        match path.strip("/").split("/"):
            case ["v2", "time"]:
                return lambda _query, now: Answer({"time": now})
            case ["v2", "markets"]:
                return self._markets
            case ["v2", "ticker", "24h"]:
                return self._tickers
            case ["v2", native, "candles"]:
                return lambda query, now: self._candles(native, query, now)
        return None

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        return 25 if path.endswith("/ticker/24h") and "market" not in query else 1

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        amount = next((amount for amount, seconds in self.limits if seconds == 60), 0)
        return {"bitvavo-ratelimit-remaining": str(max(amount - used.get(60, 0), 0))}

    def error(self, what: str, status: int = 400) -> RequestError:
        code = 105 if status == 429 else 205
        return RequestError(Answer({"errorCode": code, "error": what}, status))

    def _candles(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        start, end = self.number(query, "start"), self.number(query, "end")
        limit = min(self.number(query, "limit") or _PAGE, _PAGE)
        grid = self.grid(query.get("interval"))
        if any(moment and moment % (grid.width * MINUTE) for moment in (start, end)):
            raise self.error("start and end have to lie on the grid")
        frame = self.source.candles(self.name(native), grid, Span(start, end, limit), now)
        rows: list[Any] = [
            [row["open_time"], *(text(row[n]) for n in ("open", "high", "low", "close", "volume"))]
            for row in frame.reverse().iter_rows(named=True)
        ]
        return Answer(rows, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        if "market" in query:
            payload = self._ticker(self.quotes(now, query["market"])[0], now)
            return Answer(payload, rows=[payload])
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now)]
        return Answer(rows, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        day = ticker.day
        return {
            "market": self.native(ticker.name),
            "open": text(day.open),
            "high": text(day.high),
            "low": text(day.low),
            "last": text(ticker.last),
            "volume": text(day.volume),
            "volumeQuote": text(day.quote_volume),
            "bid": text(ticker.last),
            "ask": text(ticker.last + ticker.tick),
            "timestamp": now,
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "market": native,
                "status": "trading",
                "base": self.pair(name)[0],
                "quote": self.pair(name)[1],
            }
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)


VENUE = Bitvavo

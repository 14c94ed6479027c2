"""Bitso: numbers in strings, its days from midnight in Mexico City."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import iso, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "60": Grid(1), "300": Grid(5), "900": Grid(15), "3600": Grid(60), "86400": Grid(DAY, 360),
}  # fmt: skip
_PAGE = 300


class Bitso(Spot):
    rules = Rules({"USD": 0.3, "BRL": 0.1, "BTC": 0.05}, share=0.003)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v3/ohlc": self._ohlc,
            "/api/v3/ticker": self._ticker,
            "/api/v3/available_books": lambda _query, _now: self._books(),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        code = "0200" if status == 429 else "0301"
        payload = {"success": False, "error": {"code": code, "message": what}}
        return RequestError(Answer(payload, status))

    def _ohlc(self, query: Mapping[str, str], now: int) -> Answer:
        span = Span(self.number(query, "start"), self.number(query, "end"), _PAGE)
        grid = self.grid(query.get("time_bucket"))
        frame = self.source.candles(self.name(query.get("book")), grid, span, now)
        rows: list[Any] = [
            {
                "bucket_start_time": row["open_time"],
                "first_trade_time": row["open_time"] + 1_000,
                "last_trade_time": row["open_time"] + 50_000,
                "first_rate": text(row["open"]),
                "last_rate": text(row["close"]),
                "min_rate": text(row["low"]),
                "max_rate": text(row["high"]),
                "trade_count": row["trades"],
                "volume": text(row["volume"]),
                "vwap": text((row["high"] + row["low"]) / 2),
            }
            for row in frame.iter_rows(named=True)
        ]
        return Answer({"success": True, "payload": rows}, rows=rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        book = query.get("book", "")
        (ticker,) = self.quotes(now, book)
        row = {
            "high": text(ticker.day.high),
            "last": text(ticker.last),
            "created_at": iso(now, "seconds", "+00:00"),
            "book": book,
            "volume": text(ticker.day.volume),
            "vwap": text(ticker.day.average),
            "low": text(ticker.day.low),
            "ask": text(ticker.last + ticker.tick),
            "bid": text(ticker.last),
            "change_24": text(ticker.last - ticker.day.open),
        }
        return Answer({"success": True, "payload": row}, rows=[row])

    def _books(self) -> Answer:
        rows: list[Any] = [{"book": native, "minimum_amount": "0.0001"} for native in self.names]
        return Answer({"success": True, "payload": rows}, rows=rows)


VENUE = Bitso

"""Korbit: numbers in strings, its days from midnight in Seoul."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1": Grid(1), "5": Grid(5), "15": Grid(15), "60": Grid(60), "1D": Grid(DAY, 900),
}  # fmt: skip
_PAGE = 200


class Korbit(Spot):
    rules = Rules({"KRW": 0.6}, share=0.002, least_decimals=0)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/v2/time": lambda _query, now: _answer({"time": now}),
            "/v2/candles": self._candles,
            "/v2/tickers": self._tickers,
            "/v2/currencyPairs": lambda _query, _now: self._markets(),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        payload = {"success": False, "error": {"message": what}}
        return RequestError(Answer(payload, status))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        limit = self.number(query, "limit")
        if not limit or limit > _PAGE:
            raise self.error("BAD_REQUEST: limit")
        span = Span(self.number(query, "start"), self.number(query, "end"), limit)
        grid = self.grid(query.get("interval"))
        frame = self.source.candles(self.name(query.get("symbol")), grid, span, now)
        return _answer(
            [
                {
                    "timestamp": row["open_time"],
                    **{n: text(row[n]) for n in ("open", "high", "low", "close", "volume")},
                }
                for row in frame.iter_rows(named=True)
            ]
        )

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        natives = query["symbol"].split(",") if "symbol" in query else []
        return _answer([self._ticker(ticker, now) for ticker in self.quotes(now, *natives)])

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        day = ticker.day
        return {
            "symbol": self.native(ticker.name),
            "open": text(day.open),
            "high": text(day.high),
            "low": text(day.low),
            "close": text(ticker.last),
            "prevClose": text(day.open),
            "priceChange": text(ticker.last - day.open),
            "priceChangePercent": text(percent(ticker), 2),
            "volume": text(day.volume),
            "quoteVolume": text(day.quote_volume),
            "bestBidPrice": text(ticker.last),
            "bestAskPrice": text(ticker.last + ticker.tick),
            "lastTradedAt": now - 300,
        }

    def _markets(self) -> Answer:
        rows = [{"symbol": native, "status": "launched"} for native in self.names]
        return _answer([*rows, {"symbol": "luna_krw", "status": "stopped"}])


def _answer(data: Any) -> Answer:
    rows = data if isinstance(data, list) else []
    return Answer({"success": True, "data": data}, rows=rows)


VENUE = Korbit

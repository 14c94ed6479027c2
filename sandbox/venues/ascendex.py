"""AscendEX: numbers in strings, every answer with a code."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {str(minutes): Grid(minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 360, 720)}
_PAGE = 500


class Ascendex(Spot):
    rules = Rules({"USDT": 0.6, "BTC": 0.1, "ETH": 0.1}, share=0.01)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}/{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/pro/v1/barhist": self._candles,
            "/api/pro/v1/spot/ticker": self._tickers,
            "/api/pro/v1/products": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 200) -> RequestError:
        payload = {"code": 100_001, "reason": "INVALID_HTTP_INPUT", "message": what}
        return RequestError(Answer(payload, status))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        """The newest up to `to`: as many as `n` says or from `from` on, whichever is fewer."""
        native, interval = query.get("symbol", ""), query.get("interval")
        name, grid = self.name(native), self.grid(interval)
        start, end = self.number(query, "from"), self.number(query, "to")
        count = self.number(query, "n") or (10 if start is None else _PAGE)
        span = Span(start, min(end or now, now), min(count, _PAGE))
        rows: list[Any] = [
            {
                "m": "bar",
                "s": native,
                "data": {
                    "i": interval,
                    "ts": row["open_time"],
                    "o": text(row["open"]),
                    "c": text(row["close"]),
                    "h": text(row["high"]),
                    "l": text(row["low"]),
                    "v": text(row["volume"]),
                },
            }
            for row in self.newest(name, grid, span, now).iter_rows(named=True)
        ]
        return Answer({"code": 0, "data": rows}, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        if "symbol" in query and "," not in query["symbol"]:
            row = self._ticker(self.quotes(now, query["symbol"])[0])
            return Answer({"code": 0, "data": row}, rows=[row])
        natives = query["symbol"].split(",") if "symbol" in query else []
        rows = [self._ticker(ticker) for ticker in self.quotes(now, *natives)]
        return Answer({"code": 0, "data": rows}, rows=rows)

    def _ticker(self, ticker: Ticker) -> dict[str, Any]:
        day = ticker.day
        return {
            "symbol": self.native(ticker.name),
            "open": text(day.open),
            "close": text(ticker.last),
            "high": text(day.high),
            "low": text(day.low),
            "volume": text(day.volume),
            "ask": [text(ticker.last + ticker.tick), "1"],
            "bid": [text(ticker.last), "1"],
            "type": "spot",
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "symbol": native,
                "displayName": native,
                "baseAsset": self.pair(name)[0],
                "quoteAsset": self.pair(name)[1],
                "status": "Normal",
            }
            for native, name in self.names.items()
        ]
        return Answer({"code": 0, "data": rows}, rows=rows)


VENUE = Ascendex

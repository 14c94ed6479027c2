"""Coinone: candles back from a time, newest first; errors with status 200."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "1d": Grid(DAY, 900),
}  # fmt: skip
_PAGE, _USUAL_PAGE = 500, 200


class Coinone(Spot):
    rules = Rules({"KRW": 0.7}, share=0.005, least_decimals=0)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{quote}/{base}"

    def routes(self, path: str) -> Route | None:
        match path.removeprefix("/public/v2/").split("/"):
            case ["chart", quote, base]:
                return lambda query, now: self._chart(f"{quote}/{base}", query, now)
            case ["ticker_new", "KRW"]:
                return lambda _query, now: self._tickers(now)
            case ["ticker_new", quote, base]:
                return lambda _query, now: self._tickers(now, f"{quote}/{base}")
            case ["markets", "KRW"]:
                return lambda _query, now: self._markets(now)
        return None

    def error(self, what: str, status: int = 200) -> RequestError:
        """A code with status 200, for those who are too fast too."""
        code = "4" if status == 429 else "107"
        payload = {"result": "error", "error_code": code, "error_msg": what}
        return RequestError(Answer(payload, 404 if status == 404 else 200))

    def _chart(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        size = min(self.number(query, "size") or _USUAL_PAGE, _PAGE)
        grid = self.grid(query.get("interval"))
        span = Span(None, self.number(query, "timestamp"), size)
        frame = self.source.candles(self.name(native), grid, span, now)
        rows: list[Any] = [
            {
                "timestamp": row["open_time"],
                **{name: text(row[name]) for name in ("open", "high", "low", "close")},
                "target_volume": text(row["volume"]),
                "quote_volume": text(row["quote_volume"]),
            }
            for row in frame.reverse().iter_rows(named=True)
        ]
        payload = {"result": "success", "error_code": "0", "is_last": False, "chart": rows}
        return Answer(payload, rows=rows)

    def _tickers(self, now: int, *natives: str) -> Answer:
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now, *natives)]
        payload = {"result": "success", "error_code": "0", "server_time": now, "tickers": rows}
        return Answer(payload, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        base, quote = self.pair(ticker.name)
        day = ticker.day
        return {
            "quote_currency": quote.lower(),
            "target_currency": base.lower(),
            "timestamp": now - 1_000,
            "high": text(day.high),
            "low": text(day.low),
            "first": text(day.open),
            "last": text(ticker.last),
            "quote_volume": text(day.quote_volume),
            "target_volume": text(day.volume),
            "best_asks": [{"price": text(ticker.last + ticker.tick), "qty": "1"}],
            "best_bids": [{"price": text(ticker.last), "qty": "1"}],
        }

    def _markets(self, now: int) -> Answer:
        rows: list[Any] = [
            {
                "quote_currency": self.pair(name)[1],
                "target_currency": self.pair(name)[0],
                "trade_status": 1,
                "maintenance_status": 0,
            }
            for name in self.source.listed
        ]
        payload = {"result": "success", "error_code": "0", "server_time": now, "markets": rows}
        return Answer(payload, rows=rows)


VENUE = Coinone

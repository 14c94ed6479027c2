"""WhiteBIT: candles as lists with the close after the open, tickers by the market's name."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import percent, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "4h": Grid(240), "1d": Grid(DAY),
}  # fmt: skip
_PAGE = 1440


class Whitebit(Spot):
    rules = Rules({"USDT": 0.7, "EUR": 0.2, "BTC": 0.2}, share=0.02)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v4/public/ping": lambda _query, _now: Answer(["pong"]),
            "/api/v1/public/kline": self._candles,
            "/api/v4/public/ticker": self._tickers,
            "/api/v4/public/markets": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"success": False, "message": what, "result": []}, status))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        start, end = self.number(query, "start", 1000), self.number(query, "end", 1000)
        limit = min(self.number(query, "limit") or _PAGE, _PAGE)
        grid = self.grid(query.get("interval", "1h"))
        name = self.name(query.get("market"))
        frame = self.source.candles(name, grid, Span(start, end, limit), now)
        names = ("open", "close", "high", "low", "volume", "quote_volume")
        rows: list[Any] = [
            [row["open_time"] // 1000, *(text(row[name]) for name in names)]
            for row in frame.iter_rows(named=True)
        ]
        return Answer({"success": True, "message": None, "result": rows}, rows=rows)

    def _tickers(self, _query: Mapping[str, str], now: int) -> Answer:
        payload = {
            self.native(ticker.name): {
                "base_id": 0,
                "quote_id": 0,
                "last_price": text(ticker.last),
                "quote_volume": text(ticker.day.quote_volume),
                "base_volume": text(ticker.day.volume),
                "isFrozen": False,
                "change": text(percent(ticker), 2),
            }
            for ticker in self.quotes(now)
        }
        return Answer(payload, rows=list(payload.values()))

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "name": native,
                "stock": self.pair(name)[0],
                "money": self.pair(name)[1],
                "type": "spot",
                "tradesEnabled": True,
                "isCollateral": False,
            }
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)


VENUE = Whitebit

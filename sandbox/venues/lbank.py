"""LBank: small letters, candles from a time on, its days from 16:00 UTC."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "minute1": Grid(1),
    "minute5": Grid(5),
    "minute15": Grid(15),
    "hour1": Grid(60),
    "hour4": Grid(240),
    "day1": Grid(DAY, 960),
}
_PAGE = 2000


class Lbank(Spot):
    rules = Rules({"USDT": 0.7, "BTC": 0.1, "ETH": 0.1}, share=0.03)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/v2/timestamp.do": lambda _query, now: _answer(now, now),
            "/v2/kline.do": self._candles,
            "/v2/ticker/24hr.do": self._tickers,
            "/v2/currencyPairs.do": lambda _query, now: _answer(list(self.names), now),
        }.get(path)

    def error(self, what: str, status: int = 200) -> RequestError:
        """It refuses with status 200 and a code, those who are too fast too."""
        code = 10004 if status == 429 else 10003
        payload = {"result": "false", "msg": what, "error_code": code}
        return RequestError(Answer(payload, 404 if status == 404 else 200))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("type"))
        size = min(self.number(query, "size") or 1, _PAGE)
        time = self.number(query, "time", 1_000)
        start = grid.floor(time // MINUTE) * MINUTE if time is not None else None
        frame = self.source.candles(name, grid, Span(start, None, size), now)
        rows: list[Any] = [
            [
                row["open_time"] // 1_000,
                *(row[n] for n in ("open", "high", "low", "close", "volume")),
            ]
            for row in frame.iter_rows(named=True)
        ]
        return _answer(rows, now)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        symbol = query.get("symbol", "all")
        natives = [] if symbol == "all" else [symbol]
        return _answer([self._ticker(t, now) for t in self.quotes(now, *natives)], now)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        day = ticker.day
        return {
            "symbol": self.native(ticker.name),
            "ticker": {
                "high": text(day.high),
                "vol": text(day.volume),
                "low": text(day.low),
                "change": text(percent(ticker), 2),
                "turnover": text(day.quote_volume),
                "latest": text(ticker.last),
            },
            "timestamp": now,
        }


def _answer(data: Any, now: int) -> Answer:
    payload = {"result": "true", "msg": "Success", "data": data, "error_code": 0, "ts": now}
    return Answer(payload, rows=data if isinstance(data, list) else [])


VENUE = Lbank

"""EXMO: candles as objects of bare numbers, tickers by the market's name."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1": Grid(1), "5": Grid(5), "15": Grid(15), "60": Grid(60), "240": Grid(240), "D": Grid(DAY),
}  # fmt: skip
_PAGE = 3000


class Exmo(Spot):
    rules = Rules({"USD": 0.3, "USDT": 0.3, "EUR": 0.1, "BTC": 0.1}, share=0.005)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/v1.1/currency": lambda _query, _now: self._currencies(),
            "/v1.1/candles_history": self._candles,
            "/v1.1/ticker": self._tickers,
            "/v1.1/pair_settings": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 200) -> RequestError:
        return RequestError(Answer({"s": "error", "errmsg": what}, status))

    def _currencies(self) -> Answer:
        return Answer(sorted({ticker for name in self.source.listed for ticker in self.pair(name)}))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        start, end = self.number(query, "from", 1_000), self.number(query, "to", 1_000)
        if start is None or end is None:
            raise self.error("from and to are required")
        grid = self.grid(query.get("resolution"))
        name = self.name(query.get("symbol"))
        frame = self.source.candles(name, grid, Span(start, end, _PAGE), now)
        rows: list[Any] = [
            {
                "t": row["open_time"],
                "o": row["open"],
                "c": row["close"],
                "h": row["high"],
                "l": row["low"],
                "v": row["volume"],
            }
            for row in frame.iter_rows(named=True)
        ]
        return Answer({"candles": rows}, rows=rows)

    def _tickers(self, _query: Mapping[str, str], now: int) -> Answer:
        payload = {
            self.native(ticker.name): {
                "buy_price": text(ticker.last),
                "sell_price": text(ticker.last + ticker.tick),
                "last_trade": text(ticker.last),
                "high": text(ticker.day.high),
                "low": text(ticker.day.low),
                "avg": text(ticker.day.average),
                "vol": text(ticker.day.volume),
                "vol_curr": text(ticker.day.quote_volume),
                "updated": now // 1_000,
            }
            for ticker in self.quotes(now)
        }
        return Answer(payload, rows=list(payload.values()))

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        payload = {
            native: {
                "min_quantity": "0.00001",
                "max_quantity": "1000",
                "min_price": "0.00000001",
                "max_price": "1000000",
            }
            for native in self.names
        }
        return Answer(payload, rows=list(payload.values()))


VENUE = Exmo

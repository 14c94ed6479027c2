"""DigiFinex: candles as lists with the open last, bare numbers, errors as codes with status 200."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {"1": Grid(1), "5": Grid(5), "15": Grid(15), "60": Grid(60), "240": Grid(240)}
_COLUMNS = ("volume", "close", "high", "low", "open")
_PAGE = 500


class Digifinex(Spot):
    rules = Rules({"USDT": 0.6, "BTC": 0.1, "ETH": 0.1}, share=0.02)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/v3/ping": lambda _query, _now: Answer({"msg": "pong", "code": 0}),
            "/v3/kline": self._candles,
            "/v3/ticker": self._tickers,
            "/v3/spot/symbols": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 200) -> RequestError:
        """A code with status 200, for those who are too fast too."""
        del what
        code = 10005 if status == 429 else 10004
        return RequestError(Answer({"code": code}, 404 if status == 404 else 200))

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        start, end = self.number(query, "start_time", 1_000), self.number(query, "end_time", 1_000)
        grid = self.grid(query.get("period"))
        name = self.name(query.get("symbol"))
        frame = self.source.candles(name, grid, Span(start, end, _PAGE), now)
        rows: list[Any] = [
            [row["open_time"] // 1_000, *(row[column] for column in _COLUMNS)]
            for row in frame.iter_rows(named=True)
        ]
        return Answer({"code": 0, "data": rows}, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        natives = [query["symbol"]] if "symbol" in query else []
        rows = [self._ticker(ticker) for ticker in self.quotes(now, *natives)]
        return Answer({"ticker": rows, "date": now // 1_000, "code": 0}, rows=rows)

    def _ticker(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "vol": ticker.day.volume,
            "change": round(percent(ticker), 2),
            "base_vol": ticker.day.quote_volume,
            "sell": ticker.last + ticker.tick,
            "last": ticker.last,
            "symbol": self.native(ticker.name),
            "low": ticker.day.low,
            "buy": ticker.last,
            "high": ticker.day.high,
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "order_types": ["LIMIT", "MARKET"],
                "quote_asset": self.pair(name)[1],
                "base_asset": self.pair(name)[0],
                "status": "TRADING",
                "symbol": native.upper(),
                "is_allow": 1,
                "zone": "MAIN",
            }
            for native, name in self.names.items()
        ]
        return Answer({"symbol_list": rows, "code": 0}, rows=rows)


VENUE = Digifinex

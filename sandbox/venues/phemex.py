"""Phemex: prices and volumes as whole numbers, 100,000,000 times what they are; times in ns."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_SCALE = 100_000_000
_GRIDS = {
    "60": Grid(1), "300": Grid(5), "900": Grid(15), "1800": Grid(30), "3600": Grid(60),
    "14400": Grid(240), "86400": Grid(DAY),
}  # fmt: skip
_PAGES = (5, 10, 50, 100, 500, 1_000)


class Phemex(Spot):
    rules = Rules({"USDT": 0.6, "USDC": 0.1}, share=0.02)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"s{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/public/time": lambda _query, now: _answer({"serverTime": now}),
            "/md/spot/ticker/24hr": self._one,
            "/md/spot/ticker/24hr/all": self._all,
            "/exchange/public/cfg/v2/products": self._products,
            "/exchange/public/md/v2/kline": self._klines,
        }.get(path)

    def error(self, what: str, status: int = 200) -> RequestError:
        return RequestError(Answer({"code": 6001, "msg": what, "data": None}, status))

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        try:
            return super().answer(path, query, now)
        except RequestError as refused:
            if path.startswith("/md/"):
                error = {"code": 6001, "message": refused.answer.payload["msg"]}
                refused.answer.payload = {"error": error, "id": None, "result": None}
            raise

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        del query
        return 10 if path.endswith("/kline") else 1

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("resolution"))
        limit = self.number(query, "limit") or 100
        if limit not in _PAGES:
            raise self.error("limit")
        found = self.source.candles(name, grid, Span(None, None, limit), now).reverse()
        scaled = {
            column: (pl.col(column) * _SCALE).round().cast(pl.Int64)
            for column in ("open", "high", "low", "close", "volume", "quote_volume")
        }
        rows: list[Any] = found.select(
            pl.col("open_time") // 1_000,
            pl.lit(grid.width * 60).alias("interval"),
            scaled["open"].alias("last_close"),
            **scaled,
        ).rows()
        return _answer({"total": -1, "rows": rows}, rows)

    def _one(self, query: Mapping[str, str], now: int) -> Answer:
        native = query.get("symbol", "")
        row = _ticker(native, self.quotes(now, native)[0], now)
        return Answer({"error": None, "id": 0, "result": row}, rows=[row])

    def _all(self, _query: Mapping[str, str], now: int) -> Answer:
        rows = [_ticker(self.native(t.name), t, now) for t in self.quotes(now)]
        return Answer({"error": None, "id": 0, "result": rows}, rows=rows)

    def _products(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "symbol": native,
                "displaySymbol": " / ".join(self.pair(name)),
                "quoteCurrency": self.pair(name)[1],
                "type": "Spot",
                "baseCurrency": self.pair(name)[0],
                "status": "Listed",
            }
            for native, name in self.names.items()
        ]
        perpetual = {"symbol": "BTCUSD", "type": "Perpetual", "status": "Listed"}
        return _answer({"ratioScale": 8, "currencies": [], "products": [perpetual, *rows]})


def _answer(data: Any, rows: list[Any] | None = None) -> Answer:
    return Answer({"code": 0, "msg": "OK", "data": data}, rows=rows or [])


def _ticker(native: str, ticker: Ticker, now: int) -> dict[str, Any]:
    day = ticker.day
    prices = {"open": day.open, "high": day.high, "low": day.low, "last": ticker.last}
    prices |= {"bid": ticker.last, "ask": ticker.last + ticker.tick}
    return {
        **{f"{name}Ep": round(price * _SCALE) for name, price in prices.items()},
        "symbol": native,
        "turnoverEv": round(day.quote_volume * _SCALE),
        "volumeEv": round(day.volume * _SCALE),
        "timestamp": now * 1_000_000,
    }


VENUE = Phemex

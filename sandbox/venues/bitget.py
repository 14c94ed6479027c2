"""Bitget spot: all numbers in strings, candles oldest first, a code in every answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": ("40034", "Parameter symbol does not exist"),
    "interval": ("400171", "Parameter verification failed"),
    "path": ("40404", "Request URL NOT FOUND"),
}


class Bitget(Spot):
    rules = Rules({"USDT": 1.0, "USDC": 0.2, "BTC": 0.1}, share=0.05, absent=("BEAMX",))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1min": Grid(1), "5min": Grid(5), "15min": Grid(15), "1h": Grid(60), "4h": Grid(240),
        "1Dutc": Grid(DAY), "1day": Grid(DAY, -480), "1Wutc": WEEK,
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        candles = "/api/v2/spot/market/candles"
        return {
            "/api/v2/public/time": lambda _query, now: _ok({"serverTime": str(now)}, now),
            candles: lambda query, now: self._candles(query, now, 1_000),
            "/api/v2/spot/market/history-candles": self._history,
            "/api/v2/spot/market/tickers": self._tickers,
            "/api/v2/spot/public/symbols": lambda _query, now: self._symbols(now),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        code, message = _WRONG.get(what, ("400172", f"Parameter verification failed {what}"))
        error = {"code": code, "msg": message, "requestTime": 0, "data": None}
        return RequestError(Answer(error, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait
        return Answer({"code": "429", "msg": "Too Many Requests", "requestTime": now}, status)

    def _history(self, query: Mapping[str, str], now: int) -> Answer:
        if "endTime" not in query:
            raise self.error("endTime")
        return self._candles(query, now, 200)

    def _candles(self, query: Mapping[str, str], now: int, page: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("granularity"))
        limit, end = self.number(query, "limit") or 100, self.number(query, "endTime")
        if limit > page:
            raise self.error("limit")
        span = Span(None, None if end is None else end - 1, limit)
        rows: list[Any] = (
            self.source.candles(name, grid, span, now)
            .select(
                pl.col("open_time").cast(pl.String),
                *texts("open", "high", "low", "close", "volume", "quote_volume"),
                *(expr.alias("again") for expr in texts("quote_volume")),
            )
            .rows()
        )
        return _ok(rows, now, rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._quote(ticker, now) for ticker in self.quotes(now, query.get("symbol"))]
        return _ok(rows, now, rows)

    def _quote(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "open": text(ticker.day.open),
            "high24h": text(ticker.day.high),
            "low24h": text(ticker.day.low),
            "lastPr": text(ticker.last),
            "quoteVolume": text(ticker.day.quote_volume),
            "baseVolume": text(ticker.day.volume),
            "usdtVolume": text(ticker.day.quote_volume),
            "ts": str(now),
            "bidPr": text(ticker.last),
            "askPr": text(ticker.last + ticker.tick),
            "bidSz": text(ticker.day.volume / 2_000),
            "askSz": text(ticker.day.volume / 3_000),
            "openUtc": text(ticker.today.open),
            "changeUtc24h": f"{ticker.last / ticker.today.open - 1:.5f}",
            "change24h": f"{fraction(ticker):.5f}",
        }

    def _symbols(self, now: int) -> Answer:
        rows = [self._symbol(name) for name in self.source.listed]
        return _ok(rows, now, rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": base + quote,
            "baseCoin": base,
            "quoteCoin": quote,
            "minTradeAmount": "0",
            "maxTradeAmount": "10000000",
            "takerFeeRate": "0.001",
            "makerFeeRate": "0.001",
            "pricePrecision": str(market.price_decimals),
            "quantityPrecision": str(market.size_decimals),
            "minTradeUSDT": "1",
            "status": "online",
        }


VENUE = Bitget


def _ok(data: Any, now: int, rows: list[Any] | None = None) -> Answer:
    payload = {"code": "00000", "msg": "success", "requestTime": now, "data": data}
    return Answer(payload, rows=[] if rows is None else rows)

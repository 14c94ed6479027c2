"""Bitstamp: the market stands in the path, candles have names, and pairs are in small letters."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 1_000
_COLUMNS = ("open", "high", "low", "close", "volume")


class Bitstamp(Spot):
    rules = Rules({"USD": 0.6, "EUR": 0.3, "BTC": 0.05}, share=0.02, absent=("BEAMX", "LUNA2"))
    grids: ClassVar[Mapping[str, Grid]] = {
        "60": Grid(1), "300": Grid(5), "900": Grid(15), "3600": Grid(60), "14400": Grid(240),
        "86400": Grid(DAY),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}".lower()

    def routes(self, path: str) -> Route | None:
        match path.strip("/").split("/"):
            case ["api", "v2", "ohlc", pair]:
                return lambda query, now: self._ohlc(self.name(pair), query, now)
            case ["api", "v2", "ticker", pair]:
                return lambda _query, now: self._ticker(pair, now)
            case ["api", "v2", "ticker"]:
                return self._tickers
            case ["api", "v2", "markets"]:
                return lambda _query, _now: self._markets()
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        if what == "symbol" or status == 404:
            return RequestError(Answer({"status": "error", "reason": "Not found"}, 404))
        error = {"field": what, "message": "Invalid value", "code": "invalid"}
        return RequestError(Answer({"code": 422, "errors": [error]}, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer({"status": "error", "reason": "Request rate limit exceeded."}, status)

    def _ohlc(self, name: str, query: Mapping[str, str], now: int) -> Answer:
        grid, limit = self.grid(query.get("step")), self.number(query, "limit")
        start, end = self.number(query, "start"), self.number(query, "end")
        if limit is None or not 1 <= limit <= _PAGE:
            raise self.error("limit")
        # Where both ends are given the start is not heard.
        first = None if end is not None or start is None else start * 1000
        span = Span(first, None if end is None else end * 1000, limit)
        found = self.source.candles(name, grid, span, now)
        rows: list[Any] = [
            dict(zip(("timestamp", *_COLUMNS), row, strict=True))
            for row in found.select(
                (pl.col("open_time") // 1000).cast(pl.String), *texts(*_COLUMNS)
            ).iter_rows()
        ]
        return Answer({"data": {"pair": "/".join(self.pair(name)), "ohlc": rows}}, rows=rows)

    def _ticker(self, pair: str, now: int) -> Answer:
        (ticker,) = self.quotes(now, pair)
        row = self._quote(ticker, now)
        return Answer(row, rows=[row])

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._quote(ticker, now) for ticker in self.quotes(now)]
        return Answer(rows, rows=rows)

    def _quote(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "timestamp": str(now // 1000),
            "open": text(ticker.today.open),
            "high": text(ticker.day.high),
            "low": text(ticker.day.low),
            "last": text(ticker.last),
            "volume": text(ticker.day.volume),
            "vwap": text(ticker.day.average),
            "bid": text(ticker.last),
            "ask": text(ticker.last + ticker.tick),
            "side": "0",
            "open_24": text(ticker.day.open),
            "percent_change_24": f"{percent(ticker):.2f}",
            "market_type": "SPOT",
            "pair": "/".join(self.pair(ticker.name)),
            "market": "/".join(self.pair(ticker.name)),
        }

    def _markets(self) -> Answer:
        rows = [self._market(name) for name in self.source.listed]
        return Answer(rows, rows=rows)

    def _market(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "name": f"{base}/{quote}",
            "market_symbol": self.native(name),
            "base_currency": base,
            "base_decimals": market.size_decimals,
            "counter_currency": quote,
            "counter_decimals": market.price_decimals,
            "minimum_order_value": "10.0",
            "trading": "Enabled",
            "market_type": "SPOT",
        }


VENUE = Bitstamp

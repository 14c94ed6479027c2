"""MEXC spot: as Binance, with klines of eight fields and changes as fractions."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": (-1121, "Invalid symbol."),
    "interval": (-1121, "Invalid interval."),
    "path": (404, "Not found"),
}
_PAGE = 500


class Mexc(Spot):
    rules = Rules({"USDT": 1.0, "USDC": 0.3, "BTC": 0.1}, share=0.03, absent=("BEAMX",))
    bans = True
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30), "60m": Grid(60),
        "4h": Grid(240),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v3/ping": lambda _query, _now: Answer({}),
            "/api/v3/time": lambda _query, now: Answer({"serverTime": now}),
            "/api/v3/klines": self._klines,
            "/api/v3/ticker/24hr": self._tickers,
            "/api/v3/exchangeInfo": lambda _query, now: self._info(now),
        }.get(path)

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        del query
        return 25 if path in ("/api/v3/ticker/24hr", "/api/v3/exchangeInfo") else 1

    def error(self, what: str, status: int = 400) -> RequestError:
        code, message = _WRONG.get(what, (-1100, f"Illegal characters found in parameter '{what}'"))
        return RequestError(Answer({"code": code, "msg": message}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"code": 429, "msg": "Too Many Requests"}, status, headers=headers)

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("interval"))
        limit = min(self.number(query, "limit") or _PAGE, _PAGE)
        span = Span(self.number(query, "startTime"), self.number(query, "endTime"), limit)
        rows: list[Any] = (
            self.source.candles(name, grid, span, now)
            .select(
                "open_time",
                *texts("open", "high", "low", "close", "volume"),
                (pl.col("open_time") + grid.width * MINUTE).alias("close_time"),
                *texts("quote_volume"),
            )
            .rows()
        )
        return Answer(rows, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._quote(ticker, now) for ticker in self.quotes(now, query.get("symbol"))]
        return Answer(rows[0] if "symbol" in query else rows, rows=rows)

    def _quote(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "priceChange": text(ticker.last - ticker.day.open),
            "priceChangePercent": f"{fraction(ticker):.8f}",
            "prevClosePrice": text(ticker.day.open),
            "lastPrice": text(ticker.last),
            "bidPrice": text(ticker.last),
            "bidQty": text(ticker.day.volume / 2_000),
            "askPrice": text(ticker.last + ticker.tick),
            "askQty": text(ticker.day.volume / 3_000),
            "openPrice": text(ticker.day.open),
            "highPrice": text(ticker.day.high),
            "lowPrice": text(ticker.day.low),
            "volume": text(ticker.day.volume),
            "quoteVolume": text(ticker.day.quote_volume),
            "openTime": now - DAY * MINUTE,
            "closeTime": now,
            "count": None,
        }

    def _info(self, now: int) -> Answer:
        rows = [self._symbol(name) for name in self.source.listed]
        payload = {
            "timezone": "CST",
            "serverTime": now,
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": rows,
        }
        return Answer(payload, rows=rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": base + quote,
            "status": "1",
            "baseAsset": base,
            "baseAssetPrecision": market.size_decimals,
            "quoteAsset": quote,
            "quotePrecision": market.price_decimals,
            "orderTypes": ["LIMIT", "MARKET", "LIMIT_MAKER"],
            "isSpotTradingAllowed": False,
            "isMarginTradingAllowed": False,
            "permissions": ["SPOT"],
            "filters": [],
        }


VENUE = Mexc

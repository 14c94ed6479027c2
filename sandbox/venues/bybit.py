"""Bybit spot: everything inside of one envelope, with status 200."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, step, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {"symbol": "Not supported symbols", "interval": "Invalid period!"}


class Bybit(Spot):
    rules = Rules({"USDT": 1.0, "USDC": 0.3, "BTC": 0.1}, share=0.07, absent=("BEAMX", "HYPE"))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1": Grid(1), "5": Grid(5), "15": Grid(15), "60": Grid(60), "240": Grid(240),
        "D": Grid(DAY), "W": WEEK,
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/v5/market/time": _time,
            "/v5/market/kline": self._klines,
            "/v5/market/tickers": self._tickers,
            "/v5/market/instruments-info": self._instruments,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        message = _WRONG.get(what, f"params error: {what} invalid")
        return RequestError(_enveloped(10001, message, {}, 0))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del status, wait
        return _enveloped(10006, "Too many visits. Exceeded the API Rate Limit.", {}, now)

    def _spot(self, query: Mapping[str, str]) -> None:
        if query.get("category") != "spot":
            raise self.error("Category")

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        self._spot(query)
        name, grid = self.name(query.get("symbol")), self.grid(query.get("interval"))
        limit = min(self.number(query, "limit") or 200, 1000)
        span = Span(self.number(query, "start"), self.number(query, "end"), limit)
        rows: list[Any] = (
            self.newest(name, grid, span, now)
            .reverse()
            .select(
                pl.col("open_time").cast(pl.String),
                *texts("open", "high", "low", "close", "volume", "quote_volume"),
            )
            .rows()
        )
        result = {"category": "spot", "symbol": self.native(name), "list": rows}
        return _enveloped(0, "OK", result, now, rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        self._spot(query)
        rows = [self._quote(ticker) for ticker in self.quotes(now, query.get("symbol"))]
        return _enveloped(0, "OK", {"category": "spot", "list": rows}, now, rows)

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "bid1Price": text(ticker.last),
            "bid1Size": text(ticker.day.volume / 2_000),
            "ask1Price": text(ticker.last + ticker.tick),
            "ask1Size": text(ticker.day.volume / 3_000),
            "lastPrice": text(ticker.last),
            "prevPrice24h": text(ticker.day.open),
            "price24hPcnt": f"{fraction(ticker):.4f}",
            "highPrice24h": text(ticker.day.high),
            "lowPrice24h": text(ticker.day.low),
            "turnover24h": text(ticker.day.quote_volume),
            "volume24h": text(ticker.day.volume),
        }

    def _instruments(self, query: Mapping[str, str], now: int) -> Answer:
        self._spot(query)
        rows = [self._instrument(name) for name in self.source.listed]
        return _enveloped(0, "OK", {"category": "spot", "list": rows}, now, rows)

    def _instrument(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": base + quote,
            "baseCoin": base,
            "quoteCoin": quote,
            "innovation": "0",
            "status": "Trading",
            "marginTrading": "none",
            "lotSizeFilter": {"basePrecision": step(market.size_decimals), "minOrderAmt": "1"},
            "priceFilter": {"tickSize": step(market.price_decimals)},
        }


VENUE = Bybit


def _time(_: Mapping[str, str], now: int) -> Answer:
    return _enveloped(0, "OK", {"timeSecond": str(now // 1000), "timeNano": f"{now}000000"}, now)


def _enveloped(
    code: int, message: str, result: Mapping[str, Any], now: int, rows: list[Any] | None = None
) -> Answer:
    payload = {"retCode": code, "retMsg": message, "result": result, "retExtInfo": {}, "time": now}
    return Answer(payload, rows=[] if rows is None else rows)

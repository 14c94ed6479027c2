"""OKX spot: all numbers in strings, candles newest first, errors as codes in a 200."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import step, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": ("51001", "Instrument ID doesn't exist"),
    "interval": ("51000", "Parameter bar error"),
    "path": ("404", "Not Found"),
}

_PAGE, _USUAL_PAGE = 300, 100


class Okx(Spot):
    rules = Rules({"USDT": 1.0, "USDC": 0.4, "BTC": 0.2, "ETH": 0.1}, share=0.08, absent=("BEAMX",))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1H": Grid(60), "4H": Grid(240),
        "1Dutc": Grid(DAY), "1D": Grid(DAY, -480), "1Wutc": WEEK,
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v5/public/time": lambda _query, now: _ok([{"ts": str(now)}]),
            "/api/v5/market/ticker": self._ticker,
            "/api/v5/market/tickers": self._tickers,
            "/api/v5/market/candles": self._candles,
            "/api/v5/market/history-candles": self._candles,
            "/api/v5/public/instruments": self._instruments,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        code, message = _WRONG.get(what, ("51000", f"Parameter {what} error"))
        return RequestError(Answer({"code": code, "msg": message, "data": []}))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer({"code": "50011", "msg": "Too Many Requests", "data": []}, status)

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("instId")), self.grid(query.get("bar", "1m"))
        before, after = self.number(query, "before"), self.number(query, "after")
        span = Span(
            None if before is None else before + 1,
            None if after is None else after - 1,
            min(self.number(query, "limit") or _USUAL_PAGE, _PAGE),
        )
        closed = pl.col("open_time") + grid.width * 60_000 <= now
        rows: list[Any] = (
            self.newest(name, grid, span, now)
            .reverse()
            .select(
                pl.col("open_time").cast(pl.String),
                *texts("open", "high", "low", "close", "volume", "quote_volume"),
                *(expr.alias("again") for expr in texts("quote_volume")),
                pl.when(closed).then(pl.lit("1")).otherwise(pl.lit("0")).alias("confirm"),
            )
            .rows()
        )
        return _ok(rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        found = self.quotes(now, query.get("instId", ""))
        return _ok([self._quote(ticker, now) for ticker in found])

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("instType") != "SPOT":
            raise self.error("instType")
        return _ok([self._quote(ticker, now) for ticker in self.quotes(now)])

    def _quote(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "instType": "SPOT",
            "instId": self.native(ticker.name),
            "last": text(ticker.last),
            "lastSz": text(ticker.day.volume / max(ticker.day.trades, 1)),
            "askPx": text(ticker.last + ticker.tick),
            "askSz": text(ticker.day.volume / 3_000),
            "bidPx": text(ticker.last),
            "bidSz": text(ticker.day.volume / 2_000),
            "open24h": text(ticker.day.open),
            "high24h": text(ticker.day.high),
            "low24h": text(ticker.day.low),
            "volCcy24h": text(ticker.day.quote_volume),
            "vol24h": text(ticker.day.volume),
            "sodUtc0": text(ticker.today.open),
            "sodUtc8": text(ticker.today.open),
            "ts": str(now),
        }

    def _instruments(self, query: Mapping[str, str], now: int) -> Answer:
        del now
        if query.get("instType") != "SPOT":
            raise self.error("instType")
        return _ok([self._instrument(name) for name in self.source.listed])

    def _instrument(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "instType": "SPOT",
            "instId": f"{base}-{quote}",
            "baseCcy": base,
            "quoteCcy": quote,
            "lotSz": step(market.size_decimals),
            "minSz": step(market.size_decimals),
            "tickSz": step(market.price_decimals),
            "state": "live",
        }


VENUE = Okx


def _ok(rows: list[Any]) -> Answer:
    return Answer({"code": "0", "msg": "", "data": rows}, rows=rows)

"""BitMart spot: tickers as lists of strings, a code and a trace in every answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, step, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": (70_002, "symbol is invalid"),
    "interval": (71_005, "request step error"),
    "path": (30_000, "Not found"),
}
_PAGE = 200
# What the fields of a ticker that comes alone are called.
_NAMES = (
    "symbol", "last", "v_24h", "qv_24h", "open_24h", "high_24h", "low_24h", "fluctuation",
    "bid_px", "bid_sz", "ask_px", "ask_sz", "ts",
)  # fmt: skip


class Bitmart(Spot):
    rules = Rules({"USDT": 1.0, "BTC": 0.1, "ETH": 0.1}, share=0.02, absent=("BEAMX",))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1": Grid(1), "5": Grid(5), "15": Grid(15), "60": Grid(60), "240": Grid(240),
        "1440": Grid(DAY),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/system/time": lambda _query, now: _ok({"server_time": now}),
            "/spot/v1/symbols/details": lambda _query, _now: self._symbols(),
            "/spot/quotation/v3/klines": self._klines,
            "/spot/quotation/v3/lite-klines": self._klines,
            "/spot/quotation/v3/tickers": self._tickers,
            "/spot/quotation/v3/ticker": self._ticker,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        code, message = _WRONG.get(what, (71_003, f"request {what} is invalid"))
        return RequestError(Answer({"code": code, "message": message, "trace": "0"}, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"x-bm-ratelimit-reset": str(wait)}
        error = {"code": 30_013, "message": "Request too many requests", "trace": "0"}
        return Answer(error, status, headers=headers)

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("step", "1"))
        after, before = self.number(query, "after"), self.number(query, "before")
        span = Span(
            None if after is None else after * 1000 + 1,
            None if before is None else before * 1000 - 1,
            min(self.number(query, "limit") or 100, _PAGE),
        )
        rows: list[Any] = (
            self.newest(name, grid, span, now)
            .select(
                (pl.col("open_time") // 1000).cast(pl.String),
                *texts("open", "high", "low", "close", "volume", "quote_volume"),
            )
            .rows()
        )
        return _ok(rows, rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._quote(ticker, now) for ticker in self.quotes(now)]
        return _ok(rows, rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("symbol", ""))
        row = dict(zip(_NAMES, self._quote(ticker, now), strict=True))
        return _ok(row, [row])

    def _quote(self, ticker: Ticker, now: int) -> list[str]:
        return [
            self.native(ticker.name),
            text(ticker.last),
            text(ticker.day.volume),
            text(ticker.day.quote_volume),
            text(ticker.day.open),
            text(ticker.day.high),
            text(ticker.day.low),
            f"{fraction(ticker):+.5f}",
            text(ticker.last),
            text(ticker.day.volume / 2_000),
            text(ticker.last + ticker.tick),
            text(ticker.day.volume / 3_000),
            str(now),
        ]

    def _symbols(self) -> Answer:
        rows = [self._symbol(name) for name in self.source.listed]
        return _ok({"symbols": rows}, rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": f"{base}_{quote}",
            "base_currency": base,
            "quote_currency": quote,
            "quote_increment": step(market.size_decimals),
            "base_min_size": step(market.size_decimals),
            "price_max_precision": market.price_decimals,
            "min_buy_amount": "5",
            "trade_status": "trading",
        }


VENUE = Bitmart


def _ok(data: Any, rows: list[Any] | None = None) -> Answer:
    payload = {"code": 1000, "message": "success", "trace": "0", "data": data}
    return Answer(payload, rows=[] if rows is None else rows)

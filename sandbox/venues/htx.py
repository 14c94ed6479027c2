"""HTX spot: bare numbers with names, newest first, and errors as codes in a 200."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Stats, Ticker
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {"symbol": "invalid symbol", "interval": "invalid period"}
_PAGE = 2_000


class Htx(Spot):
    rules = Rules({"USDT": 1.0, "BTC": 0.2, "ETH": 0.1}, share=0.02, absent=("BEAMX", "HYPE"))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1min": Grid(1), "5min": Grid(5), "15min": Grid(15), "60min": Grid(60),
        "4hour": Grid(240), "1day": Grid(DAY, -480),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/v1/common/timestamp": lambda _query, now: Answer({"status": "ok", "data": now}),
            "/v1/common/symbols": lambda _query, _now: self._symbols(),
            "/market/history/kline": self._klines,
            "/market/tickers": self._tickers,
            "/market/detail/merged": self._merged,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        message = _WRONG.get(what, f"invalid {what}")
        error = {"status": "error", "err-code": "invalid-parameter", "err-msg": message}
        return RequestError(Answer({**error, "data": None}))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait
        error = {"err-code": "api-request-too-many", "err-msg": "request too many"}
        return Answer({"status": "error", "ts": now, **error}, status)

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("period"))
        size = self.number(query, "size")
        if size is not None and not 1 <= size <= _PAGE:
            raise self.error("size")
        found = self.source.candles(name, grid, Span(None, None, size or 150), now)
        rows: list[Any] = (
            found.reverse()
            .select(
                (pl.col("open_time") // 1000).alias("id"),
                "open",
                "close",
                "low",
                "high",
                pl.col("volume").alias("amount"),
                pl.col("quote_volume").alias("vol"),
                pl.col("trades").alias("count"),
            )
            .to_dicts()
        )
        channel = f"market.{self.native(name)}.kline.{query['period']}"
        return Answer({"ch": channel, "status": "ok", "ts": now, "data": rows}, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._quote(ticker) for ticker in self.quotes(now)]
        return Answer({"status": "ok", "ts": now, "data": rows}, rows=rows)

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            # Told since midnight in Singapore, which the model has not; the figures of a day in UTC
            # differ from those of 24 hours as much.
            **_figures(ticker.today, ticker.last),
            "bid": ticker.last,
            "bidSize": ticker.day.volume / 2_000,
            "ask": ticker.last + ticker.tick,
            "askSize": ticker.day.volume / 3_000,
        }

    def _merged(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("symbol", ""))
        row = {
            "id": now,
            "version": now,
            **_figures(ticker.day, ticker.last),
            "bid": [ticker.last, ticker.day.volume / 2_000],
            "ask": [ticker.last + ticker.tick, ticker.day.volume / 3_000],
        }
        channel = f"market.{self.native(ticker.name)}.detail.merged"
        return Answer({"ch": channel, "status": "ok", "ts": now, "tick": row}, rows=[row])

    def _symbols(self) -> Answer:
        rows = [self._symbol(name) for name in self.source.listed]
        return Answer({"status": "ok", "data": rows}, rows=rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = (ticker.lower() for ticker in self.pair(name))
        return {
            "base-currency": base,
            "quote-currency": quote,
            "price-precision": market.price_decimals,
            "amount-precision": market.size_decimals,
            "symbol-partition": "main",
            "symbol": base + quote,
            "state": "online",
            "api-trading": "enabled",
        }


VENUE = Htx


def _figures(stats: Stats, last: float) -> dict[str, Any]:
    return {
        "open": stats.open,
        "high": stats.high,
        "low": stats.low,
        "close": last,
        "amount": stats.volume,
        "vol": stats.quote_volume,
        "count": stats.trades,
    }

"""Gate spot: candles with the quote volume first; errors as labels with their own status."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": ("INVALID_CURRENCY_PAIR", "Invalid currency pair"),
    "interval": ("INVALID_PARAM_VALUE", "invalid interval"),
    "old": (
        "INVALID_PARAM_VALUE",
        "Candlestick too long ago. Maximum 10000 points ago are allowed",
    ),
    "wide": (
        "INVALID_PARAM_VALUE",
        "Candlestick range too broad. Maximum 1000 data points are allowed per request",
    ),
}
_PAGE, _DEPTH = 1_000, 10_000


class Gate(Spot):
    rules = Rules({"USDT": 1.0, "BTC": 0.15, "ETH": 0.2}, share=0.03, absent=("BEAMX",))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "4h": Grid(240),
        "1d": Grid(DAY), "7d": Grid(7 * DAY),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v4/spot/time": lambda _query, now: Answer({"server_time": now}),
            "/api/v4/spot/candlesticks": self._candles,
            "/api/v4/spot/tickers": self._tickers,
            "/api/v4/spot/currency_pairs": lambda _query, _now: self._pairs(),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        label, message = _WRONG.get(what, ("INVALID_PARAM_VALUE", f"invalid {what}"))
        return RequestError(Answer({"label": label, "message": message}, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"x-gate-ratelimit-reset-timestamp": str(wait)}
        payload = {"label": "TOO_MANY_REQUESTS", "message": "Request Rate Limit Exceeded"}
        return Answer(payload, status, headers=headers)

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("currency_pair")), self.grid(query.get("interval", "30m"))
        rows: list[Any] = (
            self.source.candles(name, grid, self._span(query, grid, now), now)
            .select(
                (pl.col("open_time") // 1000).cast(pl.String),
                *texts("quote_volume", "close", "high", "low", "open", "volume"),
                (pl.col("open_time") + grid.width * MINUTE <= now).cast(pl.String).alias("closed"),
            )
            .rows()
        )
        return Answer(rows, rows=rows)

    def _span(self, query: Mapping[str, str], grid: Grid, now: int) -> Span:
        start, end = self.number(query, "from"), self.number(query, "to")
        limit = self.number(query, "limit")
        if start is None:
            return Span(None, end and end * 1000, min(limit or 100, _PAGE))
        if limit is not None:
            raise self.error("limit: conflicts with from and to")
        width = grid.width * 60
        if start * 1000 < now - _DEPTH * width * 1000:
            raise self.error("old")
        if ((end or now // 1000) - start) // width >= _PAGE:
            raise self.error("wide")
        return Span(start * 1000, end and end * 1000, _PAGE)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._quote(ticker) for ticker in self.quotes(now, query.get("currency_pair"))]
        return Answer(rows, rows=rows)

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "currency_pair": self.native(ticker.name),
            "last": text(ticker.last),
            "lowest_ask": text(ticker.last + ticker.tick),
            "highest_bid": text(ticker.last),
            "change_percentage": f"{percent(ticker):.2f}",
            "base_volume": text(ticker.day.volume),
            "quote_volume": text(ticker.day.quote_volume),
            "high_24h": text(ticker.day.high),
            "low_24h": text(ticker.day.low),
        }

    def _pairs(self) -> Answer:
        rows = [self._pair(name) for name in self.source.listed]
        return Answer(rows, rows=rows)

    def _pair(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "id": f"{base}_{quote}",
            "base": base,
            "quote": quote,
            "fee": "0.2",
            "min_quote_amount": "3",
            "amount_precision": market.size_decimals,
            "precision": market.price_decimals,
            "trade_status": "tradable",
            "sell_start": 0,
            "buy_start": 0,
        }


VENUE = Gate

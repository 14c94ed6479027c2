"""Kraken's futures: candles by path, funding in dollars per coin, all tickers in one answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import iso, percent, texts
from sandbox.families.perpetuals import funding_rate, open_amount
from sandbox.families.routes import Route
from sandbox.families.spot import TICKERS, WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 2_000
_CANDLES = "/api/charts/v1/trade/"
_TICKERS = "/derivatives/api/v3/tickers"
_GRIDS = {
    "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30), "1h": Grid(60),
    "4h": Grid(240), "12h": Grid(720), "1d": Grid(DAY), "1w": WEEK,
}  # fmt: skip


class KrakenFutures(Spot):
    rules = Rules({"USD": 0.8}, share=0.03, absent=("USDT", "USDC", "DAI", "FDUSD", "PYUSD"))
    grids = _GRIDS
    tickers = MappingProxyType({**TICKERS, "BTC": "XBT"})

    def spell(self, base: str, quote: str) -> str:
        return f"PF_{base}{quote}"

    def routes(self, path: str) -> Route | None:
        if path.startswith(f"{_TICKERS}/"):
            return lambda _query, now: self._one(path.removeprefix(f"{_TICKERS}/"), now)
        if path.startswith(_CANDLES):
            return lambda query, now: self._candles(path.removeprefix(_CANDLES), query, now)
        return {
            "/derivatives/api/v3/instruments/status": self._status,
            _TICKERS: lambda _query, now: self._all(now),
        }.get(path)

    def _one(self, native: str, now: int) -> Answer:
        row = self._ticker(self.quotes(now, native)[0], now)
        return Answer({"result": "success", "ticker": row, "serverTime": iso(now)}, rows=[row])

    def error(self, what: str, status: int = 400) -> RequestError:
        if status == 404:
            return RequestError(Answer({"result": "error", "error": "notFound"}, status))
        errors = [{"severity": "error", "error_class": "BadRequest", "msg": what}]
        return RequestError(Answer({"status": "BAD_REQUEST", "errors": errors}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait
        payload = {"result": "error", "error": "apiLimitExceeded", "serverTime": iso(now)}
        return Answer(payload, status)

    def _candles(self, rest: str, query: Mapping[str, str], now: int) -> Answer:
        native, _, resolution = rest.partition("/")
        name, grid = self.name(native), self.grid(resolution)
        start, end = self.number(query, "from"), self.number(query, "to")
        first = None if start is None else start * 1_000
        last = None if end is None else end * 1_000
        frame = self.source.candles(name, grid, Span(first, last, _PAGE), now)
        rows: list[Any] = frame.select(
            pl.col("open_time").alias("time"), *texts("open", "high", "low", "close", "volume")
        ).to_dicts()
        return Answer({"candles": rows, "more_candles": len(rows) == _PAGE}, rows=rows)

    def _status(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [
            {"tradeable": self.native(name), "isExperiencingExtremeVolatility": False}
            for name in self.source.listed
        ]
        return Answer({"result": "success", "instrumentStatus": rows, "serverTime": iso(now)})

    def _all(self, now: int) -> Answer:
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now)]
        return Answer({"result": "success", "tickers": rows, "serverTime": iso(now)}, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        rate = funding_rate(ticker.name, now, 1)
        return {
            "symbol": self.native(ticker.name),
            "tag": "perpetual",
            "last": ticker.last,
            "markPrice": ticker.last,
            "indexPrice": ticker.last,
            "open24h": ticker.day.open,
            "vol24h": ticker.day.volume,
            "volumeQuote": ticker.day.quote_volume,
            "openInterest": open_amount(ticker),
            "fundingRate": rate * ticker.last,
            "fundingRatePrediction": rate * ticker.last,
            "suspended": False,
            "change24h": round(percent(ticker), 2),
        }


VENUE = KrakenFutures

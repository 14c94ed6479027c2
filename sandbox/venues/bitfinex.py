"""Bitfinex spot: lists without names, bare numbers, and the close before the high."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_TICKERS = {
    "ALGO": "ALG", "ATOM": "ATO", "DASH": "DSH", "IOTA": "IOT", "LUNC": "LUNA", "MANA": "MNA",
    "STEPN": "GMT", "TUSD": "TSD", "USDC": "UDC", "USDT": "UST", "USTC": "TERRAUST",
}  # fmt: skip
_CANDLES = re.compile(r"/v2/candles/trade:(\w+):(t[\w:]+)/hist")
_PAGE = 10_000


class Bitfinex(Spot):
    rules = Rules(
        {"USD": 0.7, "USDT": 0.5, "BTC": 0.2}, share=0.02, absent=("BEAMX", "CRO", "HYPE")
    )
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "4h": Grid(240),
        "1D": Grid(DAY),
    }  # fmt: skip

    tickers = _TICKERS

    def spell(self, base: str, quote: str) -> str:
        return f"t{base}:{quote}" if max(len(base), len(quote)) > 3 else f"t{base}{quote}"

    def routes(self, path: str) -> Route | None:
        asked = _CANDLES.fullmatch(path)
        if asked:
            return lambda query, now: self._candles(asked[2], asked[1], query, now)
        pairs = [[native[1:] for native in self.names]]
        return {
            "/v2/platform/status": lambda _query, _now: Answer([1]),
            "/v2/tickers": self._tickers,
            "/v2/conf/pub:list:pair:exchange": lambda _query, _now: Answer(pairs, rows=pairs),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        return RequestError(Answer(["error", 10020, f"{what}: invalid"], 500))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer(["error", 11010, "ratelimit: error"], status)

    def _candles(self, native: str, interval: str, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(native), self.grid(interval)
        limit = min(self.number(query, "limit") or 100, _PAGE)
        span = Span(self.number(query, "start"), self.number(query, "end"), limit)
        forwards = query.get("sort") == "1"
        read = self.source.candles if forwards else self.newest
        found = read(name, grid, span, now).select(
            "open_time", "open", "close", "high", "low", "volume"
        )
        rows: list[Any] = (
            (found if forwards else found.reverse()).filter(pl.col("volume") > 0).rows()
        )
        return Answer(rows, rows=rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        asked = query.get("symbols", "")
        # Symbols that it does not know are left out.
        known = [self.names[symbol] for symbol in asked.split(",") if symbol in self.names]
        names = list(self.source.listed) if asked == "ALL" else known
        rows = [self._quote(ticker) for ticker in self.source.tickers(names, now)]
        return Answer(rows, rows=rows)

    def _quote(self, ticker: Ticker) -> list[Any]:
        return [
            self.native(ticker.name),
            ticker.last,
            ticker.day.volume / 2_000,
            ticker.last + ticker.tick,
            ticker.day.volume / 3_000,
            ticker.last - ticker.day.open,
            round(fraction(ticker), 8),
            ticker.last,
            ticker.day.volume,
            ticker.day.high,
            ticker.day.low,
        ]


VENUE = Bitfinex

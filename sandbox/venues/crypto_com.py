"""Crypto.com Exchange: candles and tickers with names of one letter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, step, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PREFIX = "/exchange/v1/"
_LETTERS = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
_PAGE, _USUAL_PAGE = 300, 25


class CryptoCom(Spot):
    rules = Rules({"USD": 0.8, "USDT": 0.4}, share=0.03, absent=("LUNA2", "STEPN", "BEAMX", "HYPE"))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1m": Grid(1), "5m": Grid(5), "15m": Grid(15), "1h": Grid(60), "4h": Grid(240),
        "1D": Grid(DAY), "7D": WEEK,
    }  # fmt: skip
    tickers = MappingProxyType({})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            f"{_PREFIX}public/get-candlestick": self._candles,
            f"{_PREFIX}public/get-tickers": self._tickers,
            f"{_PREFIX}public/get-instruments": lambda _query, _now: self._instruments(),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        if what == "path":
            return RequestError(Answer({"id": -1, "code": 40001, "message": "Bad request"}, 404))
        error = {"id": -1, "code": 40004, "message": f"Invalid {what}"}
        return RequestError(Answer(error, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer({"id": -1, "code": 42901, "message": "RATE_LIMIT"}, status)

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("instrument_name")), self.grid(query.get("timeframe"))
        count = min(self.number(query, "count") or _USUAL_PAGE, _PAGE)
        span = Span(self.number(query, "start_ts"), self.number(query, "end_ts"), count)
        found = self.newest(name, grid, span, now)
        rows: list[Any] = found.select(
            *(texts(column)[0].alias(letter) for letter, column in _LETTERS.items()),
            pl.col("open_time").alias("t"),
        ).to_dicts()
        about = {"interval": query["timeframe"], "instrument_name": self.native(name)}
        return _ok("get-candlestick", rows, about)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        found = self.quotes(now, query.get("instrument_name"))
        return _ok("get-tickers", [self._quote(ticker, now) for ticker in found], {})

    def _quote(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "i": self.native(ticker.name),
            "h": text(ticker.day.high),
            "l": text(ticker.day.low),
            "a": text(ticker.last),
            "v": text(ticker.day.volume),
            "vv": text(ticker.day.quote_volume),
            "c": f"{fraction(ticker):.4f}",
            "b": text(ticker.last),
            "k": text(ticker.last + ticker.tick),
            "oi": "0",
            "t": now,
        }

    def _instruments(self) -> Answer:
        rows = [self._instrument(name) for name in self.source.listed]
        return _ok("get-instruments", rows, {})

    def _instrument(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": f"{base}_{quote}",
            "inst_type": "CCY_PAIR",
            "display_name": f"{base}/{quote}",
            "base_ccy": base,
            "quote_ccy": quote,
            "quote_decimals": market.price_decimals,
            "quantity_decimals": market.size_decimals,
            "price_tick_size": step(market.price_decimals),
            "qty_tick_size": step(market.size_decimals),
            "max_leverage": "50",
            "tradable": True,
        }


VENUE = CryptoCom


def _ok(method: str, rows: list[Any], about: Mapping[str, str]) -> Answer:
    result = {**about, "data": rows}
    payload = {"id": -1, "method": f"public/{method}", "code": 0, "result": result}
    return Answer(payload, rows=rows)

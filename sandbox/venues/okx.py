"""OKX spot: all numbers in strings, candles newest first, errors as codes in a 200."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from sandbox.exchange import Ticker
from sandbox.families.numbers import step, text, texts
from sandbox.families.okx import OkxLike, found
from sandbox.families.routes import Route
from sandbox.listings import Rules
from sandbox.venue import Answer


class Okx(OkxLike):
    rules = Rules({"USDT": 1.0, "USDC": 0.4, "BTC": 0.2, "ETH": 0.1}, share=0.08, absent=("BEAMX",))

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v5/public/time": lambda _query, now: found([{"ts": str(now)}]),
            "/api/v5/market/ticker": self._ticker,
            "/api/v5/market/tickers": self._tickers,
            "/api/v5/market/candles": self.candles,
            "/api/v5/market/history-candles": self.candles,
            "/api/v5/public/instruments": self._instruments,
        }.get(path)

    def volumes(self) -> Sequence[pl.Expr]:
        again = (expr.alias("again") for expr in texts("quote_volume"))
        return [*texts("volume", "quote_volume"), *again]

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        tickers = self.quotes(now, query.get("instId", ""))
        return found([self._quote(ticker, now) for ticker in tickers])

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("instType") != "SPOT":
            raise self.error("instType")
        return found([self._quote(ticker, now) for ticker in self.quotes(now)])

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
        return found([self._instrument(name) for name in self.source.listed])

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

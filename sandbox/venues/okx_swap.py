"""OKX's perpetual swaps: volumes in contracts, coins and money, windows without their ends."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import text, texts
from sandbox.families.perpetuals import funding_rate, next_funding, open_amount
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_HOURS = 8
_PAGE, _USUAL_PAGE = 300, 100
_CONTRACT = 0.01  # coins
_GRIDS = {
    "1m": Grid(1), "3m": Grid(3), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30),
    "1H": Grid(60), "2H": Grid(120), "4H": Grid(240), "6Hutc": Grid(360), "12Hutc": Grid(720),
    "1Dutc": Grid(DAY), "1D": Grid(DAY, 16 * 60), "1Wutc": WEEK,
}  # fmt: skip


class OkxSwap(Spot):
    rules = Rules(
        {"USDT": 1.0, "USDC": 0.2, "USD": 0.3}, share=0.3, absent=("USDT", "DAI", "FDUSD")
    )
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}-SWAP"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v5/public/time": lambda _query, now: _found([{"ts": str(now)}]),
            "/api/v5/market/history-candles": self._candles,
            "/api/v5/market/ticker": self._ticker,
            "/api/v5/public/funding-rate": self._funding,
            "/api/v5/public/open-interest": self._open_interest,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        if what == "path":
            return RequestError(Answer({"code": "404", "msg": "Not Found", "data": []}, 404))
        symbol = what == "symbol"
        code, said = ("51001", "Instrument ID does not exist") if symbol else ("51000", what)
        return RequestError(Answer({"code": code, "msg": said, "data": []}))

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
        frame = self.newest(name, grid, span, now).reverse()
        rows: list[Any] = frame.select(
            pl.col("open_time").cast(pl.String),
            *texts("open", "high", "low", "close"),
            (pl.col("volume") / _CONTRACT).round(2).cast(pl.String).alias("contracts"),
            *texts("volume", "quote_volume"),
            pl.lit("1").alias("confirm"),
        ).rows()
        return _found(rows)

    def _asked(self, query: Mapping[str, str], now: int) -> list[Ticker]:
        native = query.get("instId")
        return self.quotes(now, None if native == "ANY" else native)

    def _funding(self, query: Mapping[str, str], now: int) -> Answer:
        if "instId" not in query:
            raise self.error("Parameter instId can not be empty")
        paid = next_funding(now, _HOURS)
        return _found(
            [
                {
                    "instType": "SWAP",
                    "instId": self.native(ticker.name),
                    "fundingRate": f"{funding_rate(ticker.name, now, _HOURS):.12f}",
                    "fundingTime": str(paid),
                    "nextFundingTime": str(next_funding(paid, _HOURS)),
                    "method": "current_period",
                    "ts": str(now),
                }
                for ticker in self._asked(query, now)
            ]
        )

    def _open_interest(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("instType") != "SWAP":
            raise self.error("Parameter instType error")
        rows = []
        for ticker in self._asked(query, now):
            coins = open_amount(ticker)
            rows.append(
                {
                    "instType": "SWAP",
                    "instId": self.native(ticker.name),
                    "oi": text(coins / _CONTRACT),
                    "oiCcy": text(coins),
                    "oiUsd": text(coins * ticker.last),
                    "ts": str(now),
                }
            )
        return _found(rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("instId", ""))
        row = {
            "instType": "SWAP",
            "instId": self.native(ticker.name),
            "last": text(ticker.last),
            "open24h": text(ticker.day.open),
            "high24h": text(ticker.day.high),
            "low24h": text(ticker.day.low),
            "volCcy24h": text(ticker.day.volume),
            "ts": str(now),
        }
        return _found([row])


VENUE = OkxSwap


def _found(rows: list[Any]) -> Answer:
    return Answer({"code": "0", "msg": "", "data": rows}, rows=rows)

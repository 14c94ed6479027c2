"""Binance's two futures APIs: the spot format, with premiums and open interest."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent, text, texts
from sandbox.families.perpetuals import funding_rate, next_funding, paid
from sandbox.families.routes import Route
from sandbox.families.spot import WEEK, Spot
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {
    "1m": Grid(1), "3m": Grid(3), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30), "1h": Grid(60),
    "2h": Grid(120), "4h": Grid(240), "6h": Grid(360), "8h": Grid(480), "12h": Grid(720),
    "1d": Grid(DAY), "3d": Grid(3 * DAY), "1w": WEEK,
}  # fmt: skip
_PAGE, _USUAL_PAGE = 1_500, 500
_HOURS = 8


class Futures(Spot):
    grids = _GRIDS
    bans = True
    prefix: ClassVar[str]
    longest: ClassVar[int | None] = None  # ms that one call for candles may span

    @abstractmethod
    def sizes(self, name: str) -> tuple[pl.Expr, pl.Expr]:
        """The two volumes of a candle, before and behind its close time."""

    @abstractmethod
    def contracts(self, ticker: Ticker) -> float:
        """What is open, as it is counted."""

    def routes(self, path: str) -> Route | None:
        routes: dict[str, Route] = {
            "ping": lambda _query, _now: Answer({}),
            "time": lambda _query, now: Answer({"serverTime": now}),
            "klines": self._klines,
            "premiumIndex": self._premiums,
            "openInterest": self._open_interest,
            "fundingRate": self._paid,
            "ticker/24hr": self._day,
        }
        return routes.get(path.removeprefix(f"{self.prefix}/"))

    def error(self, what: str, status: int = 400) -> RequestError:
        code, said = {
            "symbol": (-1121, "Invalid symbol."),
            "interval": (-1120, "Invalid interval."),
            "path": (-1000, "Not found."),
        }.get(what, (-1100, f"Illegal characters found in parameter '{what}'."))
        return RequestError(Answer({"code": code, "msg": said}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        until = f"IP banned until {now + wait * 1_000}." if status == 418 else "Too many requests."
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"code": -1003, "msg": until}, status, headers=headers)

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        match path.removeprefix(f"{self.prefix}/"):
            case "klines":
                asked = query.get("limit", "")
                limit = int(asked) if asked.isdecimal() else _USUAL_PAGE
                return 1 if limit < 100 else 2 if limit < 500 else 5 if limit <= 1_000 else 10
            case "premiumIndex":
                return 1 if "symbol" in query else 10
            case "ticker/24hr":
                return 1 if "symbol" in query else 40
        return 1

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        return {"x-mbx-used-weight-1m": str(used.get(60, 0))}

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("interval"))
        start, end = self.number(query, "startTime"), self.number(query, "endTime")
        if self.longest and start is not None and (end or now) - start > self.longest:
            raise self.error("endTime")
        limit = self.number(query, "limit") or _USUAL_PAGE
        # Where the span of a call is bounded, the newest of it come.
        find = self.newest if self.longest else self.source.candles
        found = find(name, grid, Span(start, end, min(limit, _PAGE)), now)
        volume, other = self.sizes(name)
        frame = found.with_columns(volume.alias("volume"), other.alias("quote_volume"))
        rows: list[Any] = frame.select(
            pl.col("open_time"),
            *texts("open", "high", "low", "close", "volume"),
            (pl.col("open_time") + grid.width * MINUTE - 1).alias("close_time"),
            *texts("quote_volume"),
            pl.col("trades"),
            *(expr.alias(f"taken_{at}") for at, expr in enumerate(texts("volume", "quote_volume"))),
            pl.lit("0").alias("unused"),
        ).rows()
        return Answer(rows, rows=rows)

    def _premiums(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._premium(ticker, now) for ticker in self.quotes(now, query.get("symbol"))]
        return Answer(rows[0] if "symbol" in query else rows, rows=rows)

    def _premium(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "markPrice": text(ticker.last),
            "indexPrice": text(ticker.last),
            "estimatedSettlePrice": text(ticker.last),
            "lastFundingRate": f"{funding_rate(ticker.name, now, _HOURS):.8f}",
            "interestRate": "0.00010000",
            "nextFundingTime": next_funding(now, _HOURS),
            "time": now,
        }

    def _paid(self, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(query.get("symbol"))
        start, end = (self.number(query, at) for at in ("startTime", "endTime"))
        limit = min(self.number(query, "limit") or 100, 1_000)
        rows = [
            {
                "symbol": self.native(name),
                "fundingTime": time,
                "fundingRate": f"{rate:.8f}",
                "markPrice": "",
            }
            for time, rate in paid(name, (start, end), now, _HOURS, limit)
        ]
        return Answer(rows, rows=rows)

    def _open_interest(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, self.native(self.name(query.get("symbol"))))
        row = {
            "symbol": self.native(ticker.name),
            "openInterest": text(self.contracts(ticker)),
            "time": now,
        }
        return Answer(row, rows=[row])

    def _day(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [
            {
                "symbol": self.native(ticker.name),
                "priceChangePercent": f"{percent(ticker):.3f}",
                "lastPrice": text(ticker.last),
                "openPrice": text(ticker.day.open),
                "highPrice": text(ticker.day.high),
                "lowPrice": text(ticker.day.low),
                "closeTime": now,
                "count": ticker.day.trades,
            }
            for ticker in self.quotes(now, query.get("symbol"))
        ]
        return Answer(rows[0] if "symbol" in query else rows, rows=rows)

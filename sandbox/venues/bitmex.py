"""BitMEX: times of candles are their ends, and most contracts settle in satoshis."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import iso
from sandbox.families.perpetuals import funding_rate, next_funding, open_amount, paid
from sandbox.families.routes import Route
from sandbox.families.spot import TICKERS, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_HOURS = 8
_PAGE, _USUAL_PAGE, _FUNDINGS = 1_000, 100, 500
_SATOSHIS_A_DOLLAR = 1_538
_GRIDS = {"1m": Grid(1), "5m": Grid(5), "1h": Grid(60), "1d": Grid(DAY)}


class Bitmex(Spot):
    rules = Rules({"USD": 0.3, "USDT": 0.3}, share=0.05, absent=("USDT", "USDC", "DAI", "FDUSD"))
    grids = _GRIDS
    tickers = MappingProxyType({**TICKERS, "BTC": "XBT"})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v1/announcement/urgent": lambda _query, _now: Answer([]),
            "/api/v1/trade/bucketed": self._buckets,
            "/api/v1/instrument/active": self._instruments,
            "/api/v1/instrument": self._instruments,
            "/api/v1/funding": self._fundings,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        error = {"message": f"{what} is invalid", "name": "HTTPError"}
        return RequestError(Answer({"error": error}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        error = {"message": "Rate limit exceeded, retry in 1 seconds.", "name": "RateLimitError"}
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"error": error}, status, headers=headers)

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        amount = next((amount for amount, seconds in self.limits if seconds == 60), 0)
        left = str(max(amount - used.get(60, 0), 0))
        return {"x-ratelimit-limit": str(amount), "x-ratelimit-remaining": left}

    def _buckets(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("binSize", "1m"))
        width = grid.width * MINUTE
        # Buckets are found by their ends.
        start, end = (self.moment(query, at) for at in ("startTime", "endTime"))
        count = min(self.number(query, "count") or _USUAL_PAGE, _PAGE)
        closed = min(now if end is None else end, now // width * width) - width
        frame = self.source.candles(
            name, grid, Span(0 if start is None else start - width, closed, count), now
        )
        ended = pl.from_epoch(pl.col("open_time") + width, time_unit="ms")
        rows: list[Any] = frame.select(
            ended.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("timestamp"),
            pl.lit(query["symbol"]).alias("symbol"),
            *(pl.col(column) for column in ("open", "high", "low", "close", "trades")),
            pl.col("quote_volume").round(0).alias("volume"),
            pl.col("volume").alias("homeNotional"),
            pl.col("quote_volume").alias("foreignNotional"),
        ).to_dicts()
        return Answer(rows, rows=rows)

    def _instruments(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._instrument(ticker, now) for ticker in self.quotes(now, query.get("symbol"))]
        return Answer(rows, rows=rows)

    def _instrument(self, ticker: Ticker, now: int) -> dict[str, Any]:
        dollars = open_amount(ticker) * ticker.last
        inverse = ticker.name == "BTC/USD"
        return {
            "symbol": self.native(ticker.name),
            "typ": "FFWCSX",
            "state": "Open",
            "isInverse": inverse,
            "quoteToSettleMultiplier": None if inverse else _SATOSHIS_A_DOLLAR,
            "fundingRate": round(funding_rate(ticker.name, now, _HOURS), 6),
            "fundingTimestamp": iso(next_funding(now, _HOURS)),
            "fundingInterval": "2000-01-01T08:00:00.000Z",
            "lastPrice": ticker.last,
            "markPrice": ticker.last,
            "openInterest": round(dollars),
            "openValue": round(dollars * _SATOSHIS_A_DOLLAR),
            "timestamp": iso(now),
        }

    def _fundings(self, query: Mapping[str, str], now: int) -> Answer:
        """Of one or all, by time; in reverse the newest come."""
        asked = self.name(query["symbol"]) if "symbol" in query else None
        start, end = (self.moment(query, at) for at in ("startTime", "endTime"))
        span = (None if query.get("reverse") == "true" else start or 0, end)
        count = min(self.number(query, "count") or _USUAL_PAGE, _FUNDINGS)
        rows = [
            {
                "timestamp": iso(time),
                "symbol": self.native(name),
                "fundingInterval": "2000-01-01T08:00:00.000Z",
                "fundingRate": round(rate, 6),
                "fundingRateDaily": round(3 * rate, 6),
            }
            for name in ([asked] if asked else self.source.listed)
            for time, rate in paid(name, span, now, _HOURS, count)
        ]
        rows.sort(key=lambda row: str(row["timestamp"]), reverse=span[0] is None)
        rows = rows[:count]
        return Answer(rows, rows=rows)


VENUE = Bitmex

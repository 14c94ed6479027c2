"""OKX's perpetual swaps: volumes in contracts, coins and money, windows without their ends."""

from collections.abc import Mapping, Sequence

import polars as pl

from sandbox.exchange import Ticker
from sandbox.families.numbers import text, texts
from sandbox.families.okx import OkxLike, found
from sandbox.families.perpetuals import funding_rate, next_funding, open_amount, paid
from sandbox.families.routes import Route
from sandbox.listings import Rules
from sandbox.venue import Answer

_HOURS = 8
_CONTRACT = 0.01  # coins


class OkxSwap(OkxLike):
    rules = Rules(
        {"USDT": 1.0, "USDC": 0.2, "USD": 0.3}, share=0.3, absent=("USDT", "DAI", "FDUSD")
    )

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}-SWAP"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v5/public/time": lambda _query, now: found([{"ts": str(now)}]),
            "/api/v5/market/history-candles": self.candles,
            "/api/v5/market/ticker": self._ticker,
            "/api/v5/public/funding-rate": self._funding,
            "/api/v5/public/funding-rate-history": self._paid,
            "/api/v5/public/open-interest": self._open_interest,
        }.get(path)

    def volumes(self) -> Sequence[pl.Expr]:
        contracts = (pl.col("volume") / _CONTRACT).round(2).cast(pl.String)
        return [contracts.alias("contracts"), *texts("volume", "quote_volume")]

    def _asked(self, query: Mapping[str, str], now: int) -> list[Ticker]:
        native = query.get("instId")
        return self.quotes(now, None if native == "ANY" else native)

    def _funding(self, query: Mapping[str, str], now: int) -> Answer:
        if "instId" not in query:
            raise self.error("instId")
        paid = next_funding(now, _HOURS)
        return found(
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

    def _paid(self, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(query.get("instId"))
        before, after = self.number(query, "before"), self.number(query, "after")
        limit = min(self.number(query, "limit") or 100, 100)
        span = (None if before is None else before + 1, None if after is None else after - 1)
        rows = [
            {
                "instType": "SWAP",
                "instId": self.native(name),
                "fundingRate": f"{rate:.12f}",
                "realizedRate": f"{rate:.12f}",
                "fundingTime": str(time),
                "method": "current_period",
            }
            for time, rate in reversed(paid(name, span, now, _HOURS, limit))
        ]
        return found(list(rows))

    def _open_interest(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("instType") != "SWAP":
            raise self.error("instType")
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
        return found(rows)

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
        return found([row])


VENUE = OkxSwap

"""dYdX v4: candles newest first, markets as one object by name."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import iso, text, texts
from sandbox.families.perpetuals import funding_rate, open_amount, paid
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 1_000
_GRIDS = {
    "1MIN": Grid(1), "5MINS": Grid(5), "15MINS": Grid(15), "30MINS": Grid(30),
    "1HOUR": Grid(60), "4HOURS": Grid(240), "1DAY": Grid(DAY),
}  # fmt: skip


class Dydx(Spot):
    rules = Rules({"USD": 0.8}, share=0.03, absent=("USDT", "USDC", "DAI", "FDUSD", "PYUSD"))
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        match path.removeprefix("/v4/").split("/"):
            case ["candles", "perpetualMarkets", native]:
                return lambda query, now: self._candles(native, query, now)
            case ["historicalFunding", native]:
                return lambda query, now: self._fundings(native, query, now)
        return {
            "/v4/time": lambda _query, now: Answer({"iso": iso(now), "epoch": now / 1_000}),
            "/v4/perpetualMarkets": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        errors = [{"msg": f"{what} is not valid", "param": what, "location": "params"}]
        return RequestError(Answer({"errors": errors}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"errors": [{"msg": "Too many requests"}]}, status, headers=headers)

    def _candles(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(native), self.grid(query.get("resolution"))
        start, end = (self.moment(query, at) for at in ("fromISO", "toISO"))
        limit = min(self.number(query, "limit") or _PAGE, _PAGE)
        span = Span(start, None if end is None else end - 1, limit)
        frame = self.newest(name, grid, span, now).reverse()
        columns = ["open", "high", "low", "close", "volume", "quote_volume"]
        names = ["open", "high", "low", "close", "baseTokenVolume", "usdVolume"]
        rows: list[Any] = frame.select(
            pl.from_epoch("open_time", time_unit="ms")
            .dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
            .alias("startedAt"),
            pl.lit(native).alias("ticker"),
            pl.lit(query["resolution"]).alias("resolution"),
            *(made.alias(to) for made, to in zip(texts(*columns), names, strict=True)),
            pl.col("trades"),
        ).to_dicts()
        return Answer({"candles": rows}, rows=rows)

    def _markets(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._market(ticker, now) for ticker in self.quotes(now, query.get("ticker"))]
        return Answer({"markets": {row["ticker"]: row for row in rows}}, rows=rows)

    def _market(self, ticker: Ticker, now: int) -> dict[str, Any]:
        return {
            "ticker": self.native(ticker.name),
            "status": "ACTIVE",
            "oraclePrice": text(ticker.last),
            "priceChange24H": text(ticker.last - ticker.day.open),
            "volume24H": text(ticker.day.quote_volume),
            "trades24H": ticker.day.trades,
            "nextFundingRate": f"{funding_rate(ticker.name, now, 1):.10f}",
            "openInterest": text(open_amount(ticker)),
            "marketType": "CROSS",
        }

    def _fundings(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(native)
        span = (None, self.moment(query, "effectiveBeforeOrAt"))
        limit = min(self.number(query, "limit") or _PAGE, _PAGE)
        rows = [
            {
                "ticker": native,
                "rate": f"{rate:.10f}",
                "price": "0",
                "effectiveAtHeight": str(time // 1_100),
                "effectiveAt": iso(time + 219),
            }
            for time, rate in reversed(paid(name, span, now, 1, limit))
        ]
        return Answer({"historicalFunding": rows}, rows=rows)


VENUE = Dydx

"""CoinEx spot: candles and tickers with names, a code in every answer, status 200 throughout."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 1_000


class Coinex(Spot):
    rules = Rules({"USDT": 1.0, "USDC": 0.2, "BTC": 0.2}, share=0.01, absent=("BEAMX",))
    grids: ClassVar[Mapping[str, Grid]] = {
        "1min": Grid(1), "5min": Grid(5), "15min": Grid(15), "1hour": Grid(60),
        "4hour": Grid(240), "1day": Grid(DAY),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/v2/ping": lambda _query, _now: _ok({"result": "pong"}),
            "/v2/time": lambda _query, now: _ok({"timestamp": now}),
            "/v2/spot/kline": self._klines,
            "/v2/spot/ticker": self._tickers,
            "/v2/spot/market": lambda _query, _now: self._markets(),
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        return RequestError(
            Answer({"code": 4004, "data": {}, "message": f"Parameter error: {what}"})
        )

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer({"code": 4213, "data": {}, "message": "Rate limit triggered."}, status)

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("market")), self.grid(query.get("period"))
        limit = self.number(query, "limit") or 100
        if limit > _PAGE:
            raise self.error("limit")
        found = self.source.candles(name, grid, Span(None, None, limit), now)
        rows: list[Any] = found.select(
            pl.lit(self.native(name)).alias("market"),
            pl.col("open_time").alias("created_at"),
            *texts("open", "close", "high", "low", "volume"),
            texts("quote_volume")[0].alias("value"),
        ).to_dicts()
        return _ok(rows, rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        asked = query["market"].split(",") if query.get("market") else []
        if len(asked) > 10:
            raise self.error("market")
        names = [self.name(market) for market in asked] or list(self.source.listed)
        rows = [self._quote(ticker) for ticker in self.source.tickers(names, now)]
        return _ok(rows, rows)

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "market": self.native(ticker.name),
            "last": text(ticker.last),
            "open": text(ticker.day.open),
            "close": text(ticker.last),
            "high": text(ticker.day.high),
            "low": text(ticker.day.low),
            "volume": text(ticker.day.volume),
            "volume_sell": text(ticker.day.volume * 0.49),
            "volume_buy": text(ticker.day.volume * 0.51),
            "value": text(ticker.day.quote_volume),
            "period": 86_400,
        }

    def _markets(self) -> Answer:
        rows = [self._market(name) for name in self.source.listed]
        return _ok(rows, rows)

    def _market(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "market": base + quote,
            "taker_fee_rate": "0.002",
            "maker_fee_rate": "0.002",
            "min_amount": "0.0005",
            "base_ccy": base,
            "quote_ccy": quote,
            "base_ccy_precision": market.size_decimals,
            "quote_ccy_precision": market.price_decimals,
            "status": "online",
            "is_amm_available": False,
            "is_margin_available": False,
        }


VENUE = Coinex


def _ok(data: Any, rows: list[Any] | None = None) -> Answer:
    payload = {"code": 0, "data": data, "message": "OK"}
    return Answer(payload, rows=[] if rows is None else rows)

"""KuCoin spot: candles newest first with the close before the high; a code in every answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

import polars as pl

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import fraction, step, text, texts
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": ("400100", "This pair is not provided at present"),
    "interval": ("400100", "Incorrect candlestick type"),
    "path": ("404", "Not Found"),
}
_WEIGHTS = {
    "/api/v1/timestamp": 3,
    "/api/v1/market/candles": 3,
    "/api/v1/market/allTickers": 15,
    "/api/v1/market/orderbook/level1": 2,
    "/api/v2/symbols": 4,
}


class Kucoin(Spot):
    rules = Rules(
        {"USDT": 1.0, "USDC": 0.3, "BTC": 0.3, "ETH": 0.15}, share=0.03, absent=("BEAMX",)
    )
    grids: ClassVar[Mapping[str, Grid]] = {
        "1min": Grid(1), "5min": Grid(5), "15min": Grid(15), "1hour": Grid(60),
        "4hour": Grid(240), "1day": Grid(DAY), "1week": Grid(7 * DAY),
    }  # fmt: skip

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/api/v1/timestamp": lambda _query, now: _ok(now),
            "/api/v1/market/candles": self._candles,
            "/api/v1/market/allTickers": self._tickers,
            "/api/v1/market/orderbook/level1": self._level1,
            "/api/v2/symbols": lambda _query, _now: self._symbols(),
        }.get(path)

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        del query
        return _WEIGHTS.get(path, 1)

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        amount = next((amount for amount, seconds in self.limits if seconds == 30), 0)
        return {
            "gw-ratelimit-limit": str(amount),
            "gw-ratelimit-remaining": str(max(amount - used.get(30, 0), 0)),
        }

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        code, message = _WRONG.get(what, ("400100", f"Parameter {what} error"))
        return RequestError(Answer({"code": code, "msg": message}))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"gw-ratelimit-reset": str(wait * 1000)}
        return Answer({"code": "429000", "msg": "Too Many Requests"}, status, headers=headers)

    def _candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("symbol")), self.grid(query.get("type"))
        start, end = self.number(query, "startAt"), self.number(query, "endAt")
        # Where the end is zero or missing it is now.
        span = Span((start or 0) * 1000 or None, (end or 0) * 1000 or None, 1500)
        rows: list[Any] = (
            self.newest(name, grid, span, now)
            .reverse()
            .select(
                (pl.col("open_time") // 1000).cast(pl.String),
                *texts("open", "close", "high", "low", "volume", "quote_volume"),
            )
            .rows()
        )
        return _ok(rows, rows)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._quote(ticker) for ticker in self.quotes(now)]
        return _ok({"time": now, "ticker": rows}, rows)

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        native = self.native(ticker.name)
        return {
            "symbol": native,
            "symbolName": native,
            "buy": text(ticker.last),
            "bestBidSize": text(ticker.day.volume / 2_000),
            "sell": text(ticker.last + ticker.tick),
            "bestAskSize": text(ticker.day.volume / 3_000),
            "changeRate": f"{fraction(ticker):.4f}",
            "changePrice": text(ticker.last - ticker.day.open),
            "high": text(ticker.day.high),
            "low": text(ticker.day.low),
            "vol": text(ticker.day.volume),
            "volValue": text(ticker.day.quote_volume),
            "last": text(ticker.last),
            "averagePrice": text(ticker.day.average),
            "takerFeeRate": "0.001",
            "makerFeeRate": "0.001",
        }

    def _level1(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("symbol", ""))
        row = {
            "time": now,
            "sequence": str(now),
            "price": text(ticker.last),
            "size": text(ticker.day.volume / max(ticker.day.trades, 1)),
            "bestBid": text(ticker.last),
            "bestBidSize": text(ticker.day.volume / 2_000),
            "bestAsk": text(ticker.last + ticker.tick),
            "bestAskSize": text(ticker.day.volume / 3_000),
        }
        return _ok(row, [row])

    def _symbols(self) -> Answer:
        rows = [self._symbol(name) for name in self.source.listed]
        return _ok(rows, rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, quote = self.pair(name)
        return {
            "symbol": f"{base}-{quote}",
            "name": f"{base}-{quote}",
            "baseCurrency": base,
            "quoteCurrency": quote,
            "feeCurrency": quote,
            "market": "USDS",
            "baseMinSize": step(market.size_decimals),
            "baseIncrement": step(market.size_decimals),
            "priceIncrement": step(market.price_decimals),
            "minFunds": "0.1",
            "isMarginEnabled": False,
            "enableTrading": True,
        }


VENUE = Kucoin


def _ok(data: Any, rows: list[Any] | None = None) -> Answer:
    return Answer({"code": "200000", "data": data}, rows=[] if rows is None else rows)

"""Coinbase Exchange: candles as bare numbers, newest first, low before high, in seconds."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from sandbox.exchange import Source, Span
from sandbox.listings import Rules
from sandbox.model import MINUTE, Grid
from sandbox.venue import Answer, RequestError, Venue

_GRANULARITIES = ("60", "300", "900", "3600", "21600", "86400")  # seconds
_PAGE = 300
_SPELLING = {"STEPN": "GMT"}
_PRODUCT = {
    "base_max_size": "1000000",
    "min_market_funds": "1",
    "max_market_funds": "1000000",
    "margin_enabled": False,
    "fx_stablecoin": False,
    "max_slippage_percentage": "0.02000000",
    "post_only": False,
    "limit_only": False,
    "cancel_only": False,
    "trading_disabled": False,
    "status": "online",
    "status_message": "",
    "auction_mode": False,
    "high_bid_limit_percentage": "",
}
_COLUMNS = ("low", "high", "open", "close", "volume")


class CoinbaseExchange(Venue):
    rules = Rules({"USD": 0.7}, share=0.08)
    content_type = "application/json; charset=utf-8"

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self._names = {_native(name): name for name in source.listed}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        match path.strip("/").split("/"):
            case ["time"]:
                return Answer({"iso": _iso(now), "epoch": now / 1_000})
            case ["products"]:
                rows = [self._product(name) for name in self.source.listed]
                return Answer(rows, rows=rows)
            case ["products", product]:
                return Answer(self._product(self._name(product)))
            case ["products", product, "candles"]:
                return self._candles(self._name(product), query, now)
            case ["products", product, "ticker"]:
                return self._ticker(self._name(product), now)
        raise _error("NotFound", 404)

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"message": "Public rate limit exceeded"}, status, headers=headers)

    def _candles(self, name: str, query: Mapping[str, str], now: int) -> Answer:
        granularity = query.get("granularity", "60")
        if granularity not in _GRANULARITIES:
            raise _error("Unsupported granularity")
        grid = Grid(int(granularity) // 60)
        # Both or none: with one alone the newest candles come, as with none.
        span = Span(None, None, _PAGE)
        if "start" in query and "end" in query:
            start, end = _moment(query["start"], "start"), _moment(query["end"], "end")
            if end < start:
                raise _error("end must be after start")
            if end - start > _PAGE * grid.width * MINUTE:
                raise _error(
                    "granularity too small for the requested time range. "
                    f"Count of aggregations requested exceeds {_PAGE}"
                )
            # Both ends count, so that a page of exactly 300 steps holds 301.
            span = Span(start, end, _PAGE + 1)
        candles = self.source.candles(name, grid, span, now).reverse()
        rows: list[Any] = [
            [time, *(_number(value) for value in values)]
            for time, *values in candles.select(pl.col("open_time") // 1_000, *_COLUMNS).iter_rows()
        ]
        return Answer(rows, rows=rows)

    def _ticker(self, name: str, now: int) -> Answer:
        (ticker,) = self.source.tickers([name], now)
        decimals = self.source.listed[name].price_decimals
        payload = {
            "ask": f"{ticker.last + ticker.tick:.{decimals}f}",
            "bid": f"{ticker.last:.{decimals}f}",
            "volume": f"{ticker.day.volume:.8f}",
            "trade_id": now // 10_000 % 10**9,
            "price": f"{ticker.last:.{decimals}f}",
            "size": f"{ticker.day.volume / max(ticker.day.trades, 1):.8f}",
            "time": _iso(now),
            "rfq_volume": "0",
        }
        return Answer(payload, rows=[payload])

    def _product(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, _, quote = _native(name).partition("-")
        step = f"{10.0**-market.size_decimals:.{market.size_decimals}f}"
        return {
            "id": f"{base}-{quote}",
            "base_currency": base,
            "quote_currency": quote,
            "base_min_size": step,
            "quote_increment": f"{10.0**-market.price_decimals:.{market.price_decimals}f}",
            "base_increment": step,
            "display_name": f"{base}/{quote}",
            **_PRODUCT,
        }

    def _name(self, product: str) -> str:
        name = self._names.get(product.upper())
        if name is None:
            raise _error("NotFound", 404)
        return name


VENUE = CoinbaseExchange


def _native(name: str) -> str:
    base, _, quote = name.partition("/")
    return f"{_SPELLING.get(base, base)}-{_SPELLING.get(quote, quote)}"


def _number(value: float) -> float | int:
    """A whole number has no point on this wire."""
    return int(value) if value.is_integer() else value


def _iso(now: int) -> str:
    moment = datetime.fromtimestamp(now / 1_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def _moment(text: str, parameter: str) -> int:
    """ms of a time in ISO 8601 or in seconds."""
    if re.fullmatch(r"\d+", text):
        return int(text) * 1_000
    try:
        moment = datetime.fromisoformat(text)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1_000)
    except (ValueError, OverflowError):
        raise _error(f"{parameter} must be a valid ISO 8601 date") from None


def _error(message: str, status: int = 400) -> RequestError:
    return RequestError(Answer({"message": message}, status))

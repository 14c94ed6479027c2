"""Deribit: JSON-RPC by GET; candles in columns, inverse contracts in dollars."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import percent
from sandbox.families.perpetuals import funding_rate, open_amount, paid
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_PAGE = 5_000
_INTERESTS = 744
_INVERSE = ("BTC", "ETH")
_GRIDS = {
    "1": Grid(1), "3": Grid(3), "5": Grid(5), "10": Grid(10), "15": Grid(15), "30": Grid(30),
    "60": Grid(60), "120": Grid(120), "180": Grid(180), "360": Grid(360), "720": Grid(720),
    "1D": Grid(DAY),
}  # fmt: skip


class Deribit(Spot):
    rules = Rules(
        {"USD": 0.0, "USDC": 0.4}, share=0.05, absent=("USDT", "USDC", "DAI", "FDUSD", "PYUSD")
    )
    grids = _GRIDS
    tickers = MappingProxyType({})

    def spell(self, base: str, quote: str) -> str:
        inverse = quote == "USD" and base in _INVERSE
        return f"{base}-PERPETUAL" if inverse else f"{base}_{quote}-PERPETUAL"

    def routes(self, path: str) -> Route | None:
        routes: dict[str, Route] = {
            "test": lambda _query, _now: _result({"version": "1.2.26"}),
            "get_time": lambda _query, now: _result(now),
            "get_tradingview_chart_data": self._chart,
            "ticker": self._ticker,
            "get_funding_rate_history": self._interests,
            "get_index_price": self._index,
        }
        return routes.get(path.removeprefix("/api/v2/public/"))

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        said = {"message": "Invalid params", "data": {"param": what}, "code": -32602}
        return RequestError(Answer({"jsonrpc": "2.0", "error": said, "testnet": False}, 400))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        error = {"message": "too_many_requests", "code": 10028}
        return Answer({"jsonrpc": "2.0", "error": error, "testnet": False}, status)

    def _chart(self, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(query.get("instrument_name"))
        grid = self.grid(query.get("resolution"))
        start, end = (self.number(query, at) for at in ("start_timestamp", "end_timestamp"))
        if start is None or end is None:
            raise self.error("start_timestamp")
        frame = self.newest(name, grid, Span(start, end, _PAGE), now)
        renamed = frame.rename({"open_time": "ticks", "quote_volume": "cost"}).drop("trades")
        columns: dict[str, Any] = renamed.to_dict(as_series=False)
        status = "no_data" if frame.is_empty() else "ok"
        return _result({**columns, "status": status}, frame.to_dicts())

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, query.get("instrument_name", ""))
        coins = open_amount(ticker)
        inverse = ticker.name.endswith("/USD")
        row = {
            "timestamp": now,
            "state": "open",
            "instrument_name": query["instrument_name"],
            "last_price": ticker.last,
            "mark_price": ticker.last,
            "index_price": ticker.last,
            "open_interest": round(coins * ticker.last, -1) if inverse else coins,
            "current_funding": 0.0,
            "funding_8h": round(funding_rate(ticker.name, now, 8), 8),
            "stats": {
                "high": ticker.day.high,
                "low": ticker.day.low,
                "volume": ticker.day.volume,
                "price_change": round(percent(ticker), 4),
            },
        }
        return _result(row, [row])

    def _interests(self, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(query.get("instrument_name"))
        start, end = (self.number(query, at) for at in ("start_timestamp", "end_timestamp"))
        if start is None or end is None:
            raise self.error("start_timestamp")
        rows = [
            {
                "timestamp": time,
                "index_price": 0.0,
                "prev_index_price": 0.0,
                "interest_8h": 8 * rate,
                "interest_1h": rate,
            }
            for time, rate in paid(name, (start, end), now, 1, _INTERESTS)
        ]
        return _result(rows, list(rows))

    def _index(self, query: Mapping[str, str], now: int) -> Answer:
        base, _, quote = query.get("index_name", "").upper().partition("_")
        (ticker,) = self.quotes(now, self.native(f"{base}/{quote}"))
        price = {"index_price": ticker.last, "estimated_delivery_price": ticker.last}
        return _result(price, [price])


VENUE = Deribit


def _result(result: object, rows: list[Any] | None = None) -> Answer:
    return Answer({"jsonrpc": "2.0", "result": result, "testnet": False}, rows=rows or [])

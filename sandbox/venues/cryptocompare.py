"""CryptoCompare: prices of coins in currencies, histories backward from a time, errors in a 200."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_HISTORIES = {"histominute": Grid(1), "histohour": Grid(60), "histoday": Grid(DAY)}
_MOST, _USUAL = 2_000, 168
_UNKNOWN = "cccagg_or_exchange market does not exist for this coin pair"


class CryptoCompare(Spot):
    rules = Rules(
        {"USD": 1.0, "EUR": 1.0, "USDT": 1.0, "BTC": 0.5},
        share=0.8,
        most_decimals=12,
        absent=(
            "LUNA2", "STEPN", "GOMINING", "BEAMX", "S", "LEO", "GT", "FLR", "AERO", "ASTER", "HNT",
            "KAIA", "MORPHO", "WLFI",
        ),
    )  # fmt: skip
    grids = _HISTORIES
    tickers = MappingProxyType({})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        histories: dict[str, Route] = {
            f"/data/v2/{history}": functools.partial(self._history, grid)
            for history, grid in _HISTORIES.items()
        }
        prices: dict[str, Route] = {
            "/data/price": self._price,
            "/data/pricemultifull": self._prices,
        }
        return {**histories, **prices}.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        if what == "path":
            return RequestError(_error(1, "Path does not exist"))
        return RequestError(_error(2, _UNKNOWN if what == "symbol" else what))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        """No status tells it."""
        del status, wait, now
        return _error(99, "You are over your rate limit please upgrade your account!")

    def _history(self, grid: Grid, query: Mapping[str, str], now: int) -> Answer:
        name = self.name(f"{query.get('fsym')}-{query.get('tsym')}")
        limit = self.number(query, "limit")
        count = min(_USUAL if limit is None else limit, _MOST) + 1
        last = self.number(query, "toTs")
        end = now if last is None else last * 1_000
        frame = self.source.candles(name, grid, Span(None, end, count), now)
        rows: list[Any] = [
            {
                "time": row["open_time"] // 1_000,
                "high": row["high"],
                "low": row["low"],
                "open": row["open"],
                "volumefrom": row["volume"],
                "volumeto": row["quote_volume"],
                "close": row["close"],
                "conversionType": "direct",
                "conversionSymbol": "",
            }
            for row in frame.to_dicts()
        ]
        times = [row["time"] for row in rows] or [0]
        data = {"Aggregated": False, "TimeFrom": times[0], "TimeTo": times[-1], "Data": rows}
        payload = {"Response": "Success", "Message": "", "HasWarning": False, "Type": 100}
        return Answer({**payload, "RateLimit": {}, "Data": data}, rows=rows)

    def _price(self, query: Mapping[str, str], now: int) -> Answer:
        quotes = self._found([query.get("fsym", "")], query.get("tsyms", "").split(","), now)
        return Answer({ticker.name.partition("/")[2]: ticker.last for ticker in quotes})

    def _prices(self, query: Mapping[str, str], now: int) -> Answer:
        bases, currencies = (query.get(name, "").split(",") for name in ("fsyms", "tsyms"))
        raw: dict[str, dict[str, Any]] = {}
        rows = []
        for ticker in self._found(bases, currencies, now):
            base, _, quote = ticker.name.partition("/")
            row = {
                "MARKET": "CCCAGG",
                "FROMSYMBOL": base,
                "TOSYMBOL": quote,
                "PRICE": ticker.last,
                "LASTUPDATE": now // 1_000,
                "VOLUME24HOUR": ticker.day.volume,
                "OPEN24HOUR": ticker.day.open,
                "CHANGEPCT24HOUR": percent(ticker),
            }
            raw.setdefault(base, {})[quote] = row
            rows.append(row)
        return Answer({"RAW": raw, "DISPLAY": {}}, rows=rows)

    def _found(self, bases: list[str], currencies: list[str], now: int) -> list[Ticker]:
        """Each in each, as far as there is a market; at least one there must be."""
        names = [f"{base}/{currency}" for base in bases for currency in currencies]
        listed = [name for name in names if name in self.source.listed]
        if not listed:
            raise self.error("symbol")
        return self.source.tickers(listed, now)


VENUE = CryptoCompare


def _error(kind: int, message: str) -> Answer:
    payload = {"Response": "Error", "Message": message, "HasWarning": False, "Type": kind}
    return Answer({**payload, "RateLimit": {}, "Data": {}})

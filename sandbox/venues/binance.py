"""Binance spot: numbers in strings, times in ms, weights, and bans for the deaf."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from sandbox.exchange import Source, Span, Ticker
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError, Venue

GRIDS = {
    "1m": Grid(1), "3m": Grid(3), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30), "1h": Grid(60),
    "2h": Grid(120), "4h": Grid(240), "6h": Grid(360), "8h": Grid(480), "12h": Grid(720),
    "1d": Grid(DAY), "3d": Grid(3 * DAY), "1w": Grid(7 * DAY, 4 * DAY),
}  # fmt: skip
_SPELLING = {"LUNA2": "LUNA", "STEPN": "GMT"}
_LEGAL = re.compile(r"[A-Z0-9\-_.]{1,20}")
_DAY_MS = DAY * MINUTE
_LATEST = 2**53  # ms, beyond all time
_PAGE, _USUAL_PAGE = 1_000, 500
_SYMBOL = {
    "status": "TRADING",
    "baseAssetPrecision": 8,
    "quotePrecision": 8,
    "quoteAssetPrecision": 8,
    "baseCommissionPrecision": 8,
    "quoteCommissionPrecision": 8,
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
    "icebergAllowed": True,
    "ocoAllowed": True,
    "otoAllowed": True,
    "quoteOrderQtyMarketAllowed": True,
    "allowTrailingStop": True,
    "cancelReplaceAllowed": True,
    "amendAllowed": True,
    "pegInstructionsAllowed": True,
    "isSpotTradingAllowed": True,
    "isMarginTradingAllowed": False,
    "permissions": [],
    "permissionSets": [["SPOT"]],
    "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
    "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
}


class Binance(Venue):
    rules = Rules(
        {"USDT": 1.0, "BTC": 0.4, "ETH": 0.15, "BNB": 0.15},
        share=0.3,
        absent=("KAS", "CRO", "HYPE", "MNT", "GOMINING"),
    )
    content_type = "application/json;charset=UTF-8"
    bans = True

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self._names = {native_of(name): name for name in source.listed}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        handlers: dict[str, Callable[[Mapping[str, str], int], Answer]] = {
            "/api/v3/ping": lambda _query, _now: Answer({}),
            "/api/v3/time": lambda _query, now: Answer({"serverTime": now}),
            "/api/v3/klines": self._klines,
            "/api/v3/ticker/24hr": self._day_tickers,
            "/api/v3/ticker/price": self._prices,
            "/api/v3/exchangeInfo": self._info,
        }
        if path not in handlers:
            raise RequestError(Answer({"code": -1000, "msg": "Not found."}, 404))
        return handlers[path](query, now)

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        several = query["symbols"].count(",") + 1 if "symbols" in query else 0
        match path:
            case "/api/v3/klines":
                return 2
            case "/api/v3/exchangeInfo":
                return 20
            case "/api/v3/ticker/price":
                return 2 if "symbol" in query else 4
            case "/api/v3/ticker/24hr" if "symbol" in query or 0 < several <= 20:
                return 2
            case "/api/v3/ticker/24hr":
                return 40 if 0 < several <= 100 else 80
        return 1

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        minute = str(used.get(60, 0))
        return {"x-mbx-used-weight": minute, "x-mbx-used-weight-1m": minute}

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        amount = next((amount for amount, seconds in self.limits if seconds == 60), 0)
        if status == 418:
            until = now + wait * 1_000
            text = f"Way too much request weight used; IP banned until {until}."
        else:
            text = f"Too much request weight used; current limit is {amount} request weight per 1 MINUTE."
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"code": -1003, "msg": text}, status, headers=headers)

    def _klines(self, query: Mapping[str, str], now: int) -> Answer:
        name = self._name(_required(query, "symbol"))
        grid = GRIDS.get(_required(query, "interval"))
        if grid is None:
            raise _error(-1120, "Invalid interval.")
        limit = _whole(query, "limit")
        if limit is not None and limit < 1:
            raise _error(-1130, "Data sent for parameter 'limit' is not valid.")
        span = Span(
            _whole(query, "startTime"),
            _whole(query, "endTime"),
            min(limit or _USUAL_PAGE, _PAGE),
        )
        rows: list[Any] = encoded(self.source.candles(name, grid, span, now), grid).rows()
        return Answer(rows, rows=rows)

    def _day_tickers(self, query: Mapping[str, str], now: int) -> Answer:
        return self._tickers(query, now, lambda ticker: _day(ticker, now))

    def _prices(self, query: Mapping[str, str], now: int) -> Answer:
        return self._tickers(
            query, now, lambda t: {"symbol": native_of(t.name), "price": _eight(t.last)}
        )

    def _tickers(
        self, query: Mapping[str, str], now: int, encode: Callable[[Ticker], dict[str, Any]]
    ) -> Answer:
        rows = [encode(ticker) for ticker in self.source.tickers(self._asked(query), now)]
        return Answer(rows[0] if "symbol" in query else rows, rows=rows)

    def _info(self, query: Mapping[str, str], now: int) -> Answer:
        rows = [self._symbol(name) for name in self._asked(query)]
        limits = [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": max(seconds // 60, 1),
                "limit": amount,
            }
            for amount, seconds in self.limits
        ]
        payload = {
            "timezone": "UTC",
            "serverTime": now,
            "rateLimits": limits,
            "exchangeFilters": [],
            "symbols": rows,
        }
        return Answer(payload, rows=rows)

    def _symbol(self, name: str) -> dict[str, Any]:
        market = self.source.listed[name]
        base, _, quote = name.partition("/")
        tick, step = (f"{10.0**-d:.8f}" for d in (market.price_decimals, market.size_decimals))
        filters = [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": tick,
                "maxPrice": "1000000.00000000",
                "tickSize": tick,
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": step,
                "maxQty": "9000000.00000000",
                "stepSize": step,
            },
        ]
        return {
            "symbol": native_of(name),
            "baseAsset": _SPELLING.get(base, base),
            "quoteAsset": quote,
            **_SYMBOL,
            "filters": filters,
        }

    def _asked(self, query: Mapping[str, str]) -> Sequence[str]:
        if "symbol" in query and "symbols" in query:
            raise _error(-1128, "Combination of optional parameters invalid.")
        if "symbol" in query:
            return [self._name(query["symbol"])]
        if "symbols" in query:
            return [self._name(symbol) for symbol in _array(query["symbols"])]
        return list(self.source.listed)

    def _name(self, symbol: str) -> str:
        if not _LEGAL.fullmatch(symbol):
            raise _error(
                -1100,
                "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
            )
        if symbol not in self._names:
            raise _error(-1121, "Invalid symbol.")
        return self._names[symbol]


VENUE = Binance


def encoded(candles: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    """The twelve fields of a kline."""
    # Buyers take the more, the higher a candle closes in its range.
    rise = (pl.col("close") - pl.col("open")) / (pl.col("high") - pl.col("low"))
    taken = 0.5 + 0.2 * pl.when(pl.col("high") > pl.col("low")).then(rise).otherwise(0.0)
    return candles.select(
        pl.col("open_time"),
        _eights(pl.col("open", "high", "low", "close", "volume")),
        (pl.col("open_time") + grid.width * MINUTE - 1).alias("close_time"),
        _eights(pl.col("quote_volume")),
        pl.col("trades"),
        _eights(pl.col("volume") * taken).alias("taken"),
        _eights(pl.col("quote_volume") * taken).alias("quote_taken"),
        pl.lit("0").alias("unused"),
    )


def _eights(numbers: pl.Expr) -> pl.Expr:
    return numbers.cast(pl.Decimal(38, 8)).cast(pl.String)


def _eight(number: float) -> str:
    return f"{number:.8f}"


def _day(ticker: Ticker, now: int) -> dict[str, Any]:
    day, last = ticker.day, ticker.last
    change = last - day.open
    # Ids only have to rise by one a trade; counted from a day ago they stay small.
    first_id = now // _DAY_MS * 10_000
    return {
        "symbol": native_of(ticker.name),
        "priceChange": _eight(change),
        "priceChangePercent": f"{change / day.open * 100:.3f}",
        "weightedAvgPrice": _eight(day.average),
        "prevClosePrice": _eight(day.open),
        "lastPrice": _eight(last),
        "lastQty": _eight(day.volume / max(day.trades, 1)),
        "bidPrice": _eight(last),
        "bidQty": _eight(day.volume / 2_000),
        "askPrice": _eight(last + ticker.tick),
        "askQty": _eight(day.volume / 3_000),
        "openPrice": _eight(day.open),
        "highPrice": _eight(day.high),
        "lowPrice": _eight(day.low),
        "volume": _eight(day.volume),
        "quoteVolume": _eight(day.quote_volume),
        "openTime": now - _DAY_MS,
        "closeTime": now,
        "firstId": first_id,
        "lastId": first_id + day.trades - 1,
        "count": day.trades,
    }


def native_of(name: str) -> str:
    base, _, quote = name.partition("/")
    return _SPELLING.get(base, base) + quote


def _required(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise _error(
            -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        )
    return query[name]


def _whole(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise _error(
            -1100,
            f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.",
        )
    return min(int(text), _LATEST)


def _array(text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        raise _error(-1105, "Parameter 'symbols' was malformed.") from None


def _error(code: int, message: str) -> RequestError:
    return RequestError(Answer({"code": code, "msg": message}, 400))

"""Kraken, spot: dollars and euros, but only the newest candles."""

from collections.abc import Sequence
from typing import Annotated, Generic, NoReturn, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse, RefusedRequest, TemporaryError
from resources.market import Interval, Symbol
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Limit,
    Markets,
    Provider,
    Tickers,
)
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    candle_frame,
    market_frame,
    open_times,
    quote_frame,
    read,
)

T = TypeVar("T")

_ID = "kraken"
# It keeps 720 intervals besides the forming one; older ones cannot be had, whatever is asked.
_DEPTH = 720
# Its weeks open on Thursdays (multiples of 604,800 s since 1970), so that they are not our weeks.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
    Interval.D1: "1440",
}
_QUOTES = {
    "USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF", "USDT", "USDC", "DAI", "PYUSD", "BTC", "ETH",
}  # fmt: skip
_TICKERS = {"BTC": "XBT", "DOGE": "XDG", "LUNC": "LUNA", "STEPN": "GMT", "BEAMX": "BEAM"}
# Its oldest assets have a letter before their name in keys: X for coins, Z for currencies.
_OLD_COINS = ("ETC", "ETH", "LTC", "MLN", "REP", "XBT", "XDG", "XLM", "XMR", "XRP", "ZEC")
_OLD_CURRENCIES = ("AUD", "CAD", "EUR", "GBP", "JPY", "USD")
_OLD = {f"X{name}": name for name in _OLD_COINS} | {f"Z{name}": name for name in _OLD_CURRENCIES}
# Where the names of assetVersion=1 differ from the altnames.
_NEW = {"BTC": "XBT", "DOGE": "XDG"}
# Errors that pass by themselves; the others are the request's fault.
_LIMITED = ("EAPI:Rate limit exceeded", "EGeneral:Too many requests")
_PASSING = (*_LIMITED, "EService:", "EGeneral:Internal error", "EGeneral:Temporary")


class _Answer(msgspec.Struct, Generic[T]):
    error: list[str]
    result: T | None = None


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    vwap: Number
    volume: Number
    count: Count


class _Ticker(msgspec.Struct):
    c: Annotated[list[Number], msgspec.Meta(min_length=1)]


class _Pair(msgspec.Struct):
    altname: str
    base: str
    quote: str
    status: str = "online"


_OHLC = msgspec.json.Decoder(_Answer[dict[str, list[_Candle] | int]], strict=False)
_TICKER_MAP = msgspec.json.Decoder(_Answer[dict[str, _Ticker]], strict=False)
_ASSET_PAIRS = msgspec.json.Decoder(_Answer[dict[str, _Pair]], strict=False)


def _native(symbol: Symbol) -> str | None:
    """What it calls altname: XBTUSD, the one spelling that all of its endpoints take."""
    if symbol.quote not in _QUOTES:
        return None
    return "".join(_TICKERS.get(ticker, ticker) for ticker in (symbol.base, symbol.quote))


def _altname(key: str) -> str:
    """The altname of an answer's key: XXBTZUSD, USDTZUSD, BTC/USD (assetVersion=1) or XBTUSDT."""
    base, slash, quote = key.partition("/")
    if slash:
        return _NEW.get(base, base) + _NEW.get(quote, quote)
    base, quote = key[:4], key[4:]
    if quote in _OLD and (base in _OLD or base == "USDT"):
        return _OLD.get(base, base) + _OLD[quote]
    return key


def _result(answer: _Answer[T]) -> T:
    """What it found. It answers errors with status 200 too; warnings begin with W."""
    errors = [error for error in answer.error if not error.startswith("W")]
    if errors:
        _refuse(errors)
    if answer.result is None:
        raise MalformedResponse(f"{_ID} answered neither a result nor an error", _ID, 200)
    return answer.result


def _refuse(errors: Sequence[str]) -> NoReturn:
    passing = all(error.startswith(_PASSING) for error in errors)
    kind = TemporaryError if passing else RefusedRequest
    raise kind(f"{_ID} refused: {', '.join(errors)}", _ID, 200)


def _limited(body: bytes) -> bool:
    """Its rate limits come as a 200 without Retry-After."""
    return any(error.encode() in body[:200] for error in _LIMITED)


def _candles_call(query: CandleQuery) -> Call:
    # `since` leaves out the candle that opens at it.
    since = str(query.start // 1000 - 1)
    params = {"pair": query.native, "interval": _INTERVALS[query.interval], "since": since}
    return Call("/0/public/OHLC", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, open, high, low, close, vwap, volume, count. The last candle is the forming one,
    whatever was asked; `last` is the newest one that is not:

        {"error":[],"result":{"XXBTZUSD":[
          [1688671200,"30306.1","30306.2","30305.7","30305.7","30306.1","3.39243896",23],
          [1688671260,"30304.5","30304.5","30300.0","30300.0","30300.0","4.42996871",18]],
          "last":1688671200}}
    """
    pages = [rows for rows in _result(read(_OHLC, body, _ID)).values() if isinstance(rows, list)]
    if len(pages) != 1:
        raise MalformedResponse(f"{_ID} answered candles of {len(pages)} markets", _ID)
    rows = pages[0]
    return candle_frame(
        [row.time * 1000 for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.volume for row in rows],
        trades=[row.count for row in rows],
    )


def _covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
    """From the oldest interval that it keeps to the forming candle.

    The oldest is told by time, not by the number of rows: intervals without a trade were left
    out for years, so that a full answer had fewer than 720 rows.
    """
    times = open_times(page)
    if times is None:
        return query.start, query.start
    first, forming = times
    oldest = min(first, forming - (_DEPTH - 1) * query.interval.ms)
    start = min(max(query.start, oldest), query.end)
    return start, max(start, min(query.end, forming))


def _tickers_call(natives: Sequence[str]) -> Call:
    return Call("/0/public/Ticker", {"pair": ",".join(natives)})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    c is the last trade's price and lot. It tells no time, and no change of 24 hours: o is the
    price at midnight UTC.

        {"error":[],"result":{"XXBTZUSD":{"a":["30300.10000","1","1.000"],
          "b":["30300.00000","1","1.000"],"c":["30303.20000","0.00067643"],
          "o":"30502.80000", ...}}}
    """
    tickers = _result(read(_TICKER_MAP, body, _ID))
    return quote_frame([(_altname(key), t.c[0], None, None) for key, t in tickers.items()])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","base":"XXBT",
      "quote":"ZUSD","status":"online", ...}}}
    """
    pairs = _result(read(_ASSET_PAIRS, body, _ID)).values()
    return market_frame(
        [
            (pair.altname, _OLD.get(pair.base, pair.base), _OLD.get(pair.quote, pair.quote))
            for pair in pairs
            if pair.status == "online"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Kraken",
    category="exchange",
    base_url="https://api.kraken.com",
    docs_url="https://docs.kraken.com/api",
    # "One a second or less" stays within its limits, by address; the same rate over 15 s lets
    # a process lease more than one call.
    limits=(Limit(15, 15),),
    native=_native,
    candles=Candles(_INTERVALS, _DEPTH, _candles_call, _parse_candles, _covered, depth=_DEPTH),
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/0/public/AssetPairs"), _parse_markets),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/0/public/Ticker", {"pair": "XBTUSD"})),
        Endpoint("ohlcv", Call("/0/public/OHLC", {"pair": "XBTUSD", "interval": "60"})),
    ),
    health=Call("/0/public/SystemStatus"),
    update="realtime",
    ws_url="wss://ws.kraken.com/v2",
)

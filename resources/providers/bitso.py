"""Bitso: Mexican pesos above all; of our currencies dollars and reais."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval
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
from resources.providers.families.pages import all_asked, asked, ms_of, percent
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    candle_frame,
    market_frame,
    quote_frame,
    read,
)

T = TypeVar("T")

_ID = "bitso"
# It documents no limit; this many are known to come.
_PAGE = 300
# Its days open at 06:00 UTC, midnight in Mexico City, where our four hours do not open either.
_INTERVALS = {Interval.M1: "60", Interval.M5: "300", Interval.M15: "900", Interval.H1: "3600"}
_LIMITED = re.compile(rb'"code"\s*:\s*"?0200\b')


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Answer(msgspec.Struct, Generic[T]):
    success: bool
    payload: T | None = None
    error: _Error | None = None


class _Candle(msgspec.Struct, gc=False):
    bucket_start_time: Moment
    first_rate: Number
    max_rate: Number
    min_rate: Number
    last_rate: Number
    volume: Number
    trade_count: Count = None


class _Ticker(msgspec.Struct):
    book: str
    last: Number
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    change_24: Number = None


class _Book(msgspec.Struct):
    book: str


_OHLC = msgspec.json.Decoder(_Answer[list[_Candle]], strict=False)
_TICKER = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_BOOKS = msgspec.json.Decoder(_Answer[list[_Book]], strict=False)


def _payload(answer: _Answer[T]) -> T:
    error = answer.error
    if not answer.success and error:
        # 03: a value is not valid, as an unknown book.
        refuse(_ID, error.code, error.message, at_fault=error.code.startswith("03"))
    if answer.payload is None:
        raise MalformedResponse(f"{_ID} answered neither a payload nor an error", _ID, 200)
    return answer.payload


def _limited(body: bytes) -> bool:
    return _LIMITED.search(body[:500]) is not None


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "book": query.native,
        "time_bucket": _INTERVALS[query.interval],
        "start": str(start),
        "end": str(end - 1),
    }
    return Call("/api/v3/ohlc", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    {"success":true,"payload":[{"bucket_start_time":1648219140000,"first_trade_time":1648219154990,
      "last_trade_time":1648219189441,"first_rate":"44958.60","last_rate":"44979.88",
      "min_rate":"44957.33","max_rate":"44979.88","trade_count":8,"volume":"0.00082814",
      "vwap":"44965.02"}]}
    """
    rows = _payload(read(_OHLC, body, _ID))
    return candle_frame(
        [row.bucket_start_time for row in rows],
        open=[row.first_rate for row in rows],
        high=[row.max_rate for row in rows],
        low=[row.min_rate for row in rows],
        close=[row.last_rate for row in rows],
        volume=[row.volume for row in rows],
        trades=[row.trade_count for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    change_24 is in the quote currency:

        {"success":true,"payload":{"high":"5750.98","last":"5633.98",
          "created_at":"2016-04-08T17:52:31.000+00:00","book":"btc_mxn","volume":"22.31349615",
          "vwap":"5393.45","low":"5450.00","ask":"5632.24","bid":"5520.01","change_24":"-33.45"}}
    """
    ticker = _payload(read(_TICKER, body, _ID))
    last, rise = ticker.last, ticker.change_24
    change = None if last is None or rise is None else percent(last, last - rise)
    return quote_frame([(ticker.book, last, ms_of(ticker.created_at), change)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"success":true,"payload":[{"book":"btc_mxn","minimum_amount":".003", ...}]}
    """
    names = [book.book for book in _payload(read(_BOOKS, body, _ID))]
    pairs = ((name, name.rpartition("_")) for name in names)
    return market_frame([(name, base.upper(), quote.upper()) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="Bitso",
    category="exchange",
    base_url="https://api.bitso.com",
    docs_url="https://docs.bitso.com",
    limits=(Limit(60, 60),),
    native=small(spelling("{base}_{quote}", {"USD", "BRL", "USDT", "BTC"})),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1, lambda names: Call("/api/v3/ticker", {"book": names[0]}), _parse_tickers),
    markets=Markets(lambda: Call("/api/v3/available_books"), _parse_markets),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/api/v3/ticker", {"book": "btc_usd"})),
        Endpoint("ohlcv", Call("/api/v3/ohlc", {"book": "btc_usd", "time_bucket": "3600"})),
    ),
    update="realtime",
    ws_url="wss://ws.bitso.com",
)

"""Bitget, spot: history of every interval in pages of two hundred."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
import polars as pl

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
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.pages import asked, hundredfold, page_of, up_to_the_end
from resources.providers.families.refusals import present, refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "bitget"
# It answers 200 at most, up to endTime; the one that opens there may come along.
_PAGE = 199
# Without "utc" days and weeks open at midnight in Hong Kong.
_INTERVALS = {
    Interval.M1: "1min",
    Interval.M5: "5min",
    Interval.M15: "15min",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1Dutc",
    Interval.W1: "1Wutc",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH", "EUR", "BRL"}
# What it says of parameters that it does not know, and of markets that it has not; among these
# stand two of its own faults.
_FAULTS, _PASSING = ("400", "40309"), ("40010", "40015")


class _Answer(msgspec.Struct, Generic[T]):
    code: str
    msg: str = ""
    data: list[T] | None = None


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    usdt_volume: Number
    quote_volume: Number


class _Ticker(msgspec.Struct):
    symbol: str
    last: Blank = msgspec.field(name="lastPr")
    change: Blank = msgspec.field(name="change24h")
    ts: Moment


class _Symbol(msgspec.Struct, rename="camel"):
    symbol: str
    base_coin: str
    quote_coin: str
    status: str


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_SYMBOLS = msgspec.json.Decoder(_Answer[_Symbol], strict=False)


def _data(answer: _Answer[T]) -> list[T]:
    if answer.code != "00000":
        passing = answer.code in _PASSING
        at_fault = answer.code.startswith(_FAULTS) and not passing
        refuse(_ID, answer.code, answer.msg, at_fault=at_fault, passing=passing)
    return present(_ID, answer.data)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "granularity": _INTERVALS[query.interval],
        "endTime": str(end),
        "limit": str((end - start) // query.interval.ms + 1),
    }
    return Call("/api/v2/spot/market/history-candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, volume in USDT, volume in the quote asset, oldest first:

        {"code":"00000","msg":"success","requestTime":1695799900330,"data":[["1646064000000",
          "43500.8","48207.2","38516","46451.9","2581.4668","118062073.82644",
          "118062073.82644"]]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(
        rows, [row.time for row in rows], quote_volume=[row.quote_volume for row in rows]
    )


def _tickers_call(natives: Sequence[str]) -> Call:
    only = {"symbol": natives[0]} if len(natives) == 1 else {}
    return Call("/api/v2/spot/market/tickers", only)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for; change24h is a fraction:

        {"code":"00000","msg":"success","requestTime":1695808949356,"data":[{"symbol":"BTCUSDT",
          "lastPr":"34413.1","open":"35134.2","ts":"1625125755277","change24h":"0.00069", ...}]}
    """
    tickers = _data(read(_TICKERS, body, _ID))
    return quote_frame(
        [(t.symbol, filled(t.last), t.ts, hundredfold(filled(t.change))) for t in tickers]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":"00000","msg":"success","requestTime":1695808949356,"data":[{"symbol":"BTCUSDT",
      "baseCoin":"BTC","quoteCoin":"USDT","status":"online", ...}]}
    """
    found = _data(read(_SYMBOLS, body, _ID))
    return market_frame(
        [(one.symbol, one.base_coin, one.quote_coin) for one in found if one.status == "online"]
    )


PROVIDER = Provider(
    id=_ID,
    name="Bitget",
    category="exchange",
    base_url="https://api.bitget.com",
    docs_url="https://www.bitget.com/api-doc",
    limits=(Limit(20, 1),),
    native=spelling("{base}{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_end(_PAGE)),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/api/v2/spot/public/symbols"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/v2/spot/market/tickers", {"symbol": "BTCUSDT"})),
        Endpoint(
            "ohlcv",
            Call(
                "/api/v2/spot/market/candles",
                {"symbol": "BTCUSDT", "granularity": "1h", "limit": "24"},
            ),
        ),
    ),
    health=Call("/api/v2/public/time"),
    update="realtime",
    ws_url="wss://ws.bitget.com/v2/ws/public",
)

"""BitMart, spot: pages of two hundred candles, few calls a second."""

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
from resources.providers.families.pages import asked, page_of, percent, up_to_the_end
from resources.providers.families.refusals import present, refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "bitmart"
# It answers 200 at most, with or without the one that opens at `before`.
_PAGE = 199
# Minutes. It has days (1440) and weeks (10080) too, and does not tell where they open.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH"}
_NO_DATA = 70_000


class _Answer(msgspec.Struct, Generic[T]):
    code: int
    message: str
    data: T | None = None


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    quote_volume: Number


class _Ticker(msgspec.Struct, array_like=True):
    symbol: str
    last: Number
    volume: object
    quote_volume: object
    open: Number
    high: object
    low: object
    fluctuation: object
    bid: object
    bid_size: object
    ask: object
    ask_size: object
    ts: Moment


class _Symbol(msgspec.Struct):
    symbol: str
    base_currency: str
    quote_currency: str
    trade_status: str


class _Symbols(msgspec.Struct):
    symbols: list[_Symbol]


_CANDLES = msgspec.json.Decoder(_Answer[list[_Candle]], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[list[_Ticker]], strict=False)
_SYMBOLS = msgspec.json.Decoder(_Answer[_Symbols], strict=False)


def _data(answer: _Answer[T]) -> T:
    """What it found; 70001 to 71999 are errors of requests."""
    if answer.code != 1000:
        at_fault = _NO_DATA < answer.code < 72_000
        refuse(_ID, answer.code, answer.message, at_fault=at_fault)
    return present(_ID, answer.data)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "step": _INTERVALS[query.interval],
        "after": str(start // 1000 - 1),
        "before": str(end // 1000),
        "limit": str(_PAGE + 1),
    }
    return Call("/spot/quotation/v3/klines", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, open, high, low, close, volume, quote volume; 70000 says that there are none:

        {"code":1000,"message":"success","trace":"886fb6ae456654b6b4e390d681ac01cc1","data":[
          ["1689736680","3.721","3.743","3.677","3.708","8422410","22698348.04828491"]]}
    """
    answer = read(_CANDLES, body, _ID)
    rows = [] if answer.code == _NO_DATA else _data(answer)
    times = [row.time * 1000 for row in rows]
    return page_of(rows, times, quote_volume=[row.quote_volume for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    All markets that traded in 24 hours: symbol, last price, volume, quote volume, the price 24
    hours ago, high, low, the change as a fraction (with a sign or without), bid and ask with their
    sizes, ms:

        {"code":1000,"message":"success","trace":"886fb6ae456654b6b4e390d681ac01cc1","data":[
          ["BTC_USDT","30000.00","582.08066","4793098.48","28596.30","31012.44","12.44",
           "0.04909","30000","1","31012.44","69994.75267","1691671091933"]]}
    """
    tickers = _data(read(_TICKERS, body, _ID))
    return quote_frame([(t.symbol, t.last, t.ts, percent(t.last, t.open)) for t in tickers])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":1000,"message":"success","data":{"symbols":[{"symbol":"BTC_USDT",
      "base_currency":"BTC","quote_currency":"USDT","trade_status":"trading", ...}]}}
    """
    found = _data(read(_SYMBOLS, body, _ID)).symbols
    return market_frame(
        [
            (one.symbol, one.base_currency, one.quote_currency)
            for one in found
            if one.trade_status == "trading"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="BitMart",
    category="exchange",
    base_url="https://api-cloud.bitmart.com",
    docs_url="https://developer-pro.bitmart.com",
    limits=(Limit(10, 2),),
    native=spelling("{base}_{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_end(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/spot/quotation/v3/tickers"), _parse_tickers),
    markets=Markets(lambda: Call("/spot/v1/symbols/details"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/spot/quotation/v3/ticker", {"symbol": "BTC_USDT"})),
        Endpoint(
            "ohlcv",
            Call(
                "/spot/quotation/v3/lite-klines",
                {"symbol": "BTC_USDT", "step": "60", "limit": "24"},
            ),
        ),
    ),
    health=Call("/system/time"),
    update="realtime",
    ws_url="wss://ws-manager-compress.bitmart.com/api?protocol=1.1",
)

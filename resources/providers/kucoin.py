"""KuCoin, spot: pages of 1,500 candles, newest first, and all prices in one call."""

from collections.abc import Mapping
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
from resources.providers.families.pages import asked, hundredfold, page_of, up_to_the_end
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "kucoin"
# It answers 1,500 at most, with or without the one that opens at endAt.
_PAGE = 1499
# Its weeks open on Thursdays, so that they are not our weeks.
_INTERVALS = {
    Interval.M1: "1min",
    Interval.M5: "5min",
    Interval.M15: "15min",
    Interval.H1: "1hour",
    Interval.H4: "4hour",
    Interval.D1: "1day",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH", "DAI", "EUR", "BRL", "TUSD"}
_LIMIT = 2000
_BAD_PARAMETER = "400100"


class _Answer(msgspec.Struct, Generic[T]):
    code: str
    data: T | None = None
    msg: str = ""


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    close: Number
    high: Number
    low: Number
    volume: Number
    turnover: Number


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last: Number
    change_rate: Number


class _Tickers(msgspec.Struct):
    time: Moment
    ticker: list[_Ticker]


class _Symbol(msgspec.Struct, rename="camel"):
    symbol: str
    base_currency: str
    quote_currency: str
    enable_trading: bool


_CANDLES = msgspec.json.Decoder(_Answer[list[_Candle]], strict=False)
_ALL_TICKERS = msgspec.json.Decoder(_Answer[_Tickers], strict=False)
_SYMBOLS = msgspec.json.Decoder(_Answer[list[_Symbol]], strict=False)


def _data(answer: _Answer[T]) -> T:
    """What it found; errors come with status 200 too."""
    if answer.code != "200000" or answer.data is None:
        refuse(_ID, answer.code, answer.msg, at_fault=answer.code == _BAD_PARAMETER)
    return answer.data


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "type": _INTERVALS[query.interval],
        "startAt": str(start // 1000),
        "endAt": str(end // 1000),
    }
    return Call("/api/v1/market/candles", params, weight=3)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, open, close, high, low, volume, turnover in the quote asset; newest first, and
    without the intervals in which nothing traded:

        {"code":"200000","data":[
          ["1545904980","0.058","0.049","0.058","0.049","0.018","0.000945"]]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    times = [row.time * 1000 for row in rows]
    return page_of(rows, times, quote_volume=[row.turnover for row in rows])


def _parse_tickers(body: bytes, _: object) -> pl.DataFrame:
    """
    All markets; changeRate is a fraction:

        {"code":"200000","data":{"time":1602832092060,"ticker":[{"symbol":"BTC-USDT",
          "last":"11328.9","changeRate":"-0.0055", ...}]}}
    """
    found = _data(read(_ALL_TICKERS, body, _ID))
    return quote_frame(
        [(t.symbol, t.last, found.time, hundredfold(t.change_rate)) for t in found.ticker]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":"200000","data":[{"symbol":"XLM-USDT","baseCurrency":"XLM","quoteCurrency":"USDT",
      "enableTrading":true, ...}]}
    """
    found = _data(read(_SYMBOLS, body, _ID))
    return market_frame(
        [(one.symbol, one.base_currency, one.quote_currency) for one in found if one.enable_trading]
    )


def _used(headers: Mapping[str, str]) -> Mapping[int, int]:
    left = headers.get("gw-ratelimit-remaining", "")
    return {30: max(_LIMIT - int(left), 0)} if left.isdecimal() else {}


PROVIDER = Provider(
    id=_ID,
    name="KuCoin",
    category="exchange",
    base_url="https://api.kucoin.com",
    docs_url="https://www.kucoin.com/docs-new/rate-limit",
    limits=(Limit(_LIMIT, 30),),
    native=spelling("{base}-{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_end(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/api/v1/market/allTickers", weight=15), _parse_tickers),
    markets=Markets(lambda: Call("/api/v2/symbols", weight=4), _parse_markets),
    used=_used,
    endpoints=(
        Endpoint(
            "prices", Call("/api/v1/market/orderbook/level1", {"symbol": "BTC-USDT"}, weight=2)
        ),
        Endpoint(
            "ohlcv",
            Call("/api/v1/market/candles", {"symbol": "BTC-USDT", "type": "1hour"}, weight=3),
        ),
    ),
    health=Call("/api/v1/timestamp", weight=3),
    update="realtime",
)
